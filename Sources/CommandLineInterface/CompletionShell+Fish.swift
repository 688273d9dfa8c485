/// Completion for fish, to be put in `~/.config/fish/completions`.
func fishCompletion(_ program: String, _ commands: [CommandSpecification]) -> String {
  let names = commands.map(\.name)
  let none = "__fish_use_subcommand"
  var lines = [
    "# Completion of \(program) for fish.",
    "# To use it: \(program) --generate-completion-script fish > ~/.config/fish/completions/\(program).fish",
    "",
    "complete -c \(program) -f",
    "complete -c \(program) -n \(none) -l generate-completion-script -x -d 'Print a completion script.' "
      + "-a '\(CompletionShell.allCases.map(\.rawValue).joined(separator: " "))'",
    "complete -c \(program) -n \(none) -l version -d 'Show the version.'",
    "complete -c \(program) -n \(none) -s h -l help -d 'Show help information.'",
    "complete -c \(program) -n \(none) -a help -d 'Show help of a subcommand.'",
    "complete -c \(program) -n '__fish_seen_subcommand_from help' -a '\(names.joined(separator: " "))'",
  ]
  for command in commands {
    lines.append("")
    lines.append("complete -c \(program) -n \(none) -a \(command.name) -d '\(fishQuoted(command.overview))'")
    lines += command.options.flatMap { fishLines($0, of: command) }
  }
  return lines.joined(separator: "\n") + "\n"

  func fishLines(_ option: OptionDescription, of command: CommandSpecification) -> [String] {
    let start = "complete -c \(program) -n '__fish_seen_subcommand_from \(command.name)'"
    let short = option.shortName.map { " -s \($0)" } ?? ""
    let help = "-d '\(fishQuoted(option.help))'"
    switch option.form {
    case .argument: return ["\(start)\(fishAction(option.completion, isExclusive: false))"]
    case .value:
      return ["\(start)\(short) -l \(option.name)\(fishAction(option.completion, isExclusive: true)) \(help)"]
    case .flag(let isNegatable):
      return ["\(start)\(short) -l \(option.name) \(help)"]
        + (isNegatable ? ["\(start) -l no-\(option.name) \(help)"] : [])
    }
  }

  func fishAction(_ completion: OptionDescription.Completion, isExclusive: Bool) -> String {
    switch completion {
    case .nothing: isExclusive ? " -x" : ""
    case .file: isExclusive ? " -r -F" : " -F"
    case .values(let values): (isExclusive ? " -x" : "") + " -a '\(values.joined(separator: " "))'"
    }
  }
}

private func fishQuoted(_ text: String) -> String {
  text.map { $0 == "'" || $0 == "\\" ? "\\\($0)" : String($0) }.joined()
}
