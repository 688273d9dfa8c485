import Collectives
import Diagnostics

/// Tells where each rank is; rank 0 prints.
func reportPlace(_ group: ProcessGroup) throws {
  let line = "\(group.rank)/\(group.size) local \(group.localRank)/\(group.localSize) on \(group.hostName)"
  let lines = group.gather(Array(line.utf8)).map { String(decoding: $0, as: UTF8.self) }
  guard group.isRoot else { return }
  for line in lines { print(line) }
  print(
    "cores \(group.localCores) oversubscribed \(group.oversubscribed) mpi \(group.mpiLibraryVersion ?? "none")"
  )
}

/// Broadcast, gathers and barrier with ragged sizes, at any number of ranks.
func checkExchange(_ group: ProcessGroup) {
  // Empty, eager and far above MPI's limit for messages sent at once.
  for length in [0, 1, 1000, 300_001] {
    let sent = pattern(rank: 0, length: length)
    let received = group.broadcast(group.isRoot ? sent : [])
    require(group, received == sent, "broadcast of \(length) bytes")
  }
  require(
    group, group.broadcast(group.isRoot ? "Fashion-MNIST ✓" : "") == "Fashion-MNIST ✓", "broadcast of text")

  for scale in [0, 1, 50_000] {
    let own = pattern(rank: group.rank, length: group.rank * scale)
    let expected = (0..<group.size).map { pattern(rank: $0, length: $0 * scale) }
    require(group, group.gather(own) == (group.isRoot ? expected : []), "gather at scale \(scale)")
    require(group, group.allGather(own) == expected, "all-gather at scale \(scale)")
  }
  for _ in 0..<100 { group.barrier() }
  checkBlocks(group)
  if group.isRoot { print("exchange done") }
}

/// Blocks dealt to ranks in turn come back in their own order; the last is shorter, as chunks of images are.
private func checkBlocks(_ group: ProcessGroup) {
  let sizes = [Int](repeating: 7840, count: 37) + [23]
  let blocks = sizes.enumerated().map { block, size in (0..<size).map { Float(block * 10_000 + $0) } }
  let owner = { (block: Int) in block % 16 % group.size }
  let own = blocks.indices.filter { owner($0) == group.rank }.flatMap { blocks[$0] }
  let gathered = own.withUnsafeBufferPointer { group.gatherBlocks($0, blockSizes: sizes, owner: owner) }
  require(group, gathered == (group.isRoot ? Array(blocks.joined()) : []), "gather of blocks")
}

private func pattern(rank: Int, length: Int) -> [UInt8] {
  (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ rank &* 7 &+ $0 >> 8) }
}

/// Rank 0's value reaches all ranks, or its failure does.
func checkDecision(_ group: ProcessGroup, fails: Bool) throws {
  let value = try group.decideOnRoot(
    phase: "decision", encode: { Array($0.utf8) }, decode: { String(decoding: $0, as: UTF8.self) },
    { () throws -> String in
      require(group, group.isRoot, "only rank 0 decides")
      if fails { throw Failure(.noInput, "no such file: x.gz", help: "name another") }
      return "runs/00003"
    })
  require(group, value == "runs/00003" && !fails, "the decision arrives")
  if group.isRoot { print("decided") }
}

/// Equal digests pass; with one odd rank they don't.
func checkDigests(_ group: ProcessGroup, odd: Int) throws {
  try group.requireEqual([1, 2, 3], what: "the data")
  try group.requireEqual(group.rank == odd ? [9] : [1, 2, 3], what: "the program")
}

/// One message longer than MPI's counts reach. Needs twice its size in memory.
func checkLargeMessage(_ group: ProcessGroup, byteCount: Int) {
  let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: byteCount, alignment: 64)
  bytes.initializeMemory(as: UInt8.self, repeating: 0)
  func mark(_ index: Int) -> UInt8 { UInt8(truncatingIfNeeded: index >> 12 &+ index) }
  let marks = stride(from: byteCount - 1, through: 0, by: -4097)
  if group.isRoot { for index in marks { bytes[index] = mark(index) } }
  group.broadcast(bytes)
  require(group, marks.allSatisfy { bytes[$0] == mark($0) }, "broadcast of \(byteCount) bytes")
  if group.isRoot { print("large done") }
}
