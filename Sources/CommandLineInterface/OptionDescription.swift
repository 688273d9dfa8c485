/// What the help, the parser, the configuration file and the completion scripts need to know about one option or
/// argument; how its value is read and shown is in ``OptionSpecification``.
package struct OptionDescription: Sendable, Equatable {
  /// How it is written on the command line.
  package enum Form: Sendable, Equatable {
    /// `<model>`, by position.
    case argument(isRequired: Bool)
    /// `--json`, and where negatable `--no-json`.
    case flag(isNegatable: Bool)
    /// `--batch <n>` or `--batch=<n>`.
    case value
  }

  /// The type of its value in a configuration file.
  package enum Kind: String, Sendable {
    case boolean = "true or false"
    case integer = "an integer"
    case number = "a number"
    case string = "a string"
    case integers = "an array of integers"
  }

  /// Which words a shell offers for its value.
  package enum Completion: Sendable, Equatable {
    case nothing
    case file
    case values([String])
  }

  /// What it decides, and so where it is kept and whether a resumed run may change it.
  package enum Role: Sendable {
    /// Enters the arithmetic: kept in `config.toml`, and fixed when a run is resumed.
    case arithmetic
    /// Decides what is trained on, how long and how often: kept in `config.toml`, free when a run is resumed.
    case recorded
    /// Belongs to this machine or this start: never kept, but a configuration file may hold it.
    case local
    /// Steers the command itself: on the command line only.
    case invocation
  }

  package var form: Form
  /// The long name, without dashes; the key in a configuration file.
  package let name: String
  package var shortName: Character?
  /// What stands between angle brackets; empty for a flag.
  package var valueName = ""
  package let group: OptionGroup
  package let help: String
  /// Shown where the default is no value, but a choice made later.
  package var defaultText: String?
  package var kind = Kind.boolean
  package var completion = Completion.nothing
  package var role = Role.invocation
  /// Whether an argument, the last one, takes all further words by position.
  package var isRepeated = false

  /// The only values it takes, where they can be listed.
  package var allowedValues: [String]? {
    if case .values(let values) = completion { values } else { nil }
  }

  /// As errors and completion name it: `--batch <n>`, `--json`, `<model>`.
  package var spelling: String {
    switch form {
    case .argument: "<\(valueName)>"
    case .flag: "--\(name)"
    case .value: "--\(name) <\(valueName)>"
    }
  }

  /// The help's first two columns in one line, for errors.
  package var reminder: String { "\(spelling)  \(help)" }

  package var isArgument: Bool {
    if case .argument = form { true } else { false }
  }

  package var isFlag: Bool {
    if case .flag = form { true } else { false }
  }

  /// As the help's left column names it: `-q, --quiet`, `--json/--no-json`.
  package var label: String {
    let long = form == .flag(isNegatable: true) ? "--\(name)/--no-\(name)" : spelling
    guard let shortName else { return long }
    return "-\(shortName), \(long)"
  }
}

/// A titled section of the help, and a heading of `config.toml`.
package enum OptionGroup: String, Sendable, CaseIterable {
  case arguments = "Arguments"
  case sweep = "Sweep"
  case model = "Model"
  case optimisation = "Optimisation"
  case data = "Data"
  case parallelism = "Parallelism"
  case runFolder = "Run folder"
  case output = "Output"
  case options = "Options"
}
