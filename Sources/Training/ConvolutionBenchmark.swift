import Collectives
import Diagnostics
import ImageData
import NeuralNet
import TensorCore

/// The algorithms for the convolutions of a model, side by side.
public struct ConvolutionBenchmark: Sendable {
  /// One a convolution or transposed convolution, in the model's order; equal geometries once.
  public var timings: [ConvolutionTiming]
  /// Operations a second of fused multiply-adds on as many threads, measured in the same run.
  public var peak: Double
  /// Images in the batch that was timed.
  public var batch: Int

  /// Times them for about `seconds` in all.
  ///
  /// - Throws: a usage failure if there is more than one rank, or the model's shapes don't fit.
  public static func run(
    configuration: RunConfiguration, seconds: Double, group: ProcessGroup
  ) throws -> ConvolutionBenchmark {
    guard group.size == 1 else {
      throw Failure(
        .usage, "convolutions are timed on one rank, not on \(group.size)", help: "run it without mpirun")
    }
    let images = try loadSplits(configuration, data: configuration.data, group: group).splits.train
    let model = try configuration.makeModel(height: images.height, width: images.width)
    let team = makeTeam(threads: configuration.threads, shards: configuration.shards, group: group)
    let plan = BatchPlan(
      sampleCount: configuration.batch, batchSize: configuration.batch, shards: configuration.shards)
    let offsets = [0] + (0..<plan.shards).map { plan.samples(ofShard: $0, inBatch: 0).upperBound }
    var geometries: [ConvolutionGeometry] = []
    for layer in model.networks.flatMap(\.layers) {
      let geometry = (layer as? Convolution2D)?.geometry ?? (layer as? TransposedConvolution2D)?.geometry
      if let geometry, !geometries.contains(geometry) { geometries.append(geometry) }
    }
    let peak = fusedMultiplyAddPeak(team: team)
    let timings = geometries.map {
      ConvolutionTiming(
        $0, rows: ShardedRows(offsets: offsets), seconds: seconds / Double(geometries.count), team: team)
    }
    return ConvolutionBenchmark(
      timings: timings, peak: max(peak, fusedMultiplyAddPeak(team: team)), batch: configuration.batch)
  }
}
