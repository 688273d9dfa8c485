import TensorCore

/// A model that makes images of codes.
public protocol ImageGenerator: TrainableModel {
  var pixelCount: Int { get }
  var latentDimension: Int { get }

  /// The images of codes, without chance.
  ///
  /// - Parameter codes: (rows, latentDimension).
  /// - Returns: (rows, pixelCount) in [0, 1], valid until the next call.
  func generate(codes: UnsafePointer<Float>, pass: Pass) -> UnsafeMutablePointer<Float>
}
