import Collectives
import Diagnostics
import Glibc

/// The ranks in groups of every size side by side: sums (through shared memory, messages and MPI), exchanges and
/// decisions of a part concern its own ranks alone, and the whole group works in between and afterwards.
func checkSplit(_ group: ProcessGroup) throws {
  var groupCount = 1
  while groupCount <= group.size {
    let part = group.split(into: groupCount)
    let number = group.rank / part.size
    require(group, part.size == group.size / groupCount && part.rank == group.rank % part.size, "the place")
    require(group, part.name(ofRank: part.rank) == group.name(ofRank: group.rank), "the rank's name")
    require(group, part.jobSize == group.size && part.firstJobRank == number * part.size, "the first rank")
    require(group, part.localSize <= group.localSize && part.localRank < part.localSize, "the local place")
    let share = group.localCores * part.localSize / group.localSize
    require(group, part.localCores == max(1, share), "the cores")
    require(group, part.oversubscribed || !group.oversubscribed, "whether to be polite")
    // Parts are in different places of their work at any time.
    for turn in 0..<(3 + number) { try checkPart(part, number: number, turn: turn) }
    // Nobody has to be told who waits for whom.
    let all = group.allGather([UInt8(number)])
    require(group, all == (0..<group.size).map { [UInt8($0 / part.size)] }, "the whole group's exchange")
    groupCount *= 2
  }
  checkExchange(group)
}

private func checkPart(_ part: ProcessGroup, number: Int, turn: Int) throws {
  let first = part.firstJobRank
  let own = Array("part \(number) turn \(turn) rank \(part.rank)".utf8)
  let gathered = part.allGather(own).map { String(decoding: $0, as: UTF8.self) }
  require(
    part, gathered == (0..<part.size).map { "part \(number) turn \(turn) rank \($0)" }, "the part's exchange")
  let text = try part.textFromRoot(phase: "deciding") { "part \(number) turn \(turn)" }
  require(part, text == "part \(number) turn \(turn)", "the part's decision")

  for algorithm in ReductionAlgorithm.allCases {
    part.algorithm = algorithm
    for count in [7, 30_001] {
      var values = (0..<count).map { Float((part.rank + first + turn + $0) % 1000) }
      let expected = values.indices.map { index in
        (0..<part.size).reduce(Float(0)) { $0 + Float(($1 + first + turn + index) % 1000) }
      }
      values.withUnsafeMutableBufferPointer { part.sumInPlace($0) }
      require(part, values == expected, "the part's sum by \(algorithm)")
    }
  }
  part.algorithm = .tree
  checkWindow(part, rounds: 4)
  part.releaseSharedWindows()
}

/// The last part of the ranks loses a rank to a fault, or to a stop that the others of the part notice after 1 s.
func checkPartFault(_ group: ProcessGroup, hangs: Bool) {
  let part = group.split(into: 2)
  if group.rank == group.size - 1 {
    if hangs { usleep(20_000_000) }
    part.abort(Failure(.inputOutput, "disk is full"), phase: "writing")
  }
  part.hangTimeout = 1
  if part.firstJobRank > 0 { part.barrier(phase: "a part's wait") }
  group.barrier()
}

/// Rank 0 waits two seconds and a half for the others, and is called in the meantime.
func checkCallsWhileWaiting(_ group: ProcessGroup) {
  var calls = 0
  group.whileWaiting = { calls += 1 }
  if !group.isRoot { usleep(2_500_000) }
  group.barrier()
  if group.isRoot { print("called \(calls) times") }
}
