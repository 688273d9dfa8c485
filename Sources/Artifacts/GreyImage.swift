/// An image of grey bytes, row by row, 0 black and 255 white.
public struct GreyImage: Sendable, Equatable {
  public let width: Int
  public let height: Int
  public private(set) var pixels: [UInt8]

  /// - Precondition: width times height pixels, at least one.
  public init(width: Int, height: Int, pixels: [UInt8]) {
    precondition(width > 0 && height > 0 && pixels.count == width * height)
    self.width = width
    self.height = height
    self.pixels = pixels
  }

  /// An image of one grey.
  public init(width: Int, height: Int, filledWith grey: UInt8) {
    self.init(width: width, height: height, pixels: [UInt8](repeating: grey, count: width * height))
  }

  public subscript(row: Int, column: Int) -> UInt8 {
    get { pixels[row * width + column] }
    set { pixels[row * width + column] = newValue }
  }

  /// The byte for a brightness: 255 times it, rounded; what lies outside [0,1] is clamped, NaN is black.
  static func grey(_ brightness: Float) -> UInt8 {
    // NaN is not above 0 either.
    let clamped = brightness > 0 ? min(brightness, 1) : 0
    return UInt8((clamped * 255).rounded())
  }

  /// Fills a rectangle that lies inside the image.
  mutating func fill(row: Int, column: Int, height: Int, width: Int, grey: UInt8) {
    for line in row..<(row + height) {
      for position in column..<(column + width) { self[line, position] = grey }
    }
  }

  /// Draws text that lies inside the image, its top left corner at (row, column), every dot a square of `scale` pixels.
  mutating func draw(_ text: String, row: Int, column: Int, scale: Int, grey: UInt8) {
    for (position, character) in text.unicodeScalars.enumerated() {
      for glyphRow in 0..<BitmapFont.glyphHeight {
        for glyphColumn in 0..<BitmapFont.glyphWidth
        where BitmapFont.hasInk(character, row: glyphRow, column: glyphColumn) {
          fill(
            row: row + glyphRow * scale,
            column: column + (position * BitmapFont.advance + glyphColumn) * scale,
            height: scale, width: scale, grey: grey)
        }
      }
    }
  }
}
