import TensorCore

// What layers do with an activation around their products.

extension Activation {
  /// Applies those functions that a product does not apply on its way out.
  func finishForward(_ output: UnsafeMutablePointer<Float>, count: Int, team: ThreadTeam) {
    if negativeSlope != nil { return }
    team.forEachRange(count, granule: 64) { range in
      apply(output + range.lowerBound, to: output + range.lowerBound, count: range.count)
    }
  }

  /// Turns the gradient of the output into that of the product.
  func beginBackward(
    _ outputGradient: UnsafeMutablePointer<Float>, output: UnsafePointer<Float>, count: Int, team: ThreadTeam
  ) {
    if self == .identity { return }
    team.forEachRange(count, granule: 64) { range in
      multiplyByDerivative(
        outputGradient + range.lowerBound, output: output + range.lowerBound, count: range.count)
    }
  }
}
