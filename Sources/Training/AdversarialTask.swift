import Collectives
import Evaluation
import ImageData
import NeuralNet
import RandomNumbers
import TensorCore

/// Generating images that a discriminator takes for real ones. What a step does with it stands in
/// `Trainer+AdversarialStep.swift`.
final class AdversarialTask: GeneratingTask {
  let configuration: RunConfiguration
  let network: GenerativeAdversarialNetwork
  let loss: AdversarialLoss
  /// What images are drawn by where the run keeps an average of its generator.
  let average: GeneratorAverage?
  /// Of the discriminator's slope; nil where the run has none.
  let penalty: DiscriminatorPenalty?
  var generation: GenerationEvaluator?
  /// What real images are told from 0 by: 1, or less with label smoothing.
  let realTarget: Float
  /// Of the training images of a conditional GAN; none where there is nothing to train.
  let labels: [UInt8]
  let classKey: RandomKey
  /// Changes what the discriminator sees; nil where it sees images as they are.
  let augmenter: ImageAugmenter?
  private let noiseKey: RandomKey
  private var noise = AlignedBuffer<Float>(count: 0)
  private var realImages = AlignedBuffer<Float>(count: 0)

  /// The places of the learners, as `GenerativeAdversarialNetwork.arenas` has them.
  static let generatorPlace = 0
  static let discriminatorPlace = 1

  /// - Throws: a usage failure where images of that size don't fit the model; of a conditional one 66 without labels, 65 for
  ///   labels beyond its classes.
  init(_ configuration: RunConfiguration, height: Int, width: Int, train: ImageDataset?) throws {
    self.configuration = configuration
    network = try configuration.makeAdversarialNetwork(height: height, width: width)
    loss = configuration.adversarialLoss!
    average = try configuration.averageDecay.map { decay in
      GeneratorAverage(
        decay: decay, network: try configuration.makeAdversarialNetwork(height: height, width: width))
    }
    penalty = DiscriminatorPenalty(configuration, discriminator: network.discriminator)
    if let classes = network.classCount, let train {
      labels = try checkedLabels(of: train, classes: classes, for: .conditionalGeneration)
    } else {
      labels = []
    }
    classKey = RandomKey(seed: configuration.seed, purpose: .adversarialClass)
    realTarget = Float(1 - (configuration.labelSmoothing ?? 0))
    augmenter = configuration.augmentation.map {
      ImageAugmenter($0, height: height, width: width, seed: configuration.seed)
    }
    noiseKey = RandomKey(seed: configuration.seed, purpose: .adversarialNoise)
  }

  var model: any TrainableModel { network }

  /// The average of the generator where there is one, else the generator itself.
  var generator: GenerativeModel { generator(onlyClass: nil) }

  /// - Parameter onlyClass: of all images; nil has every class in turn, where the network has classes.
  func generator(onlyClass: Int?) -> GenerativeModel {
    GenerativeModel(generator: average?.network ?? network, prior: nil, onlyClass: onlyClass)
  }

  /// Lets the average begin with the untrained generator.
  func beginAverage() {
    average?.begin(with: network)
  }

  var quantities: [LossMeter.Quantities] {
    [
      LossMeter.Quantities(prefix: "g_", names: ["g_loss"]),
      LossMeter.Quantities(
        prefix: "d_", names: ["d_loss"] + (penalty == nil ? [] : [Self.penaltyName]) + accuracies),
    ]
  }

  private static let penaltyName = "d_penalty"
  private var accuracies: [String] { loss.threshold != nil ? ["d_real_accuracy", "d_fake_accuracy"] : [] }

  /// The place of the penalty among the discriminator's quantities, where there is one.
  static let penaltyQuantity = 1

  /// The place of an accuracy among them; nil where logits alone tell nothing.
  func accuracyQuantity(_ role: AdversarialLoss.Role) -> Int? {
    guard loss.threshold != nil && role != .generator else { return nil }
    return (penalty == nil ? 1 : 2) + (role == .real ? 0 : 1)
  }

  /// What the discriminator takes of real images: [0, 1] as [-1, 1], (rows, pixels), valid until the next call.
  func prepare(images: UnsafePointer<Float>, pass: Pass) -> UnsafePointer<Float> {
    let count = pass.rowCount * network.pixelCount
    if realImages.count < count { realImages = AlignedBuffer(count: count) }
    rescale(images, scale: 2, offset: -1, into: realImages.pointer, count: count, team: pass.team)
    return UnsafePointer(realImages.pointer)
  }

  /// What the discriminator sees of images: changed copies where the run changes them.
  func show(
    _ images: UnsafePointer<Float>, as role: AdversarialLoss.Role, _ share: AdversarialShare, step: Int
  ) -> UnsafePointer<Float> {
    augmenter?.augment(
      images, as: role, places: share.places, step: step, update: share.draw, team: share.realPass.team)
      ?? images
  }

  /// Noise for the rows of a pass, (rows, latent dimension), valid until the next call: it depends on the seed, the step,
  /// the discriminator's update within it and the row's place in the global batch.
  ///
  /// - Parameter places: of the rows in the global batch.
  func drawNoise(places: Range<Int>, step: Int, draw: Int, team: ThreadTeam) -> UnsafePointer<Float> {
    let latent = network.latentDimension
    if noise.count < places.count * latent { noise = AlignedBuffer(count: places.count * latent) }
    let (base, key) = (noise.pointer, noiseKey)
    team.forEachRange(places.count) { rows in
      for row in rows {
        fillNormal(
          base + row * latent, count: latent, key: key, step: step, index: places.lowerBound + row, draw: draw
        )
      }
    }
    return UnsafePointer(base)
  }

  func score(_ images: ImageDataset, part: SplitPart, group: ProcessGroup, team: ThreadTeam) throws -> Scores
  {
    Scores(named: try scoreGeneratedImages(against: images, part: part))
  }

  func showpieces(splits: DataSplits, group: ProcessGroup, team: ThreadTeam) -> Showpieces {
    let samples = drawSamples(group: group, team: team)
    return group.isRoot ? Showpieces(samples: samples) : Showpieces()
  }
}
