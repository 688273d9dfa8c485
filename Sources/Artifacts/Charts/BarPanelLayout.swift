/// One panel of a `BarChart`: its axis, and where everything in it stands.
struct BarPanelLayout {
  private static let headerHeight = 28.0
  private static let headerSize = 13.0
  private static let axisHeight = 20.0
  private static let longestLabel = 60
  static let textGap = 6.0
  private static let bestColor = "#0072b2"
  private static let otherColor = "#9fc3e0"
  private static let plainColor = "#4f94c4"

  let panel: BarChart.Panel
  let showsLabels: Bool
  let axis: ChartAxis
  /// Whether the axis goes without zero, and values are dots.
  let isCut: Bool
  /// The magnitude beyond which values are outliers, which the axis does not reach.
  private let bound: Double
  /// Filled in by the chart's layout.
  var top = 0.0
  /// Where labels end.
  var labelRight = 0.0
  var plotLeft = 0.0
  var plotWidth = 0.0

  init(_ panel: BarChart.Panel, showsLabels: Bool) {
    self.panel = panel
    self.showsLabels = showsLabels
    let bound = Self.bound(of: panel)
    self.bound = bound
    let values = panel.bars.compactMap(\.value).filter { abs($0) <= bound }
    let (least, most) = (values.min() ?? 0, values.max() ?? 0)
    let spread = most - least
    // Log likelihoods and the like have no zero to be measured from; other bars are compared by length until the eye
    // can't.
    let threshold = most < 0 ? 0.5 : 0.005
    isCut = least * most > 0 && spread > 0 && spread < threshold * max(abs(least), abs(most))
    axis =
      isCut
      ? ChartAxis(covering: least - spread / 4, most, steps: 4)
      : ChartAxis(covering: min(least, 0), max(most, 0), steps: 4)
  }

  /// Three times the median magnitude, where values beyond it are few: at most one or a quarter. They would leave no room
  /// to tell the others apart. The highlighted value is never beyond.
  private static func bound(of panel: BarChart.Panel) -> Double {
    let magnitudes = panel.bars.compactMap(\.value).map { abs($0) }.sorted()
    guard magnitudes.count > 2 else { return .infinity }
    let best = panel.highlighted.flatMap { panel.bars[$0].value } ?? 0
    let bound = max(3 * magnitudes[magnitudes.count / 2], abs(best))
    let outliers = magnitudes.count { $0 > bound }
    return bound > 0 && outliers <= max(1, magnitudes.count / 4) ? bound : .infinity
  }

  private func isOutlier(_ bar: BarChart.Bar) -> Bool { abs(bar.value ?? 0) > bound }

  var labelWidth: Double {
    guard showsLabels else { return 0 }
    let widths = panel.bars.map {
      SVGPicture.width(of: SVGPicture.shortened($0.label, limit: Self.longestLabel))
    }
    return widths.max().map { $0 + Self.textGap } ?? 0
  }

  /// For the texts of bars that go to the left.
  var roomBefore: Double {
    isCut ? 0 : room { $0.value ?? 0 < 0 }
  }

  var roomAfter: Double {
    max(room { isCut || $0.value ?? 0 >= 0 }, SVGPicture.width(of: axis.ticks.last!.text, size: 10) / 2)
  }

  private func room(_ isThere: (BarChart.Bar) -> Bool) -> Double {
    let widths = panel.bars.filter(isThere).map { SVGPicture.width(of: $0.valueText) }
    return widths.max().map { $0 + 2 * Self.textGap } ?? 0
  }

  /// Says that the axis is cut, and where, or that bars are.
  private var note: String? {
    let parts =
      (isCut ? ["axis from \(axis.ticks[0].text) to \(axis.ticks.last!.text)"] : [])
      + (panel.bars.contains(where: isOutlier) ? ["// goes on beyond the edge"] : [])
    return parts.isEmpty ? nil : parts.joined(separator: ", ")
  }

