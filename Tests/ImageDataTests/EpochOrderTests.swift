import ImageData
import RandomNumbers
import Testing

@Test(arguments: [0, 1, 2, 127, 1003, 60_000])
func everyImageComesExactlyOnceAnEpoch(_ count: Int) {
  let order = EpochOrder(count: count, seed: 7, epoch: 3)
  #expect(order.indices.sorted() == (0..<count).map { Int32($0) })
}

@Test func ordersDifferByEpochAndSeed() {
  let order = EpochOrder(count: 100, seed: 7, epoch: 0)
  #expect(order == EpochOrder(count: 100, seed: 7, epoch: 0))
  #expect(order != EpochOrder(count: 100, seed: 7, epoch: 1))
  #expect(order != EpochOrder(count: 100, seed: 8, epoch: 0))
  #expect(order.indices != (0..<100).map { Int32($0) })
}

/// The order is the sort of (key, index) pairs, the key being the upper 40 of Philox's first 64 bits.
@Test func theOrderIsTheOneOfTheDrawnKeys() {
  let key = RandomKey(seed: 11, purpose: .shuffle)
  let drawn = (0..<500).map { index -> (key: UInt64, index: Int32) in
    let words = key.words(step: 5, index: index)
    return ((UInt64(words.x) << 32 | UInt64(words.y)) >> 24, Int32(index))
  }
  let expected = drawn.sorted { ($0.key, $0.index) < ($1.key, $1.index) }.map(\.index)
  #expect(EpochOrder(count: 500, seed: 11, epoch: 5).indices == expected)
}

/// Worked out by an independent program; a change would change the bytes of every run.
@Test func theOrderNeverChanges() {
  #expect(
    Array(EpochOrder(count: 60_000, seed: 0, epoch: 0).indices.prefix(8))
      == [28119, 19660, 25888, 7615, 55019, 44144, 8223, 23984])
}

@Test func positionsAreShuffledEvenly() {
  // Over 400 orders of 16, each image should stand in each place about 25 times; 60 would be 7 deviations away.
  var counts = [[Int]](repeating: [Int](repeating: 0, count: 16), count: 16)
  for epoch in 0..<400 {
    for (position, index) in EpochOrder(count: 16, seed: 3, epoch: epoch).indices.enumerated() {
      counts[position][Int(index)] += 1
    }
  }
  #expect(counts.allSatisfy { $0.allSatisfy { (1..<60).contains($0) } })
}
