import NeuralNet
import TestSupport
import Testing

/// A rule as optimizers.safetensors names it.
private struct AdamRule: CustomTestStringConvertible, Sendable {
  let conventions: Conventions
  let name: String
  let learningRate: Float
  let beta1: Double
  var testDescription: String { "\(conventions).\(name)" }

  static let all = Conventions.allCases.flatMap { conventions in
    [
      AdamRule(conventions: conventions, name: "adam", learningRate: 1e-3, beta1: 0.9),
      AdamRule(conventions: conventions, name: "adam-gan", learningRate: 2e-4, beta1: 0.5),
    ]
  }
}

/// Gradients down to 1e-8, where the place of epsilon decides the step. What is compared is how far the parameters
/// have moved, to the rounding of the parameters themselves.
@Test(arguments: AdamRule.all) private func stepsAreThePeers(rule: AdamRule) throws {
  let fixture = try Fixture("optimizers")
  let start = try fixture.floats("parameters")
  let gradients = try fixture.floats("gradients")
  let expected = try fixture.floats(rule.testDescription)
  let arena = ParameterArena([Parameter("weight", shape: [start.count], initializer: .zeros)])
  arena.load { _ in start }
  let adam = Adam(count: arena.count, conventions: rule.conventions, beta1: rule.beta1)
  for step in 0..<5 {
    let range = step * start.count..<(step + 1) * start.count
    // Sums over a batch of 8, which the scale turns into means.
    arena.parameters[0].gradients.update(from: gradients[range].map { 8 * $0 }, count: start.count)
    adam.update(arena, learningRate: rule.learningRate, gradientScale: 1 / 8, team: singleThread)
    #expect(adam.updates == step + 1)
    for (index, (ours, theirs)) in zip(arena.valueArrays[0], expected[range]).enumerated() {
      #expect(
        abs(ours - theirs) <= 1e-3 * rule.learningRate + 2 * theirs.ulp,
        "step \(step), parameter \(index), from \(start[index])")
    }
  }
}

@Test func theFixtureTellsTheConventionsApart() throws {
  let fixture = try Fixture("optimizers")
  let differences = try zip(fixture.floats("torch.adam"), fixture.floats("keras.adam")).map { abs($0 - $1) }
  #expect(differences.max()! > 1e-4)
}
