import Diagnostics
import Training

/// Which trials a sweep's options ask for.
package enum SweepPlan {
  private static let mostTrials = 10_000

  /// All combinations of the grids' values, the last key's changing fastest; with `random`, so many trials that draw
  /// each key's setting.
  ///
  /// - Throws: `Failure` 64.
  package static func trials(of options: SweepOptions) throws(Failure) -> [SweepTrial] {
    let base = options.train.configuration
    var keys: [SweepKey] = []
    for text in options.grids { keys.append(try SweepKey(grid: text, base: base)) }
    for text in options.ranges { keys.append(try SweepKey(range: text, base: base)) }
    for (index, key) in keys.enumerated() where keys[..<index].contains(where: { $0.name == key.name }) {
      throw Failure(
        .usage, "the sweep names '\(key.name)' twice",
        help: "give all its values to one --grid, or one --range")
    }
    guard !keys.isEmpty else {
      throw Failure(
        .usage, "a sweep needs something to try",
        help: "give --grid lr=0.001,0.01, or --random 10 --range lr=0.0001..0.01:log")
    }
    let rows: [[String]]
    if let count = options.random {
      rows = (0..<count).map { trial in keys.map { $0.draw(seed: base.seed, trial: trial) } }
    } else {
      rows = try combinations(of: keys)
    }
    var trials: [SweepTrial] = []
    for (number, values) in rows.enumerated() {
      var configuration = base
      for (key, value) in zip(keys, values) where !key.entry.read(&configuration, value) {
        throw Failure(
          .usage, "trial \(number) draws \(value) for '\(key.name)', which takes \(key.entry.expectation)",
          help: "list its values with --grid")
      }
      trials.append(
        SweepTrial(
          number: number, settings: zip(keys, values).map { SweepSetting($0.name, $1) },
          configuration: configuration))
    }
    return trials
  }

  private static func combinations(of keys: [SweepKey]) throws(Failure) -> [[String]] {
    var rows: [[String]] = [[]]
    for key in keys {
      guard case .values(let values) = key.source else {
        throw Failure(
          .usage, "--range \(key.name) needs --random", help: "say how many trials to draw with --random N")
      }
      guard rows.count * values.count <= mostTrials else {
        throw Failure(
          .usage, "the grid has more than \(grouped(mostTrials)) trials",
          help: "name fewer values, or draw some of the trials with --random N")
      }
      rows = rows.flatMap { row in values.map { row + [$0] } }
    }
    return rows
  }

  /// The settings of all trials that a sweep may not change when it goes on: those that decide numbers or files.
  static func common(of options: SweepOptions, but trials: [SweepTrial]) -> [SweepSetting] {
    let swept = trials.first?.settings.map(\.name) ?? []
    return RunOptions.table.compactMap { entry in
      let description = entry.description
      guard [.arithmetic, .recorded].contains(description.role), description.name != "model",
        !swept.contains(description.name), let value = entry.show(options.train.configuration)
      else { return nil }
      return SweepSetting(description.name, value.text)
    }
  }
}
