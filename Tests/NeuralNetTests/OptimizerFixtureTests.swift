import NeuralNet
import TensorCore
import TestSupport
import Testing

/// An optimiser as optimizers.safetensors names it.
private struct Rule: CustomTestStringConvertible, Sendable {
  let conventions: Conventions
  let name: String
  let rate: Float
  let settings: OptimizerSettings
  let stateNames: [String]
  var testDescription: String { "\(conventions).\(name)" }

  static let all: [Rule] = Conventions.allCases.flatMap { conventions in
    let isKeras = conventions == .keras
    func rule(_ name: String, _ rate: Float, _ stateNames: [String], _ settings: OptimizerSettings) -> Rule {
      Rule(conventions: conventions, name: name, rate: rate, settings: settings, stateNames: stateNames)
    }
    let moments = ["exp_avg", "exp_avg_sq"]
    return [
      rule("adam", 1e-3, moments, OptimizerSettings(name: .adam)),
      rule("adam-gan", 2e-4, moments, OptimizerSettings(name: .adam, beta1: 0.5)),
      rule("adamw", 1e-3, moments, OptimizerSettings(name: .adamw, weightDecay: 0.01)),
      rule("sgd", 0.05, [], OptimizerSettings(name: .sgd)),
      rule("sgd-momentum", 0.05, ["momentum_buffer"], OptimizerSettings(name: .sgd, momentum: 0.9)),
      rule(
        "sgd-nesterov", 0.05, ["momentum_buffer"],
        OptimizerSettings(name: .sgd, momentum: 0.9, isNesterov: true)),
      rule(
        "sgd-decay", 0.05, isKeras ? ["momentum_buffer"] : [],
        OptimizerSettings(name: .sgd, weightDecay: 0.01, momentum: isKeras ? 0.9 : nil)),
      rule("rmsprop", 1e-3, ["square_avg"], OptimizerSettings(name: .rmsprop)),
      rule(
        "rmsprop-momentum", 1e-3, ["square_avg", "momentum_buffer"],
        OptimizerSettings(name: .rmsprop, weightDecay: 0.01, momentum: 0.9)),
    ]
      + (isKeras
        ? [] : [rule("adam-decay", 1e-3, moments, OptimizerSettings(name: .adam, weightDecay: 0.01))])
  }
}

/// Five updates with gradients from 1e-8 to 1: what is compared is how far the parameters have moved, to the rounding of
/// the parameters themselves.
@Test(arguments: Rule.all) private func everyOptimizerStepsAsItsLibrary(rule: Rule) throws {
  let fixture = try Fixture("optimizers")
  let start = try fixture.floats("parameters")
  let gradients = try fixture.floats("gradients")
  let expected = try fixture.floats(rule.testDescription)
  let arena = ParameterArena([Parameter("weight", shape: [start.count], initializer: .zeros)])
  let parameter = arena.parameters[0]
  parameter.values.update(from: start, count: start.count)
  let optimizer = rule.settings.makeOptimizer(count: arena.count, conventions: rule.conventions)
  #expect(optimizer.state.map(\.name) == rule.stateNames)
  for step in 0..<5 {
    let range = step * start.count..<(step + 1) * start.count
    // Sums over a batch of 8, which the scale turns into means.
    parameter.gradients.update(from: gradients[range].map { 8 * $0 }, count: start.count)
    optimizer.update(arena, learningRate: rule.rate, gradientScale: 1 / 8, team: singleThread)
    #expect(optimizer.updates == step + 1)
    for (index, theirs) in expected[range].enumerated() {
      let ours = parameter.values[index]
      // Each of the steps so far rounds the parameter once, on both sides.
      let rounding = Float(2 * step + 2) * max(theirs.ulp, start[index].ulp)
      let tolerance = 1e-4 * abs(theirs - start[index]) + rounding
      #expect(abs(ours - theirs) <= tolerance, "step \(step), parameter \(index), from \(start[index])")
    }
  }
}

@Test func theFixtureTellsTheConventionsApart() throws {
  let fixture = try Fixture("optimizers")
  for name in ["adam", "rmsprop"] {
    let pairs = try zip(fixture.floats("torch.\(name)"), fixture.floats("keras.\(name)"))
    #expect(pairs.map { abs($0 - $1) }.max()! > 1e-4)
  }
}

/// With a rate that changes, PyTorch's buffer holds gradients and Keras's steps.
@Test func theConventionsDifferWhereTheRateChanges() {
  for conventions in Conventions.allCases {
    for settings in [
      OptimizerSettings(name: .sgd, momentum: 0.5),
      OptimizerSettings(name: .rmsprop, momentum: 0.5, alpha: 0),
    ] {
      let arena = ParameterArena([Parameter("weight", shape: [1], initializer: .zeros)])
      let optimizer = settings.makeOptimizer(count: arena.count, conventions: conventions)
      arena.gradients.pointer[0] = 1
      optimizer.update(arena, learningRate: 1, gradientScale: 1, team: singleThread)
      optimizer.update(arena, learningRate: 0, gradientScale: 1, team: singleThread)
      let moved = -arena.values.pointer[0]
      #expect(abs(moved - (conventions == .keras ? 1.5 : 1)) < 1e-6)
    }
  }
}

@Test func defaultsOfDecayAreTheLibrarys() {
  func kept(_ name: OptimizerName, _ conventions: Conventions) -> Float {
    let arena = ParameterArena([Parameter("weight", shape: [1], initializer: .zeros)])
    arena.values.pointer[0] = 1
    let optimizer = OptimizerSettings(name: name).makeOptimizer(count: arena.count, conventions: conventions)
    optimizer.update(arena, learningRate: 0.5, gradientScale: 1, team: singleThread)
    return arena.values.pointer[0]
  }
  #expect(kept(.adamw, .torch) == 0.995 && kept(.adamw, .keras) == 0.998)
  for name in [OptimizerName.adam, .sgd, .rmsprop] {
    for conventions in Conventions.allCases { #expect(kept(name, conventions) == 1) }
  }
}
