import Diagnostics

/// Turns the words after a command's name into settings, by the rules that Swift's own tools follow.
///
/// `--name value`, `--name=value`, `-x value`, `-x=value`, `-abc` for three flags, `--no-name` for a negatable flag, and
/// `--` to end the options. A value may begin with a dash only as `--name=-value` or as a number. Of repeated options the
/// last counts, unless the option collects its values.
package struct ArgumentParser {
  let options: [OptionDescription]
  let arguments: [OptionDescription]
  private var settings: [Setting] = []
  private var positionals: [String] = []

  package init(_ descriptions: [OptionDescription]) {
    options = descriptions.filter { !$0.isArgument }
    arguments = descriptions.filter(\.isArgument)
  }

  /// The settings in the order given. Required arguments may still be missing: a configuration file can hold them.
  package static func parse(_ words: [String], by descriptions: [OptionDescription]) throws(Failure)
    -> [Setting]
  {
    var parser = ArgumentParser(descriptions)
    try parser.scan(words)
    return parser.settings
  }

  private mutating func scan(_ words: [String]) throws(Failure) {
    var remaining = words[...]
    while let word = remaining.popFirst() {
      if word == "--" {
        positionals += remaining
        break
      } else if word.hasPrefix("--") {
        try readLong(word, &remaining)
      } else if word.hasPrefix("-"), word != "-" {
        try readShort(word, &remaining)
      } else {
        positionals.append(word)
      }
    }
    try assignPositionals()
  }

  private mutating func readLong(_ word: String, _ remaining: inout ArraySlice<String>) throws(Failure) {
    let (name, attached) = split(word.dropFirst(2))
    if let option = options.first(where: { $0.name == name }) {
      try read(option, attached: attached, &remaining)
    } else if name.hasPrefix("no-"),
      let option = options.first(where: {
        $0.name == name.dropFirst(3) && $0.form == .flag(isNegatable: true)
      })
    {
      try rejectValue(attached, of: "--\(name)")
      settings.append(Setting(name: option.name, value: "false", origin: .commandLine))
    } else {
      let names = options.flatMap { option in
        option.form == .flag(isNegatable: true)
          ? ["--\(option.name)", "--no-\(option.name)"] : ["--\(option.name)"]
      }
      throw Failure(.usage, "Unknown option '--\(name)'\(didYouMean("--" + name, among: names))")
    }
  }

  private mutating func readShort(_ word: String, _ remaining: inout ArraySlice<String>) throws(Failure) {
    let (letters, attached) = split(word.dropFirst())
    let isLongName = letters.count > 1 && options.contains { $0.name == letters }
    for (index, letter) in letters.enumerated() {
      guard !isLongName, let option = options.first(where: { $0.shortName == letter }) else {
        let names = letters.count > 1 ? options.map { "--" + $0.name } : []
        throw Failure(.usage, "Unknown option '-\(letters)'\(didYouMean("--" + letters, among: names))")
      }
      if index == letters.count - 1 {
        try read(option, attached: attached, &remaining)
      } else {
        guard option.isFlag else { throw option.missingValue }
        settings.append(Setting(name: option.name, value: "true", origin: .commandLine))
      }
    }
  }

  private mutating func read(
    _ option: OptionDescription, attached: String?, _ remaining: inout ArraySlice<String>
  ) throws(Failure) {
    if option.isFlag {
      try rejectValue(attached, of: "--\(option.name)")
      settings.append(Setting(name: option.name, value: "true", origin: .commandLine))
      return
    }
    var value = attached
    if value == nil, let next = remaining.first, Self.canBeValue(next) {
      value = remaining.removeFirst()
    }
    guard let value else { throw option.missingValue }
    settings.append(Setting(name: option.name, value: value, origin: .commandLine))
  }

  private mutating func assignPositionals() throws(Failure) {
    let repeated = arguments.last.flatMap { $0.isRepeated ? $0 : nil }
    if positionals.count > arguments.count && repeated == nil {
      let extra = positionals[arguments.count...].map { "'\($0)'" }
      throw Failure(
        .usage,
        extra.count == 1
          ? "Unexpected argument \(extra[0])"
          : "\(extra.count) unexpected arguments: \(extra.joined(separator: ", "))")
    }
    for (argument, value) in zip(arguments, positionals) {
      settings.append(Setting(name: argument.name, value: value, origin: .commandLine))
    }
    guard let repeated else { return }
    for value in positionals.dropFirst(arguments.count) {
      settings.append(Setting(name: repeated.name, value: value, origin: .commandLine))
    }
  }

  private func rejectValue(_ value: String?, of spelling: String) throws(Failure) {
    if let value {
      throw Failure(.usage, "The option '\(spelling)' does not take any value, but '\(value)' was specified")
    }
  }

  /// What stands before and after the first equals sign.
  private func split(_ word: Substring) -> (name: String, value: String?) {
    guard let equals = word.firstIndex(of: "=") else { return (String(word), nil) }
    return (String(word[..<equals]), String(word[word.index(after: equals)...]))
  }

  /// A word after an option is its value unless it looks like an option; numbers may be negative.
  private static func canBeValue(_ word: String) -> Bool {
    !word.hasPrefix("-") || word == "-" || Double(word) != nil
  }
}

extension OptionDescription {
  /// The option stands at the end, or before another option.
  package var missingValue: Failure {
    Failure(.usage, "Missing value for '\(spelling)'", help: reminder)
  }

  /// Neither the command line nor a configuration file gives the argument.
  package var missingArgument: Failure {
    let values = allowedValues.map { " (values: \($0.joined(separator: ", ")))" } ?? ""
    return Failure(.usage, "Missing expected argument '\(spelling)'", help: reminder + values)
  }
}
