import Diagnostics

/// One value that the user gave, with where it was given: settings are collected first and stored afterwards, because
/// the defaults beneath them depend on one of them, the model.
package struct Setting: Sendable, Equatable {
  /// Where a setting comes from, for the messages about it.
  package enum Origin: Sendable, Equatable {
    case commandLine
    case file(path: String, line: Int)
  }

  package let name: String
  package let value: String
  package let origin: Origin
}

/// Stores `setting` in `target` by the entry of that name.
///
/// Throws a usage failure, or a failure of the configuration file that the setting is from, when the value can't be
/// read.
package func apply<Target>(
  _ setting: Setting, to target: inout Target, by table: [OptionSpecification<Target>]
) throws(Failure) {
  guard let entry = table.first(where: { $0.description.name == setting.name }) else {
    preconditionFailure("the table has no entry '\(setting.name)'")
  }
  if entry.read(&target, setting.value) { return }
  let description = entry.description
  switch setting.origin {
  case .commandLine:
    throw Failure(
      .usage,
      "The value '\(setting.value)' is invalid for '\(description.spelling)'. Please provide \(entry.expectation).",
      help: description.reminder)
  case .file(let path, let line):
    throw Failure(
      .badConfiguration,
      "\(path):\(line): The value '\(setting.value)' is invalid for '\(setting.name)'. "
        + "Please provide \(entry.expectation).",
      help: "\(setting.name)  \(description.help)")
  }
}
