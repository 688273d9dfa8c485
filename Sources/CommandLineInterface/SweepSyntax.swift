import Diagnostics
import Training

/// One key of a sweep and what its trials take for it, as `--grid` and `--range` name them.
package struct SweepKey: Sendable {
  /// What a key's settings come from.
  package enum Source: Sendable, Equatable {
    /// Texts in the form that the option itself shows.
    case values([String])
    case range(SweepRange)
  }

  package let entry: RunOptions.Entry
  package let source: Source

  package var name: String { entry.description.name }

  /// What a trial of a random sweep takes.
  package func draw(seed: UInt32, trial: Int) -> String {
    let share = drawnShare(seed: seed, trial: trial, name: name)
    switch source {
    case .values(let values): return values[Int(share * Double(values.count))]
    case .range(let range): return range.text(at: share)
    }
  }
}

// MARK: - --grid lr=0.1,0.01 and --grid 'hidden=128,64;256,128'

extension SweepKey {
  /// Reads a key and its values, between commas, or between semicolons where there is one and for options that are
  /// lists themselves.
  ///
  /// - Parameter base: what the values are tried on.
  /// - Throws: `Failure` 64.
  package init(grid text: String, base: RunConfiguration) throws(Failure) {
    let (entry, list) = try Self.split(text, option: "--grid", example: "lr=0.001,0.01")
    self.entry = entry
    let isList = entry.description.kind == .integers
    let separator: Character = isList || list.contains(";") ? ";" : ","
    var values: [String] = []
    for part in list.split(separator: separator, omittingEmptySubsequences: false) {
      let value = try Self.canonical(String(part), of: entry, on: base, option: "--grid")
      guard !values.contains(value) else {
        throw Failure(
          .usage, "--grid \(entry.description.name) has the value '\(value)' twice", help: "name it once")
      }
      values.append(value)
    }
    // A shell takes what follows a bare semicolon for another command.
    guard !isList || values.count > 1 || !list.contains(",") else {
      throw Failure(
        .usage, "--grid \(text) is a single list",
        help: "name several with ';' between them, in quotes: --grid '\(text);\(Self.widened(list))'")
    }
    source = .values(values)
  }
}

extension SweepKey {
  /// Another list, as an example: twice the numbers.
  private static func widened(_ list: String) -> String {
    list.split(separator: ",").map { Int($0).map { "\($0 > 1 << 40 ? 1 : 2 * $0)" } ?? String($0) }.joined(
      separator: ",")
  }
}

// MARK: - --range lr=0.0001..0.01:log

extension SweepKey {
  /// Reads a key and the ends of its range, with `:log` after them where logarithms are to be spread evenly.
  ///
  /// - Throws: `Failure` 64.
  package init(range text: String, base: RunConfiguration) throws(Failure) {
    let example = "lr=0.0001..0.01:log"
    let (entry, ends) = try Self.split(text, option: "--range", example: example)
    self.entry = entry
    let name = entry.description.name
    guard [.integer, .number].contains(entry.description.kind) else {
      throw Failure(
        .usage,
        "--range \(name) has no numbers to draw from: '\(entry.description.spelling)' takes \(entry.expectation)",
        help: "list values with --grid \(name)=…, of which --random draws one")
    }
    let isLogarithmic = ends.hasSuffix(":log")
    let parts = (isLogarithmic ? String(ends.dropLast(4)) : ends).split(
      separator: "..", omittingEmptySubsequences: false)
    guard parts.count == 2, let low = Double(parts[0]), let high = Double(parts[1]) else {
      throw Failure(
        .usage, "--range \(text) is not two numbers",
        help: "give the least and the greatest: --range \(example)")
    }
    for part in parts { _ = try Self.canonical(String(part), of: entry, on: base, option: "--range") }
    guard low != high else {
      throw Failure(
        .usage, "--range \(text) has two equal ends, so that there is nothing to draw",
        help: "give all trials --\(name) \(parts[0])")
    }
    guard low < high else {
      throw Failure(.usage, "--range \(text) ends before it begins", help: "give the lesser number first")
    }
    guard low > 0 || !isLogarithmic else {
      throw Failure(
        .usage, "--range \(text) begins at \(parts[0]), which has no logarithm", help: "begin above 0")
    }
    source = .range(
      SweepRange(
        low: low, high: high, isLogarithmic: isLogarithmic, isInteger: entry.description.kind == .integer))
  }
}

// MARK: - Keys and values

extension SweepKey {
  /// What all trials share: the data, which is loaded once, and the images that they are compared on.
  private static let shared = ["model", "data", "split", "validation"]

  /// The options that trials may differ in: those that decide what a run computes.
  static let entries = RunOptions.table.filter { entry in
    [.arithmetic, .recorded].contains(entry.description.role) && !shared.contains(entry.description.name)
  }

  private static func split(_ text: String, option: String, example: String) throws(Failure)
    -> (entry: RunOptions.Entry, rest: String)
  {
    guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
      throw Failure(
        .usage, "\(option) \(text) is no key with values",
        help: "write the key, '=' and what to try: \(option) \(example)")
    }
    let name = String(text[..<equals])
    guard let entry = entries.first(where: { $0.description.name == name }) else {
      if TrainOptions.table.contains(where: { $0.description.name == name }) {
        throw Failure(
          .usage, "\(option) \(name): trials of a sweep can't differ in '\(name)'",
          help: "sweep over options that decide what a run learns, such as lr, latent or hidden")
      }
      let names = entries.map(\.description.name)
      throw Failure(
        .usage, "\(option) names '\(name)', which is no option of train\(didYouMean(name, among: names))",
        help: "the keys are the names of options, as 'atelier help train' lists them")
    }
    return (entry, String(text[text.index(after: equals)...]))
  }

  /// The value as its option shows it: 0.001 for 1e-3.
  static func canonical(
    _ value: String, of entry: RunOptions.Entry, on base: RunConfiguration, option: String
  ) throws(Failure) -> String {
    var configuration = base
    guard entry.read(&configuration, value), let shown = entry.show(configuration) else {
      throw Failure(
        .usage,
        "The value '\(value)' is invalid for '\(option) \(entry.description.name)'. "
          + "Please provide \(entry.expectation).", help: entry.description.reminder)
    }
    return shown.text
  }
}
