import CMPIShim
import Diagnostics
import Glibc

/// A message in flight.
struct Message {
  var request: cmpi_request
  let peer: Int
}

/// How a rank waits: it looks all the time at first, since the answer mostly comes within the time that a sleep would
/// take, and then ever more rarely, so that an idle rank leaves its core to others.
private enum Patience {
  /// Seconds of looking without a pause. None when ranks outnumber cores: the peer may need this very core.
  static let spinning = 0.000_2
  /// Seconds of looking and offering the core to others in between.
  static let yielding = 0.002
  static let yieldingOversubscribed = 0.000_02
  /// Then it sleeps for this part of the time waited so far, within limits.
  static let sleepShare = 1.0 / 16
  static let shortestSleep = 0.000_02
  static let longestSleep = 0.001
}

extension ProcessGroup {
  /// Runs a collective: names it in messages about waits, and counts its time. Collectives may call others; the outermost
  /// one gives the name.
  func collective<Result>(_ phase: String, _ body: () throws -> Result) rethrows -> Result {
    if collectiveDepth > 0 { return try body() }
    self.phase = phase
    collectiveDepth = 1
    let start = monotonicSeconds()
    defer {
      communicationSeconds += monotonicSeconds() - start
      collectiveDepth = 0
    }
    return try body()
  }

  /// Lets the waits inside `body` take at least this many seconds, for peers that are known to be busy with something
  /// long, such as writing files.
  public func allowing<Result>(seconds: Double, _ body: () throws -> Result) rethrows -> Result {
    let outer = allowance
    allowance = max(outer, seconds)
    defer { allowance = outer }
    return try body()
  }

  /// Starts to send to a rank. The bytes must stay as they are until the next `wait`.
  func post(send bytes: UnsafeRawBufferPointer, to peer: Int) {
    guard let base = bytes.baseAddress, !bytes.isEmpty else { return }
    var request = cmpi_request()
    check(cmpi_isend(communicator, base, bytes.count, Int32(peer), &request), "sending", peer: peer)
    messages.append(Message(request: request, peer: peer))
  }

  /// Starts to receive from a rank, which sends exactly as many bytes. They must not be touched until the next `wait`.
  func post(receive bytes: UnsafeMutableRawBufferPointer, from peer: Int) {
    guard let base = bytes.baseAddress, !bytes.isEmpty else { return }
    var request = cmpi_request()
    check(cmpi_irecv(communicator, base, bytes.count, Int32(peer), &request), "receiving", peer: peer)
    messages.append(Message(request: request, peer: peer))
  }

  /// Waits until all posted messages are complete.
  func wait() {
    wait(for: nil, until: messagesAreDone, sleeping: nil)
  }

  /// Waits until `isDone`. Every wait of the program for another rank is this one.
  ///
  /// - Parameters:
  ///   - peer: who is waited for; nil for those of the posted messages.
  ///   - sleep: sleeps until something may have changed, a second at most; nil sleeps for ever longer times.
  func wait(for peer: Int?, until isDone: () -> Bool, sleeping sleep: (() -> Void)?) {
    if isDone() { return }
    let start = monotonicSeconds()
    let spinning = oversubscribed ? 0 : Patience.spinning
    let yielding =
      sleep != nil ? spinning : oversubscribed ? Patience.yieldingOversubscribed : Patience.yielding
    var last = start
    var counted = 0.0
    var nextCall = start + 1
    while !isDone() {
      let now = monotonicSeconds()
      if let whileWaiting, now > nextCall {
        whileWaiting()
        nextCall = now + 1
      }
      // A longer gap between two looks means that this process itself was stopped, and says nothing about its peers.
      counted += min(now - last, 0.1)
      last = now
      let waited = now - start
      let limit = max(hangTimeout, allowance)
      if hangTimeout > 0 && counted > limit {
        endHung(after: limit, waitingFor: peer.map { [$0] } ?? messages.map(\.peer))
      }
      if waited < spinning { continue }
      if waited < yielding {
        sched_yield()
      } else if let sleep {
        sleep()
      } else {
        Collectives.sleep(
          seconds: min(max(waited * Patience.sleepShare, Patience.shortestSleep), Patience.longestSleep))
      }
    }
    waitSeconds += monotonicSeconds() - start
  }

  /// Moves all posted messages on and forgets those that are complete.
  private func messagesAreDone() -> Bool {
    var index = 0
    while index < messages.count {
      var done: Int32 = 0
      check(cmpi_test(&messages[index].request, &done), "a message", peer: messages[index].peer)
      if done != 0 { messages.remove(at: index) } else { index += 1 }
    }
    return messages.isEmpty
  }

  /// Says whom this rank waited for in vain, and ends the job.
  private func endHung(after seconds: Double, waitingFor ranks: [Int]) -> Never {
    var peers: [Int] = []
    for rank in ranks where !peers.contains(rank) { peers.append(rank) }
    let shown = peers.prefix(8).map { name(ofRank: $0) }.joined(separator: ", ")
    let more = peers.count > 8 ? " and \(peers.count - 8) more" : ""
    let duration = seconds == seconds.rounded() ? "\(Int(seconds))" : "\(seconds)"
    writeToStandardError(
      "Error: \(name(ofRank: rank)) waited \(duration) s for \(shown)\(more) in '\(phase)'\n")
    // Ranks that wait for this one reach their own limit now. All their lines together show which rank is missing.
    Collectives.sleep(seconds: 1)
    end(.peerFailed)
  }
}

/// Seconds on a clock that never jumps.
package func monotonicSeconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

private func sleep(seconds: Double) {
  let whole = seconds.rounded(.down)
  var time = timespec(tv_sec: Int(whole), tv_nsec: Int((seconds - whole) * 1e9))
  nanosleep(&time, nil)
}
