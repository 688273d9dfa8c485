import RandomNumbers
import Testing

private let key = RandomKey(seed: 5, purpose: .augmentation)

@Test func everyNumberBelowTheBoundIsAsLikely() {
  for (bound, count) in [(1, 10), (2, 4_000), (9, 18_000), (29, 29_000)] {
    var times = [Int](repeating: 0, count: bound)
    for index in 0..<count {
      times[key.uniformInteger(below: UInt32(bound), word: index % 4, step: 3, index: index / 4)] += 1
    }
    // Five standard deviations of a binomial.
    let expected = Double(count) / Double(bound)
    for number in times { #expect(abs(Double(number) - expected) <= 5 * expected.squareRoot(), "\(bound)") }
  }
}

/// A quarter of all words would favour some numbers below 3 * 2^30: the next block's word decides for them.
@Test func wordsThatWouldFavourSomeNumbersAreLeftOut() {
  let bound: UInt32 = 3 << 30
  var (later, perQuarter) = (0, [0, 0, 0])
  for index in 0..<6_000 {
    let number = key.uniformInteger(below: bound, word: 1, step: 0, index: index, draw: 2)
    var lane = 0
    var word = UInt64(key.words(step: 0, index: index, lane: 0, draw: 2).y)
    // 2^32 modulo the bound is 2^30.
    while (word * UInt64(bound)) & 0xFFFF_FFFF < 1 << 30 {
      lane += 1
      word = UInt64(key.words(step: 0, index: index, lane: lane, draw: 2).y)
    }
    #expect(UInt64(number) == (word * UInt64(bound)) >> 32)
    later += lane > 0 ? 1 : 0
    perQuarter[number >> 30] += 1
  }
  #expect(abs(later - 1_500) < 170, "\(later)")
  for number in perQuarter { #expect(abs(number - 2_000) < 185, "\(perQuarter)") }
}

@Test func wordsAndCountersHaveNumbersOfTheirOwn() {
  func number(word: Int = 0, step: Int = 0, index: Int = 0, draw: Int = 0) -> Int {
    key.uniformInteger(below: 1 << 31, word: word, step: step, index: index, draw: draw)
  }
  let numbers = [number(), number(word: 1), number(step: 1), number(index: 1), number(draw: 1)]
  #expect(Set(numbers).count == numbers.count)
}
