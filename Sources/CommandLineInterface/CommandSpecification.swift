import Diagnostics

/// One of the program's commands: its name, its table of options, and what it does. Adding a command is adding one of
/// these to the program's list.
package struct CommandSpecification: Sendable {
  /// A command with its options read, ready to be carried out.
  package typealias Run = @Sendable (Console) throws -> ExitCode

  package let name: String
  package let overview: String
  /// Shown under the overview as it is, so already in lines; examples belong here.
  package let discussion: String
  package let options: [OptionDescription]
  /// Reads the words after the command's name; nil where one of them asks for help.
  package let prepare: @Sendable ([String]) throws -> Run?
  /// The defaults to show in the help, one for each option, given the words after the command's name.
  package let defaultTexts: @Sendable ([String]) -> [String?]

  /// A command whose options fill a `Target`.
  ///
  /// - Parameters:
  ///   - configurationOption: the option that names configuration files, if the command reads any.
  ///   - implied: settings that follow from those given, and that those override.
  ///   - defaults: what the options are applied to, which may depend on some of them.
  ///   - helpDefaults: the possible defaults when only some settings are known; the help shows what they agree on.
  ///   - body: carries the command out.
  package init<Target: Sendable>(
    name: String, overview: String, discussion: String = "", table: [OptionSpecification<Target>],
    configurationOption: String? = nil,
    implied: @escaping @Sendable ([Setting]) throws -> [Setting] = { _ in [] },
    defaults: @escaping @Sendable ([Setting]) throws(Failure) -> Target,
    helpDefaults: @escaping @Sendable ([Setting]) -> [Target],
    body: @escaping @Sendable (Target, Console) throws -> ExitCode
  ) {
    self.name = name
    self.overview = overview
    self.discussion = discussion
    let options = table.map(\.description) + Self.common
    self.options = options
    prepare = { words in
      var settings = try ArgumentParser.parse(words, by: options)
      if settings.contains(where: { $0.name == "help" }) { return nil }
      if let configurationOption {
        settings = try Self.withConfigurationFiles(settings, namedBy: configurationOption, options)
      }
      settings = try implied(settings) + settings
      for option in options where option.form == .argument(isRequired: true) {
        guard settings.contains(where: { $0.name == option.name }) else { throw option.missingArgument }
      }
      var target = try defaults(settings)
      for setting in settings { try apply(setting, to: &target, by: table) }
      let resolved = target
      return { console in try body(resolved, console) }
    }
    defaultTexts = { words in
      let helpless = words.filter { !Program.isHelpFlag($0) }
      let targets = helpDefaults((try? ArgumentParser.parse(helpless, by: options)) ?? [])
      return table.map { entry in
        guard !entry.description.isArgument else { return nil }
        let texts = targets.map { Self.defaultText(entry, $0) }
        return texts.allSatisfy { $0 == texts.first } ? texts.first ?? nil : "the model's"
      } + Self.common.map { _ in nil }
    }
  }

  /// Understood by every command, and by the program itself.
  package static let common = [
    OptionDescription(
      form: .flag(isNegatable: false), name: "version", group: .options, help: "Show the version."),
    OptionDescription(
      form: .flag(isNegatable: false), name: "help", shortName: "h", group: .options,
      help: "Show help information."),
  ]

  /// The files' settings, in the order the files are named, before those of the command line.
  private static func withConfigurationFiles(
    _ settings: [Setting], namedBy option: String, _ options: [OptionDescription]
  ) throws -> [Setting] {
    var result: [Setting] = []
    for setting in settings where setting.name == option {
      result += try ConfigurationFile.settings(at: setting.value, by: options)
    }
    return result + settings
  }

  private static func defaultText<Target>(_ entry: OptionSpecification<Target>, _ target: Target) -> String? {
    guard let value = entry.show(target) else { return entry.description.defaultText }
    return value == .boolean(false) ? nil : value.text
  }
}