  /// From where the plot begins.
  var headerWidth: Double {
    SVGPicture.width(of: panel.title + (note.map { " " + $0 } ?? ""), size: Self.headerSize)
  }

  private var pitch: Double { panel.bars.count > 20 ? 18 : 23 }
  private var barHeight: Double { panel.bars.count > 20 ? 12 : 15 }

  var height: Double { Self.headerHeight + Double(max(panel.bars.count, 1)) * pitch + Self.axisHeight }

  /// Where a value stands, or the edge that it is beyond.
  private func x(_ value: Double) -> Double {
    plotLeft + plotWidth * min(max(axis.fraction(value), 0), 1)
  }

  func draw(on picture: inout SVGPicture) {
    let plotTop = top + Self.headerHeight
    let bottom = plotTop + Double(max(panel.bars.count, 1)) * pitch
    picture.text(panel.title, x: plotLeft, y: top + 10, size: Self.headerSize, isBold: true, note: note)
    guard !panel.bars.isEmpty else {
      picture.text("nothing to show", x: plotLeft, y: (plotTop + bottom) / 2, fill: SVGPicture.faintInk)
      return
    }
    for tick in axis.ticks {
      picture.line(x1: x(tick.value), y1: plotTop, x2: x(tick.value), y2: bottom, stroke: SVGPicture.grid)
      picture.text(
        tick.text, x: x(tick.value), y: bottom + 11, size: 10, anchor: .middle, fill: SVGPicture.faintInk)
    }
    for (index, bar) in panel.bars.enumerated() {
      draw(
        bar, isBest: index == panel.highlighted, middle: plotTop + (Double(index) + 0.5) * pitch, on: &picture
      )
    }
    let origin = isCut ? plotLeft : x(0)
    picture.line(x1: origin, y1: plotTop, x2: origin, y2: bottom, stroke: SVGPicture.faintInk)
  }

  private func draw(_ bar: BarChart.Bar, isBest: Bool, middle: Double, on picture: inout SVGPicture) {
    if showsLabels {
      let label = SVGPicture.shortened(bar.label, limit: Self.longestLabel)
      picture.text(
        label, x: labelRight, y: middle, anchor: .end,
        fullText: label == bar.label ? nil : bar.label)
    }
    let origin = isCut ? plotLeft : x(0)
    guard let value = bar.value else {
      picture.text(bar.valueText, x: origin + Self.textGap, y: middle, fill: SVGPicture.faintInk)
      return
    }
    let end = x(value)
    let color =
      panel.highlighted == nil ? Self.plainColor : isBest ? Self.bestColor : Self.otherColor
    if isCut {
      picture.line(
        x1: plotLeft, y1: middle, x2: end, y2: middle, stroke: SVGPicture.faintInk,
        isDotted: true)
      if !isOutlier(bar) { picture.circle(x: end, y: middle, radius: 5, fill: color) }
    } else {
      picture.rectangle(
        x: min(origin, end), y: middle - barHeight / 2, width: abs(end - origin), height: barHeight,
        fill: color)
    }
    if isOutlier(bar) { drawBreak(near: end, isAtRight: end > origin, middle: middle, on: &picture) }
    let goesLeft = !isCut && value < 0
    let gap = Self.textGap + (isCut ? 5 : 0)
    picture.text(
      bar.valueText, x: goesLeft ? end - gap : end + gap, y: middle, anchor: goesLeft ? .end : .start,
      isBold: isBest)
  }

  /// Two slanted strokes before the edge that a bar goes beyond.
  private func drawBreak(near edge: Double, isAtRight: Bool, middle: Double, on picture: inout SVGPicture) {
    let half = barHeight / 2
    for distance in [10.0, 14] {
      let x = isAtRight ? edge - distance : edge + distance
      picture.line(
        x1: x - 2, y1: middle + half, x2: x + 2, y2: middle - half,
        stroke: isCut ? SVGPicture.faintInk : "#ffffff", width: 2)
    }
  }
}
