import TensorCore

/// A model that makes images of codes.
public protocol ImageGenerator: TrainableModel {
  var pixelCount: Int { get }
  var latentDimension: Int { get }
  /// Classes that images are made by; nil, as by default, for a model without.
  var classCount: Int? { get }

  /// The images of codes, without chance.
  ///
  /// - Parameters:
  ///   - codes: (rows, latentDimension).
  ///   - pass: has the class of each row, where there are classes.
  /// - Returns: (rows, pixelCount) in [0, 1], valid until the next call.
  func generate(codes: UnsafePointer<Float>, pass: Pass) -> UnsafeMutablePointer<Float>
}

extension ImageGenerator {
  public var classCount: Int? { nil }
}
