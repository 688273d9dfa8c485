import Artifacts
import Diagnostics
import Evaluation
import ImageData

/// Which codes `atelier traverse` shows.
public struct TraversalRequest: Sendable, Equatable {
  /// The image whose code is changed, by its number in the part; nil changes the mean code.
  public var image: Int?
  /// The numbers of a code to change, one a row; nil stands for those that vary most, at most ten.
  public var dimensions: [Int]?
  /// How far they are changed to each side, in standard deviations of that number over the part's codes.
  public var range = 3.0
  public var steps = 9

  public init() {}

  static let usualDimensions = 10
}

extension LoadedModel {
  /// The images of a code with one number changed, a row for each number; a collective call.
  ///
  /// - Parameters:
  ///   - images: those of `part`, whose codes say how far numbers vary.
  ///   - path: of the file that they are for.
  /// - Returns: the picture and the numbers changed in it, nil on all ranks but rank 0.
  /// - Throws: `Failure` 64 for an image or a number that is not there, or more images than a page can hold; 65 for codes
  ///   that are not finite.
  public func traverse(_ images: ImageDataset, part: SplitPart, _ request: TraversalRequest, for path: String)
    throws -> (picture: CodePicture, dimensions: [Int])?
  {
    _ = try coder()
    for dimension in request.dimensions ?? [] where dimension >= latentDimension {
      throw Failure(
        .usage, "--dimensions names \(dimension), but the model's codes have \(latentDimension) numbers",
        help: "name dimensions from 0 to \(latentDimension - 1)")
    }
    if let image = request.image { try images.requireImage(image, part: part, option: "--image") }
    let rows = request.dimensions?.count ?? min(latentDimension, TraversalRequest.usualDimensions)
    try CodePicture.requireFits(path, images: rows * request.steps, height: height, width: width)

    let allCodes = try encodeToFinite(images)
    let shifts = (0..<request.steps).map {
      request.range * Double(2 * $0 - (request.steps - 1)) / Double(request.steps - 1)
    }
    var codes: [Float] = []
    var spread: CodeSpread?
    var dimensions: [Int] = []
    if group.isRoot {
      let known = CodeSpread(allCodes, latentDimension: latentDimension)
      dimensions = request.dimensions ?? known.widestDimensions(atMost: rows)
      let base =
        request.image.map { Array(allCodes[$0 * latentDimension..<($0 + 1) * latentDimension]) }
        ?? known.means.map { Float($0) }
      // The code that all rows start from comes last.
      for dimension in dimensions {
        for shift in shifts {
          var code = base
          code[dimension] = Float(Double(base[dimension]) + shift * known.standardDeviations[dimension])
          codes += code
        }
      }
      codes += base
      spread = known
    }
    try requireFinite(codes)
    let decoded = try decode(codes, count: rows * request.steps + 1)
    guard let spread else { return nil }
    let pixels = height * width
    let picture = CodePicture(
      height: height, width: width, images: Array(decoded.dropLast(pixels)),
      labels: dimensions.map { "z\($0), sd \(decimals(spread.standardDeviations[$0], 2))" },
      captions: shifts.map { "\(shortest($0))sd" },
      heading: request.image.map { image in
        ImageGrid.Row(
          label: "\(part.rawValue) \(image)",
          [
            ImageGrid.Tile(images.brightness(image), caption: "input"),
            ImageGrid.Tile(Array(decoded.suffix(pixels)), caption: "output"),
          ])
      })
    return (picture, dimensions)
  }
}

/// At most two decimals and a sign: -3, -2.25, 0, +1.5.
func shortest(_ value: Double) -> String {
  var text = decimals(value, 2)
  while text.hasSuffix("0") { text.removeLast() }
  if text.hasSuffix(".") { text.removeLast() }
  return value > 0 && text != "0" ? "+\(text)" : text
}
