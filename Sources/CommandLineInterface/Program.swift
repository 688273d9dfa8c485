import Diagnostics
import Glibc

/// `atelier`: finds the command that the arguments name, reads its options, and runs it.
///
/// Every rank reads the same arguments, so all ranks find the same usage errors and leave with the same code before
/// MPI is initialised; only rank 0 has a console.
package struct Program: Sendable {
  package static let name = "atelier"
  package static let version = "0.1.0"
  private static let overview =
    "Data-parallel training of image autoencoders, VAEs and GANs, with the same bytes at any number of ranks."
  private static let completionFlag = "--generate-completion-script"

  package let commands: [CommandSpecification]
  let console: Console

  package init(commands: [CommandSpecification], console: Console) {
    self.commands = commands
    self.console = console
  }

  /// The commands that this version has.
  package static let commands = [
    trainCommand, sweepCommand, sampleCommand, encodeCommand, decodeCommand, reconstructCommand,
    interpolateCommand,
    traverseCommand, manifoldCommand, scatterCommand, evaluateCommand, compareCommand,
    exportCommand, dataCommand, benchCommand,
  ]

  /// Carries out the command line `arguments`, whose first word is the program's own name, and returns the exit code.
  package func run(arguments: [String]) -> Int32 {
    do {
      return try dispatch(Array(arguments.dropFirst())).rawValue
    } catch let failure as Failure {
      report(failure)
      return failure.code.rawValue
    } catch {
      report(Failure(.failure, "\(error)"))
      return ExitCode.failure.rawValue
    }
  }

  private func dispatch(_ words: [String]) throws -> ExitCode {
    guard let first = words.first else { return show(help) }
    if first == "help" { return try showHelp(of: words.dropFirst().first) }
    if first == Self.completionFlag || first.hasPrefix(Self.completionFlag + "=") {
      return try showCompletion(words)
    }
    if first.hasPrefix("-") { return try readProgramFlag(first) }
    guard let command = commands.first(where: { $0.name == first }) else { return unknownCommand(first) }
    let rest = Array(words.dropFirst())
    let beforeTerminator = rest.prefix { $0 != "--" }
    if beforeTerminator.contains(where: Self.isHelpFlag) { return show(help(of: command, words: rest)) }
    if beforeTerminator.contains("--version") { return show(Self.version + "\n") }
    let run: CommandSpecification.Run?
    do {
      run = try command.prepare(rest)
    } catch let error as Failure {
      if error.code == .usage {
        report(error, usageOf: command)
      } else {
        console.reportOwn(error)
      }
      return error.code
    }
    guard let run else { return show(help(of: command, words: rest)) }
    return try run(console)
  }

  private func readProgramFlag(_ word: String) throws(Failure) -> ExitCode {
    if Self.isHelpFlag(word) { return show(help) }
    if word == "--version" { return show(Self.version + "\n") }
    let known = ["--help", "--version", Self.completionFlag]
    return fail(Failure(.usage, "Unknown option '\(word)'\(didYouMean(word, among: known))"))
  }

  private func unknownCommand(_ word: String) -> ExitCode {
    let names = commands.map(\.name) + ["help"]
    let listed = names.map { "'\($0)'" }.joined(separator: ", ")
    return fail(
      Failure(
        .usage, "Unknown subcommand '\(word)'\(didYouMean(word, among: names))",
        help: "The subcommands are \(listed)."))
  }

  private func showCompletion(_ words: [String]) throws(Failure) -> ExitCode {
    let value =
      words[0].split(separator: "=", maxSplits: 1).dropFirst().first.map(String.init)
      ?? words.dropFirst().first
    guard let value, let shell = CompletionShell(rawValue: value) else {
      let names = CompletionShell.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", ")
      return fail(
        Failure(
          .usage,
          value.map { "The value '\($0)' is invalid for '\(Self.completionFlag) <shell>'" }
            ?? "Missing value for '\(Self.completionFlag) <shell>'",
          help: "The shells are \(names)."))
    }
    return show(shell.script(program: Self.name, commands: commands))
  }

  /// Whether the word asks for help.
  package static func isHelpFlag(_ word: String) -> Bool {
    word == "-h" || word == "--help"
  }
}

// MARK: - What is shown

extension Program {
  private var help: String {
    let closing = "See '\(Self.name) help <subcommand>' for detailed help."
    let completion =
      (
        "\(Self.completionFlag) <shell>",
        "Print a completion script. (values: \(CompletionShell.allCases.map(\.rawValue).joined(separator: ", ")))"
      )
    return HelpText.page(
      overview: Self.overview, discussion: "", usage: "\(Self.name) <subcommand>",
      sections: [
        HelpText.Section(
          title: "Options", rows: [completion] + CommandSpecification.common.map { ($0.label, $0.help) }),
        HelpText.Section(title: "Subcommands", rows: commands.map { ($0.name, $0.overview) }),
      ], closing: closing, width: console.width)
  }

  private func help(of command: CommandSpecification, words: [String]) -> String {
    HelpText.page(
      overview: command.overview, discussion: command.discussion, usage: usage(of: command),
      sections: HelpText.sections(command.options, defaults: command.defaultTexts(words)), closing: nil,
      width: console.width)
  }

  private func showHelp(of name: String?) throws -> ExitCode {
    guard let name, !Self.isHelpFlag(name), name != "help" else { return show(help) }
    guard let command = commands.first(where: { $0.name == name }) else { return unknownCommand(name) }
    return show(help(of: command, words: []))
  }

  private func usage(of command: CommandSpecification) -> String {
    "\(Self.name) \(command.name) \(HelpText.synopsis(command.options))"
  }

  private func show(_ text: String) -> ExitCode {
    console.write(text)
    return .success
  }

  private func fail(_ failure: Failure) -> ExitCode {
    report(failure)
    console.writeError(
      "Usage: \(Self.name) <subcommand>\n  See '\(Self.name) --help' for more information.\n")
    return failure.code
  }

  private func report(_ failure: Failure, usageOf command: CommandSpecification? = nil) {
    var text = failure.text
    if let command {
      text += "Usage: \(usage(of: command))\n"
      text += "  See '\(Self.name) \(command.name) --help' for more information.\n"
    }
    console.writeError(text)
  }
}

/// Runs the program on this process's arguments and ends the process with its exit code.
public func runAtelier() -> Never {
  let rank = LauncherRank.current
  let program = Program(commands: Program.commands, console: .standard(rank: rank))
  let code = program.run(arguments: CommandLine.arguments)
  if code != ExitCode.success.rawValue, rank > 0 { Console.letRankZeroSpeak() }
  endProcess(code)
}
