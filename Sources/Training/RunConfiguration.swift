import Collectives
import ImageData
import NeuralNet
import TensorCore

/// Everything that decides a run. One flat struct: the command line, `config.toml` and a checkpoint all fill it, and a
/// test lists its option names so that it grows deliberately.
public struct RunConfiguration: Sendable, Equatable {
  // MARK: Model

  public var model: ModelName
  /// Widths of the hidden dense layers, of an encoder mirrored by the decoder; nil for models without.
  public var hidden: [Int]?
  /// Channels of the convolutions, of an encoder mirrored by the decoder; nil for models without.
  public var channels: [Int]?
  /// Numbers in a code; nil for models without codes.
  public var latent: Int?
  public var activation: Activation
  /// Of the code; nil for models without codes.
  public var latentActivation: Activation?
  /// The part of values that each dropout sets to zero in training; nil for models without.
  public var dropout: Double?
  /// Nil for models that don't rebuild images.
  public var loss: ReconstructionLoss?
  /// The part of similarity in the loss `mix`; nil takes the published one.
  public var mixAlpha: Double?
  /// The distribution of pixels given a variational autoencoder's code; nil for other models.
  public var likelihood: PixelLikelihood?
  /// What the divergence of a variational autoencoder counts; nil for other models.
  public var beta: Double?
  /// Updates over which it rises from 0; nil is 0.
  public var divergenceWarmup: Int?
  /// Nats of divergence that each dimension of a code counts at least; nil is 0.
  public var freeBits: Double?
  /// What a GAN's two networks make small; nil for other models.
  public var adversarialLoss: AdversarialLoss?
  /// What the target of real images is below 1; nil is 0.
  public var labelSmoothing: Double?
  /// Which images batch normalization takes its statistics from; nil for models without.
  public var batchNormScope: BatchNormScope?
  /// What keeps a GAN's discriminator from growing too steep; nil for other models.
  public var discriminatorNorm: DiscriminatorNorm?
  /// Whether a GAN draws and judges images by their class.
  public var isConditional = false
  /// Whether a GAN's discriminator sees how much the images of a batch differ.
  public var hasMinibatchStandardDeviation = false
  public var conventions: Conventions
  /// What the codes of generated images are drawn from; nil is `normal`.
  public var prior: CodePrior?

  // MARK: Optimisation

  public var learningRate: Float
  /// Of a GAN's discriminator; nil is `learningRate`.
  public var discriminatorRate: Float?
  /// Updates of a GAN's discriminator before each of its generator's; nil is 1.
  public var discriminatorSteps: Int?
  /// How the learning rates follow the batch.
  public var learningRateRule = LearningRateRule.none
  /// Of the squared gradient of a GAN's discriminator at real images; nil, which 0 becomes, is none.
  public var realGradientPenalty: Double? {
    didSet { if realGradientPenalty == 0 { realGradientPenalty = nil } }
  }
  /// Of that gradient's distance from length 1 between real and generated images; nil, which 0 becomes, is none.
  public var gradientPenalty: Double? {
    didSet { if gradientPenalty == 0 { gradientPenalty = nil } }
  }
  /// Random changes of all images that a GAN's discriminator sees; nil, which an empty list becomes, is none.
  public var augmentation: [ImageAugmentation]? {
    didSet { if augmentation == [] { augmentation = nil } }
  }
  /// Pixels that a training image is moved by at most, each time it is used; nil, which 0 becomes, moves none.
  public var shift: Int? {
    didSet { if shift == 0 { shift = nil } }
  }
  /// What the moving average of a GAN's generator keeps at each step; nil, which 0 becomes, is no average.
  public var averageDecay: Double? {
    didSet { if averageDecay == 0 { averageDecay = nil } }
  }
  public var optimizer = OptimizerSettings(name: .adam)
  public var schedule = ScheduleName.constant
  /// Updates over which the learning rate rises from 0.
  public var warmup = 0
  /// Updates between two steps of the schedule `step`.
  public var stepSize: Int?
  /// What the schedule `step` multiplies the learning rate by; nil is 0.1.
  public var gamma: Double?
  /// Where the schedule `cosine` ends; nil is 0.
  public var minimumLearningRate: Double?
  /// The largest norm of all gradients together that an update uses.
  public var clipNorm: Double?
  /// Samples in a global batch, over all ranks.
  public var batch = 128
  /// Sets `batch` to so many for each rank of the run's first start; it stays when the run resumes on other ranks.
  public var batchPerRank: Int? = nil
  /// Micro-batches that a batch goes through the model in.
  public var accumulate = 1
  public var epochs: Int
  /// Ends the run after this many updates, if sooner than `epochs`.
  public var steps: Int?
  /// Ends the run after this many evaluations without a lower validation loss; 0 never.
  public var patience = 0
  /// What a validation loss has to be lower by to count for `patience`; nil is 0.
  public var minimumDelta: Double?
  public var seed: UInt32 = 0

  // MARK: Data

