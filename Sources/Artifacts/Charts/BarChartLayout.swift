/// Where the panels of a `BarChart` stand.
struct BarChartLayout {
  static let margin = 20.0
  /// Between panels.
  static let gap = 28.0
  static let titleHeight = 32.0

  private(set) var panels: [BarPanelLayout] = []
  let width: Double
  let height: Double

  init(_ chart: BarChart) {
    let columnCount = Self.columnCount(chart.panels.count)
    let plotWidth = [440.0, 300, 220][columnCount - 1]
    let columns = (0..<columnCount).map { column in
      stride(from: column, to: chart.panels.count, by: columnCount).map { index in
        let isRepeated = column > 0 && chart.panels[index].hasLabels(of: chart.panels[index - 1])
        return BarPanelLayout(chart.panels[index], showsLabels: !isRepeated)
      }
    }

    var left = Self.margin
    var placed: [BarPanelLayout?] = Array(repeating: nil, count: chart.panels.count)
    for (column, panels) in columns.enumerated() {
      let labels = panels.map(\.labelWidth).max() ?? 0
      let before = panels.map(\.roomBefore).max() ?? 0
      let after = panels.map { max($0.roomAfter, $0.headerWidth - plotWidth) }.max() ?? 0
      for (row, var panel) in panels.enumerated() {
        panel.labelRight = left + labels - BarPanelLayout.textGap
        panel.plotLeft = left + labels + before
        panel.plotWidth = plotWidth
        placed[row * columnCount + column] = panel
      }
      left += labels + before + plotWidth + after + Self.gap
    }

    var top = Self.margin + Self.titleHeight
    for start in stride(from: 0, to: placed.count, by: columnCount) {
      let row = placed[start..<min(start + columnCount, placed.count)].map { $0! }
      for var panel in row {
        panel.top = top
        panels.append(panel)
      }
      top += row.map(\.height).max()! + Self.gap
    }
    if placed.isEmpty { top += Self.gap }
    let titleWidth = SVGPicture.width(of: chart.title, size: 16)
    width = max(left - Self.gap, Self.margin + titleWidth) + Self.margin
    height = top - Self.gap + Self.margin
  }

  /// Rows of three, or of two where that fills them.
  private static func columnCount(_ panels: Int) -> Int {
    switch panels {
    case 0, 1: 1
    case 2, 4: 2
    default: 3
    }
  }
}

extension BarChart.Panel {
  fileprivate func hasLabels(of other: BarChart.Panel) -> Bool {
    bars.map(\.label) == other.bars.map(\.label)
  }
}
