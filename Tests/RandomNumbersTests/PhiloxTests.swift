import RandomNumbers
import Testing

/// Known answers from the authors' own test vectors (Random123, `kat_vectors`, philox4x32 with 10 rounds).
@Test func philoxGivesThePublishedAnswers() {
  let ones = UInt32.max
  #expect(
    philox4x32(counter: SIMD4(0, 0, 0, 0), key: SIMD2(0, 0))
      == SIMD4(0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8))
  #expect(
    philox4x32(counter: SIMD4(ones, ones, ones, ones), key: SIMD2(ones, ones))
      == SIMD4(0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd))
  #expect(
    philox4x32(
      counter: SIMD4(0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344), key: SIMD2(0xa409_3822, 0x299f_31d0)
    )
      == SIMD4(0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1))
}

@Test func streamsOfDifferentPurposesDiffer() {
  let shuffle = RandomKey(seed: 7, purpose: .shuffle).words(step: 0, index: 0)
  let generation = RandomKey(seed: 7, purpose: .generation).words(step: 0, index: 0)
  #expect(shuffle != generation)
}

@Test func unitUniformStaysBelowOne() {
  #expect(unitUniform(0) == 0)
  #expect(unitUniform(.max) < 1)
}

@Test func fourBlocksAreThoseOneByOne() {
  let key = RandomKey(seed: 0xDEAD_BEEF, purpose: .dropout, layer: 0xABCDEF)
  for (step, index, lane, draw) in [(0, 0, 0, 0), (-1, 59_999, 0xFFFF_FFFE, 3), (123_456, 1 << 31, 17, 1)] {
    let blocks = key.fourBlocks(step: step, index: index, firstLane: lane, draw: draw)
    for place in 0..<4 {
      let words = key.words(step: step, index: index, lane: lane + place, draw: draw)
      #expect(
        [blocks.x[place], blocks.y[place], blocks.z[place], blocks.w[place]]
          == (0..<4).map { UInt64(words[$0]) })
    }
  }
}
