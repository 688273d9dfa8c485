import TensorCore
import TestSupport
import Testing

private let roles: [AdversarialLoss.Role] = [.real, .generated, .generator]

/// Logits far out and near, and enough others that vectors have a rest.
private func makeLogits(_ count: Int) -> [Float] {
  Array(
    ([0, -0.001, 200, -200, 30, -30] + randomFloats(max(0, count - 6), seed: 4, low: -6, high: 6)).prefix(
      count))
}

private func evaluate(
  _ loss: AdversarialLoss, _ logits: [Float], as role: AdversarialLoss.Role, target: Float
) -> (losses: [Double], gradients: [Float]) {
  let fenced = FencedBuffer(logits)
  let gradients = FencedBuffer(count: logits.count)
  var losses = [Double](repeating: .nan, count: logits.count)
  loss.evaluate(
    logits: fenced.pointer, as: role, target: target, gradients: gradients.pointer, losses: &losses,
    rows: logits.count)
  #expect(gradients.isIntact)
  return (losses, gradients.array)
}

@Test(arguments: AdversarialLoss.allCases, roles)
private func adversarialLossIsItsReference(loss: AdversarialLoss, role: AdversarialLoss.Role) {
  for count in [0, 1, 7, 8, 9, 29] {
    for target: Float in [1, 0.75] {
      let logits = makeLogits(count)
      let result = evaluate(loss, logits, as: role, target: target)
      for (value, logit) in zip(result.losses, logits) {
        let expected = loss.reference(logit: Double(logit), as: role, target: Double(target))
        #expect(abs(value - expected) <= 2e-6 * max(1, abs(expected)), "\(logit)")
      }
      // In place, as the trainer has it.
      var inPlace = logits
      var losses = [Double](repeating: .nan, count: count)
      inPlace.withUnsafeMutableBufferPointer { buffer in
        guard let base = buffer.baseAddress else { return }
        loss.evaluate(
          logits: base, as: role, target: target, gradients: base, losses: &losses, rows: count)
      }
      expectSameBits("gradients in place", inPlace, result.gradients)
      expectSameBits("losses in place", losses, result.losses)
    }
  }
}

/// By central differences of the reference, away from the kinks of hinge.
@Test(arguments: AdversarialLoss.allCases, roles)
private func adversarialGradientsAreDerivatives(loss: AdversarialLoss, role: AdversarialLoss.Role) {
  let logits = randomFloats(40, seed: 5, low: -5, high: 5).filter { abs(abs($0) - 1) > 1e-3 }
  for target: Float in [1, 0.75] {
    let gradients = evaluate(loss, logits, as: role, target: target).gradients
    expectGradient(
      of: { $0.reduce(0) { $0 + loss.reference(logit: $1, as: role, target: Double(target)) } },
      at: logits.map(Double.init), equals: gradients.map(Double.init), tolerance: 2e-6)
  }
}

/// At the margin itself nothing is gained any more.
@Test func hingeEndsAtItsMargin() {
  let real = evaluate(.hinge, [1, 0.5, 2], as: .real, target: 1)
  #expect(real.losses == [0, 0.5, 0] && real.gradients == [0, -1, 0])
  let generated = evaluate(.hinge, [-1, -0.5, -2], as: .generated, target: 1)
  #expect(generated.losses == [0, 0.5, 0] && generated.gradients == [0, 1, 0])
}

/// Of a critic only differences between its logits count: every slope is 1, however far out the logit is.
@Test func wassersteinIsTheLogitItself() {
  let logits: [Float] = [3, -0.5, 0, 1e30]
  let expected: [(AdversarialLoss.Role, Float)] = [(.real, -1), (.generated, 1), (.generator, -1)]
  for (role, sign) in expected {
    let result = evaluate(.wasserstein, logits, as: role, target: 1)
    #expect(result.losses == logits.map { Double(sign * $0) })
    #expect(result.gradients == logits.map { _ in sign })
  }
  #expect(!AdversarialLoss.wasserstein.hasTarget)
}

/// Smoothing moves the target of real images alone.
@Test(arguments: AdversarialLoss.allCases) func theTargetIsOfRealImages(loss: AdversarialLoss) {
  let logits = makeLogits(9)
  for role in roles {
    let isSame = evaluate(loss, logits, as: role, target: 0.9) == evaluate(loss, logits, as: role, target: 1)
    #expect(isSame == (role != .real || !loss.hasTarget))
  }
}

/// A logit that is not a number gives a gradient that is none either, which ends the run.
@Test(arguments: AdversarialLoss.allCases)
func nanStaysNaNInAdversarialLosses(loss: AdversarialLoss) {
  for role in roles {
    let result = evaluate(loss, [.nan], as: role, target: 1)
    #expect(result.losses[0].isNaN && result.gradients[0].isNaN)
  }
}
