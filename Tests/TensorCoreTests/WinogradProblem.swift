import TensorCore
import TestSupport
import Testing

/// Operands of a geometry's three products in fenced memory, and the products by `WinogradConvolution`.
struct WinogradProblem {
  let geometry: ConvolutionGeometry
  let rows: Int
  let algorithm: WinogradConvolution
  let fine: FencedBuffer
  let coarse: FencedBuffer
  let weight: FencedBuffer

  /// - Parameter generate: makes so many numbers from that seed.
  init(
    _ geometry: ConvolutionGeometry, rows: Int,
    generate: (Int, UInt32) -> [Float] = { randomFloats($0, seed: $1) }
  ) {
    self.geometry = geometry
    self.rows = rows
    algorithm = WinogradConvolution(geometry)
    fine = FencedBuffer(generate(rows * geometry.fine.count, 11))
    coarse = FencedBuffer(generate(rows * geometry.coarse.count, 22))
    weight = FencedBuffer(generate(geometry.weightCount, 33))
  }

  /// What DESIGN allows of the largest element: F(4,3) trades accuracy for speed, the tiles of stride 2 hardly any.
  var tolerance: Double { geometry.stride == 1 ? 1e-4 : 1e-5 }

  /// The coarse images of `count` rows from `first` on.
  func correlate(
    first: Int = 0, count: Int? = nil, bias: [Float]? = nil, negativeSlope: Float = 1,
    team: ThreadTeam = singleThread
  ) -> [Float] {
    let count = count ?? rows
    let result = FencedBuffer(count: count * geometry.coarse.count)
    let biases = bias.map { FencedBuffer($0) }
    algorithm.correlate(
      fine: fine.pointer + first * geometry.fine.count, weight: weight.pointer,
      bias: biases.map { UnsafePointer($0.pointer) }, negativeSlope: negativeSlope, coarse: result.pointer,
      rows: count, team: team)
    #expect(result.isIntact)
    return result.array
  }

  /// The fine images of `count` rows from `first` on.
  func spread(
    first: Int = 0, count: Int? = nil, bias: [Float]? = nil, negativeSlope: Float = 1,
    team: ThreadTeam = singleThread
  ) -> [Float] {
    let count = count ?? rows
    let result = FencedBuffer(count: count * geometry.fine.count)
    let biases = bias.map { FencedBuffer($0) }
    algorithm.spread(
      coarse: coarse.pointer + first * geometry.coarse.count, weight: weight.pointer,
      bias: biases.map { UnsafePointer($0.pointer) }, negativeSlope: negativeSlope, fine: result.pointer,
      rows: count, team: team)
    #expect(result.isIntact)
    return result.array
  }

  /// The weight gradient of the rows from `first` on that `offsets` cuts into shards.
  func weightGradient(first: Int = 0, offsets: [Int], team: ThreadTeam = singleThread) -> [Float] {
    let result = FencedBuffer(count: geometry.weightCount)
    algorithm.weightGradient(
      fine: fine.pointer + first * geometry.fine.count,
      coarse: coarse.pointer + first * geometry.coarse.count, weightGradient: result.pointer,
      rows: ShardedRows(offsets: offsets), team: team)
    #expect(result.isIntact)
    return result.array
  }

  /// Kernels of 3x3 at strides 1 and 2 and of 4x4 at stride 2 on sides of 1 to 17, with paddings of both signs and
  /// channels that fill panels of 16 or only begin them.
  static let samples: [ConvolutionGeometry] = {
    let values = randomIntegers(48 * 8, in: 0...839, seed: 5)
    let random = (0..<48).map { sample -> ConvolutionGeometry in
      let value = Array(values[sample * 8..<sample * 8 + 8])
      let (kernel, stride) = [(3, 1), (3, 2), (4, 2)][sample % 3]
      let (top, left) = (value[0] % 6 - 2, value[1] % 6 - 2)
      func coarseSide(_ fine: Int, _ padding: Int, _ more: Int) -> Int {
        max(1, (fine + padding + more % 3 - kernel) / stride + 1)
      }
      let (height, width) = (1 + value[2] % 17, 1 + value[3] % 17)
      return ConvolutionGeometry(
        fine: ImageShape(height: height, width: width, channels: 8 + value[4] % 5 * 8),
        coarse: ImageShape(
          height: coarseSide(height, top, value[5]), width: coarseSide(width, left, value[6]),
          channels: 8 + value[7] % 5 * 8),
        kernelHeight: kernel, kernelWidth: kernel, stride: stride, paddingTop: top, paddingLeft: left)
    }
    return random + [small(3, 1), small(3, 2), small(4, 2)]
  }()

  /// 7x7 coarse images of 24 channels under fine ones of 16: long and short tiles, whole and half panels.
  static func small(_ kernel: Int, _ stride: Int) -> ConvolutionGeometry {
    ConvolutionGeometry(
      fine: ImageShape(height: 7 * stride, width: 7 * stride, channels: 16),
      coarse: ImageShape(height: 7, width: 7, channels: 24), kernelHeight: kernel, kernelWidth: kernel,
      stride: stride, paddingTop: kernel == 3 && stride == 2 ? 0 : 1, paddingLeft: kernel / 2 - 1)
  }

  static let smallSamples = [small(3, 1), small(3, 2), small(4, 2)]
}
