import TensorCore
import TestSupport
import Testing

/// Logits and targets of a few images, with all that is extreme: logits of ±100, pixels of 0 and 1.
private struct ImageProblem {
  let rows = 5
  let height: Int
  let width: Int
  var logits: [Float]
  var targets: [Float]

  init(height: Int, width: Int) {
    self.height = height
    self.width = width
    logits = randomFloats(rows * height * width, seed: 1, low: -6, high: 6)
    targets = randomFloats(rows * height * width, seed: 2, low: 0)
    let extremes: [(Float, Float)] = [
      (100, 1), (-100, 0), (100, 0), (-100, 1), (0, 0.5), (-0.0, 1), (30, 0.25),
    ]
    for (index, extreme) in extremes.enumerated() where index < logits.count {
      (logits[index], targets[index]) = extreme
    }
  }

  func objective(_ loss: ReconstructionLoss) -> ReconstructionObjective {
    ReconstructionObjective(loss, height: height, width: width, mixAlpha: 0.7)
  }

  func evaluate(
    _ loss: ReconstructionLoss, team: ThreadTeam = singleThread
  ) -> (losses: [Double], gradient: [Float]) {
    let (logits, targets) = (FencedBuffer(logits), FencedBuffer(targets))
    let gradient = FencedBuffer(count: rows * height * width)
    var losses = [Double](repeating: .nan, count: rows)
    objective(loss).evaluate(
      logits: logits.pointer, targets: targets.pointer, logitGradient: gradient.pointer,
      sampleLosses: &losses,
      rows: rows, team: team)
    #expect(gradient.isIntact)
    return (losses, gradient.array)
  }

  func range(_ row: Int) -> Range<Int> { row * height * width..<(row + 1) * height * width }
}

/// Losses of pixels at any length; those of windows at sizes with and without tails of a vector.
private let cases: [(ReconstructionLoss, Int, Int)] = ReconstructionLoss.allCases.flatMap { loss in
  loss.usesWindows
    ? [(loss, 7, 7), (loss, 8, 13), (loss, 28, 28)]
    : [1, 7, 8, 9, 30, 784, 785].map { (loss, 1, $0) }
}

@Test(arguments: cases)
func lossesAndGradientsAreTheReference(loss: ReconstructionLoss, height: Int, width: Int) {
  let problem = ImageProblem(height: height, width: width)
  let (losses, gradient) = problem.evaluate(loss)
  for row in 0..<problem.rows {
    let range = problem.range(row)
    let expected = problem.objective(loss).reference(
      logits: problem.logits[range].map(Double.init), targets: problem.targets[range].map(Double.init))
    // Cross-entropy is a difference of terms as large as the logits.
    let scale = loss == .bce ? Double(problem.logits[range].lazy.map(\.magnitude).max()!) : 1
    #expect(abs(losses[row] - expected.loss) <= 5e-7 * max(scale, expected.loss), "row \(row)")
    let largest = expected.gradient.map(\.magnitude).max()!
    for (ours, theirs) in zip(gradient[range], expected.gradient) {
      #expect(abs(Double(ours) - theirs) <= 5e-7 * max(largest, 1 / Double(range.count)), "row \(row)")
    }
  }
}

@Test(arguments: ReconstructionLoss.allCases) func referenceGradientsAreDerivatives(loss: ReconstructionLoss)
{
  let objective = ReconstructionObjective(loss, height: 7, width: 8, mixAlpha: 0.7)
  let extremes: [Double] = [-30, -5, -1.5, -0.25, 0, 0.5, 2, 7, 30]
  let logits = extremes + randomFloats(47, seed: 3, low: -3, high: 3).map(Double.init)
  // Away from the outputs themselves, where absolute errors have a kink.
  let targets = [0, 1, 0.5, 0.75, 1, 0, 0.125, 1, 0.5] + logits.dropFirst(9).map { $0 > 0 ? 0.25 : 0.75 }
  expectGradient(
    of: { objective.reference(logits: $0, targets: targets).loss }, at: logits,
    equals: objective.reference(logits: logits, targets: targets).gradient, tolerance: 1e-7)
}

