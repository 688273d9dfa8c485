import CommandLineInterface
import Testing

@Test func theSubsetOfTOMLIsRead() throws {
  let text = """
    # A comment, then a blank line.

    batch = 1_000 # after a value
    rate=1e-3
      "quoted key" = 'C:\\path' \r
    text = "a \\"b\\" \\\\ \\t \\u00e9 \\U0001F600 # no comment"
    yes = true
    no = false
    negative = -17
    hex = 0xFF
    octal = 0o17
    binary = 0b1_01
    float = +6.5E+2
    array = [ 1, 2, # one more
      3,
    ]
    empty = []
    nested = [["a"], [true]]
    a.b . c = 1

    [table]
    key = 1
    [table.inner]
    key = 2
    [other]
    d.e = inf
    """
  let entries = try TOMLParser.parse(text)
  let expected: [(String, TOMLValue, Int)] = [
    ("batch", .integer(1000), 3), ("rate", .float(0.001), 4), ("quoted key", .string("C:\\path"), 5),
    ("text", .string("a \"b\" \\ \t é 😀 # no comment"), 6), ("yes", .boolean(true), 7),
    ("no", .boolean(false), 8), ("negative", .integer(-17), 9), ("hex", .integer(255), 10),
    ("octal", .integer(15), 11), ("binary", .integer(5), 12), ("float", .float(650), 13),
    ("array", .array([.integer(1), .integer(2), .integer(3)]), 14), ("empty", .array([]), 17),
    ("nested", .array([.array([.string("a")]), .array([.boolean(true)])]), 18), ("a.b.c", .integer(1), 19),
    ("table.key", .integer(1), 22), ("table.inner.key", .integer(2), 24),
    ("other.d.e", .float(.infinity), 26),
  ]
  #expect(entries.map { $0.path.joined(separator: ".") } == expected.map(\.0))
  #expect(entries.map(\.value) == expected.map(\.1))
  #expect(entries.map(\.line) == expected.map(\.2))
}

@Test(arguments: [
  ("a = 1\nb", 2, "expected '=' after the key 'b', found the end of the file"),
  ("a\n= 1", 1, "expected '=' after the key 'a', found the end of the line"),
  ("\n= 1", 2, "expected a key, found '='"),
  ("a = ", 1, "expected a value, found the end of the file"),
  ("a = relu", 1, "'relu' is not a value; strings need quotes"),
  ("a = 1 2", 1, "unexpected '2'"),
  ("a = \"x", 1, "the string has no end"),
  ("a = \"x\ny\"", 1, "the string has no end"),
  ("a = \"\\q\"", 1, "unknown escape sequence in a string"),
  ("a = \"\\ud800\"", 1, "unknown escape sequence in a string"),
  ("a = \"\u{7}\"", 1, "a control character in a string must be escaped"),
  ("a = '''x'''", 1, "multi-line strings are not supported"),
  ("a = [1, 2", 1, "the array has no end"),
  ("a = [1\n2]", 2, "expected ',' or ']' in the array, found '2'"),
  ("a = {b = 1}", 1, "inline tables are not supported"),
  ("[[a]]", 1, "arrays of tables are not supported"),
  ("[a\nb = 1", 1, "expected ']' after the table's name, found the end of the line"),
  ("a = 1\na = 2", 2, "the key 'a' is defined twice"),
  ("a = 1\na.b = 2", 2, "the key 'a.b' is defined twice"),
  ("a.b = 1\na = 2", 2, "the key 'a' is defined twice"),
  ("a = 1\n[a]", 2, "the table 'a' is defined twice"),
  ("[a]\n[a]", 2, "the table 'a' is defined twice"),
  ("a.b = 1\n[a]", 2, "the table 'a' is defined twice"),
  ("[a.b]\n[a]\nb.c = 1", 3, "the key 'a.b.c' is defined twice"),
  ("a = 012", 1, "'012' is not a value; strings need quotes"),
  ("a = 1__0", 1, "'1__0' is not a value; strings need quotes"),
  ("a = _1", 1, "'_1' is not a value; strings need quotes"),
  ("a = 1.", 1, "'1.' is not a value; strings need quotes"),
  ("a = .5", 1, "'.5' is not a value; strings need quotes"),
  ("a = 1e", 1, "'1e' is not a value; strings need quotes"),
  ("a = 0x", 1, "'0x' is not a value; strings need quotes"),
  ("a = 2026-01-01", 1, "'2026-01-01' is not a value; strings need quotes"),
  ("a = 99999999999999999999", 1, "'99999999999999999999' is not a value; strings need quotes"),
])
func faultsOfAFileAreNamedWithTheirLine(text: String, line: Int, message: String) {
  let problem = #expect(throws: TOMLParser.Problem.self) { try TOMLParser.parse(text) }
  #expect(problem?.line == line)
  #expect(problem?.message == message)
}

@Test(arguments: [
  TOMLValue.boolean(true), .integer(-3), .float(1e-5), .float(0.1), .float(1e22), .float(3),
  .float(-.infinity), .string("plain"), .string("quote \" slash \\ tab \t line \n bell \u{7} é"), .array([]),
  .array([.integer(1), .string("a")]),
])
func writtenValuesReadBackTheSame(value: TOMLValue) throws {
  #expect(try TOMLParser.parse("key = \(value.literal)").map(\.value) == [value])
}
