import CMPIShim
import Diagnostics
import Glibc

extension ProcessGroup {
  /// Ends the job on all ranks together, and gives the code to leave the process with; not for a part of a group.
  ///
  /// For an end that every rank agrees on, good or bad; `abort` is for a fault that only this rank knows of.
  public func exitAll(_ code: ExitCode) -> Int32 {
    if size > 1 {
      // Ranks that are late are waited for here, where the wait is polite and watched: MPI's own is neither.
      barrier(phase: "end")
      _ = cmpi_finalize()
    }
    return code.rawValue
  }

  /// Ends the whole job for a fault of this rank, with the fault's code. Prints rank, host, phase and cause to stderr.
  public func abort(_ failure: Failure, phase: String) -> Never {
    var text = "Error: "
    if jobSize > 1 { text += "\(name(ofRank: rank)) in '\(phase)': " }
    text += failure.message + "\n"
    if let help = failure.help { text += "Help:  \(help)\n" }
    writeToStandardError(text)
    end(failure.code)
  }

  /// Ends the whole job at once.
  func end(_ code: ExitCode) -> Never {
    if jobSize > 1 { cmpi_abort(code.rawValue) }
    endProcess(code.rawValue)
  }

  /// Ends the job if a call of MPI failed: the connection to a peer is gone, and none of the ranks can go on.
  func check(_ status: Int32, _ call: String, peer: Int? = nil) {
    guard status != 0 else { return }
    let target = peer.map { " with \(name(ofRank: $0))" } ?? ""
    abort(Failure(.peerFailed, "\(call)\(target) failed: \(describeStatus(status))"), phase: phase)
  }
}

/// Writes a line in one piece, so that lines of several ranks don't mix.
func writeToStandardError(_ text: String) {
  var text = text
  text.withUTF8 { bytes in _ = write(STDERR_FILENO, bytes.baseAddress, bytes.count) }
}
