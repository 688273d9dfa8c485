import Diagnostics
import Training

/// The preset that a command trains with, if any, by its name; already applied to the configuration.
package struct PresetChoice: Sendable, Equatable {
  package var name: String?

  static let option = OptionSpecification<PresetChoice>.option(
    "preset", "name", \.name, .name(among: Preset.all.map(\.name)), .model, .invocation,
    "Begin with settings of our own, which all other options override: "
      + Preset.all.map { "\($0.name) (\($0.model.rawValue): \($0.summary))" }.joined(separator: "; ") + ".",
    defaultText: "the model's published settings")

  /// The preset that the settings name last, if they name any. Throws a usage failure where there is none of that name.
  static func preset(in settings: [Setting]) throws(Failure) -> Preset? {
    guard let setting = settings.last(where: { $0.name == "preset" }) else { return nil }
    var choice = PresetChoice()
    try apply(setting, to: &choice, by: [option])
    return Preset.all.first { $0.name == choice.name }
  }

  /// A preset names its model.
  @Sendable static func implied(by settings: [Setting]) throws -> [Setting] {
    let model = try preset(in: settings)?.model
    return model.map { [Setting(name: "model", value: $0.rawValue, origin: .commandLine)] } ?? []
  }

  /// What options override: the named preset, or the named model's published settings.
  static func defaults(for settings: [Setting]) throws(Failure) -> RunConfiguration {
    try RunOptions.defaults(for: settings, preset: try preset(in: settings))
  }

  /// The configurations whose defaults the help shows: the named preset's, or the named model's, or those of all models.
  static func helpDefaults(for settings: [Setting]) -> [RunConfiguration] {
    if let preset = try? preset(in: settings) { return [preset.configuration] }
    let models = ModelName.allCases
    let named = models.filter { model in
      settings.contains { $0.name == "model" && $0.value == model.rawValue }
    }
    return (named.isEmpty ? models : named).map { .defaults(for: $0) }
  }
}
