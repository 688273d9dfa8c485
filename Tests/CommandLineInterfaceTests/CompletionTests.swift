import CommandLineInterface
import Foundation
import Testing

/// Runs a shell and returns its exit code and standard output; nil where the shell isn't installed.
private func run(_ shell: String, _ arguments: [String], input: String) throws -> (
  code: Int32, output: String
)? {
  let candidates = ["/bin/\(shell)", "/usr/bin/\(shell)"]
  guard let path = candidates.first(where: { FileManager.default.isExecutableFile(atPath: $0) }) else {
    return nil
  }
  let file = FileManager.default.temporaryDirectory.appending(path: "atelier-\(UUID().uuidString).\(shell)")
  try Data(input.utf8).write(to: file)
  defer { try? FileManager.default.removeItem(at: file) }
  let process = Process()
  let output = Pipe()
  process.executableURL = URL(fileURLWithPath: path)
  process.arguments = arguments + [file.path]
  process.standardOutput = output
  try process.run()
  let data = output.fileHandleForReading.readDataToEndOfFile()
  process.waitUntilExit()
  return (process.terminationStatus, String(decoding: data, as: UTF8.self))
}

@Test(arguments: CompletionShell.allCases)
func completionScriptsAreValid(shell: CompletionShell) throws {
  let script = runAtelier(["--generate-completion-script", shell.rawValue])
  #expect(script.code == 0)
  for command in Program.commands + [Workshop.command] {
    let text = shell.script(program: "atelier", commands: [command])
    for option in command.options where !option.isArgument {
      #expect(text.contains(shell == .fish ? "-l \(option.name) " : "--\(option.name)"))
    }
  }
  if let result = try run(shell.rawValue, ["-n"], input: script.output) { #expect(result.code == 0) }
}

@Test(arguments: [
  ("t", ["train"]),
  ("help e", ["evaluate"]),
  ("train d", ["dense-ae"]),
  ("train dense-ae --lo", ["--loss", "--log-every"]),
  ("train dense-ae --loss ", ["bce", "mse"]),
  ("train dense-ae --loss = b", ["bce"]),
  ("train dense-ae --batch ", []),
  ("evaluate --j", ["--json"]),
  ("--generate-completion-script z", ["zsh"]),
])
func bashCompletes(line: String, words: [String]) throws {
  let typed = line.split(separator: " ", omittingEmptySubsequences: false).map { "'\($0)'" }
  let script =
    CompletionShell.bash.script(program: "atelier", commands: Program.commands) + """
      COMP_WORDS=(atelier \(typed.joined(separator: " ")))
      COMP_CWORD=\(typed.count)
      _atelier
      printf '%s\\n' "${COMPREPLY[@]}"
      """
  let result = try #require(try run("bash", [], input: script))
  #expect(result.output.split(separator: "\n").map(String.init).sorted() == words.sorted())
}
