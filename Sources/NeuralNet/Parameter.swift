/// A named tensor that is trained: a slice of the arena's values, and the slice of the gradients that belongs to it.
public final class Parameter {
  /// PyTorch's name, as in `encoder.dense1.weight`.
  public let name: String
  public let shape: [Int]
  public let initializer: Initializer
  /// What stands between the values and what layers multiply by, where that is not the same.
  public private(set) var spectralNormalization: SpectralNormalization?

  /// Where the slice begins in the arena, in floats.
  public internal(set) var offset = 0
  /// The values and gradients, set when the arena is made.
  public internal(set) var values: UnsafeMutablePointer<Float>!
  public internal(set) var gradients: UnsafeMutablePointer<Float>!

  /// - Parameters:
  ///   - name: PyTorch's.
  ///   - isSpectrallyNormalized: then `layer.weight` is called `layer.parametrizations.weight.original`, as PyTorch has it,
  ///     and layers take `effectiveValues`.
  public init(
    _ name: String, shape: [Int], initializer: Initializer, isSpectrallyNormalized: Bool = false
  ) {
    let dot = name.lastIndex(of: ".") ?? name.startIndex
    let parametrization = "\(name[..<dot]).parametrizations\(name[dot...])"
    self.name = isSpectrallyNormalized ? "\(parametrization).original" : name
    self.shape = shape
    self.initializer = initializer
    if isSpectrallyNormalized {
      spectralNormalization = SpectralNormalization(of: self, name: parametrization)
    }
  }

  /// What a layer multiplies by; its gradient by this is left in `gradients`, and `SpectralGradients` makes it that by
  /// the values.
  public var effectiveValues: UnsafeMutablePointer<Float> {
    spectralNormalization?.effectiveWeight ?? values
  }

  /// What belongs to the model's state beside the values.
  public var runningTensors: [RunningTensor] { spectralNormalization?.runningTensors ?? [] }

  public var count: Int { shape.reduce(1, *) }
}
