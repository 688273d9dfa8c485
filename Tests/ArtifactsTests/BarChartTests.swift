import Artifacts
import TestSupport
import Testing

private func chart(_ values: [Double?], highlighted: Int? = nil) -> String {
  let bars = values.enumerated().map { index, value in
    BarChart.Bar(label: "bar \(index)", value: value, valueText: value.map { "\($0)" } ?? "?")
  }
  return BarChart(
    title: "chart", panels: [BarChart.Panel(title: "loss", bars: bars, highlighted: highlighted)]
  ).svg
}

/// The bars without the page's own rectangle.
private func drawnBars(_ svg: String) throws -> [SVGElement] {
  try #require(svgElements(svg)).filter { $0.name == "rect" }.dropFirst().map { $0 }
}

@Test func barsAreAsLongAsTheirValues() throws {
  let bars = try drawnBars(chart([1, 0.25, 0.5, 0]))
  let widths = bars.map { $0.number("width")! }
  #expect(widths[0] == 440)
  #expect(widths == [440, 110, 220, 0])
  #expect(Set(bars.map { $0.number("x")! }).count == 1)
  let tops = bars.map { $0.number("y")! }
  #expect(tops == tops.sorted() && Set(tops).count == 4)
}

@Test func negativeBarsEndWhereOthersBegin() throws {
  let bars = try drawnBars(chart([-1, 1]))
  let (negative, positive) = (bars[0], bars[1])
  #expect(negative.number("x")! + negative.number("width")! == positive.number("x")!)
  #expect(negative.number("width") == positive.number("width"))
  // All below zero, but not all alike: still bars, from zero on.
  let falling = try drawnBars(chart([-1, -4]))
  #expect(falling[1].number("width")! == 4 * falling[0].number("width")!)
}

@Test func aMissingValueHasADashInsteadOfABar() throws {
  for value in [nil, Double.nan, .infinity, -.infinity] {
    let svg = chart([1, value])
    #expect(try drawnBars(svg).count == 1)
    #expect(try #require(svgElements(svg)).count { $0.name == "text" && $0.text == "-" } == 1)
  }
}

@Test func barsThatTheEyeCannotTellApartBecomeDotsOnACutAxis() throws {
  for values in [[22.10, 22.15, 22.2].map { $0 + 20 }, [-240, -239, -238]] {
    let svg = chart(values)
    #expect(try drawnBars(svg).isEmpty)
    #expect(svg.contains("axis from"))
    let dots = try #require(svgElements(svg)).filter { $0.name == "circle" }.map { $0.number("cx")! }
    #expect(abs((dots[1] - dots[0]) - (dots[2] - dots[1])) < 0.11 && dots[1] > dots[0])
  }
  // Three hundredths apart they are bars still.
  #expect(!chart([0.89, 0.92]).contains("axis from"))
  #expect(try drawnBars(chart([3, 3, 3])).count == 3)
}

@Test func theHighlightedBarAloneHasAStrongColour() throws {
  let svg = chart([3, 2, 1], highlighted: 2)
  let fills = try drawnBars(svg).map { $0.attributes["fill"]! }
  #expect(fills[0] == fills[1] && fills[1] != fills[2])
  let bold = try #require(svgElements(svg)).filter { $0.attributes["font-weight"] == "bold" }.map(\.text)
  #expect(bold == ["chart", "loss", "1.0"])
}

@Test func labelsAreWrittenOnceForPanelsBesideEachOther() throws {
  let panels = (0..<3).map { index in
    BarChart.Panel(
      title: "metric \(index)",
      bars: ["a < b & \"c\"", "d"].map { BarChart.Bar(label: $0, value: Double(index), valueText: "v") })
  }
  let svg = BarChart(title: "<&>", panels: panels).svg
  let texts = try #require(svgElements(svg)).filter { $0.name == "text" }.map(\.text)
  #expect(texts.count { $0 == "a < b & \"c\"" } == 1)
  #expect(texts.count { $0 == "<&>" } == 1)
  #expect(texts.count { $0.hasPrefix("metric") } == 3)
}

