import TensorCore
import TestSupport
import Testing

extension ConvolutionGeometry {
  /// A geometry as layers have it: with symmetric padding or TensorFlow's `same`.
  ///
  /// - Parameter unused: rows and columns of the fine image that the kernel doesn't reach at the end, below the stride:
  ///   a convolution's remainder, or a transposed convolution's output padding.
  init(
    coarse height: Int, _ width: Int, fine fineChannels: Int, coarse coarseChannels: Int, kernel: Int,
    stride: Int = 1, padding: Int? = nil, unused: Int = 0
  ) {
    func side(_ places: Int) -> (fine: Int, before: Int) {
      if let padding { return ((places - 1) * stride + kernel - 2 * padding + unused, padding) }
      let fine = places * stride - unused
      return (fine, max(0, (places - 1) * stride + kernel - fine) / 2)
    }
    self.init(
      fine: ImageShape(height: side(height).fine, width: side(width).fine, channels: fineChannels),
      coarse: ImageShape(height: height, width: width, channels: coarseChannels), kernelHeight: kernel,
      kernelWidth: kernel, stride: stride, paddingTop: side(height).before, paddingLeft: side(width).before)
  }

  /// Random geometries, among them some that no layer has: kernels that are not square, images that kernels reach out of
  /// altogether or hardly touch, negative padding.
  static func random(_ count: Int, maximumSide: Int = 9, seed: UInt32) -> [ConvolutionGeometry] {
    let channels = [1, 2, 3, 8, 16]
    return (0..<count).map { index in
      let draws = randomIntegers(11, in: 0...4095, seed: seed + UInt32(index))
      func pick(_ draw: Int, _ range: ClosedRange<Int>) -> Int {
        range.lowerBound + draws[draw] % range.count
      }
      let (kernelHeight, kernelWidth) = (pick(0, 1...5), pick(1, 1...5))
      return ConvolutionGeometry(
        fine: ImageShape(
          height: pick(2, 1...maximumSide), width: pick(3, 1...maximumSide),
          channels: channels[pick(4, 0...4)]),
        coarse: ImageShape(
          height: pick(5, 1...maximumSide), width: pick(6, 1...maximumSide),
          channels: channels[pick(7, 0...4)]),
        kernelHeight: kernelHeight, kernelWidth: kernelWidth, stride: pick(8, 1...3),
        paddingTop: pick(9, -1...kernelHeight), paddingLeft: pick(10, -1...kernelWidth))
    }
  }

  /// Layers of every kernel, stride and padding in small; the shapes that fast algorithms are made for, with whole and
  /// broken tiles; those of the models, `conv-ae` to `dcgan`.
  static let layers = everySize + fast + ofModels

  private static let everySize: [ConvolutionGeometry] = (1...5).flatMap { kernel in
    (1...3).flatMap { stride in
      [
        ConvolutionGeometry(coarse: 4, 5, fine: 3, coarse: 2, kernel: kernel, stride: stride),
        ConvolutionGeometry(
          coarse: 3, 6, fine: 8, coarse: 8, kernel: kernel, stride: stride, unused: stride - 1),
        ConvolutionGeometry(
          coarse: 5, 4, fine: 2, coarse: 8, kernel: kernel, stride: stride, padding: kernel / 2,
          unused: stride / 2),
      ]
    }
  }

  private static let fast: [ConvolutionGeometry] = [
    (1, 8), (8, 1), (8, 8), (8, 24), (16, 16), (16, 40), (32, 8), (1, 1), (9, 17),
  ].flatMap { fine, coarse in
    [
      ConvolutionGeometry(coarse: 7, 7, fine: fine, coarse: coarse, kernel: 3),
      ConvolutionGeometry(coarse: 8, 5, fine: fine, coarse: coarse, kernel: 3, padding: 0),
      ConvolutionGeometry(coarse: 6, 7, fine: fine, coarse: coarse, kernel: 3, padding: 2),
      ConvolutionGeometry(coarse: 4, 7, fine: fine, coarse: coarse, kernel: 3, stride: 2),
      ConvolutionGeometry(
        coarse: 4, 3, fine: fine, coarse: coarse, kernel: 3, stride: 2, padding: 1, unused: 1),
      ConvolutionGeometry(coarse: 5, 4, fine: fine, coarse: coarse, kernel: 4, stride: 2, padding: 1),
    ]
  }

