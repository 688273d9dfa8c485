import Evaluation
import ImageData
import TensorCore

extension LoadedModel {
  /// Adds the importance-weighted bound that `--iwae` asks for, if it does: in nats, and for a density in bits; a collective
  /// call.
  ///
  /// - Precondition: the model is a variational autoencoder then.
  func scoreImportanceWeightedBound(
    _ request: EvaluationRequest, on images: ImageDataset, part: SplitPart,
    into report: inout EvaluationReport
  ) {
    guard let samples = request.importanceSamples, let task = task as? VariationalTask else { return }
    let bound = evaluateImportanceWeightedBound(
      of: images, by: task.autoencoder, samples: samples, seed: configuration.seed,
      shards: configuration.shards, group: group, team: team)
    var scores = [(name: "iwae[\(samples)]", value: bound)]
    if task.autoencoder.likelihood == .gaussian {
      let bits = bitsPerDimension(bound: bound, pixels: images.pixelsPerImage)
      scores.append((name: "iwae_bits_per_dimension[\(samples)]", value: bits))
    }
    report.add(scores, prefix: part.rawValue)
  }
}
