import TensorCore

/// A penalty of the slope of a network with one output, D: of g = ∂D(x)/∂x at the rows x of a batch, with its exact
/// gradients by the parameters.
///
/// Layer l computes a = W z + b and φ(a) from its input z; φ is linear on both sides of 0, so that φ'' = 0 and
///
///     1. forward(x)
///     2. back from 1 for every row: δ = φ'(a) ⊙ (W' δ of the layer after it), at last g
///     3. q = ∂penalty/∂g
///     4. forward again, without biases: ∂penalty/∂W = δ q' summed over rows, then q = φ'(a) ⊙ (W q) for the next layer
///
/// are all there is: biases have no gradient, and nothing is approximated. Products, sums over rows and their orders are
/// those of training.
public final class GradientPenalty {
  private let penalty: GradientNormPenalty
  private let network: Sequential
  private let layers: [any LinearizableLayer]
  /// The gradient of the network's input, and after it δ of each layer; q takes their places.
  private var gradients: [AlignedBuffer<Float>] = []

  /// Nil where a layer of the network is not piecewise linear.
  ///
  /// - Precondition: the network gives one number.
  public init?(_ penalty: GradientNormPenalty, network: Sequential) {
    precondition(network.outputCount == 1)
    let layers = network.layers.compactMap { $0 as? any LinearizableLayer }.filter(\.isPiecewiseLinear)
    guard layers.count == network.layers.count else { return nil }
    self.penalty = penalty
    self.network = network
    self.layers = layers
  }

  /// Evaluates the penalty of each row, and fills the gradients of the network's parameters with those of the sum over rows
  /// (written, not added to). The network's output is then D(x).
  ///
  /// - Parameters:
  ///   - input: x, (rows, inputCount).
  ///   - penalties: (rows).
  ///   - pass: the network has room for its rows.
  public func evaluate(
    input: UnsafePointer<Float>, penalties: UnsafeMutablePointer<Double>, pass: Pass
  ) {
    makeRoom(rows: pass.rowCount)
    network.forward(input: input, pass: pass)

    gradients[layers.count].pointer.update(repeating: 1, count: pass.rowCount)
    let backwardPass = pass.withoutParameterGradients
    for (index, layer) in layers.enumerated().reversed() {
      layer.backward(
        input: index == 0 ? input : UnsafePointer(layers[index - 1].output),
        outputGradient: gradients[index + 1].pointer, inputGradient: gradients[index].pointer,
        pass: backwardPass)
    }

    penalty.evaluate(
      gradients: gradients[0].pointer, penalties: penalties, rows: pass.rowCount,
      columns: network.inputCount, team: pass.team)

    for (index, layer) in layers.enumerated() {
      let outputGradient = gradients[index + 1].pointer
      layer.tangent(
        input: gradients[index].pointer, outputGradient: outputGradient,
        tangent: index == layers.count - 1 ? nil : outputGradient, pass: pass)
    }
  }

  private func makeRoom(rows: Int) {
    if let input = gradients.first, input.count >= rows * network.inputCount { return }
    gradients = ([network.inputCount] + layers.map(\.outputCount)).map { AlignedBuffer(count: rows * $0) }
  }
}
