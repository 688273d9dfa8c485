import CommandLineInterface
import Diagnostics

/// A kind of thing with defaults of its own, as a model has.
enum Vessel: String, CaseIterable, Sendable {
  case cup
  case bowl
}

/// A target with an option of every form.
struct Workshop: Sendable, Equatable {
  var vessel = Vessel.cup
  var second = ""
  var count = 3
  var size = 8
  var rate: Float = 0.5
  var title: String?
  var place = "shelf"
  var glaze = Vessel.bowl
  var widths = [4, 2]
  var seed: UInt32 = 0
  var isFired = true
  var isLoud = false
  var files: [String] = []

  static func defaults(for vessel: Vessel) -> Workshop {
    Workshop(vessel: vessel, count: vessel == .cup ? 3 : 30)
  }

  static let table: [OptionSpecification<Workshop>] = [
    .argument("vessel", \.vessel, .choice, .arithmetic, "What to make."),
    .argument("second", \.second, .string, .invocation, isRequired: false, "Anything else."),
    .option("count", short: "c", "n", \.count, .integer(1...99), .model, .arithmetic, "How many."),
    .option("size", "n", \.size, .powerOfTwo(upTo: 64), .model, .arithmetic, "How large."),
    .option("rate", "rate", \.rate, .positiveNumber, .model, .arithmetic, "How fast."),
    .option("title", "text", \.title, .string, .model, .recorded, "What it is called.", defaultText: "none"),
    .option("place", "path", \.place, .path, .data, .local, "Where it goes."),
    .option("glaze", "vessel", \.glaze, .choice, .model, .recorded, "Whose glaze."),
    .option("widths", "widths", \.widths, .integers(atLeast: 1), .model, .recorded, "How wide."),
    .option("seed", "n", \.seed, .integer(0...UInt32.max), .model, .recorded, "Which chance."),
    .flag("fire", short: "f", \.isFired, .output, .recorded, "Fire it."),
    .flag("loud", short: "l", \.isLoud, stores: true, .output, "Say so."),
    .repeated("config", "file", \.files, .path, .output, "Read options from a file."),
  ]

  /// What the command line makes of those words.
  static func parse(_ words: String...) throws -> Workshop {
    var workshop = Workshop()
    let settings = try ArgumentParser.parse(words, by: table.map(\.description))
    for setting in settings { try apply(setting, to: &workshop, by: table) }
    return workshop
  }

  /// The message of the failure that those words lead to.
  static func failure(_ words: String...) -> String? {
    failure(words)
  }

  /// The message of the failure that those words lead to.
  static func failure(_ words: [String]) -> String? {
    var workshop = Workshop()
    do throws(Failure) {
      let settings = try ArgumentParser.parse(words, by: table.map(\.description))
      for setting in settings { try apply(setting, to: &workshop, by: table) }
      return nil
    } catch {
      return error.code == .usage ? error.message : "exit \(error.code)"
    }
  }

  /// A command that prints what it was given.
  static let command = CommandSpecification(
    name: "make", overview: "Make a vessel.", table: table, configurationOption: "config",
    defaults: { settings throws(Failure) in
      var workshop = Workshop()
      for setting in settings where setting.name == "vessel" { try apply(setting, to: &workshop, by: table) }
      return .defaults(for: workshop.vessel)
    },
    helpDefaults: { settings in
      let named = settings.last { $0.name == "vessel" }.flatMap { Vessel(rawValue: $0.value) }
      return (named.map { [$0] } ?? Vessel.allCases).map(defaults)
    },
    body: { workshop, console in
      console.write("\(workshop.vessel) \(workshop.count) \(workshop.rate)\n")
      return .success
    })
}
