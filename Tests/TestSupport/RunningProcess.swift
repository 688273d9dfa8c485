import Artifacts
import Glibc

/// A program that a test has started, to be looked at and signalled until it ends.
public final class RunningProcess {
  public let identifier: pid_t
  private let command: String
  private let output: Pipe
  private let errors: Pipe
  private var isOpen = true
  private var status: Int32?
  private var endTime = 0.0

  init(command: String, identifier: pid_t, output: Pipe, errors: Pipe) {
    self.command = command
    self.identifier = identifier
    self.output = output
    self.errors = errors
  }

  /// Waits until the condition holds, looking again and again.
  ///
  /// - Returns: false if the program ended, or the time was up, before.
  @discardableResult
  public func wait(timeLimit: Double = 60, until condition: () -> Bool) -> Bool {
    let start = secondsNow()
    while !condition() {
      look(milliseconds: 1)
      if status != nil || secondsNow() > start + timeLimit { return false }
    }
    return true
  }

  /// All processes that it has started, directly or not, and that are still there.
  public var descendants: [pid_t] {
    let processes = runningProcesses()
    var family = [identifier]
    var next = 0
    while next < family.count {
      family += processes.filter { $0.parent == family[next] }.map(\.identifier)
      next += 1
    }
    return Array(family.dropFirst())
  }

  /// Kills it with all that it has started, and waits until all of them are gone.
  public func killWithDescendants() {
    // The parent last: as long as it is there, its children are still its own.
    let family = descendants + [identifier]
    for process in family { kill(process, SIGKILL) }
    while runningProcesses().contains(where: { family.contains($0.identifier) }) { look(milliseconds: 5) }
  }

  /// Waits for its end and gives what it left; at the time limit it gets SIGTERM, and 3 s later its process group SIGKILL.
  func finish(timeLimit: Double) -> ShellResult {
    let start = secondsNow()
    var stage = 0
    while true {
      look(milliseconds: 20)
      let now = secondsNow()
      // Grandchildren may hold the pipes open after the program itself has ended.
      if status != nil && (!isOpen || now > endTime + 2) { break }
      if stage == 0 && status == nil && now > start + timeLimit {
        stage = 1
        kill(identifier, SIGTERM)
      }
      if stage == 1 && status == nil && now > start + timeLimit + 3 {
        stage = 2
        kill(-identifier, SIGKILL)
      }
    }
    let signal = status! & 0x7f
    return ShellResult(
      command: command, exitCode: signal == 0 ? (status! >> 8) & 0xff : 128 + signal,
      standardOutput: output.text, standardError: errors.text, timedOut: stage > 0)
  }

  /// Takes what it has written, and notices its end.
  private func look(milliseconds: Int32) {
    isOpen = Pipe.collect(output, errors, milliseconds: milliseconds)
    guard status == nil else { return }
    var code: Int32 = 0
    if waitpid(identifier, &code, WNOHANG) == identifier {
      status = code
      endTime = secondsNow()
    }
  }
}

/// The processes of this machine that have not ended, with their parents.
private func runningProcesses() -> [(identifier: pid_t, parent: pid_t)] {
  let names = (try? FileSystem.names(in: "/proc")) ?? []
  return names.compactMap { name in
    guard let identifier = pid_t(name), let bytes = try? FileSystem.read("/proc/\(name)/stat") else {
      return nil
    }
    // "1234 (a name) S 1 …": the name may hold anything.
    let fields =
      String(decoding: bytes, as: UTF8.self).split(separator: ")").last?.split(separator: " ") ?? []
    guard fields.count > 1, fields[0] != "Z", let parent = pid_t(fields[1]) else { return nil }
    return (identifier, parent)
  }
}

func secondsNow() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}
