import CommandLineInterface
import Glibc
import TestSupport
import Testing

/// Runs a shell on a script; nil where the shell isn't installed.
private func run(_ shell: CompletionShell, _ arguments: [String], _ script: String) throws -> ShellResult? {
  let path = "/usr/bin/\(shell.rawValue)"
  guard access(path, X_OK) == 0 else { return nil }
  let folder = TemporaryFolder()
  return Shell.run(path, arguments + [try folder.write("script", Array(script.utf8))])
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
  if let result = try run(shell, ["-n"], script.output) { #expect(result.exitCode == 0, "\(result)") }
}

@Test(arguments: [
  ("t", ["train", "traverse"]),
  ("help e", ["encode", "evaluate", "export"]),
  ("train d", ["dense-ae", "dcgan"]),
  ("train conv-ae --ch", ["--channels", "--check-every", "--checkpoint-every"]),
  ("train dense-ae --lo", ["--loss", "--log-every"]),
  ("train dense-ae --loss ", ["bce", "mse", "l1", "ssim", "mix"]),
  ("train dense-ae --loss = b", ["bce"]),
  ("train dense-ae --batch ", []),
  ("evaluate --j", ["--json"]),
  ("compare one two --ag", ["--against"]),
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
  let result = try #require(try run(.bash, [], script))
  #expect(result.standardOutput.split(separator: "\n").map(String.init).sorted() == words.sorted())
}