@Test func textThatXMLCannotHaveIsReplaced() throws {
  let bar = BarChart.Bar(label: "a\u{1}\u{FFFE}\nb", value: 1, valueText: "1")
  let svg = BarChart(title: "", panels: [BarChart.Panel(title: "", bars: [bar])]).svg
  #expect(try #require(svgElements(svg)).contains { $0.text == "a\u{FFFD}\u{FFFD} b" })
}

@Test func longLabelsKeepTheirEndsAndTellAllInATitle() throws {
  let label = "first " + String(repeating: "middle ", count: 20) + "last"
  let svg = BarChart(
    title: "", panels: [.init(title: "", bars: [.init(label: label, value: 1, valueText: "1")])]
  ).svg
  let elements = try #require(svgElements(svg))
  #expect(elements.contains { $0.name == "title" && $0.text == label })
  #expect(
    elements.contains { $0.name == "text" && $0.text.contains("first mid") && $0.text.hasSuffix("e last") })
}

@Test(arguments: [[], [7], [0, 0, 0], (0..<40).map(Double.init), [1e-30, 1e30], [-0.0]] as [[Double]])
func everyNumberOfBarsGivesAPageThatHoldsThem(_ values: [Double]) throws {
  let svg = chart(values, highlighted: values.isEmpty ? nil : 0)
  #expect(svg == chart(values, highlighted: values.isEmpty ? nil : 0))
  let elements = try #require(svgElements(svg))
  let (width, height) = (elements[0].number("width")!, elements[0].number("height")!)
  for element in elements.dropFirst() where element.name == "rect" {
    #expect((element.number("x") ?? 0) + element.number("width")! <= width)
    #expect((element.number("y") ?? 0) + element.number("height")! <= height)
  }
  for element in elements where element.name == "text" {
    let (x, y) = (element.number("x")!, element.number("y")!)
    #expect(x >= 0 && x <= width && y >= 0 && y <= height)
  }
}

@Test func aChartWithoutPanelsSaysSo() throws {
  let svg = BarChart(title: "empty", panels: []).svg
  #expect(try #require(svgElements(svg)).contains { $0.text == "nothing to show" })
}

@Test func aFewValuesFarBeyondTheOthersEndAtTheEdgeWithABreak() throws {
  let svg = chart([1, 2, 1.5, 800, 1.2], highlighted: 0)
  let bars = try drawnBars(svg)
  #expect(bars.map { $0.number("width")! } == [220, 440, 330, 440, 264])
  let elements = try #require(svgElements(svg))
  let breaks = elements.filter { $0.attributes["stroke-width"] == "2" }
  #expect(breaks.count == 2)
  let bar = bars[3]
  for stroke in breaks {
    #expect(stroke.number("x1")! > bar.number("x")! && stroke.number("x2")! < bar.number("x")! + 440)
    #expect(stroke.number("y2") == bar.number("y"))
  }
  #expect(svg.contains("// goes on beyond the edge") && elements.contains { $0.text == "800.0" })
  // Below zero, too, and where the others are dots.
  #expect(try drawnBars(chart([-1, -2, -1.5, -800, -1.2])).map { $0.number("width")! }[3] == 440)
  let dots = chart([42.1, 42.15, 42.2, 9000])
  #expect(dots.contains("axis from") && dots.contains("// goes on"))
  #expect(try #require(svgElements(dots)).count { $0.name == "circle" } == 3)
}

@Test(
  arguments: [
    ([1, 800], nil), ([1, 1, 1, 800, 900], nil), ([1, 2, 800], 2), ([0, 0, 0, 5], nil), ([1, 2, 3, 5], nil),
  ] as [([Double], Int?)])
func otherValuesAreNotCut(_ values: [Double], _ highlighted: Int?) {
  #expect(!chart(values, highlighted: highlighted).contains("// goes on"))
}
