/// Horizontal bars as an SVG picture, in one panel a metric since their scales differ.
///
/// Bars start at zero, so that their lengths compare as their values do. Where that would hide all difference, the axis
/// is cut, and dots take the place of bars, since a cut bar's length says nothing; the panel says so. A few values far
/// beyond all others, as of a run that diverged, end at the panel's edge with a break in their bars, which the panel says,
/// too. The same chart always has the same bytes.
public struct BarChart: Sendable {
  public struct Bar: Sendable {
    let label: String
    let value: Double?
    let valueText: String

    /// - Parameters:
    ///   - value: nil, or not finite, draws no bar and "-" in its place.
    ///   - valueText: the value as it stands at the bar's end.
    public init(label: String, value: Double?, valueText: String) {
      let value = value.flatMap { ChartAxis.isPlottable($0) ? $0 : nil }
      self.label = label
      self.value = value
      self.valueText = value == nil ? "-" : valueText
    }
  }

  /// The bars of one metric.
  public struct Panel: Sendable {
    let title: String
    let bars: [Bar]
    let highlighted: Int?

    /// - Parameter highlighted: which bar stands out, as the best one.
    public init(title: String, bars: [Bar], highlighted: Int? = nil) {
      self.title = title
      self.bars = bars
      self.highlighted = highlighted
    }
  }

  let title: String
  let panels: [Panel]

  public init(title: String, panels: [Panel]) {
    self.title = title
    self.panels = panels
  }

  /// The file: panels one to three beside each other, the labels at the left of each panel that has other labels than
  /// the one at its left.
  public var svg: String {
    var picture = SVGPicture()
    let layout = BarChartLayout(self)
    picture.text(
      title, x: BarChartLayout.margin, y: BarChartLayout.margin + 8, size: 16, isBold: true)
    for panel in layout.panels { panel.draw(on: &picture) }
    if panels.isEmpty {
      picture.text(
        "nothing to show", x: BarChartLayout.margin, y: layout.height - BarChartLayout.margin,
        fill: SVGPicture.faintInk)
    }
    return picture.document(width: layout.width, height: layout.height, title: title)
  }
}
