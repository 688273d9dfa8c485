/// Settings of our own for a model, by a name, beside those it is published with. They are defaults: configuration
/// files and options override them.
public struct Preset: Sendable {
  public let name: String
  public let model: ModelName
  /// What it is, for the help: no capital, no full stop.
  public let summary: String
  private let apply: @Sendable (inout RunConfiguration) -> Void

  /// The model's published settings with this preset's put over them.
  public var configuration: RunConfiguration {
    var configuration = RunConfiguration.defaults(for: model)
    apply(&configuration)
    return configuration
  }
}

extension Preset {
  /// All presets, in the order of the help.
  public static let all = [
    Preset(
      name: "dense-784-128", model: .denseAutoencoder, summary: "784-128-784 on 80/10/10"
    ) {
      $0.hidden = []
      $0.latent = 128
      $0.split = .published801010
    },
    // With 64 numbers the wider settings, with channels 24, 48 and 96, gained nothing by the fifteenth epoch.
    similarity(latent: 128, then: widerSettings), similarity(latent: 64), similarity(latent: 32),
    Preset(
      name: "fid-mixture", model: .modifiedAutoencoder,
      summary: "ssim-64 on the official split, a mixture of 50 as prior"
    ) {
      similaritySettings(&$0, latent: 64)
      $0.split = .official
      $0.patience = 0
      $0.prior = .mixture(components: 50)
    },
    Preset(
      name: "fid-vae", model: .variationalAutoencoder,
      summary: "a tenth of the divergence, wider, a mixture of 50 as prior"
    ) {
      $0.hidden = [1024]
      $0.latent = 32
      $0.beta = 0.1
      $0.batch = 64
      $0.schedule = .cosine
      $0.prior = .mixture(components: 50)
    },
    Preset(
      name: "fid-dcgan", model: .convolutionalGAN,
      summary: "wider, 16 numbers of noise, classes, an average, small batches at a high rate"
    ) {
      $0.channels = [96, 192]
      $0.latent = 16
      $0.isConditional = true
      $0.hasMinibatchStandardDeviation = true
      $0.averageDecay = 0.999
      $0.batch = 64
      $0.learningRate = 1e-3
      $0.schedule = .cosine
      // With the published channels nothing was gained after 15 of 30 epochs: the discriminator came to know the training images.
      $0.epochs = 15
    },
  ]

  private static func similarity(
    latent: Int, then change: @escaping @Sendable (inout RunConfiguration) -> Void = { _ in }
  ) -> Preset {
    Preset(
      name: "ssim-\(latent)", model: .modifiedAutoencoder, summary: "the most SSIM for \(latent) numbers"
    ) {
      similaritySettings(&$0, latent: latent)
      change(&$0)
    }
  }

  /// `modified-ae` at a quarter of its arithmetic, trained for the similarity itself with four times the updates an epoch.
  private static func similaritySettings(_ configuration: inout RunConfiguration, latent: Int) {
    configuration.channels = [16, 32, 64]
    configuration.latent = latent
    configuration.activation = .leakyReLU
    configuration.latentActivation = .identity
    configuration.loss = .ssim
    configuration.batch = 32
    configuration.learningRate = 2e-3
    configuration.schedule = .cosine
    configuration.epochs = 30
  }

  /// The published widths, and twice the updates an epoch of the other similarity presets; with shifts, since the wider model
  /// would learn the images by heart, and a warm-up, without which its loss may rise to 0.8 and stay there.
  private static func widerSettings(_ configuration: inout RunConfiguration) {
    configuration.channels = [32, 64, 128]
    configuration.batch = 16
    configuration.warmup = 1000
    configuration.shift = 1
    configuration.epochs = 45
  }
}