  private static let ofModels = [
    ConvolutionGeometry(coarse: 28, 28, fine: 1, coarse: 32, kernel: 3),
    ConvolutionGeometry(coarse: 28, 28, fine: 32, coarse: 1, kernel: 3),
    ConvolutionGeometry(coarse: 14, 14, fine: 32, coarse: 64, kernel: 3),
    ConvolutionGeometry(coarse: 7, 7, fine: 64, coarse: 128, kernel: 3, stride: 2),
    ConvolutionGeometry(coarse: 14, 14, fine: 1, coarse: 64, kernel: 4, stride: 2, padding: 1),
  ]

  /// What values may be off by, relative to the largest: F(4x4, 3x3) may serve such shapes.
  var tolerance: Double {
    kernelHeight == 3 && kernelWidth == 3 && stride == 1 && fine.channels % 8 == 0 && coarse.channels % 8 == 0
      ? 1e-4 : 1e-5
  }
}

/// The operands of a geometry's three products, in memory that notices what must not be touched.
struct ConvolutionProblem {
  let geometry: ConvolutionGeometry
  let rows: Int
  let fine, coarse, weight, fineBias, coarseBias: FencedBuffer

  init(_ geometry: ConvolutionGeometry, rows: Int) {
    self.geometry = geometry
    self.rows = rows
    fine = FencedBuffer(randomFloats(rows * geometry.fine.count, seed: 31))
    coarse = FencedBuffer(randomFloats(rows * geometry.coarse.count, seed: 32))
    weight = FencedBuffer(randomFloats(geometry.weightCount, seed: 33))
    fineBias = FencedBuffer(randomFloats(geometry.fine.channels, seed: 34))
    coarseBias = FencedBuffer(randomFloats(geometry.coarse.channels, seed: 35))
  }

  /// The first `count` rows from `first` on; all by default.
  func correlate(
    by kernels: ConvolutionKernels, hasBias: Bool = true, negativeSlope: Float = 1, first: Int = 0,
    count: Int? = nil, team: ThreadTeam = singleThread
  ) -> [Float] {
    let rows = count ?? rows
    let result = FencedBuffer(count: rows * geometry.coarse.count)
    kernels.correlate(
      fine: fine.pointer + first * geometry.fine.count, weight: weight.pointer,
      bias: hasBias ? UnsafePointer(coarseBias.pointer) : nil, negativeSlope: negativeSlope,
      coarse: result.pointer,
      rows: rows, team: team)
    #expect(result.isIntact, "correlate writes before its result")
    return result.array
  }

  func spread(
    by kernels: ConvolutionKernels, hasBias: Bool = true, negativeSlope: Float = 1, first: Int = 0,
    count: Int? = nil, team: ThreadTeam = singleThread
  ) -> [Float] {
    let rows = count ?? rows
    let result = FencedBuffer(count: rows * geometry.fine.count)
    kernels.spread(
      coarse: coarse.pointer + first * geometry.coarse.count, weight: weight.pointer,
      bias: hasBias ? UnsafePointer(fineBias.pointer) : nil, negativeSlope: negativeSlope,
      fine: result.pointer,
      rows: rows, team: team)
    #expect(result.isIntact, "spread writes before its result")
    return result.array
  }

  /// - Parameter offsets: where the shards of the rows from `first` on begin and end.
  func weightGradient(
    by kernels: ConvolutionKernels, first: Int = 0, offsets: [Int], team: ThreadTeam = singleThread
  ) -> [Float] {
    let result = FencedBuffer(count: geometry.weightCount)
    kernels.weightGradient(
      fine: fine.pointer + first * geometry.fine.count,
      coarse: coarse.pointer + first * geometry.coarse.count,
      weightGradient: result.pointer, rows: ShardedRows(offsets: offsets), team: team)
    #expect(result.isIntact, "weightGradient writes before its result")
    return result.array
  }
}
