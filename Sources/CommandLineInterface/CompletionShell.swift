/// The shells that a completion script can be made for. Each script lists what the tables list, nothing else.
package enum CompletionShell: String, Sendable, CaseIterable {
  case bash
  case zsh
  case fish

  /// The script's text.
  package func script(program: String, commands: [CommandSpecification]) -> String {
    switch self {
    case .bash: bashCompletion(program, commands)
    case .zsh: zshCompletion(program, commands)
    case .fish: fishCompletion(program, commands)
    }
  }
}

extension OptionDescription {
  /// Every spelling of the option's name: `-q`, `--quiet`, `--no-quiet`.
  var spellings: [String] {
    (shortName.map { ["-\($0)"] } ?? []) + ["--\(name)"]
      + (form == .flag(isNegatable: true) ? ["--no-\(name)"] : [])
  }
}
