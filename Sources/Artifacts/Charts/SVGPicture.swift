/// Collects the elements of one SVG picture on a white page. Coordinates are written with one decimal, so that the same
/// picture always has the same bytes.
struct SVGPicture {
  /// Where a text stands from its position on.
  enum Anchor: String {
    case start, middle, end
  }

  static let ink = "#222222"
  static let faintInk = "#666666"
  static let grid = "#dddddd"

  private var body = ""

  mutating func rectangle(x: Double, y: Double, width: Double, height: Double, fill: String) {
    body += "<rect x=\"\(x.coordinate)\" y=\"\(y.coordinate)\" width=\"\(width.coordinate)\""
    body += " height=\"\(height.coordinate)\" fill=\"\(fill)\"/>\n"
  }

  mutating func line(
    x1: Double, y1: Double, x2: Double, y2: Double, stroke: String, width: Double = 1, isDotted: Bool = false
  ) {
    body += "<line x1=\"\(x1.coordinate)\" y1=\"\(y1.coordinate)\" x2=\"\(x2.coordinate)\""
    body += " y2=\"\(y2.coordinate)\" stroke=\"\(stroke)\""
    if width != 1 { body += " stroke-width=\"\(width.coordinate)\"" }
    body += isDotted ? " stroke-dasharray=\"1 3\"/>\n" : "/>\n"
  }

  mutating func circle(x: Double, y: Double, radius: Double, fill: String) {
    body +=
      "<circle cx=\"\(x.coordinate)\" cy=\"\(y.coordinate)\" r=\"\(radius.coordinate)\" fill=\"\(fill)\"/>\n"
  }

  /// Circles of one colour, partly transparent, in one group.
  mutating func cloud(
    _ points: some Sequence<(x: Double, y: Double)>, radius: Double, fill: String, opacity: Double
  ) {
    body += "<g fill=\"\(fill)\" fill-opacity=\"\(opacity.coordinate)\">\n"
    for point in points {
      body +=
        "<circle cx=\"\(point.x.coordinate)\" cy=\"\(point.y.coordinate)\" r=\"\(radius.coordinate)\"/>\n"
    }
    body += "</g>\n"
  }

  /// One line of text, `y` its middle.
  ///
  /// - Parameters:
  ///   - note: follows in a fainter ink.
  ///   - fullText: what it stands for where it was shortened, for viewers that show titles.
  mutating func text(
    _ text: String, x: Double, y: Double, size: Double = Self.textSize, anchor: Anchor = .start,
    fill: String = Self.ink,
    isBold: Bool = false, isUpright: Bool = false, note: String? = nil, fullText: String? = nil
  ) {
    // Half of what capitals and digits rise above the line.
    let baseline = y + 0.36 * size
    body += "<text x=\"\(x.coordinate)\" y=\"\((isUpright ? y : baseline).coordinate)\""
    if size != Self.textSize { body += " font-size=\"\(size.coordinate)\"" }
    if anchor != .start { body += " text-anchor=\"\(anchor.rawValue)\"" }
    if fill != Self.ink { body += " fill=\"\(fill)\"" }
    if isBold { body += " font-weight=\"bold\"" }
    if isUpright { body += " transform=\"rotate(-90 \(x.coordinate) \(y.coordinate))\"" }
    body += ">"
    if let fullText { body += "<title>\(Self.escaped(fullText))</title>" }
    body += Self.escaped(text)
    if let note {
      body += "<tspan dx=\"8\" font-weight=\"normal\" fill=\"\(Self.faintInk)\">\(Self.escaped(note))</tspan>"
    }
    body += "</text>\n"
  }

  /// The whole file.
  func document(width: Double, height: Double, title: String) -> String {
    let size = "\(width.coordinate) \(height.coordinate)"
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      + "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"\(width.coordinate)\" height=\"\(height.coordinate)\""
      + " viewBox=\"0 0 \(size)\" role=\"img\" font-family=\"Helvetica, Arial, 'DejaVu Sans', sans-serif\""
      + " font-size=\"\(Self.textSize.coordinate)\" fill=\"\(Self.ink)\">\n"
      + "<title>\(Self.escaped(title))</title>\n"
      + "<rect width=\"\(width.coordinate)\" height=\"\(height.coordinate)\" fill=\"#ffffff\"/>\n"
      + body + "</svg>\n"
  }

  // MARK: - Text

  static let textSize = 12.0

  /// About as wide as a text is in a wide font, since viewers choose their own.
  static func width(of text: String, size: Double = textSize) -> Double {
    Double(text.count) * 0.6 * size
  }

  /// A text of at most `limit` characters, the middle left out where it has more: names of trials begin and end with
  /// what tells them apart.
  static func shortened(_ text: String, limit: Int) -> String {
    guard text.count > limit else { return text }
    let kept = limit - 1
    return text.prefix((kept + 1) / 2) + "…" + text.suffix(kept / 2)
  }

  /// Text as the content of an element; characters that XML can't have become U+FFFD.
  static func escaped(_ text: String) -> String {
    var escaped = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": escaped.append(contentsOf: "&amp;".unicodeScalars)
      case "<": escaped.append(contentsOf: "&lt;".unicodeScalars)
      case ">": escaped.append(contentsOf: "&gt;".unicodeScalars)
      case "\t", "\n", "\r": escaped.append(" ")
      case "\u{0}"..<" ", "\u{FFFE}", "\u{FFFF}": escaped.append("\u{FFFD}")
      default: escaped.append(scalar)
      }
    }
    return String(escaped)
  }
}

extension Double {
  /// With one decimal, which is left out where it is zero.
  ///
  /// - Precondition: finite and of a page's size.
  var coordinate: String {
    let tenths = Int((self * 10).rounded())
    let sign = tenths < 0 ? "-" : ""
    let (whole, tenth) = abs(tenths).quotientAndRemainder(dividingBy: 10)
    return tenth == 0 ? "\(sign)\(whole)" : "\(sign)\(whole).\(tenth)"
  }
}
