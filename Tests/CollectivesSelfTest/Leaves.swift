// The numbers that the sums are tried with: S = 16 shards of values that any rank can compute alone, so that each knows
// the right answer without communication.

let shardCount = 16

/// Which shards a rank owns. Only `blocks` gives the tree of the contract; the others are mistakes that the check must
/// be able to see.
enum Ownership: String {
  /// Rank r owns shards [r·S/n, (r+1)·S/n), folded in tree order.
  case blocks
  /// The same shards, added from left to right.
  case leftToRight
  /// Ranks own the blocks in bit-reversed order, which has the effect of partners 4, 2, 1 instead of 1, 2, 4.
  case farPartnersFirst
}

/// Value `index` of shard `shard`: either sign, exponents from -20 to 20.
func leaf(_ shard: Int, _ index: Int) -> Double {
  // SplitMix64's finaliser spreads neighbouring inputs.
  var bits = (UInt64(shard) << 40 | UInt64(index)) &* 0x9E37_79B9_7F4A_7C15 &+ 0x1234_5678_9ABC_DEF1
  bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
  bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
  bits ^= bits >> 31
  let exponent = Int(bits % 41) - 20
  let fraction = 1 + Double(bits >> 12) / Double(UInt64(1) << 52)
  return Double(sign: bits & 0x200 == 0 ? .plus : .minus, exponent: exponent, significand: fraction)
}

func shard<Element: BinaryFloatingPoint>(_ shard: Int, count: Int) -> [Element] {
  (0..<count).map { Element(leaf(shard, $0)) }
}

/// The sum over shards [first, end) by the contract's tree, written as plainly as can be.
func referenceTree<Element: BinaryFloatingPoint>(_ first: Int, _ end: Int, count: Int) -> [Element] {
  if end - first == 1 { return shard(first, count: count) }
  let middle = (first + end) / 2
  let lower: [Element] = referenceTree(first, middle, count: count)
  let upper: [Element] = referenceTree(middle, end, count: count)
  return zip(lower, upper).map { $0 + $1 }
}

/// FNV-1a hash of the bytes, which tests compare between numbers of ranks.
func digest(_ bytes: UnsafeRawBufferPointer, _ seed: UInt64) -> UInt64 {
  bytes.reduce(seed) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
}
