import Diagnostics
import TensorCore

/// The features of a set of images, (count, dimension) row by row: what every metric on distributions takes.
///
/// Copies share the numbers.
public struct FeatureMatrix: Sendable {
  public let values: AlignedBuffer<Float>
  public let count: Int
  public let dimension: Int
  /// What the rows belong to, for messages: "generated images".
  public let name: String

  /// - Throws: 65, naming the first image with a feature that is NaN, infinite or beyond `magnitudeLimit`.
  public init(
    _ values: AlignedBuffer<Float>, count: Int, dimension: Int, name: String = "images"
  ) throws(Failure) {
    precondition(count >= 0 && dimension >= 1 && values.count >= count * dimension)
    for index in 0..<count * dimension where !(values.pointer[index].magnitude <= Self.magnitudeLimit) {
      throw Failure(
        .badData,
        "feature \(index % dimension) of image \(index / dimension) of the \(name) is \(values.pointer[index])",
        help: "look for NaN or very large values in the images or in the weights of the feature network")
    }
    self.init(trusted: values, count: count, dimension: dimension, name: name)
  }

  /// `init(_:count:dimension:name:)` for an array.
  public init(_ values: [Float], count: Int, dimension: Int, name: String = "images") throws(Failure) {
    try self.init(AlignedBuffer(values), count: count, dimension: dimension, name: name)
  }

  private init(trusted values: AlignedBuffer<Float>, count: Int, dimension: Int, name: String) {
    self.values = values
    self.count = count
    self.dimension = dimension
    self.name = name
  }

  /// The largest magnitude of a feature: squares and their sums stay well inside the range of Float.
  public static let magnitudeLimit: Float = 1e15

  /// The features of an image.
  public func row(_ index: Int) -> UnsafePointer<Float> {
    UnsafePointer(values.pointer + index * dimension)
  }

  /// Some of the rows, copied, in the order of `indices`.
  public func rows(_ indices: [Int32]) -> FeatureMatrix {
    let copy = AlignedBuffer<Float>(count: indices.count * dimension)
    copyRows(indices, to: copy.pointer)
    return FeatureMatrix(trusted: copy, count: indices.count, dimension: dimension, name: name)
  }

  /// Writes the rows `indices` one after another.
  func copyRows(_ indices: [Int32], to destination: UnsafeMutablePointer<Float>) {
    for (place, index) in indices.enumerated() {
      precondition(index >= 0 && Int(index) < count)
      (destination + place * dimension).update(from: row(Int(index)), count: dimension)
    }
  }
}
