import CommandLineInterface
import Synchronization

/// What a program wrote while a test ran it.
final class Transcript: Sendable {
  private let streams = Mutex((output: "", error: ""))

  var output: String { streams.withLock { $0.output } }
  var error: String { streams.withLock { $0.error } }

  /// A console that writes here.
  func console(width: Int = 80) -> Console {
    Console(
      width: width, write: { text in self.streams.withLock { $0.output += text } },
      writeError: { text in self.streams.withLock { $0.error += text } },
      reportOwn: { failure in self.streams.withLock { $0.error += failure.text } })
  }
}

/// Runs `atelier` with those words and returns its exit code and what it wrote.
func runAtelier(
  _ words: [String], commands: [CommandSpecification] = Program.commands
) -> (code: Int32, output: String, error: String) {
  let transcript = Transcript()
  let program = Program(commands: commands, console: transcript.console())
  let code = program.run(arguments: ["atelier"] + words)
  return (code, transcript.output, transcript.error)
}
