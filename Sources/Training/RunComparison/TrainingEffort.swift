import Artifacts

/// What a run's training took, by the files that it left; nil where they don't tell.
package struct TrainingEffort: Sendable, Equatable {
  /// Of training steps alone, up to the checkpoint.
  package var seconds: Double?
  /// At the last start.
  package var ranks: Int?
  package var threadsPerRank: Int?

  package init(seconds: Double? = nil, ranks: Int? = nil, threadsPerRank: Int? = nil) {
    self.seconds = seconds
    self.ranks = ranks
    self.threadsPerRank = threadsPerRank
  }

  /// Reads `timing.jsonl` and `environment.json`. Files that are gone or damaged tell nothing: no figure depends on them.
  package init(of folder: RunFolder, upTo step: Int) {
    if let rows = try? FileSystem.read(folder.timing) {
      seconds = Self.seconds(inRows: rows, upTo: step)
    }
    if let text = try? FileSystem.read(folder.environment),
      let starts = try? JSONValue(parsing: text, file: folder.environment).arrayValue, let last = starts.last
    {
      ranks = last["ranks"]?.integerValue
      threadsPerRank = last["threads_per_rank"]?.integerValue
    }
  }

  /// The sum over rows of their steps times the mean duration of one. A run that was killed and resumed went over some
  /// steps again: the later rows count.
  ///
  /// - Returns: nil where no row tells the time of the last step.
  package static func seconds(inRows bytes: [UInt8], upTo step: Int) -> Double? {
    var rows: [(step: Int, milliseconds: Double)] = []
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
      guard let row = try? JSONValue(parsing: Array(line), file: "timing.jsonl"),
        let end = row["step"]?.integerValue, let milliseconds = row["step_ms"]?.doubleValue
      else { continue }
      while let last = rows.last, last.step >= end { rows.removeLast() }
      rows.append((end, milliseconds))
    }
    guard let last = rows.last, step > 0, last.step >= step else { return nil }
    var total = 0.0
    var start = 0
    for row in rows where start < step {
      total += Double(min(row.step, step) - start) * row.milliseconds / 1000
      start = row.step
    }
    return total
  }
}
