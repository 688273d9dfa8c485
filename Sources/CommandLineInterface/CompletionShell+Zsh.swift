/// Completion for zsh, to be put in a folder of `$fpath` as `_atelier`.
func zshCompletion(_ program: String, _ commands: [CommandSpecification]) -> String {
  let listed = commands.map { "      '\(zshDescribed($0.name, $0.overview))'" }.joined(separator: "\n")
  let cases = commands.map(zshCase).joined(separator: "\n")
  let shells = CompletionShell.allCases.map(\.rawValue).joined(separator: " ")
  return """
    #compdef \(program)
    # Completion of \(program) for zsh. To use it: \(program) --generate-completion-script zsh > "${fpath[1]}/_\(program)"

    _\(program)() {
      local context state line
      local -a subcommands
      subcommands=(
    \(listed)
          'help:Show help of a subcommand.'
      )
      _arguments -C \\
        '--generate-completion-script[Print a completion script.]:shell:(\(shells))' \\
        '--version[Show the version.]' \\
        '(-h --help)'{-h,--help}'[Show help information.]' \\
        '1: :->subcommand' \\
        '*:: :->words' && return
      case $state in
      subcommand) _describe subcommand subcommands ;;
      words)
        case $words[1] in
        help) _describe subcommand subcommands ;;
    \(cases)
        esac
        ;;
      esac
    }

    if [[ $funcstack[1] == _\(program) ]]; then
      _\(program) "$@"
    else
      compdef _\(program) \(program)
    fi

    """

  func zshCase(_ command: CommandSpecification) -> String {
    let specifications = command.options.map { "          \(zshSpecification($0))" }
    return "    \(command.name))\n      _arguments \\\n\(specifications.joined(separator: " \\\n"))\n      ;;"
  }

  func zshSpecification(_ option: OptionDescription) -> String {
    let action = zshAction(option.completion)
    let help = zshQuoted(option.help)
    switch option.form {
    case .argument: return "'\(option.isRepeated ? "*" : ""):\(option.valueName):\(action)'"
    case .value:
      // The plus and the equals sign say that the value may follow as a word or be attached.
      let rest = "[\(help)]:\(zshQuoted(option.valueName)):\(action)'"
      guard let short = option.shortName else { return "'--\(option.name)=\(rest)" }
      return "'(-\(short) --\(option.name))'{-\(short)+,--\(option.name)=}'\(rest)"
    case .flag:
      let spellings = option.spellings
      if spellings.count == 1 { return "'\(spellings[0])[\(help)]'" }
      return "'(\(spellings.joined(separator: " ")))'{\(spellings.joined(separator: ","))}'[\(help)]'"
    }
  }

  func zshAction(_ completion: OptionDescription.Completion) -> String {
    switch completion {
    case .nothing: " "
    case .file: "_files"
    case .values(let values): "(\(values.joined(separator: " ")))"
    }
  }
}

private func zshDescribed(_ name: String, _ text: String) -> String {
  "\(name):\(zshQuoted(text))"
}

/// Text for use between single quotes, inside a specification where brackets and colons have a meaning.
private func zshQuoted(_ text: String) -> String {
  var result = ""
  for character in text {
    switch character {
    case "'": result += "'\\''"
    case "[", "]", ":", "\\": result += "\\\(character)"
    default: result.append(character)
    }
  }
  return result
}
