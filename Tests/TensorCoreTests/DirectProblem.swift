import TensorCore
import TestSupport
import Testing

/// The operands of a geometry's three products, for the kernels in fenced memory.
struct DirectProblem {
  let geometry: ConvolutionGeometry
  let rows: Int
  let fine: FencedBuffer
  let coarse: FencedBuffer
  let weight: FencedBuffer
  let fineBias: FencedBuffer
  let coarseBias: FencedBuffer

  init(
    _ geometry: ConvolutionGeometry, rows: Int,
    generate: (Int, UInt32) -> [Float] = { randomFloats($0, seed: $1) }
  ) {
    self.geometry = geometry
    self.rows = rows
    fine = FencedBuffer(generate(rows * geometry.fine.count, 11))
    coarse = FencedBuffer(generate(rows * geometry.coarse.count, 22))
    weight = FencedBuffer(generate(geometry.weightCount, 33))
    fineBias = FencedBuffer(generate(geometry.fine.channels, 44))
    coarseBias = FencedBuffer(generate(geometry.coarse.channels, 55))
  }

  /// The rows of `correlate`, or those from `first` on.
  func correlate(
    first: Int = 0, count: Int? = nil, negativeSlope: Float = 1, biased: Bool = true,
    team: ThreadTeam = singleThread
  ) -> [Float] {
    let count = count ?? rows - first
    let result = FencedBuffer(count: count * geometry.coarse.count)
    DirectConvolution(geometry).correlate(
      fine: fine.pointer + first * geometry.fine.count, weight: weight.pointer,
      bias: biased ? UnsafePointer(coarseBias.pointer) : nil, negativeSlope: negativeSlope,
      coarse: result.pointer, rows: count, team: team)
    #expect(result.isIntact)
    return result.array
  }

  /// The rows of `spread`, or those from `first` on.
  func spread(
    first: Int = 0, count: Int? = nil, negativeSlope: Float = 1, biased: Bool = true,
    team: ThreadTeam = singleThread
  ) -> [Float] {
    let count = count ?? rows - first
    let result = FencedBuffer(count: count * geometry.fine.count)
    DirectConvolution(geometry).spread(
      coarse: coarse.pointer + first * geometry.coarse.count, weight: weight.pointer,
      bias: biased ? UnsafePointer(fineBias.pointer) : nil, negativeSlope: negativeSlope,
      fine: result.pointer, rows: count, team: team)
    #expect(result.isIntact)
    return result.array
  }

  /// The weight's gradient of the rows from `first` on, with shards at `offsets` (from 0) among them.
  func weightGradient(first: Int = 0, offsets: [Int], team: ThreadTeam = singleThread) -> [Float] {
    let result = FencedBuffer(count: geometry.weightCount)
    DirectConvolution(geometry).weightGradient(
      fine: fine.pointer + first * geometry.fine.count,
      coarse: coarse.pointer + first * geometry.coarse.count,
      weightGradient: result.pointer, rows: ShardedRows(offsets: offsets), team: team)
    #expect(result.isIntact)
    return result.array
  }
}

extension ConvolutionGeometry: CustomTestStringConvertible {
  public var testDescription: String {
    "\(fine) -> \(coarse), \(kernelHeight)x\(kernelWidth) s\(stride) p\(paddingTop),\(paddingLeft)"
  }

  /// A geometry with a square kernel and the same padding on both axes.
  init(
    _ fine: (side: Int, channels: Int), _ coarse: (side: Int, channels: Int), kernel: Int, stride: Int,
    padding: Int
  ) {
    self.init(
      fine: ImageShape(height: fine.side, width: fine.side, channels: fine.channels),
      coarse: ImageShape(height: coarse.side, width: coarse.side, channels: coarse.channels),
      kernelHeight: kernel, kernelWidth: kernel, stride: stride, paddingTop: padding, paddingLeft: padding)
  }

  /// Odd sizes, kernels of 1 to 5 on each axis, strides 1 to 3, paddings of -1 to 3, and coarse images of any size, so
  /// that windows lie outside the fine image in part or altogether, or leave some of it untouched.
  static let randomSamples: [ConvolutionGeometry] = {
    let sides = [1, 5, 7, 11, 13]
    let channels = [1, 3, 8, 17, 32]
    let draws = randomIntegers(4000, in: 0...1_000_000, seed: 7)
    var samples: [ConvolutionGeometry] = []
    for first in Swift.stride(from: 0, to: draws.count - 12, by: 12) where samples.count < 120 {
      let draw = draws[first..<first + 12].map { $0 }
      let geometry = ConvolutionGeometry(
        fine: ImageShape(
          height: sides[draw[0] % 5], width: sides[draw[1] % 5], channels: channels[draw[2] % 5]),
        coarse: ImageShape(
          height: 1 + draw[3] % 8, width: 1 + draw[4] % 13, channels: channels[draw[5] % 5]),
        kernelHeight: 1 + draw[6] % 5, kernelWidth: 1 + draw[7] % 5, stride: 1 + draw[8] % 3,
        paddingTop: draw[9] % 5 - 1, paddingLeft: draw[10] % 5 - 1)
      if geometry.multiplications <= 200_000 { samples.append(geometry) }
    }
    return samples
  }()

  /// The shapes of the models, with fewer channels where that changes nothing but the time: convolutions of one channel
  /// to many and back, strides of 2 that pad at the end, the kernels of `dcgan`, and images of several blocks.
  static let modelSamples: [ConvolutionGeometry] = [
    ConvolutionGeometry((28, 1), (28, 32), kernel: 3, stride: 1, padding: 1),
    ConvolutionGeometry((28, 32), (28, 1), kernel: 3, stride: 1, padding: 1),
    ConvolutionGeometry((28, 1), (14, 64), kernel: 4, stride: 2, padding: 1),
    ConvolutionGeometry((28, 8), (28, 16), kernel: 3, stride: 1, padding: 1),
    ConvolutionGeometry((28, 6), (14, 18), kernel: 3, stride: 2, padding: 0),
    ConvolutionGeometry((14, 16), (7, 32), kernel: 3, stride: 2, padding: 0),
    ConvolutionGeometry((14, 16), (7, 32), kernel: 4, stride: 2, padding: 1),
    ConvolutionGeometry((7, 40), (7, 48), kernel: 3, stride: 1, padding: 1),
  ]
}
