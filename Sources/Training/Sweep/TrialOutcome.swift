import Artifacts
import Diagnostics
import ImageData

/// How a trial ended.
enum TrialOutcome {
  case finished(TrialFigures)
  case failed(Failure)

  /// That of a run that has come to its end; failed, too, where its figures can't be had.
  init(of run: RunFolder, in sweep: SweepDefinition) {
    do {
      self =
        try TrialFigures(of: run, in: sweep).map { .finished($0) }
        ?? .failed(Failure(.nonFiniteLoss, "no evaluation gave a \(sweep.criterion) that is a number"))
    } catch {
      self = .failed(error as? Failure ?? Failure(.failure, "\(error)"))
    }
  }

  var figures: TrialFigures? { if case .finished(let figures) = self { figures } else { nil } }
  var failure: Failure? { if case .failed(let failure) = self { failure } else { nil } }
}

/// What a trial is judged by: the evaluation of its best checkpoint, that of the least validation loss, of a GAN the
/// least Fréchet distance.
struct TrialFigures {
  var step: Int
  var epoch: Int
  /// What the best checkpoint has least of.
  var criterion: Double
  /// The sweep's metric.
  var value: Double

  /// Reads them from a finished run; nil where none of the values is a number by which the best checkpoint is chosen.
  ///
  /// - Throws: `Failure` 64 where the run's evaluations don't have the metric, and what reading throws.
  init?(of run: RunFolder, in sweep: SweepDefinition) throws {
    let metric = sweep.metric
    let rows = try FileSystem.read(run.metrics).split(separator: UInt8(ascii: "\n")).map {
      try JSONValue(parsing: Array($0), file: run.metrics)
    }
    // As the trainer chooses its best checkpoint: the first of equals, never one that is no number.
    var best: (row: JSONValue, value: Double)?
    for row in rows {
      if let value = row[sweep.criterion]?.doubleValue, value < best?.value ?? .infinity {
        best = (row, value)
      }
    }
    guard let best else { return nil }
    guard let value = best.row[metric] else {
      let names = (best.row.objectValue ?? []).map(\.name).filter {
        $0.hasPrefix(sweep.criterion.prefix { $0 != "/" } + "/")
      }
      throw Failure(
        .usage, "its evaluations have no \(metric)",
        help: "name one of \(names.joined(separator: ", ")) with --metric")
    }
    step = best.row["step"]?.integerValue ?? 0
    epoch = best.row["epoch"]?.integerValue ?? 0
    criterion = best.value
    self.value = value.doubleValue ?? .nan
  }
}

// MARK: - Between ranks

extension TrialOutcome {
  var json: JSONValue {
    switch self {
    case .finished(let figures):
      [
        "step": .integer(figures.step), "epoch": .integer(figures.epoch),
        "criterion": .double(figures.criterion),
        "value": .double(figures.value),
      ]
    case .failed(let failure):
      [
        "code": .integer(Int(failure.code.rawValue)), "message": .string(failure.message),
        "help": failure.help.map { .string($0) } ?? .null,
      ]
    }
  }

  /// Nil for what no outcome wrote.
  init?(json: JSONValue) {
    if let code = json["code"]?.integerValue.flatMap({ ExitCode(rawValue: Int32($0)) }),
      let message = json["message"]?.stringValue
    {
      self = .failed(Failure(code, message, help: json["help"]?.stringValue))
    } else if let step = json["step"]?.integerValue, let epoch = json["epoch"]?.integerValue,
      let criterion = json["criterion"]?.doubleValue
    {
      let value = json["value"]?.doubleValue ?? .nan
      self = .finished(TrialFigures(step: step, epoch: epoch, criterion: criterion, value: value))
    } else {
      return nil
    }
  }
}

extension TrialFigures {
  fileprivate init(step: Int, epoch: Int, criterion: Double, value: Double) {
    self.step = step
    self.epoch = epoch
    self.criterion = criterion
    self.value = value
  }
}