  /// A folder of IDX files or an npy file; nil looks in the usual places.
  public var data: String?
  public var split = SplitScheme.official
  /// Takes so many of the last training images for validation; nil leaves that to the split.
  public var validation: Int?
  /// Trains on the first `limit` training images only.
  public var limit: Int?

  // MARK: Parallelism

  /// Logical shards of a batch: a power of two; fixes the arithmetic, whatever the number of ranks is.
  public var shards = 16
  /// Threads of each rank; nil takes the cores that the ranks of this host leave each other.
  public var threads: Int?
  public var allreduce = ReductionAlgorithm.tree
  /// Seconds that a rank waits for another before it ends the job; 0 waits for ever.
  public var hangTimeout = 60

  // MARK: The run's folder and its cadence

  public var runDirectory: String?
  /// `auto`, or a checkpoint's folder; nil starts afresh.
  public var resume: String?
  /// Evaluates after every so many epochs; 0 only at the end.
  public var evaluateEvery = 1
  /// Generates so many images at each evaluation to compare them with the monitored ones; 0 compares none.
  public var fidSamples = 0
  /// The network whose features they are compared in; nil is `fashion-cnn-v1`.
  public var features: FeatureNetworkName?
  /// The weights of Inception.
  public var featureWeights: String?
  /// Saves after every so many epochs; 0 only at the end.
  public var checkpointEvery = 1
  /// The newest checkpoints that stay, beside the best; 0 keeps all.
  public var keep = 3
  /// Writes a row of `metrics.jsonl` every so many steps.
  public var logEvery = 50
  /// Compares the ranks' parameters every so many steps; 0 never.
  public var checkEvery = 100

  /// The settings that a model is published with (Docs/models.md), before any option is applied.
  public static func defaults(for model: ModelName) -> RunConfiguration {
    switch model {
    case .denseAutoencoder:
      published(model, hidden: [128, 64], latent: 32, latentActivation: .relu, loss: .bce, epochs: 20)
    case .convolutionalAutoencoder:
      published(
        model, channels: [32, 64, 128], latent: 64, latentActivation: .identity, loss: .bce, epochs: 10)
    case .baselineAutoencoder:
      published(
        model, channels: [32, 32], latent: 128, latentActivation: .relu, loss: .mse, epochs: 100,
        patience: 10, split: .published801010)
    case .modifiedAutoencoder:
      published(
        model, channels: [32, 64, 128], latent: 128, latentActivation: .relu, loss: .mse, epochs: 100,
        patience: 10, split: .published801010)
    case .variationalAutoencoder:
      variational(model, hidden: [400])
    case .convolutionalVariationalAutoencoder:
      variational(model, channels: [32, 64, 128])
    case .gan:
      adversarial(model, hidden: [256, 512], norm: .none)
    case .convolutionalGAN:
      adversarial(model, channels: [64, 128], batchNormScope: .global, norm: .batch)
    case .classifier:
      RunConfiguration(
        model: model, hidden: ImageClassifier.defaultHidden, channels: ImageClassifier.defaultChannels,
        activation: .relu, dropout: ImageClassifier.defaultDropout, conventions: .torch,
        learningRate: 1e-3, schedule: .cosine, epochs: 20)
    }
  }

  /// What the variational autoencoders have in common.
  private static func variational(
    _ model: ModelName, hidden: [Int]? = nil, channels: [Int]? = nil
  ) -> RunConfiguration {
    RunConfiguration(
      model: model, hidden: hidden, channels: channels, latent: 20, activation: .relu,
      likelihood: .bernoulli, beta: 1, conventions: .torch, learningRate: 1e-3, epochs: 30)
  }

  /// What the GANs have in common.
  private static func adversarial(
    _ model: ModelName, hidden: [Int]? = nil, channels: [Int]? = nil, batchNormScope: BatchNormScope? = nil,
    norm: DiscriminatorNorm
  ) -> RunConfiguration {
    RunConfiguration(
      model: model, hidden: hidden, channels: channels, latent: 100, activation: .leakyReLU,
      adversarialLoss: .nonSaturating, batchNormScope: batchNormScope, discriminatorNorm: norm,
      conventions: .torch,
      learningRate: 2e-4, optimizer: OptimizerSettings(name: .adam, beta1: 0.5), epochs: 30,
      evaluateEvery: 5, fidSamples: 10_000)
  }

  /// What all published autoencoders have in common, beside what each has of its own.
  private static func published(
    _ model: ModelName, hidden: [Int]? = nil, channels: [Int]? = nil, latent: Int,
    latentActivation: Activation, loss: ReconstructionLoss, epochs: Int, patience: Int = 0,
    split: SplitScheme = .official
  ) -> RunConfiguration {
    RunConfiguration(
      model: model, hidden: hidden, channels: channels, latent: latent, activation: .relu,
      latentActivation: latentActivation, loss: loss, conventions: .keras, learningRate: 1e-3, epochs: epochs,
      patience: patience, split: split)
  }
}
