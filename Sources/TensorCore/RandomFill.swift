import RandomNumbers

/// Fills `count` elements with numbers uniform between `low` and `high` (a multiple of (high - low) / 2^24 above `low`,
/// rounded).
///
/// Element e comes from word e mod 4 of the block with counter (step, index, lane e / 4, draw) and from nothing else:
/// a shorter fill is a prefix of a longer one, and indices may be filled in any order by any thread or rank.
package func fillUniform(
  _ pointer: UnsafeMutablePointer<Float>, count: Int, low: Float, high: Float, key: RandomKey, step: Int = 0,
  index: Int = 0, draw: Int = 0
) {
  let width = Vector(repeating: high - low)
  var start = 0
  while start < count {
    let lower = key.words(step: step, index: index, lane: start / 4, draw: draw)
    let upper = key.words(step: step, index: index, lane: start / 4 + 1, draw: draw)
    let units = unitUniform(SIMD8(lowHalf: lower, highHalf: upper))
    let values = multiplyAdd(units, width, Vector(repeating: low))
    values.storePartial(pointer + start, count: min(8, count - start))
    start += 8
  }
}

/// Fills `count` elements with numbers from the normal distribution.
///
/// Elements 2k and 2k + 1 are the two of a Box-Muller pair: sqrt(-2 log u) times the cosine and the sine of 2 pi v,
/// with u in (0, 1] from one word and v in [0, 1) from the next. Words are as in `fillUniform`, and so is what
/// follows from it. None is further than 5.77 standard deviations from the mean.
package func fillNormal(
  _ pointer: UnsafeMutablePointer<Float>, count: Int, mean: Float = 0, standardDeviation: Float = 1,
  key: RandomKey,
  step: Int = 0, index: Int = 0, draw: Int = 0
) {
  var start = 0
  while start < count {
    // Four blocks of two pairs each.
    var first = SIMD8<UInt32>.zero
    var second = SIMD8<UInt32>.zero
    for block in 0..<4 {
      let words = key.words(step: step, index: index, lane: start / 4 + block, draw: draw)
      first[2 * block] = words.x
      second[2 * block] = words.y
      first[2 * block + 1] = words.z
      second[2 * block + 1] = words.w
    }
    let radius = squareRoot(-2 * Vector.log(unitUniform(first) + 0x1p-24)) * standardDeviation
    let (sine, cosine) = Vector.sineAndCosine(turns: unitUniform(second))
    let even = multiplyAdd(radius, cosine, Vector(repeating: mean))
    let odd = multiplyAdd(radius, sine, Vector(repeating: mean))
    for pair in 0..<8 {
      let element = start + 2 * pair
      if element < count { pointer[element] = even[pair] }
      if element + 1 < count { pointer[element + 1] = odd[pair] }
    }
    start += 16
  }
}

/// The scalar `unitUniform` in each lane.
@inline(__always)
func unitUniform(_ words: SIMD8<UInt32>) -> Vector {
  // Below 2^24, so that signed and unsigned conversions agree and are exact.
  Vector(SIMD8<Int32>(truncatingIfNeeded: words &>> 8)) * 0x1p-24
}
