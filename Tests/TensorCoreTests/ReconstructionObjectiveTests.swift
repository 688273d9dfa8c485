import TensorCore
import TestSupport
import Testing

/// Logits in [-6, 6] and targets in [0, 1) of a few images, extremes among them.
private struct ImageProblem {
  let rows = 5
  let height: Int
  let width: Int
  var logits: [Float]
  var targets: [Float]

  init(height: Int, width: Int) {
    self.height = height
    self.width = width
    let pixels = height * width
    let limit = Float((6 / Double(rows + pixels)).squareRoot())
    logits = formulaWeights(tensor: 1, rows: rows, columns: pixels).map { 6 * $0 / limit }
    targets = formulaWeights(tensor: 2, rows: rows, columns: pixels).map { max(0, $0 / limit) }
    for (index, logit) in [Float(100), -100, 0, -0.0, 30].enumerated() { logits[index * 7] = logit }
    targets[0] = 1
  }

  func objective(_ loss: ReconstructionLoss) -> ReconstructionObjective {
    ReconstructionObjective(loss, height: height, width: width, mixAlpha: 0.7)
  }

  func evaluate(
    _ loss: ReconstructionLoss, wantsGradient: Bool = true, team: ThreadTeam = ThreadTeam(count: 1)
  ) -> (losses: [Double], gradient: [Float]) {
    var gradient = [Float](repeating: .nan, count: logits.count)
    var losses = [Double](repeating: .nan, count: rows)
    gradient.withUnsafeMutableBufferPointer {
      objective(loss).evaluate(
        logits: logits, targets: targets, logitGradient: wantsGradient ? $0.baseAddress : nil,
        sampleLosses: &losses, rows: rows, team: team)
    }
    return (losses, gradient)
  }

  func range(_ row: Int) -> Range<Int> { row * height * width..<(row + 1) * height * width }
}

@Test(arguments: ReconstructionLoss.allCases, [(7, 7), (8, 13), (28, 28)])
func objectivesAreTheReference(loss: ReconstructionLoss, size: (Int, Int)) {
  let problem = ImageProblem(height: size.0, width: size.1)
  let (losses, gradient) = problem.evaluate(loss)
  for row in 0..<problem.rows {
    let range = problem.range(row)
    let expected = problem.objective(loss).reference(
      logits: problem.logits[range].map(Double.init), targets: problem.targets[range].map(Double.init))
    #expect(abs(losses[row] - expected.loss) <= 2e-6 * max(1, expected.loss), "row \(row)")
    expectClose(
      "gradient of row \(row)", gradient[range].map(Double.init), expected.gradient, tolerance: 2e-6)
  }
}

@Test(arguments: ReconstructionLoss.allCases) func objectiveGradientsAreDerivatives(loss: ReconstructionLoss)
{
  let problem = ImageProblem(height: 7, width: 8)
  let objective = problem.objective(loss)
  // Clear of the extremes, where differences of the loss are rounding, and of l1's kinks.
  let logits = problem.logits[problem.range(3)].map { Double($0) / 2 }
  let targets = problem.targets[problem.range(3)].map(Double.init)
  expectGradient(
    of: { objective.reference(logits: $0, targets: targets).loss }, at: logits,
    equals: objective.reference(logits: logits, targets: targets).gradient)
}

@Test(arguments: ReconstructionLoss.allCases)
func objectivesHaveTheSameBitsInPlaceAloneAndOnAnyTeam(loss: ReconstructionLoss) {
  let problem = ImageProblem(height: 9, width: 11)
  let expected = problem.evaluate(loss)
  #expect(problem.evaluate(loss, wantsGradient: false).losses == expected.losses)
  for threads in [2, 3] {
    let result = problem.evaluate(loss, team: ThreadTeam(count: threads))
    #expect(result.losses == expected.losses && result.gradient == expected.gradient)
  }
  let inPlace = AlignedBuffer(problem.logits)
  var losses = [Double](repeating: .nan, count: problem.rows)
  problem.objective(loss).evaluate(
    logits: inPlace.pointer, targets: problem.targets, logitGradient: inPlace.pointer, sampleLosses: &losses,
    rows: problem.rows, team: ThreadTeam(count: 1))
  #expect(inPlace.array == expected.gradient && losses == expected.losses)
}

@Test(arguments: ReconstructionLoss.allCases)
func aBadPixelShowsInItsOwnImageAlone(loss: ReconstructionLoss) {
  var problem = ImageProblem(height: 7, width: 9)
  let before = problem.evaluate(loss)
  problem.logits[2 * 63 + 62] = .nan
  let (losses, gradient) = problem.evaluate(loss)
  #expect(losses[2].isNaN && gradient[2 * 63 + 62].isNaN)
  for row in [0, 1, 3, 4] { #expect(losses[row] == before.losses[row]) }
}

/// Values and gradients as PyTorch derives them (Tests/Fixtures/README.md).
@Test(arguments: ReconstructionLoss.allCases) func objectivesAreThoseOfPyTorch(loss: ReconstructionLoss)
  throws
{
  let fixture = try Fixture("layers")
  let logits = try fixture.floats("loss.logits")
  var losses = [Double](repeating: .nan, count: 6)
  var gradient = [Float](repeating: .nan, count: logits.count)
  ReconstructionObjective(loss, height: 28, width: 28).evaluate(
    logits: logits, targets: try fixture.floats("loss.targets"), logitGradient: &gradient,
    sampleLosses: &losses, rows: 6, team: ThreadTeam(count: 1))
  expectClose(
    "losses", losses, try fixture.floats("loss.\(loss).sampleValues").map(Double.init), tolerance: 1e-6)
  // Theirs is the gradient of the mean over the batch.
  expectClose(
    "gradient", gradient.map { $0 / 6 }, try fixture.floats("loss.\(loss).logitsGradient"), tolerance: 2e-6)
}
