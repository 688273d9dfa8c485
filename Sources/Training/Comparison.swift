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
    case images(ImageDataset)
    case model(any ImageCoder, count: Int, seed: UInt32)
  }

  let request: EvaluationRequest
  let subject: Subject
  let shards: Int
  let group: ProcessGroup
  let team: ThreadTeam

  /// Adds the figures to a report; a collective call.
  ///
  /// - Parameter splits: the data, where it is known.
  func run(splits: DataSplits?, height: Int, width: Int, into report: inout EvaluationReport) throws {
    guard let name = networkName(height: height, width: width) else {
      report.notes.append(
        "no scores of generated images: \(FeatureNetworkName.fashionCNN.rawValue) takes 28x28 pixels, these have "
          + "\(height)x\(width); --features inception takes any")
      return
    }
    let (real, key) = try realImages(splits, height: height, width: width)
    var notes: [String] = []
    let evaluator = try GenerationEvaluator(
      network: try name.load(
        weights: request.weights, height: height, width: width, group: group),
      cacheFolder: request.cacheFolder,
      shards: shards, group: group, team: team, report: { notes.append($0) })

    var scores: [GenerationScores] = []
    for repetition in 0..<request.repetitions {
      let features = try self.features(repetition, by: evaluator, size: real.images)
      if repetition == 0, let path = request.savedFeatures {
        try group.decideOnRoot(phase: "writing features") { try writeFeatures(features!, to: path) }
      }
      scores.append(try evaluator.score(features, against: real, metrics: request.metrics))
    }
    report.add(summary(of: scores), prefix: key)
    report.comparison = describe(scores[0], real: real, network: evaluator.network)
    report.notes += notes + scores[0].warnings + (scores[0].covarianceNote.map { [$0] } ?? [])
    if let splits { try lookForTrainingImages(splits, into: &report) }
  }

  /// Without a choice, the network inside the program if it takes such images.
  private func networkName(height: Int, width: Int) -> FeatureNetworkName? {
    if let features = request.features { return features }
    return (try? FashionCNN().requireSize(height: height, width: width)).map { .fashionCNN }
  }

  /// The images to compare with, and what their figures' keys begin with.
  private func realImages(_ splits: DataSplits?, height: Int, width: Int) throws -> (RealImages, String) {
    let images: ImageDataset
    let (name, key): (String, String)
    if let splits, let part = SplitPart(rawValue: request.against) {
      images = try part.images(of: splits)
      (name, key) = (part.rawValue, part.rawValue)
    } else {
      images = ImageDataset(all: try loadImages(.imageSet(request.against), group: group).images)
      (name, key) = (request.against, "other")
    }
    guard images.height == height && images.width == width else {
      throw Failure(
        .badData,
        "the images have \(height)x\(width) pixels, those to compare with (\(name)) "
          + "\(images.height)x\(images.width)", help: "scale one side to the size of the other")
    }
    return (RealImages(images, name: name, limit: request.count), key)
  }

  private func features(_ repetition: Int, by evaluator: GenerationEvaluator, size: ImageDataset) throws
    -> ImageFeatures?
  {
    switch subject {
    case .images(let images): try evaluator.features(of: images)
    case .model(let model, let count, let seed):
      try evaluator.features(count, drawnFrom: model, seed: seed &+ UInt32(repetition), size: size)
    }
  }

  /// The figures, or their means over repetitions followed by their standard deviations.
  private func summary(of scores: [GenerationScores]) -> [(name: String, value: Double)] {
    if scores.count == 1 { return scores[0].named }
    let all = scores.map(\.named)
    return all[0].indices.flatMap { index -> [(name: String, value: Double)] in
      let name = all[0][index].name
      let values = all.map { $0[index].value }
      let mean = values.reduce(0, +) / Double(values.count)
      let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      let deviation = (squares / Double(values.count - 1)).squareRoot()
      let bracket = name.firstIndex(of: "[") ?? name.endIndex
      let deviationName = name[..<bracket] + "_seed_std" + name[bracket...]
      // What does not depend on the images drawn has no spread.
      let isFixed = name.hasPrefix("fid_floor") || name.hasPrefix("fid_ceiling")
      return [(name, mean)] + (isFixed ? [] : [(String(deviationName), deviation)])
    }
  }

  private func describe(
    _ scores: GenerationScores, real: RealImages, network: any FeatureNetwork
  ) -> [JSONMember] {
    var members = [
      JSONMember("features", .string(network.name)),
      JSONMember("features_sha256", .string(network.weightsDigest)),
      JSONMember("against", .string(real.description)), JSONMember("real_images", .integer(scores.realCount)),
      JSONMember("generated_images", .integer(scores.generatedCount)),
    ]
    if case .model(_, _, let seed) = subject {
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
    case .images(let images):
      pixels = images.prefix(count).pixels
    case .model(let model, let drawn, let seed):
      pixels = generateImages(
        count: min(count, drawn), from: model, seed: seed, shards: shards, group: group, team: team)
    }
    let train = splits.train
    let values = try group.decideOnRoot(
      phase: "looking for training images", encode: { $0.withUnsafeBytes { Array($0) } },
      decode: { $0.withUnsafeBytes { Array($0.bindMemory(to: Double.self)) } }
    ) {
      let check = try MemorizationCheck(
        pixels: pixels, heldOut: splits.validation ?? splits.test, training: train, team: team)
      if let path = request.nearestPicture {
        try writeNearestImages(
          generated: pixels, nearest: train.subset(check.generated.indices.map { Int32($0) }).pixels,
          distances: check.generated.distances, indices: check.generated.indices.map { Int32($0) },
          height: train.height, width: train.width, to: path)
      }
      return [check.generated.medianDistance, check.heldOut.medianDistance, check.generated.closest.distance]
    }
    let names = ["nearest_distance", "nearest_distance_of_real", "nearest_distance_least"]
    report.add(zip(names, values).map { ($0, $1) }, prefix: "train")
  }

  private func writeFeatures(_ images: ImageFeatures, to path: String) throws {
    let features = images.features
    let moments = try FeatureMoments(of: features, team: team)
    let dimension = features.dimension
    try moments.mean.withUnsafeBufferPointer { mean in
      try moments.covariance.withUnsafeBufferPointer { covariance in
        try NPZWriter.write(
          [
            NamedTensor(
              name: "features", shape: [features.count, dimension],
              elements: UnsafeBufferPointer(features.values.elements)),
            NamedTensor(name: "mu", shape: [dimension], elements: mean),
            NamedTensor(name: "sigma", shape: [dimension, dimension], elements: covariance),
          ], to: path)
      }
    }
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