@Test(arguments: ReconstructionLoss.allCases)
func lossesHaveTheSameBitsInPlaceAloneAndOnAnyTeam(loss: ReconstructionLoss) {
  let problem = ImageProblem(height: 9, width: 11)
  let expected = problem.evaluate(loss)
  for threads in [2, 3] {
    let result = problem.evaluate(loss, team: ThreadTeam(count: threads))
    expectSameBits("losses on \(threads) threads", result.losses, expected.losses)
    expectSameBits("gradient on \(threads) threads", result.gradient, expected.gradient)
  }
  let inPlace = FencedBuffer(problem.logits)
  for gradient in [nil, inPlace.pointer] {
    var losses = [Double](repeating: .nan, count: problem.rows)
    problem.objective(loss).evaluate(
      logits: inPlace.pointer, targets: problem.targets, logitGradient: gradient, sampleLosses: &losses,
      rows: problem.rows, team: singleThread)
    expectSameBits("losses", losses, expected.losses)
  }
  expectSameBits("gradient", inPlace.array, expected.gradient)
}

@Test(arguments: ReconstructionLoss.allCases)
func oneBadPixelShowsInItsSampleAlone(loss: ReconstructionLoss) {
  var problem = ImageProblem(height: 7, width: 9)
  let before = problem.evaluate(loss)
  problem.logits[2 * 63 + 62] = .nan
  let (losses, gradient) = problem.evaluate(loss)
  #expect(losses[2].isNaN && gradient[2 * 63 + 62].isNaN)
  for row in [0, 1, 3, 4] { #expect(losses[row] == before.losses[row]) }
}

/// A likelihood's nats: PyTorch's `reduction="sum"`.
@Test(arguments: ReconstructionLoss.allCases.filter { !$0.usesWindows })
func sumsOverPixelsAreTheReference(loss: ReconstructionLoss) {
  let problem = ImageProblem(height: 5, width: 11)
  let objective = ReconstructionObjective(loss, height: 5, width: 11, reduction: .sum)
  var gradient = [Float](repeating: .nan, count: problem.logits.count)
  var losses = [Double](repeating: .nan, count: problem.rows)
  objective.evaluate(
    logits: problem.logits, targets: problem.targets, logitGradient: &gradient, sampleLosses: &losses,
    rows: problem.rows, team: singleThread)
  for row in 0..<problem.rows {
    let range = problem.range(row)
    let (logits, targets) = (problem.logits[range].map(Double.init), problem.targets[range].map(Double.init))
    let expected = objective.reference(logits: logits, targets: targets)
    let mean = problem.objective(loss).reference(logits: logits, targets: targets)
    #expect(abs(expected.loss - 55 * mean.loss) <= 1e-12 * expected.loss)
    #expect(abs(losses[row] - expected.loss) <= 5e-7 * max(55, expected.loss))
    expectClose("gradient", gradient[range].map(Double.init), expected.gradient, tolerance: 1e-6)
  }
  guard loss == .bce else { return }
  var outputs = problem.logits
  Activation.sigmoid.apply(outputs, to: &outputs, count: outputs.count)
  expectSameBits("p - x", gradient, zip(outputs, problem.targets).map { $0 - $1 })
}

/// Values and gradients as PyTorch derives them (Tests/Fixtures/README.md).
@Test(arguments: ReconstructionLoss.allCases) func lossesArePyTorchs(loss: ReconstructionLoss) throws {
  let fixture = try Fixture("layers")
  let rows = 6
  var gradient = [Float](repeating: .nan, count: rows * 784)
  var losses = [Double](repeating: .nan, count: rows)
  try ReconstructionObjective(loss, height: 28, width: 28).evaluate(
    logits: fixture.floats("loss.logits"), targets: fixture.floats("loss.targets"), logitGradient: &gradient,
    sampleLosses: &losses, rows: rows, team: singleThread)
  let expected = try fixture.floats("loss.\(loss.rawValue).sampleValues").map(Double.init)
  expectClose("sampleLosses", losses, expected, tolerance: 1e-6)
  // PyTorch's is of the mean over the batch, ours of the sum.
  try expectClose(
    "logitGradient", gradient.map { $0 / Float(rows) },
    fixture.floats("loss.\(loss.rawValue).logitsGradient"), tolerance: 1e-6)
}
