import ImageData

/// Vectors of equal length that a pass over pairs reads a few at a time, so that they need not lie in memory as Floats.
protocol RowSource: Sendable {
  var count: Int { get }
  var dimension: Int { get }
  /// Where the rows `range` lie one after another; `scratch` has room for them.
  func load(_ range: Range<Int>, scratch: UnsafeMutablePointer<Float>) -> UnsafePointer<Float>
}

extension FeatureMatrix: RowSource {
  func load(_ range: Range<Int>, scratch: UnsafeMutablePointer<Float>) -> UnsafePointer<Float> {
    row(range.lowerBound)
  }
}

/// Pixels in [0, 1].
extension ImageDataset: RowSource {
  var dimension: Int { pixelsPerImage }

  func load(_ range: Range<Int>, scratch: UnsafeMutablePointer<Float>) -> UnsafePointer<Float> {
    for image in range { copyImage(image, to: scratch + (image - range.lowerBound) * pixelsPerImage) }
    return UnsafePointer(scratch)
  }
}
