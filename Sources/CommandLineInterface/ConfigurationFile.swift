import Artifacts
import Diagnostics

/// Configuration files: a TOML subset whose keys are the names of options.
///
/// All keys stand at the top, none in a table, so that whoever knows an option knows its key: `--batch 64` is
/// `batch = 64`.
package enum ConfigurationFile {
  /// The settings that the file at `path` holds, in its order. Throws a bad configuration with the line of its first
  /// fault, or `FileSystem`'s failure where the file can't be read.
  package static func settings(at path: String, by options: [OptionDescription]) throws -> [Setting] {
    guard let text = String(validating: try FileSystem.read(path), as: UTF8.self) else {
      throw Failure(.badConfiguration, "The configuration file '\(path)' is not UTF-8 text")
    }
    return try settings(in: text, path: path, by: options)
  }

  /// The settings that `text` holds; `path` is for the messages.
  package static func settings(
    in text: String, path: String, by options: [OptionDescription]
  ) throws(Failure) -> [Setting] {
    let entries: [TOMLParser.Entry]
    do {
      entries = try TOMLParser.parse(text)
    } catch {
      throw Failure(.badConfiguration, "\(path):\(error.line): \(error.message)")
    }
    let keys = options.filter { $0.role != .invocation }
    var settings: [Setting] = []
    for entry in entries {
      let option = try option(for: entry, among: keys, path: path)
      guard entry.value.isA(option.kind) else {
        throw Failure(
          .badConfiguration,
          "\(path):\(entry.line): '\(option.name)' takes \(option.kind.rawValue), not \(entry.value.typeName)",
          help: "\(option.name)  \(option.help)")
      }
      settings.append(
        Setting(name: option.name, value: entry.value.text, origin: .file(path: path, line: entry.line)))
    }
    return settings
  }

  private static func option(
    for entry: TOMLParser.Entry, among keys: [OptionDescription], path: String
  ) throws(Failure) -> OptionDescription {
    let name = entry.path.joined(separator: ".")
    if let option = keys.first(where: { $0.name == name }) { return option }
    throw Failure(
      .badConfiguration,
      "\(path):\(entry.line): Unknown key '\(name)'\(didYouMean(entry.path.last!, among: keys.map(\.name)))",
      help: "The keys are the names of options, as 'atelier train --help' lists them.")
  }
}

// MARK: - Writing

extension ConfigurationFile {
  /// The values that `target` holds, in the table's order and beneath their groups' titles, for the entries that
  /// `isKept` chooses. Read back onto the same defaults it gives the same values.
  package static func text<Target>(
    of target: Target, by table: [OptionSpecification<Target>], where isKept: (OptionDescription) -> Bool
  ) -> String {
    var lines: [String] = []
    var group: OptionGroup?
    for entry in table where isKept(entry.description) {
      guard let value = entry.show(target) else { continue }
      if entry.description.group != group, entry.description.group != .arguments {
        group = entry.description.group
        lines.append(contentsOf: ["", "# \(entry.description.group.rawValue)"])
      }
      lines.append("\(entry.description.name) = \(value.literal)")
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
