import Artifacts
import TestSupport
import Testing

private func chart(_ series: [ScatterChart.Series]) -> String {
  ScatterChart(title: "codes", xLabel: "first", yLabel: "second", series: series).svg
}

/// The points, without the legend's.
private func points(_ svg: String) throws -> [SVGElement] {
  try #require(svgElements(svg)).filter { $0.name == "circle" && $0.attributes["fill"] == nil }
}

@Test func pointsStandWhereTheirValuesAre() throws {
  let svg = chart([.init(name: "a", points: [(x: 0, y: 0), (x: 6, y: 12), (x: 3, y: 3)])])
  let points = try points(svg)
  let (x, y) = (points.map { $0.number("cx")! }, points.map { $0.number("cy")! })
  #expect(x[1] - x[0] == 2 * (x[2] - x[0]) && x[1] > x[0])
  // Up is less.
  #expect(y[0] - y[1] == 4 * (y[0] - y[2]) && y[1] < y[0])
}

@Test func tenSeriesHaveTenColoursAndALegend() throws {
  let series = (0..<10).map { ScatterChart.Series(name: "class <\($0)>", points: [(x: Double($0), y: 1)]) }
  let elements = try #require(svgElements(chart(series)))
  #expect(Set(elements.filter { $0.name == "g" }.map { $0.attributes["fill"]! }).count == 10)
  for index in 0..<10 { #expect(elements.contains { $0.name == "text" && $0.text == "class <\(index)>" }) }
}

@Test func tenThousandPointsStaySmallAndAreTheSameEachTime() throws {
  let many: [(x: Double, y: Double)] = (0..<10_000).map { index in
    let (x, y) = (index * 7919 % 10_007, index * 104_729 % 9973)
    return (x: Double(x) / 3, y: Double(y) / 7)
  }
  let series = [ScatterChart.Series(name: "many", points: many)]
  let svg = chart(series)
  #expect(svg.utf8.count < 500_000)
  #expect(svg == chart(series))
  #expect(try points(svg).count == 10_000)
}

@Test func pointsThatAreNoNumbersAreLeftOut() throws {
  let svg = chart([.init(name: "a", points: [(x: .nan, y: 1), (x: 1, y: .infinity), (x: 1, y: 1)])])
  #expect(try points(svg).count == 1)
  #expect(try points(chart([])).isEmpty)
}

@Test func ticksAreRoundNumbers() throws {
  let svg = chart([.init(name: "", points: [(x: -0.31, y: 1e-7), (x: 0.72, y: 9e-7)])])
  let texts = try #require(svgElements(svg)).filter { $0.name == "text" }.map(\.text)
  for tick in ["-0.4", "-0.2", "0", "0.2", "0.8", "2e-7", "8e-7"] { #expect(texts.contains(tick), "\(tick)") }
}
