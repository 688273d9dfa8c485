import Artifacts
import Collectives
import Diagnostics
import Evaluation
import ImageData
import NeuralNet
import TensorCore

/// One comparison of generated images with real ones, as `atelier evaluate` makes it.
struct Comparison {
  /// What is compared.
  enum Subject {
    case images(ComparedImages)
    case model(GenerativeModel, prior: CodePrior?, count: Int, seed: UInt32, shards: Int)
  }

  let request: EvaluationRequest
  let subject: Subject
  let group: ProcessGroup
  let team: ThreadTeam

  /// Adds the figures to a report; a collective call.
  ///
  /// - Parameter splits: the data, where it is known.
  func run(splits: DataSplits?, height: Int, width: Int, into report: inout EvaluationReport) throws {
    guard let name = try networkName(height: height, width: width) else {
      report.notes.append(
        "no scores of generated images: \(FeatureNetworkName.fashionCNN.rawValue) takes 28x28 pixels, these have "
          + "\(height)x\(width); --features inception takes any")
      return
    }
    try requireEqualMachines(MachineFacts.current(), group: group)
    let (real, key) = try realImages(splits, height: height, width: width)
    var warnings: [String] = []
    let evaluator = try GenerationEvaluator(
      network: try name.load(
        weights: request.weights, height: height, width: width, group: group),
      cacheFolder: request.cacheFolder,
      group: group, team: team, report: { warnings.append($0) })

    var scores: [GenerationScores] = []
    for repetition in 0..<request.repetitions {
      let features = try self.features(repetition, by: evaluator, size: real.images)
      if repetition == 0, let path = request.savedFeatures {
        try group.allowing(seconds: 600) {
          try group.decideOnRoot(phase: "writing features") { try features!.write(to: path, team: team) }
        }
      }
      scores.append(try evaluator.score(features, against: real, metrics: request.metrics))
    }
    report.add(meansAndDeviations(of: scores), prefix: key)
    report.comparison = describe(scores[0], real: real, network: evaluator.network)
    report.warnings += warnings
    if let note = scores[0].covarianceNote { report.notes.append(note) }
    if let splits { try lookForTrainingImages(splits, into: &report) }
  }

  /// Without a choice, the network inside the program if it takes such images. Images that it does not take, or a request
  /// for more than the usual figures of a model, fail.
  private func networkName(height: Int, width: Int) throws(Failure) -> FeatureNetworkName? {
    if let features = request.features { return features }
    do {
      try FashionCNN.requireSize(height: height, width: width)
      return .fashionCNN
    } catch {
      if case .model = subject, request.optionsOfGeneration.isEmpty { return nil }
      throw error
    }
  }

  /// The images to compare with, and what their figures' keys begin with.
  private func realImages(_ splits: DataSplits?, height: Int, width: Int) throws -> (ComparedImages, String) {
    let images: ImageDataset
    let (name, key): (String, String)
    if let splits, let part = SplitPart(rawValue: request.against) {
      images = try part.images(of: splits)
      (name, key) = (part.rawValue, part.rawValue)
    } else {
      try group.decideOnRoot(phase: "looking at the images to compare with") {
        guard !FileSystem.exists(request.against) else { return }
        throw Failure(
          .noInput, "--against \(request.against) does not exist",
          help: "name train, validation or test, an .npy file of images, or a folder of PNG files")
      }
      images = ImageDataset(all: try loadImages(.imageSet(request.against), group: group).images)
      (name, key) = (request.against, "other")
    }
    guard images.count > 1 else {
      throw Failure(
        .badData, "\(name) holds one image, which has no spread to compare", help: "give at least 2")
    }
    guard images.height == height && images.width == width else {
      throw Failure(
        .badData,
        "the images have \(height)x\(width) pixels, those to compare with (\(name)) "
          + "\(images.height)x\(images.width)", help: "scale one side to the size of the other")
    }
    return (ComparedImages(images, name: name, limit: request.count, side: .real), key)
  }

  private func features(_ repetition: Int, by evaluator: GenerationEvaluator, size: ImageDataset) throws
    -> ImageFeatures?
  {
    switch subject {
    case .images(let compared): try evaluator.features(of: compared.images)
    case .model(let model, _, let count, let seed, _):
      try evaluator.features(count, drawnFrom: model, seed: seed &+ UInt32(repetition), size: size)
    }
  }

  private func describe(
    _ scores: GenerationScores, real: ComparedImages, network: any FeatureNetwork
  ) -> [JSONMember] {
    var members = [
      JSONMember("features", .string(network.name)),
      JSONMember("features_sha256", .string(network.weightsDigest)),
      JSONMember("against", .string(real.description)), JSONMember("real_images", .integer(scores.realCount)),
      JSONMember("generated_images", .integer(scores.generatedCount)),
    ]
    if case .images(let compared) = subject {
      members.append(JSONMember("images", .string(compared.description)))
    }
    if case .model(_, let prior, _, let seed, _) = subject {
      if let prior { members.append(JSONMember("prior", .string(prior.text))) }
      let seeds = (0..<request.repetitions).map { Int(seed &+ UInt32($0)) }
      members.append(JSONMember("seeds", .array(seeds.map { .integer($0) })))
    }
    if let count = scores.floorCount { members.append(JSONMember("floor_images", .integer(count))) }
    members += [
      JSONMember("ceiling_images", .integer(scores.ceilingCount)),
      JSONMember("feature_count", .integer(scores.dimension)),
      JSONMember("real_rank", .integer(scores.realRank)),
      JSONMember("generated_rank", .integer(scores.generatedRank)),
    ]
    return members
  }

  /// Compares the first images with the nearest training images.
  private func lookForTrainingImages(_ splits: DataSplits, into report: inout EvaluationReport) throws {
    let count = MemorizationCheck.imageLimit
    var pixels: [Float] = []
    switch subject {
    case .images(let compared):
      pixels = compared.images.prefix(count).pixels
    case .model(let model, _, let drawn, let seed, let shards):
      pixels = generateImages(
        count: min(count, drawn), from: model, seed: seed, shards: shards, group: group, team: team)
    }
    let train = splits.train
    let bytes = try group.bytesFromRoot(phase: "looking for training images") {
      let check = try MemorizationCheck(
        pixels: pixels, heldOut: splits.validation ?? splits.test, training: train, team: team)
      if let path = request.nearestPicture {
        try writeNearestImages(
          generated: pixels, nearest: train.subset(check.generated.indices.map { Int32($0) }).pixels,
          distances: check.generated.distances, indices: check.generated.indices.map { Int32($0) },
          height: train.height, width: train.width, to: path)
      }
      return [
        check.generated.medianDistance, check.heldOut.medianDistance, check.generated.closest.distance,
      ].withUnsafeBytes { Array($0) }
    }
    let values = bytes.withUnsafeBytes { Array($0.bindMemory(to: Double.self)) }
    let names = ["nearest_distance", "nearest_distance_of_real", "nearest_distance_least"]
    report.add(zip(names, values).map { ($0, $1) }, prefix: "train")
  }
}

extension ImageDataset {
  /// All pixels, (images, height, width) in [0, 1].
  fileprivate var pixels: [Float] {
    [Float](unsafeUninitializedCapacity: count * pixelsPerImage) { buffer, filled in
      for image in 0..<count { copyImage(image, to: buffer.baseAddress! + image * pixelsPerImage) }
      filled = count * pixelsPerImage
    }
  }
}
