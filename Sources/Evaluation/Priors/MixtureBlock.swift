import TensorCore

/// Up to 64 codes and what the components say about them: the working memory of one thread.
final class MixtureBlock {
  static let capacity = 64

  let components: Int
  let dimension: Int
  let paddedDimension: Int
  /// The codes of the block among all.
  private(set) var rows = 0..<0
  /// (capacity, padded dimension), with zeros in the padding and in rows that are not there.
  let codes: AlignedBuffer<Double>
  /// (capacity / 8, padded dimension, 8): the transposes of eight codes at a time.
  let transposedCodes: AlignedBuffer<Double>
  /// (components, capacity): each component's share in a code, p(k | x).
  let responsibilities: AlignedBuffer<Double>
  /// Room for two matrices of the codes' size.
  let scratch: AlignedBuffer<Double>
  let moreScratch: AlignedBuffer<Double>

  init(components: Int, dimension: Int) {
    self.components = components
    self.dimension = dimension
    paddedDimension = (dimension + 7) / 8 * 8
    codes = AlignedBuffer(count: Self.capacity * paddedDimension)
    transposedCodes = AlignedBuffer(count: Self.capacity * paddedDimension)
    responsibilities = AlignedBuffer(count: components * Self.capacity)
    scratch = AlignedBuffer(count: Self.capacity * paddedDimension)
    moreScratch = AlignedBuffer(count: Self.capacity * paddedDimension)
  }

  /// Takes some rows of codes block after block, and calls `body` with each of them loaded.
  func forEach(in rows: Range<Int>, of source: PriorCodes, _ body: () -> Void) {
    for first in stride(from: rows.lowerBound, to: rows.upperBound, by: Self.capacity) {
      load(first..<min(first + Self.capacity, rows.upperBound), of: source)
      body()
    }
  }

  private func load(_ rows: Range<Int>, of source: PriorCodes) {
    self.rows = rows
    for index in 0..<Self.capacity {
      let target = codes.pointer + index * paddedDimension
      if index < rows.count {
        let code = source.row(rows.lowerBound + index)
        for column in 0..<dimension { target[column] = Double(code[column]) }
      } else {
        target.update(repeating: 0, count: dimension)
      }
      for column in 0..<dimension {
        transposedCodes.pointer[(index / 8 * paddedDimension + column) * 8 + index % 8] = target[column]
      }
    }
  }
}
