import Evaluation

/// What an evaluation found, by the names that `metrics.jsonl` has after the split: `loss`, `ssim`. In a fixed order; the
/// first is the loss, which training makes small and the best checkpoint has least of.
public struct Scores: Sendable, Equatable {
  public var named: [(name: String, value: Double)]

  init(loss: Double, _ others: [(String, Double)] = []) {
    named = [("loss", loss)] + others.map { (name: $0.0, value: $0.1) }
  }

  /// Scores of which the first, if there is one, is made small.
  init(named: [(name: String, value: Double)]) {
    self.named = named
  }

  /// What the best checkpoint has least of; nil where nothing was scored.
  public var criterion: (name: String, value: Double)? { named.first }

  public subscript(name: String) -> Double? { named.first { $0.name == name }?.value }

  /// For people, in one line: of the figures of generated images the first two alone.
  var text: String {
    let shown = named.filter {
      !$0.name.contains("[") || $0.name.hasPrefix("fid[") || $0.name.hasPrefix("fid_trace[")
    }
    return shown.map { "\($0.name) \(decimals($0.value, $0.name == "psnr" ? 2 : 4))" }.joined(separator: "  ")
  }

  public static func == (left: Scores, right: Scores) -> Bool {
    left.named.elementsEqual(right.named) { $0 == $1 }
  }
}

extension Scores {
  init(_ scores: ReconstructionScores) {
    var others = [("mse", scores.meanSquaredError), ("psnr", scores.peakSignalToNoise)]
    if let similarity = scores.structuralSimilarity { others.append(("ssim", similarity)) }
    if let similarity = scores.gaussianStructuralSimilarity { others.append(("ssim-gaussian", similarity)) }
    self.init(loss: scores.loss, others)
  }
}
