import Foundation

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// The elements of an SVG file in their order, as an XML parser sees them.
public struct SVGElement: Sendable {
  public let name: String
  public let attributes: [String: String]
  /// The text in it, that of elements inside it included.
  public internal(set) var text = ""

  /// An attribute that is a number.
  public func number(_ attribute: String) -> Double? { attributes[attribute].flatMap(Double.init) }
}

/// Parses a whole file; nil where it is not well-formed XML.
public func svgElements(_ svg: String) -> [SVGElement]? {
  let collector = ElementCollector()
  let parser = XMLParser(data: Data(svg.utf8))
  parser.delegate = collector
  return parser.parse() ? collector.elements : nil
}

private final class ElementCollector: NSObject, XMLParserDelegate {
  var elements: [SVGElement] = []
  /// Positions in `elements` of those that are not closed.
  private var open: [Int] = []

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
    attributes: [String: String]
  ) {
    open.append(elements.count)
    elements.append(SVGElement(name: name, attributes: attributes))
  }

  func parser(_ parser: XMLParser, foundCharacters string: String) {
    for index in open { elements[index].text += string }
  }

  func parser(
    _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
  ) {
    open.removeLast()
  }
}
