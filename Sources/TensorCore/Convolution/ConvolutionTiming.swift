import RandomNumbers

/// How long each algorithm takes for the three products of a geometry: what the choice in `ConvolutionKernels` rests on.
public struct ConvolutionTiming: Sendable {
  public let geometry: ConvolutionGeometry
  /// The least seconds of correlate, spread and weight gradient over all rounds.
  public private(set) var direct = [Double](repeating: .infinity, count: 3)
  /// The same by minimal filtering; nil where it has no tiles for the geometry.
  public private(set) var winograd: [Double]?
  public static let productNames = ["correlate", "spread", "weight gradient"]

  /// Times the algorithms in turns on random images, round after round, for about `seconds`.
  public init(_ geometry: ConvolutionGeometry, rows: ShardedRows, seconds: Double, team: ThreadTeam) {
    self.geometry = geometry
    let operands = Operands(geometry, rows: rows)
    let algorithms: [any ConvolutionAlgorithm] =
      [DirectConvolution(geometry)]
      + (WinogradConvolution.supports(geometry) ? [WinogradConvolution(geometry)] : [])
    if algorithms.count > 1 { winograd = direct }
    let start = benchmarkSeconds(team: team)
    repeat {
      for (index, algorithm) in algorithms.enumerated() {
        let seconds = operands.time(algorithm, team: team)
        for product in 0..<3 {
          if index == 0 {
            direct[product] = min(direct[product], seconds[product])
          } else {
            winograd![product] = min(winograd![product], seconds[product])
          }
        }
      }
    } while benchmarkSeconds(team: team) - start < seconds
  }

  private struct Operands {
    let fine: AlignedBuffer<Float>
    let coarse: AlignedBuffer<Float>
    let weight: AlignedBuffer<Float>
    let weightGradient: AlignedBuffer<Float>
    let fineResult: AlignedBuffer<Float>
    let coarseResult: AlignedBuffer<Float>
    let rows: ShardedRows

    init(_ geometry: ConvolutionGeometry, rows: ShardedRows) {
      self.rows = rows
      fine = Self.random(rows.rowCount * geometry.fine.count, index: 0)
      coarse = Self.random(rows.rowCount * geometry.coarse.count, index: 1)
      weight = Self.random(geometry.weightCount, index: 2)
      weightGradient = AlignedBuffer(count: geometry.weightCount)
      fineResult = AlignedBuffer(count: fine.count)
      coarseResult = AlignedBuffer(count: coarse.count)
    }

    private static func random(_ count: Int, index: Int) -> AlignedBuffer<Float> {
      let buffer = AlignedBuffer<Float>(count: count)
      fillUniform(
        buffer.pointer, count: count, low: -1, high: 1, key: RandomKey(seed: 0, purpose: .generation),
        step: 0,
        index: index)
      return buffer
    }

    func time(_ algorithm: any ConvolutionAlgorithm, team: ThreadTeam) -> [Double] {
      let count = rows.rowCount
      return [
        seconds(team) {
          algorithm.correlate(
            fine: fine.pointer, weight: weight.pointer, bias: nil, negativeSlope: 1,
            coarse: coarseResult.pointer, rows: count, team: team)
        },
        seconds(team) {
          algorithm.spread(
            coarse: coarse.pointer, weight: weight.pointer, bias: nil, negativeSlope: 1,
            fine: fineResult.pointer, rows: count, team: team)
        },
        seconds(team) {
          algorithm.weightGradient(
            fine: fine.pointer, coarse: coarse.pointer, weightGradient: weightGradient.pointer, rows: rows,
            team: team)
        },
      ]
    }

    private func seconds(_ team: ThreadTeam, _ body: () -> Void) -> Double {
      let start = benchmarkSeconds(team: team)
      body()
      return benchmarkSeconds(team: team) - start
    }
  }
}
