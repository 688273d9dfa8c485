import Artifacts
import Diagnostics
import Testing

private func parse(_ text: String) throws -> JSONValue {
  try JSONValue(parsing: Array(text.utf8), file: "test.json")
}

@Test func objectsKeepTheOrderOfTheirMembers() throws {
  let value: JSONValue = ["step": 50, "train/loss": 0.25, "a": ["z": nil, "b": [true, false]]]
  #expect(value.compactText == #"{"step":50,"train/loss":0.25,"a":{"z":null,"b":[true,false]}}"#)
  #expect(try parse(value.compactText) == value)
}

@Test func prettyTextIsIndentedAndReadsBack() throws {
  let value: JSONValue = [
    "state": "running", "ranks": [0, 1], "hosts": [["name": "a"]], "none": [], "empty": [:],
  ]
  #expect(
    value.prettyText == """
      {
        "state": "running",
        "ranks": [0, 1],
        "hosts": [
          {
            "name": "a"
          }
        ],
        "none": [],
        "empty": {}
      }

      """)
  #expect(try parse(value.prettyText) == value)
}

@Test func numbersAreWrittenInTheirShortestForm() {
  #expect(JSONValue.double(0.1).compactText == "0.1")
  #expect(JSONValue.double(1e-5).compactText == "1e-05")
  #expect(JSONValue.double(1e22).compactText == "1e+22")
  #expect(JSONValue.double(5).compactText == "5.0")
  #expect(JSONValue.double(-0.0).compactText == "-0.0")
  #expect(JSONValue.number(Float(0.1)).compactText == "0.1")
  #expect(JSONValue.number(Float.leastNonzeroMagnitude).compactText == "1e-45")
  #expect(JSONValue.integer(.min).compactText == "-9223372036854775808")
}

@Test func numbersThatAreNotFiniteAreWrittenAsNull() {
  let value: JSONValue = .array([
    .double(.nan), .double(.infinity), .number(-Float.infinity), .number(Float.nan),
  ])
  #expect(value.compactText == "[null,null,null,null]")
}

@Test(arguments: [
  0.1, 1e-300, Double.leastNonzeroMagnitude, 1.797_693_134_862_315_7e308, -1.0 / 3, 123_456_789.125, 1e15,
  1e16,
])
func everyDoubleReadsBackToItself(_ value: Double) throws {
  #expect(try parse(JSONValue.double(value).compactText).doubleValue == value)
}

@Test(arguments: [0.1, 1 / 3, 16_777_216, 3.402_823_5e38, 1.175_494_4e-38, 0.001] as [Float])
func everyFloatReadsBackToItself(_ value: Float) throws {
  #expect(try parse(JSONValue.number(value).compactText).doubleValue.map { Float($0) } == value)
}

@Test func integersStayIntegers() throws {
  #expect(try parse("[0, -7, 12]") == [0, -7, 12])
  #expect(try parse("9223372036854775808") == .double(9_223_372_036_854_775_808))
  #expect(try parse("1e2") == .double(100))
  #expect(try parse("-0").doubleValue?.sign == .minus)
}

@Test func stringsKeepEveryCharacter() throws {
  let text = "quote\" back\\ slash/ \n\r\t\u{8}\u{1F} é 😀 \u{7F}"
  #expect(try parse(JSONValue.string(text).compactText) == .string(text))
  #expect(try parse(#""\u00e9\ud83d\ude00\/\b\f""#) == .string("é😀/\u{8}\u{C}"))
}

@Test(
  arguments: [
    "", " ", "{", "[1,]", "{\"a\":1,}", "{\"a\" 1}", "{a:1}", "{\"a\":1,\"a\":2}", "01", "1.", ".5", "1e",
    "+1", "-",
    "tru", "nul", "NaN", "Infinity", "1 2", "[1 2]", "\"\u{1}\"", "\"a", "\"\\x\"", "\"\\u12g4\"",
    "\"\\ud800\"",
    "\"\\ud800\\u0041\"", "\"\\udc00\"", "1e400", "// a\n1", "'a'", "]", "{\"a\":}",
  ])
func textThatIsNotJSONIsRefused(_ text: String) {
  let failure = #expect(throws: Failure.self) { try parse(text) }
  #expect(failure?.code == .badData)
  #expect(failure?.message.hasPrefix("test.json is not valid JSON: ") == true)
}

@Test func bytesThatAreNotUTF8AreRefused() {
  #expect(throws: Failure.self) { try JSONValue(parsing: [0x22, 0xFF, 0x22], file: "test.json") }
}

@Test func deepNestingIsRefusedInsteadOfExhaustingTheStack() throws {
  let deep = String(repeating: "[", count: 60) + String(repeating: "]", count: 60)
  #expect(try parse(deep).arrayValue?.count == 1)
  let tooDeep = String(repeating: "[", count: 1_000_000)
  let failure = #expect(throws: Failure.self) { try parse(tooDeep) }
  #expect(failure?.message.contains("nesting") == true)
}
