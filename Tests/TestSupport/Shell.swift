import Glibc
import Synchronization

/// What a process left when it ended.
public struct ShellResult: CustomStringConvertible, Sendable {
  /// The command line, for messages.
  public let command: String
  /// The exit status, or 128 plus the signal that ended the process.
  public let exitCode: Int32
  public let standardOutput: String
  public let standardError: String
  /// True if the process was killed because its time was up.
  public let timedOut: Bool

  /// All of it, to show beside a failed expectation.
  public var description: String {
    """
    \(command)
    exit code \(exitCode)\(timedOut ? ", killed at its time limit" : "")
    --- standard output
    \(standardOutput)
    --- standard error
    \(standardError)
    """
  }
}

/// Runs programs for tests.
public enum Shell {
  /// Held from the making of a pipe until it closes on exec, so that a child of another test can't inherit it.
  private static let spawning = Mutex(())

  /// Runs a program to its end, with its input empty, and gives what it wrote.
  ///
  /// - Parameters:
  ///   - executable: a path, or a name to look up in this process's `PATH`.
  ///   - environment: variables to set besides the inherited ones; nil as a value removes one.
  ///   - inheritsEnvironment: false to pass `environment` alone.
  ///   - timeLimit: seconds until the program gets SIGTERM, and 3 s later its process group SIGKILL.
  ///   - meanwhile: what to do while it runs, before it is waited for.
  public static func run(
    _ executable: String, _ arguments: [String] = [], environment: [String: String?] = [:],
    inheritsEnvironment: Bool = true, workingDirectory: String? = nil, timeLimit: Double = 60,
    meanwhile: (RunningProcess) -> Void = { _ in }
  ) -> ShellResult {
    let command = ([executable] + arguments).joined(separator: " ")
    var variables = inheritsEnvironment ? currentEnvironment() : [:]
    for (name, value) in environment { variables[name] = value }
    let (identifier, output, errors) = spawning.withLock { _ in
      let output = Pipe()
      let errors = Pipe()
      let identifier = spawn(
        executable, arguments, variables.map { "\($0.key)=\($0.value)" }, workingDirectory, output, errors)
      output.closeWriteEnd()
      errors.closeWriteEnd()
      return (identifier, output, errors)
    }
    if identifier < 0 {
      return ShellResult(
        command: command, exitCode: 127, standardOutput: "", standardError: "can't start \(executable)",
        timedOut: false)
    }
    let process = RunningProcess(command: command, identifier: identifier, output: output, errors: errors)
    meanwhile(process)
    return process.finish(timeLimit: timeLimit)
  }

  private static func spawn(
    _ executable: String, _ arguments: [String], _ environment: [String], _ workingDirectory: String?,
    _ output: Pipe, _ errors: Pipe
  ) -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, output.writeEnd, 1)
    posix_spawn_file_actions_adddup2(&actions, errors.writeEnd, 2)

    // A group of its own, so that it can be ended with all its children; signals as a shell would leave them.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    posix_spawnattr_setpgroup(&attributes, 0)
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK))

    // Swift's Glibc has no way to spawn in another folder; the shell has.
    let changing = ["sh", "-c", "cd \"$0\" && exec \"$@\""]
    let prefix = workingDirectory.map { changing + [$0] } ?? []
    let words = prefix + [executable] + arguments
    var argumentPointers = words.map { strdup($0) } + [nil]
    var environmentPointers = environment.map { strdup($0) } + [nil]
    defer { for pointer in argumentPointers + environmentPointers { free(pointer) } }
    var process: pid_t = 0
    let status = posix_spawnp(
      &process, words[0], &actions, &attributes, &argumentPointers, &environmentPointers)
    return status == 0 ? process : -1
  }

  private static func currentEnvironment() -> [String: String] {
    var variables: [String: String] = [:]
    var next = environ
    while let entry = next.pointee {
      let parts = String(cString: entry).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      if parts.count == 2 { variables[String(parts[0])] = String(parts[1]) }
      next += 1
    }
    return variables
  }
}
