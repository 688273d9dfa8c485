/// A named tensor that is trained: a slice of the arena's values, and the slice of the gradients that belongs to it.
public final class Parameter {
  /// PyTorch's name, as in `encoder.dense1.weight`.
  public let name: String
  public let shape: [Int]
  public let initializer: Initializer

  /// Where the slice begins in the arena, in floats.
  public internal(set) var offset = 0
  /// The values and gradients, set when the arena is made.
  public internal(set) var values: UnsafeMutablePointer<Float>!
  public internal(set) var gradients: UnsafeMutablePointer<Float>!

  public init(_ name: String, shape: [Int], initializer: Initializer) {
    self.name = name
    self.shape = shape
    self.initializer = initializer
  }

  public var count: Int { shape.reduce(1, *) }
}
