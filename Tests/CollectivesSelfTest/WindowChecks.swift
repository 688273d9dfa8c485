import Collectives
import Glibc

/// Many rounds of sums and exchanges by parts through shared memory (or messages, where `ATELIER_SHARED_WINDOW` is off)
/// give on every rank, to the bit, what each can compute alone. Ranks are delayed in turn, so that a missing wait shows.
/// Gives the way that was taken.
@discardableResult
func checkWindow(_ group: ProcessGroup, rounds: Int = 60) -> String {
  let count = 20_003
  var gradients = [Float](repeating: 0, count: count)
  var values = gradients
  var way = ""
  var granules = [Double](repeating: 0, count: group.granuleCount(count))
  gradients.withUnsafeMutableBufferPointer { privateGradients in
    values.withUnsafeMutableBufferPointer { privateValues in
      let window = group.makeSharedWindow(count: count)
      let gradients = window?.gradients ?? privateGradients.baseAddress!
      let values = window?.values ?? privateValues.baseAddress!
      for round in 0..<rounds {
        // Twice before the exchange, as for two micro-batches.
        for part in 0..<2 {
          group.releaseParts(of: UnsafeMutableBufferPointer(start: gradients, count: count))
          delay(group, round + part)
          for index in 0..<count { gradients[index] = leaf(group.rank, round, part, index) }
          group.sumParts(UnsafeMutableBufferPointer(start: gradients, count: count))
          delay(group, round + part + 1)
          for index in group.ownPart(of: count) {
            values[index] = part == 0 ? gradients[index] : values[index] + gradients[index]
          }
        }
        for index in group.ownPart(of: count) where index % ProcessGroup.partGranule == 0 {
          granules[index / ProcessGroup.partGranule] = Double(round * 1000 + index)
        }
        granules.withUnsafeMutableBufferPointer {
          group.shareParts(UnsafeMutableBufferPointer(start: values, count: count), granules: $0)
        }
        let areEqual = (0..<count).allSatisfy { index in
          values[index] == expected(group.size, round, 0, index) + expected(group.size, round, 1, index)
        }
        require(group, areEqual, "round \(round) sums in tree order")
        require(
          group,
          granules.indices.allSatisfy {
            granules[$0] == Double(round * 1000 + $0 * ProcessGroup.partGranule)
          },
          "round \(round) shares granules")
      }
      way = window == nil ? "messages" : "window"
    }
  }
  return way
}

/// Numbers of wide exponents, so that another order of summation shows.
private func leaf(_ rank: Int, _ round: Int, _ part: Int, _ index: Int) -> Float {
  let mixed = UInt32(
    truncatingIfNeeded: (rank &* 7919 &+ round &* 104_729 &+ part &* 1299 &+ index) &* 2_654_435_761)
  let magnitude = Float(
    sign: .plus, exponent: Int(mixed >> 27) - 16, significand: 1 + Float(mixed & 0xFFFF) * 0x1p-16)
  return mixed & 0x1_0000 == 0 ? magnitude : -magnitude
}

private func expected(_ size: Int, _ round: Int, _ part: Int, _ index: Int) -> Float {
  var sums = (0..<size).map { leaf($0, round, part, index) }
  while sums.count > 1 { sums = stride(from: 0, to: sums.count, by: 2).map { sums[$0] + sums[$0 + 1] } }
  return sums[0]
}

/// Holds up one rank after another.
private func delay(_ group: ProcessGroup, _ turn: Int) {
  if turn % group.size == group.rank { usleep(300) }
}
