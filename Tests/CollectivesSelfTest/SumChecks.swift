import Collectives
import Diagnostics

/// Sums shards of several lengths in both precisions, by both ways of the tree and by MPI, and compares with the
/// reference on every rank. Prints a hash of all tree sums.
func checkSums(_ group: ProcessGroup, ownership: Ownership) {
  var hash: UInt64 = 0xCBF2_9CE4_8422_2325
  // Below and above the limit between the two ways; sizes that don't halve evenly.
  for count in [1, 7, 1000, 100_003] {
    let floats: [Float] = checkSum(
      group, ownership, count, fold: { foldInTreeOrder($0, count: $1) }, sum: { group.sumInPlace($0) })
    let parts: [Float] = checkSum(
      group, ownership, count, fold: { foldInTreeOrder($0, count: $1) },
      sum: { values in
        group.sumParts(values)
        var owners = [Double](repeating: -1, count: group.granuleCount(values.count))
        let own = group.ownPart(of: values.count)
        for granule in owners.indices where own.contains(granule * ProcessGroup.partGranule) {
          owners[granule] = Double(granule)
        }
        owners.withUnsafeMutableBufferPointer { group.shareParts(values, granules: $0) }
        require(group, owners == owners.indices.map { Double($0) }, "every granule has come from its owner")
      })
    require(group, parts.map(\.bitPattern) == floats.map(\.bitPattern), "sums by parts are the same")
    let doubles: [Double] = checkSum(
      group, ownership, count, fold: { foldInTreeOrder($0, count: $1) }, sum: { group.sumInPlace($0) })
    floats.withUnsafeBytes { hash = digest($0, hash) }
    doubles.withUnsafeBytes { hash = digest($0, hash) }
  }
  checkShardPartials(group)
  let counted = group.communicationSeconds > 0 && group.communicationSeconds >= group.waitSeconds
  require(
    group, group.size == 1 ? group.communicationSeconds == 0 : counted, "time of communication is counted")
  if group.isRoot { print("sums \(hash)") }
}

private func checkSum<Element: BinaryFloatingPoint>(
  _ group: ProcessGroup, _ ownership: Ownership, _ count: Int,
  fold: (UnsafeMutableBufferPointer<Element>, Int) -> Void,
  sum: (UnsafeMutableBufferPointer<Element>) -> Void
) -> [Element] {
  let expected: [Element] = referenceTree(0, shardCount, count: count)
  var local = localSum(group, ownership, count, fold: fold)
  let unsummed = local
  local.withUnsafeMutableBufferPointer { sum($0) }
  for index in local.indices where local[index] != expected[index] {
    fail(
      group,
      "tree sum of \(count) \(Element.self)s: element \(index) is \(local[index]), not \(expected[index])")
  }

  group.algorithm = .mpi
  var byMPI = unsummed
  byMPI.withUnsafeMutableBufferPointer { sum($0) }
  group.algorithm = .tree
  for index in byMPI.indices {
    let magnitude = (0..<shardCount).reduce(0) { $0 + abs(leaf($1, index)) }
    let error = abs(Double(byMPI[index]) - Double(expected[index]))
    require(
      group, error <= 1e-5 * magnitude,
      "MPI's sum of \(count) \(Element.self)s at \(index) is off by \(error)")
  }
  return local
}

/// The sum of this rank's shards.
private func localSum<Element: BinaryFloatingPoint>(
  _ group: ProcessGroup, _ ownership: Ownership, _ count: Int,
  fold: (UnsafeMutableBufferPointer<Element>, Int) -> Void
) -> [Element] {
  let perRank = shardCount / group.size
  let block = ownership == .farPartnersFirst ? bitReversed(group.rank, below: group.size) : group.rank
  let shards = (block * perRank..<(block + 1) * perRank).map { shard($0, count: count) as [Element] }
  if ownership == .leftToRight {
    return shards.dropFirst().reduce(shards[0]) { sum, next in zip(sum, next).map { $0 + $1 } }
  }
  var rows = Array(shards.joined())
  rows.withUnsafeMutableBufferPointer { fold($0, perRank) }
  return Array(rows[..<count])
}

/// Doubles with a row a shard, as losses and metrics come.
private func checkShardPartials(_ group: ProcessGroup) {
  let width = 5
  let perRank = shardCount / group.size
  let rows = (0..<perRank).flatMap { shard(group.rank * perRank + $0, count: width) as [Double] }
  let sums = rows.withUnsafeBufferPointer { group.sum(shardPartials: $0, width: width) }
  require(group, sums == referenceTree(0, shardCount, count: width), "sum of shard partials is the tree's")
}

private func bitReversed(_ value: Int, below size: Int) -> Int {
  var reversed = 0
  var bit = 1
  while bit < size {
    reversed = reversed * 2 + (value & bit == 0 ? 0 : 1)
    bit *= 2
  }
  return reversed
}

func require(_ group: ProcessGroup, _ condition: Bool, _ what: @autoclosure () -> String) {
  if !condition { fail(group, "does not hold: " + what()) }
}

func fail(_ group: ProcessGroup, _ message: String) -> Never {
  group.abort(Failure(.internalError, message), phase: "self-test")
}
