/// Help in the layout of Swift's own tools: section titles in capitals, labels indented by 2, descriptions from column
/// 26, wrapped to the terminal.
package enum HelpText {
  private static let labelIndent = 2
  private static let descriptionColumn = 26

  /// A titled list of labels with what they mean.
  package struct Section {
    package let title: String
    package var rows: [(label: String, text: String)]
  }

  /// `OVERVIEW`, `USAGE`, the sections that have rows, and a closing line where there is one.
  package static func page(
    overview: String, discussion: String, usage: String, sections: [Section], closing: String?, width: Int
  ) -> String {
    var blocks = [wrapped("OVERVIEW: \(overview)", width: width, indent: 0)]
    if !discussion.isEmpty { blocks.append(discussion) }
    blocks.append("USAGE: \(usage)")
    for section in sections where !section.rows.isEmpty {
      let rows = section.rows.map { row($0.label, $0.text, width: width) }
      blocks.append("\(section.title.uppercased()):\n\(rows.joined(separator: "\n"))")
    }
    if let closing { blocks.append("  \(closing)") }
    return blocks.joined(separator: "\n\n") + "\n"
  }

  /// The sections of a command, in the order of the groups.
  package static func sections(_ options: [OptionDescription], defaults: [String?]) -> [Section] {
    OptionGroup.allCases.map { group in
      Section(
        title: group.rawValue,
        rows: zip(options, defaults).filter { $0.0.group == group }.map { option, value in
          (
            option.label,
            option.help + suffix(values: option.allowedValues, default: value ?? option.defaultText)
          )
        })
    }
  }

  /// What follows the command's name: the options one by one while they are few, then the arguments.
  package static func synopsis(_ options: [OptionDescription]) -> String {
    let fewEnough = 12
    let common = CommandSpecification.common
    let named = options.filter { !$0.isArgument && !common.contains($0) }.map {
      "[\($0.label.split(separator: ", ").last!)]"
    }
    let arguments = options.filter(\.isArgument).map { option in
      let spelling = option.isRepeated ? "\(option.spelling) ..." : option.spelling
      return option.form == .argument(isRequired: true) ? spelling : "[\(spelling)]"
    }
    return ((named.count > fewEnough ? ["[<options>]"] : named) + arguments).joined(separator: " ")
  }

  private static func suffix(values: [String]?, default value: String?) -> String {
    let parts = [values.map { "values: " + $0.joined(separator: ", ") }, value.map { "default: \($0)" }]
    let text = parts.compactMap { $0 }.joined(separator: "; ")
    return text.isEmpty ? "" : " (\(text))"
  }

  private static func row(_ label: String, _ text: String, width: Int) -> String {
    let description = wrapped(text, width: width, indent: descriptionColumn)
    let label = String(repeating: " ", count: labelIndent) + label
    return label.count < descriptionColumn
      ? label + description.dropFirst(label.count) : "\(label)\n\(description)"
  }

  /// `text` in lines of at most `width` columns, each indented; words longer than a line are left whole.
  package static func wrapped(_ text: String, width: Int, indent: Int) -> String {
    let room = max(20, width - indent)
    var lines: [String] = []
    var line = ""
    for word in text.split(separator: " ") {
      if !line.isEmpty, line.count + 1 + word.count > room {
        lines.append(line)
        line = ""
      }
      line += line.isEmpty ? word : " " + word
    }
    lines.append(line)
    return lines.map { String(repeating: " ", count: indent) + $0 }.joined(separator: "\n")
  }
}
