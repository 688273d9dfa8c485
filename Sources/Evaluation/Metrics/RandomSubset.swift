import RandomNumbers

/// Which of several independent subsets is drawn: one for each metric, step and side.
struct SubsetName {
  enum Use: Int {
    case kernelDistance = 1
    case extrapolation = 2
    case halves = 3
    case selection = 4
  }

  var use: Use
  var number = 0
  /// 0 for real images, 1 for generated ones.
  var side = 0
}

/// `count` different indices below `total`, each subset equally likely, as a function of seed and name alone: the first
/// steps of a Fisher-Yates shuffle.
///
/// Step i exchanges index i with one at i + floor(w (total - i) / 2^64), w being 64 bits of Philox with counter
/// (number, i / 2, side, use).
///
/// - Precondition: `count` is at most `total`.
func randomSubset(_ count: Int, of total: Int, seed: UInt32, name: SubsetName) -> [Int32] {
  precondition(count >= 0 && count <= total && total <= Int(Int32.max))
  let key = RandomKey(seed: seed, purpose: .evaluation)
  var indices = Array(0..<Int32(total))
  for i in stride(from: 0, to: count, by: 2) {
    let words = key.words(step: name.number, index: i / 2, lane: name.side, draw: name.use.rawValue)
    for (place, word) in [(i, words.lowHalf), (i + 1, words.highHalf)] where place < count {
      let random = UInt64(word.x) << 32 | UInt64(word.y)
      let offset = random.multipliedFullWidth(by: UInt64(total - place)).high
      indices.swapAt(place, place + Int(offset))
    }
  }
  return Array(indices[..<count])
}
