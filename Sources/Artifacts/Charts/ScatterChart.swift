/// Points of several series on one plane as an SVG picture, each series in a colour of its own and named in a legend.
/// The same chart always has the same bytes.
public struct ScatterChart: Sendable {
  public struct Series: Sendable {
    let name: String
    let points: [(x: Double, y: Double)]

    /// - Parameter points: those that are not finite are left out.
    public init(name: String, points: [(x: Double, y: Double)]) {
      self.name = name
      self.points = points.filter { ChartAxis.isPlottable($0.x) && ChartAxis.isPlottable($0.y) }
    }
  }

  let title: String
  let xLabel: String
  let yLabel: String
  let series: [Series]

  public init(title: String, xLabel: String, yLabel: String, series: [Series]) {
    self.title = title
    self.xLabel = xLabel
    self.yLabel = yLabel
    self.series = series
  }

  /// Ten colours that differ to the colour-blind as well: Paul Tol's scheme "muted" and a dark grey
  /// (personal.sron.nl/~pault).
  static let colors = [
    "#332288", "#88ccee", "#117733", "#ddcc77", "#cc6677", "#44aa99", "#882255", "#999933", "#aa4499",
    "#555555",
  ]

  /// The file. Series beyond the tenth begin with the first colour again.
  public var svg: String {
    var picture = SVGPicture()
    let margin = 20.0
    let (plotWidth, plotHeight) = (560.0, 480.0)
    let all = series.flatMap(\.points)
    let xAxis = ChartAxis(covering: all.map(\.x).min() ?? 0, all.map(\.x).max() ?? 0, steps: 6)
    let yAxis = ChartAxis(covering: all.map(\.y).min() ?? 0, all.map(\.y).max() ?? 0, steps: 6)
    let tickWidth = yAxis.ticks.map { SVGPicture.width(of: $0.text, size: 10) }.max()!
    let left = margin + 20 + tickWidth + 6
    let top = margin + 32
    let (right, bottom) = (left + plotWidth, top + plotHeight)
    func x(_ value: Double) -> Double { left + plotWidth * xAxis.fraction(value) }
    func y(_ value: Double) -> Double { bottom - plotHeight * yAxis.fraction(value) }

    picture.text(title, x: margin, y: margin + 8, size: 16, isBold: true)
    for tick in xAxis.ticks {
      picture.line(x1: x(tick.value), y1: top, x2: x(tick.value), y2: bottom, stroke: SVGPicture.grid)
      picture.text(
        tick.text, x: x(tick.value), y: bottom + 11, size: 10, anchor: .middle, fill: SVGPicture.faintInk)
    }
    for tick in yAxis.ticks {
      picture.line(x1: left, y1: y(tick.value), x2: right, y2: y(tick.value), stroke: SVGPicture.grid)
      picture.text(
        tick.text, x: left - 6, y: y(tick.value), size: 10, anchor: .end, fill: SVGPicture.faintInk)
    }
    picture.text(xLabel, x: (left + right) / 2, y: bottom + 30, anchor: .middle)
    picture.text(yLabel, x: margin + 10, y: (top + bottom) / 2, anchor: .middle, isUpright: true)

    // Slice by slice, so that no series lies on top of all others.
    let size = all.count > 2000 ? 2.0 : 3.0
    let slices = 8
    for slice in 0..<slices {
      for (index, series) in series.enumerated() {
        let points = stride(from: slice, to: series.points.count, by: slices).map { series.points[$0] }
        if points.isEmpty { continue }
        picture.cloud(
          points.map { (x($0.x), y($0.y)) }, radius: size, fill: Self.color(index), opacity: 0.6)
      }
    }

    let legendLeft = right + 20
    for (index, series) in series.enumerated() {
      let middle = top + 10 + Double(index) * 20
      picture.circle(x: legendLeft + 5, y: middle, radius: 5, fill: Self.color(index))
      picture.text(SVGPicture.shortened(series.name, limit: 40), x: legendLeft + 16, y: middle)
    }
    let names = series.map { SVGPicture.width(of: SVGPicture.shortened($0.name, limit: 40)) }
    let width = max(legendLeft + 16 + (names.max() ?? 0), margin + SVGPicture.width(of: title, size: 16))
    let height = max(bottom + 40, top + Double(series.count) * 20)
    return picture.document(width: width + margin, height: height + margin, title: title)
  }

  private static func color(_ series: Int) -> String { colors[series % colors.count] }
}
