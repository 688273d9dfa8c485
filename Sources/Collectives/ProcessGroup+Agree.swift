import Diagnostics

/// Ways for all ranks to reach one verdict, so that they go on together or leave together with one code and one message.
extension ProcessGroup {
  /// Runs `body` on rank 0 alone and gives its result, or throws its failure, on every rank.
  ///
  /// The bytes of `encode` carry the result to the other ranks, where `decode` makes it anew. An error that is not a
  /// `Failure` becomes one with code 1. `body` must call no collective.
  public func decideOnRoot<Value>(
    phase: String, encode: (Value) -> [UInt8], decode: ([UInt8]) -> Value, _ body: () throws -> Value
  ) throws -> Value {
    var verdict: Result<Value, Failure>?
    var message: [UInt8] = []
    if isRoot {
      do {
        let value = try body()
        verdict = .success(value)
        if size > 1 { message = [1] + encode(value) }
      } catch {
        let failure = error as? Failure ?? Failure(.failure, "\(error)")
        verdict = .failure(failure)
        if size > 1 { message = [0] + failure.bytes }
      }
    }
    if let verdict, size == 1 { return try verdict.get() }
    let received = broadcast(message, phase: phase)
    if let verdict { return try verdict.get() }
    if received[0] == 1 { return decode(Array(received.dropFirst())) }
    throw Failure(bytes: received.dropFirst())
  }

  /// Runs `body` on rank 0 alone and throws its failure, if any, on every rank.
  public func decideOnRoot(phase: String, _ body: () throws -> Void) throws {
    try decideOnRoot(phase: phase, encode: { _ in [] }, decode: { _ in () }, body)
  }

  /// Runs `body` on rank 0 alone and gives its text, or throws its failure, on every rank.
  public func textFromRoot(phase: String, _ body: () throws -> String) throws -> String {
    try decideOnRoot(
      phase: phase, encode: { Array($0.utf8) }, decode: { String(decoding: $0, as: UTF8.self) }, body)
  }

  /// Runs `body` on rank 0 alone and gives its bytes, or throws its failure, on every rank.
  public func bytesFromRoot(phase: String, _ body: () throws -> [UInt8]) throws -> [UInt8] {
    try decideOnRoot(phase: phase, encode: { $0 }, decode: { $0 }, body)
  }

  /// Runs `body` on rank 0 alone and gives its answer, or throws its failure, on every rank.
  public func answerFromRoot(phase: String, _ body: () throws -> Bool) throws -> Bool {
    try decideOnRoot(phase: phase, encode: { [$0 ? 1 : 0] }, decode: { $0 == [1] }, body)
  }

  /// Throws on every rank if any rank has a failure: that of the lowest such rank, which its message names.
  public func agree(_ localOutcome: Failure?, phase: String = "agreement") throws {
    if size == 1 {
      if let localOutcome { throw localOutcome }
      return
    }
    let outcomes = allGather(localOutcome?.bytes ?? [], phase: phase)
    guard let failed = outcomes.firstIndex(where: { !$0.isEmpty }) else { return }
    let failure = Failure(bytes: outcomes[failed][...])
    throw Failure(failure.code, "\(name(ofRank: failed)): \(failure.message)", help: failure.help)
  }

  /// Throws `Failure` 70 on every rank unless all give the same digest. It names the ranks that differ from what most
  /// ranks have. `what` begins the message: "the program", "the parameters".
  public func requireEqual(_ digest: [UInt8], what: String, help: String? = nil) throws {
    guard size > 1 else { return }
    let digests = gather(digest, phase: "comparing \(what)")
    try decideOnRoot(phase: "comparing \(what)") {
      // Of equally frequent digests the one of the lowest rank is the reference: `max` keeps the first of equals.
      let reference = digests.indices.max { first, second in
        digests.count { $0 == digests[first] } < digests.count { $0 == digests[second] }
      }!
      let others = digests.indices.filter { digests[$0] != digests[reference] }
      if others.isEmpty { return }
      let shown = others.prefix(8).map { name(ofRank: $0) }.joined(separator: ", ")
      let more = others.count > 8 ? " and \(others.count - 8) more" : ""
      throw Failure(
        .internalError, "\(what) of \(shown)\(more) differs from that of \(name(ofRank: reference))",
        help: help)
    }
  }

  /// Throws `Failure` 64 unless this many ranks can share `shards`: powers of two up to the number of shards, itself a
  /// power of two, can.
  public func requirePowerOfTwo(shards: Int) throws {
    try Self.requirePowerOfTwo(ranks: size, shards: shards)
  }

  package static func requirePowerOfTwo(ranks: Int, shards: Int) throws {
    precondition(shards > 0 && shards & (shards - 1) == 0)
    let isPowerOfTwo = ranks & (ranks - 1) == 0
    if isPowerOfTwo && ranks <= shards { return }
    var allowed: [String] = []
    var count = 1
    while count <= shards {
      allowed.append("\(count)")
      count *= 2
    }
    let list =
      allowed.count == 1 ? "1" : allowed.dropLast().joined(separator: ", ") + " or " + allowed.last!
    let moreShards = isPowerOfTwo && ranks <= 1024 ? ", or set --shards \(ranks) for a new run" : ""
    throw Failure(
      .usage, "\(ranks) ranks can't share --shards \(shards) evenly",
      help: "use \(list) \(shards == 1 ? "rank" : "ranks")\(moreShards)")
  }
}
