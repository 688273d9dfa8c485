import TensorCore

/// A model that makes codes of images and images of codes. The output is sigmoid(logits).
public protocol ImageCoder: TrainableModel {
  var pixelCount: Int { get }
  var latentDimension: Int { get }

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
}
