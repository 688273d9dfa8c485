import CommandLineInterface
import Testing

@Test func valuesMayFollowOrBeAttached() throws {
  let expected = Workshop(count: 7)
  #expect(try Workshop.parse("--count", "7") == expected)
  #expect(try Workshop.parse("--count=7") == expected)
  #expect(try Workshop.parse("-c", "7") == expected)
  #expect(try Workshop.parse("-c=7") == expected)
  #expect(try Workshop.parse("--title=a=b").title == "a=b")
}

@Test func everyKindOfValueIsRead() throws {
  let workshop = try Workshop.parse(
    "bowl", "--size", "32", "--rate", "2.5e-1", "--title", "My cup", "--place", "/a/b", "--glaze", "cup",
    "--widths", "128,64", "--seed", "4294967295", "--no-fire", "--loud", "--config", "a", "--config", "b")
  #expect(
    workshop
      == Workshop(
        vessel: .bowl, size: 32, rate: 0.25, title: "My cup", place: "/a/b", glaze: .cup, widths: [128, 64],
        seed: .max, isFired: false, isLoud: true, files: ["a", "b"]))
}

@Test func anEmptyListIsWrittenAsNone() throws {
  #expect(try Workshop.parse("--widths", "none").widths == [])
  #expect(Workshop.failure("--widths", "") != nil)
}

@Test func shortFlagsMayStandTogether() throws {
  let workshop = try Workshop.parse("-lc", "9", "--no-fire", "-f")
  #expect(workshop == Workshop(count: 9, isFired: true, isLoud: true))
  #expect(Workshop.failure("-cl", "9") == "Missing value for '--count <n>'")
}

@Test func theLastOfRepeatedOptionsCounts() throws {
  #expect(
    try Workshop.parse("--count", "7", "--count=8", "-f", "--no-fire") == Workshop(count: 8, isFired: false))
}

@Test func optionsEndAtTwoDashes() throws {
  #expect(try Workshop.parse("--loud", "--", "cup", "--loud") == Workshop(second: "--loud", isLoud: true))
}

@Test func argumentsMayStandAnywhere() throws {
  #expect(
    try Workshop.parse("bowl", "--count", "7", "more") == Workshop(vessel: .bowl, second: "more", count: 7))
  #expect(try Workshop.parse("--count=7", "bowl", "-") == Workshop(vessel: .bowl, second: "-", count: 7))
}

@Test func aMissingValueIsNamed() {
  #expect(Workshop.failure("--count") == "Missing value for '--count <n>'")
  #expect(Workshop.failure("--count", "--loud") == "Missing value for '--count <n>'")
  #expect(Workshop.failure("-c") == "Missing value for '--count <n>'")
}

@Test(arguments: [
  (["--count", "0"], "The value '0' is invalid for '--count <n>'. Please provide an integer from 1 to 99."),
  (
    ["--count", "100"],
    "The value '100' is invalid for '--count <n>'. Please provide an integer from 1 to 99."
  ),
  (
    ["--count", "-3"], "The value '-3' is invalid for '--count <n>'. Please provide an integer from 1 to 99."
  ),
  (["--count="], "The value '' is invalid for '--count <n>'. Please provide an integer from 1 to 99."),
  (
    ["--count", "1.5"],
    "The value '1.5' is invalid for '--count <n>'. Please provide an integer from 1 to 99."
  ),
  (
    ["--size", "12"],
    "The value '12' is invalid for '--size <n>'. Please provide a power of two from 1 to 64."
  ),
  (
    ["--size", "128"],
    "The value '128' is invalid for '--size <n>'. Please provide a power of two from 1 to 64."
  ),
  (
    ["--size", "0"], "The value '0' is invalid for '--size <n>'. Please provide a power of two from 1 to 64."
  ),
  (["--rate", "0"], "The value '0' is invalid for '--rate <rate>'. Please provide a number above 0."),
  (["--rate", "inf"], "The value 'inf' is invalid for '--rate <rate>'. Please provide a number above 0."),
  (["--rate", "nan"], "The value 'nan' is invalid for '--rate <rate>'. Please provide a number above 0."),
  (["--rate", "fast"], "The value 'fast' is invalid for '--rate <rate>'. Please provide a number above 0."),
  (
    ["--glaze", "pot"],
    "The value 'pot' is invalid for '--glaze <vessel>'. Please provide one of 'cup' and 'bowl'."
  ),
  (["pot"], "The value 'pot' is invalid for '<vessel>'. Please provide one of 'cup' and 'bowl'."),
  (
    ["--widths", "4,,2"],
    "The value '4,,2' is invalid for '--widths <widths>'. "
      + "Please provide integers of at least 1 with commas between them, or 'none'."
  ),
  (
    ["--seed", "4294967296"],
    "The value '4294967296' is invalid for '--seed <n>'. Please provide an integer from 0 to 4294967295."
  ),
  (["--place="], "The value '' is invalid for '--place <path>'. Please provide a path."),
  (["--loud=yes"], "The option '--loud' does not take any value, but 'yes' was specified"),
  (["--no-fire=1"], "The option '--no-fire' does not take any value, but '1' was specified"),
  (["--no-loud"], "Unknown option '--no-loud'"),
  (["--cuont", "3"], "Unknown option '--cuont'. Did you mean '--count'?"),
  (["--no-fir"], "Unknown option '--no-fir'. Did you mean '--no-fire'?"),
  (["--zzz"], "Unknown option '--zzz'"),
  (["-z"], "Unknown option '-z'"),
  (["-count", "3"], "Unknown option '-count'. Did you mean '--count'?"),
  (["cup", "b", "c"], "Unexpected argument 'c'"),
  (["cup", "b", "c", "d"], "2 unexpected arguments: 'c', 'd'"),
])
func faultsOfTheCommandLineAreNamed(words: [String], message: String) {
  #expect(Workshop.failure(words) == message)
}

@Test func theLastArgumentMayTakeAllFurtherWords() throws {
  struct Basket: Sendable {
    var first = ""
    var rest: [String] = []
  }
  let table: [OptionSpecification<Basket>] = [
    .argument("first", \.first, .string, .invocation, "One."),
    .arguments("rest", \.rest, .string, "All others."),
  ]
  func rest(_ words: String...) throws -> [String] {
    var basket = Basket()
    for setting in try ArgumentParser.parse(words, by: table.map(\.description)) {
      try apply(setting, to: &basket, by: table)
    }
    return basket.rest
  }
  #expect(try rest("a") == [])
  #expect(try rest("a", "b") == ["b"])
  #expect(try rest("a", "b", "--", "c", "--d", "b") == ["b", "c", "--d", "b"])
  #expect(HelpText.synopsis(table.map(\.description)) == "<first> <rest> ...")
}
