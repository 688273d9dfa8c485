import TensorCore

/// A model that makes codes of images and images of codes. The output is sigmoid(logits).
public protocol ImageCoder: ImageGenerator {
  /// The code of each image, without chance; valid until the next call.
  ///
  /// - Parameter images: (rows, pixelCount) in [0, 1].
  /// - Returns: (rows, latentDimension).
  func encode(images: UnsafePointer<Float>, pass: Pass) -> UnsafeMutablePointer<Float>

  /// - Parameter codes: (rows, latentDimension).
  /// - Returns: logits (rows, pixelCount), valid until the next call.
  func decode(codes: UnsafePointer<Float>, pass: Pass) -> UnsafeMutablePointer<Float>
}

extension ImageCoder {
  /// The logits of rebuilt images.
  ///
  /// - Parameter images: (rows, pixelCount) in [0, 1].
  /// - Returns: logits (rows, pixelCount), valid until the next call.
  public func forward(images: UnsafePointer<Float>, pass: Pass) -> UnsafeMutablePointer<Float> {
    decode(codes: encode(images: images, pass: pass), pass: pass)
  }

  public func generate(codes: UnsafePointer<Float>, pass: Pass) -> UnsafeMutablePointer<Float> {
    let logits = decode(codes: codes, pass: pass)
    pass.team.forEachRange(pass.rowCount) { range in
      let first = logits + range.lowerBound * pixelCount
      Activation.sigmoid.apply(first, to: first, count: range.count * pixelCount)
    }
    return logits
  }
}
