import TestSupport
import Testing

/// The helper that all tests of processes rest on.
struct ShellTests {
  @Test func outputErrorsAndExitCodeAreKeptApart() {
    let result = Shell.run("sh", ["-c", "echo out; echo err >&2; exit 3"])
    #expect(result.exitCode == 3)
    #expect(result.standardOutput == "out\n")
    #expect(result.standardError == "err\n")
    #expect(!result.timedOut)
  }

  @Test func outputLongerThanAPipeHoldsArrivesWhole() {
    let result = Shell.run("sh", ["-c", "head -c 1000000 /dev/zero | tr '\\0' x"])
    #expect(result.standardOutput.utf8.count == 1_000_000)
  }

  @Test func environmentAndFolderReachTheProgram() {
    let result = Shell.run(
      "sh", ["-c", "echo $ATELIER_TEST; pwd"], environment: ["ATELIER_TEST": "yes"], workingDirectory: "/")
    #expect(result.standardOutput == "yes\n/\n")
    let bare = Shell.run("/bin/sh", ["-c", "echo [$HOME]"], environment: ["HOME": nil])
    #expect(bare.standardOutput == "[]\n")
  }

  @Test func aProgramThatDoesNotEndIsKilled() {
    let result = Shell.run("sh", ["-c", "trap '' TERM; while :; do sleep 1; done"], timeLimit: 0.2)
    #expect(result.timedOut)
    #expect(result.exitCode == 128 + 9)
  }

  @Test func aSignalAndAMissingProgramHaveTheShellsCodes() {
    #expect(Shell.run("sh", ["-c", "kill -11 $$"]).exitCode == 139)
    #expect(Shell.run("no-such-program-at-all").exitCode == 127)
  }
}
