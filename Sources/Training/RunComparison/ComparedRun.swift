import Artifacts

/// What a comparison knows of one run.
package struct ComparedRun {
  /// As the user named it.
  package var path: String
  /// Its column's title, unlike those of the others.
  package var name: String
  package var configuration: RunConfiguration
  package var parameterCount: Int
  /// Where it was when the weights were saved.
  package var epoch: Int
  package var step: Int
  package var effort: TrainingEffort
  /// By the keys of `metrics.jsonl`.
  package var figures: [(key: String, value: Double)]
  /// All that `atelier evaluate --json` says.
  package var report: JSONValue
  package var notes: [String] = []
  package var warnings: [String] = []
  /// Of the first images; nil where the model rebuilds none, or no pictures are asked for.
  package var reconstructions: Reconstructions?
  /// As many images that the model made, (images, height * width).
  package var samples: [Float]?

  package init(
    path: String, name: String, configuration: RunConfiguration, parameterCount: Int, epoch: Int, step: Int,
    effort: TrainingEffort, figures: [(key: String, value: Double)], report: JSONValue
  ) {
    self.path = path
    self.name = name
    self.configuration = configuration
    self.parameterCount = parameterCount
    self.epoch = epoch
    self.step = step
    self.effort = effort
    self.figures = figures
    self.report = report
  }

  /// A figure that is a number; nil where the run has none.
  func figure(_ key: String) -> Double? {
    figures.first { $0.key == key }.flatMap { $0.value.isFinite ? $0.value : nil }
  }

  /// Names for runs: their folders', before a slash and the checkpoint's where one was named; the paths as they are where
  /// folders of one name lie in several places.
  package static func names(of paths: [String]) -> [String] {
    let names = paths.map { path in
      let parts = path.split(separator: "/").map(String.init)
      guard parts.count > 2, parts[parts.count - 2] == "checkpoints" else { return parts.last ?? path }
      return "\(parts[parts.count - 3])/\(parts[parts.count - 1])"
    }
    return names.indices.map { index in
      names.count { $0 == names[index] } == 1 ? names[index] : paths[index]
    }
  }
}
