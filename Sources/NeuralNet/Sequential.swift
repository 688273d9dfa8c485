import TensorCore

/// Layers one after another.
public final class Sequential {
  public let layers: [any Layer]
  /// Gradients between layers alternate between two buffers.
  private var gradientBuffers = [AlignedBuffer<Float>(count: 0), AlignedBuffer<Float>(count: 0)]

  /// - Precondition: there is a layer, and each takes what the one before gives.
  public init(_ layers: [any Layer]) {
    precondition(
      !layers.isEmpty && zip(layers, layers.dropFirst()).allSatisfy { $0.outputCount == $1.inputCount })
    self.layers = layers
  }

  public var inputCount: Int { layers[0].inputCount }
  public var outputCount: Int { layers[layers.count - 1].outputCount }
  public var parameters: [Parameter] { layers.flatMap(\.parameters) }
  public var runningTensors: [RunningTensor] { layers.flatMap(\.runningTensors) }
  /// The result of the last `forward`: (rows, outputCount).
  public var output: UnsafeMutablePointer<Float> { layers[layers.count - 1].output }

  /// Makes room for up to `rows` rows.
  public func allocate(rows: Int) {
    for layer in layers { layer.allocate(rows: rows) }
    let widest = layers.map(\.inputCount).max() ?? 0
    gradientBuffers = [AlignedBuffer(count: rows * widest), AlignedBuffer(count: rows * widest)]
  }

  /// - Parameter input: (rows, inputCount), which `backward` will need again.
  @discardableResult
  public func forward(input: UnsafePointer<Float>, pass: Pass) -> UnsafeMutablePointer<Float> {
    var input = input
    for layer in layers {
      layer.forward(input: input, pass: pass)
      input = UnsafePointer(layer.output)
    }
    return output
  }

  /// Fills the gradients of all parameters.
  ///
  /// - Parameters:
  ///   - input: as given to `forward`.
  ///   - outputGradient: (rows, outputCount); overwritten.
  ///   - wantsInputGradient: false saves the first layer's product.
  ///   - pass: the one given to `forward`.
  /// - Returns: the gradient of the input, valid until the next call, if wanted.
  @discardableResult
  public func backward(
    input: UnsafePointer<Float>, outputGradient: UnsafeMutablePointer<Float>, wantsInputGradient: Bool,
    pass: Pass
  ) -> UnsafeMutablePointer<Float>? {
    var gradient = outputGradient
    for index in layers.indices.reversed() {
      let isFirst = index == 0
      let next = isFirst && !wantsInputGradient ? nil : gradientBuffers[index & 1].pointer
      layers[index].backward(
        input: isFirst ? input : UnsafePointer(layers[index - 1].output), outputGradient: gradient,
        inputGradient: next, pass: pass)
      guard let next else { return nil }
      gradient = next
    }
    return gradient
  }
}
