/// Completion for bash, to be sourced or put where bash-completion looks.
func bashCompletion(_ program: String, _ commands: [CommandSpecification]) -> String {
  let names = commands.map(\.name).joined(separator: " ")
  let shells = CompletionShell.allCases.map(\.rawValue).joined(separator: " ")
  let cases = commands.map(bashCase).joined(separator: "\n")
  return """
    # Completion of \(program) for bash. To use it: source <(\(program) --generate-completion-script bash)

    _\(program)_words() {
      COMPREPLY=($(compgen -W "$1" -- "$current"))
    }

    _\(program)_files() {
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
    }

    _\(program)() {
      local IFS=$' \\t\\n'
      local current="${COMP_WORDS[COMP_CWORD]}" previous="${COMP_WORDS[COMP_CWORD-1]}"
      # Bash takes --name=value apart at the equals sign.
      if [[ $current == "=" ]]; then
        current=""
      elif [[ $previous == "=" ]]; then
        previous="${COMP_WORDS[COMP_CWORD-2]}"
      fi
      COMPREPLY=()
      if ((COMP_CWORD == 1)); then
        _\(program)_words "\(names) help --generate-completion-script --version --help"
        return
      fi
      case "${COMP_WORDS[1]}" in
      help) _\(program)_words "\(names)" ;;
      --generate-completion-script) _\(program)_words "\(shells)" ;;
    \(cases)
      esac
    }

    complete -F _\(program) \(program)

    """

  func bashCase(_ command: CommandSpecification) -> String {
    var lines = ["  \(command.name))", "    case \"$previous\" in"]
    for option in command.options where option.form == .value {
      lines.append(
        "    \(option.spellings.joined(separator: "|"))) \(bashAction(option.completion)); return ;;")
    }
    lines.append("    esac")
    let spellings = command.options.filter { !$0.isArgument }.flatMap(\.spellings).joined(separator: " ")
    lines.append("    if [[ $current == -* ]]; then")
    lines.append("      _\(program)_words \"\(spellings)\"")
    if let argument = command.options.first(where: \.isArgument) {
      lines.append("    else")
      lines.append("      \(bashAction(argument.completion))")
    }
    lines.append(contentsOf: ["    fi", "    ;;"])
    return lines.joined(separator: "\n")
  }

  func bashAction(_ completion: OptionDescription.Completion) -> String {
    switch completion {
    case .nothing: ":"
    case .file: "_\(program)_files"
    case .values(let values): "_\(program)_words \"\(values.joined(separator: " "))\""
    }
  }
}
