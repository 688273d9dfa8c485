import CVector

/// Three rows by four columns of input * weight^T, each an inner product with eight partial sums.
///
/// Reads both factors along their rows, so neither has to be transposed; the price is adding up eight lanes at the end,
/// which is small against the rows it is used for.
struct DotProductTile {
  static let rows = 3
  static let columns = 4
  private let weight0, weight1, weight2, weight3: UnsafePointer<Float>
  /// What is left of the four rows after the last whole vector: 8 floats each, filled up with zeros.
  private let weightRests: UnsafePointer<Float>
  private let inputs: Int
  private let columns: Int
  private var offset = SIMD4<Float>.zero
  private let negativeSlope: Float

  /// - Parameters:
  ///   - weights: the first of up to four consecutive rows, one for each of `columns`.
  ///   - bias: added to the sums of each column.
  ///   - negativeSlope: what negative results are multiplied by.
  ///   - inputs: the length of all rows, at least 8.
  ///   - rests: memory for 32 floats, which must stay as they are while the tile is used.
  init(
    weights: UnsafePointer<Float>, bias: UnsafePointer<Float>?, negativeSlope: Float, inputs: Int,
    columns: Int,
    rests: UnsafeMutablePointer<Float>
  ) {
    self.columns = columns
    self.negativeSlope = negativeSlope
    if let bias { for column in 0..<columns { offset[column] = bias[column] } }
    weight0 = weights
    weight1 = weights + min(1, columns - 1) * inputs
    weight2 = weights + min(2, columns - 1) * inputs
    weight3 = weights + min(3, columns - 1) * inputs
    self.inputs = inputs
    weightRests = UnsafePointer(rests)
    for (row, weight) in [weight0, weight1, weight2, weight3].enumerated() {
      Self.copyRest(ofRow: weight, inputs: inputs, to: rests + 8 * row)
    }
  }

  /// Copies what is left of a row after the last whole vector, and zeros up to 8 floats.
  static func copyRest(ofRow row: UnsafePointer<Float>, inputs: Int, to rest: UnsafeMutablePointer<Float>) {
    Vector.loadPartial(row + inputs / 8 * 8, count: inputs % 8).store(rest)
  }

  /// Writes the outputs of one to three rows, each sum the same tree as `Vector.laneSum`.
  ///
  /// A function of its own, small enough that the compiler keeps all sums in registers.
  ///
  /// - Parameters:
  ///   - input: the first of the consecutive rows.
  ///   - inputRests: what `copyRest` made of the rows, one after another.
  @inline(never)
  func write(
    _ input: UnsafePointer<Float>, inputRests: UnsafePointer<Float>, rows: Int,
    to output: UnsafeMutablePointer<Float>, stride: Int
  ) {
    // Rows that don't exist repeat the last one.
    let row1 = min(1, rows &- 1)
    let row2 = min(2, rows &- 1)
    let (input0, input1, input2) = (input, input + row1 &* inputs, input + row2 &* inputs)
    var a0 = Vector.zero
    var a1 = Vector.zero
    var a2 = Vector.zero
    var a3 = Vector.zero
    var b0 = Vector.zero
    var b1 = Vector.zero
    var b2 = Vector.zero
    var b3 = Vector.zero
    var c0 = Vector.zero
    var c1 = Vector.zero
    var c2 = Vector.zero
    var c3 = Vector.zero
    let whole = inputs & ~7
    var k = 0
    repeat {
      let x0 = Vector.load(input0, k)
      let x1 = Vector.load(input1, k)
      let x2 = Vector.load(input2, k)
      var w = Vector.load(weight0, k)
      a0.addProduct(x0, w)
      b0.addProduct(x1, w)
      c0.addProduct(x2, w)
      w = Vector.load(weight1, k)
      a1.addProduct(x0, w)
      b1.addProduct(x1, w)
      c1.addProduct(x2, w)
      w = Vector.load(weight2, k)
      a2.addProduct(x0, w)
      b2.addProduct(x1, w)
      c2.addProduct(x2, w)
      w = Vector.load(weight3, k)
      a3.addProduct(x0, w)
      b3.addProduct(x1, w)
      c3.addProduct(x2, w)
      k &+= 8
    } while k < whole
    if whole < inputs {
      let x0 = Vector.load(inputRests)
      let x1 = Vector.load(inputRests, 8 &* row1)
      let x2 = Vector.load(inputRests, 8 &* row2)
      var w = Vector.load(weightRests)
      a0.addProduct(x0, w)
      b0.addProduct(x1, w)
      c0.addProduct(x2, w)
      w = Vector.load(weightRests, 8)
      a1.addProduct(x0, w)
      b1.addProduct(x1, w)
      c1.addProduct(x2, w)
      w = Vector.load(weightRests, 16)
      a2.addProduct(x0, w)
      b2.addProduct(x1, w)
      c2.addProduct(x2, w)
      w = Vector.load(weightRests, 24)
      a3.addProduct(x0, w)
      b3.addProduct(x1, w)
      c3.addProduct(x2, w)
    }
    write(vector8_lane_sums(a0, a1, a2, a3), to: output)
    if rows > 1 { write(vector8_lane_sums(b0, b1, b2, b3), to: output + stride) }
    if rows > 2 { write(vector8_lane_sums(c0, c1, c2, c3), to: output + 2 &* stride) }
  }

  @inline(__always)
  private func write(_ sums: SIMD4<Float>, to output: UnsafeMutablePointer<Float>) {
    var sums = sums + offset
    if negativeSlope != 1 {
      sums.replace(with: sums * negativeSlope + SIMD4<Float>.zero, where: sums .< 0)
    }
    if columns == Self.columns {
      UnsafeMutableRawPointer(output).storeBytes(of: sums, as: SIMD4<Float>.self)
    } else {
      for column in 0..<columns { output[column] = sums[column] }
    }
  }
}
