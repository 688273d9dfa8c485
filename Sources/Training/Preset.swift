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
    }
  ]
}
