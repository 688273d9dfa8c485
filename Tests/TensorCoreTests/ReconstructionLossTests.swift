import TensorCore
import TestSupport
import Testing

/// Logits and targets of a few rows, with all that is extreme: logits of ±100, pixels of 0 and 1.
private struct LossProblem {
  let rows: Int
  let pixels: Int
  var logits: [Float]
  var targets: [Float]

  init(rows: Int = 5, pixels: Int) {
    self.rows = rows
    self.pixels = pixels
    logits = randomFloats(rows * pixels, seed: 1, low: -6, high: 6)
    targets = randomFloats(rows * pixels, seed: 2, low: 0)
    let extremes: [(Float, Float)] = [
      (100, 1), (-100, 0), (100, 0), (-100, 1), (0, 0.5), (-0.0, 1), (30, 0.25),
    ]
    for (index, extreme) in extremes.enumerated() where index < logits.count {
      (logits[index], targets[index]) = extreme
    }
  }

  func evaluate(_ loss: ReconstructionLoss) -> (losses: [Double], gradient: [Float]) {
    let (logits, targets) = (FencedBuffer(logits), FencedBuffer(targets))
    let gradient = FencedBuffer(count: rows * pixels)
    var losses = [Double](repeating: .nan, count: rows)
    loss.evaluate(
      logits: logits.pointer, targets: targets.pointer,
      logitGradient: gradient.pointer, sampleLosses: &losses, rows: rows, pixels: pixels, team: singleThread)
    #expect(gradient.isIntact)
    return (losses, gradient.array)
  }

  func reference(_ loss: ReconstructionLoss, row: Int) -> (loss: Double, gradient: [Double]) {
    let range = row * pixels..<(row + 1) * pixels
    return loss.reference(logits: logits[range].map(Double.init), targets: targets[range].map(Double.init))
  }
}

@Test(arguments: ReconstructionLoss.allCases, [1, 7, 8, 9, 30, 784, 785])
func lossesAndGradientsAreTheReference(loss: ReconstructionLoss, pixels: Int) {
  let problem = LossProblem(pixels: pixels)
  let (losses, gradient) = problem.evaluate(loss)
  for row in 0..<problem.rows {
    let expected = problem.reference(loss, row: row)
    // Cross-entropy is a difference of terms as large as the logits.
    let scale =
      loss == .bce
      ? Double(problem.logits[row * pixels..<(row + 1) * pixels].lazy.map(\.magnitude).max()!) : 1
    #expect(abs(losses[row] - expected.loss) <= 5e-7 * max(scale, expected.loss), "row \(row)")
    for pixel in 0..<pixels {
      let error = abs(Double(gradient[row * pixels + pixel]) - expected.gradient[pixel])
      #expect(error <= 5e-7 / Double(pixels), "row \(row), pixel \(pixel)")
    }
  }
}

@Test(arguments: ReconstructionLoss.allCases) func referenceGradientsAreDerivatives(loss: ReconstructionLoss)
{
  let logits: [Double] = [-30, -5, -1.5, -0.25, 0, 0.5, 2, 7, 30]
  let targets = [0, 1, 0.5, 0.75, 1, 0, 0.125, 1, 1]
  expectGradient(
    of: { loss.reference(logits: $0, targets: targets).loss }, at: logits,
    equals: loss.reference(logits: logits, targets: targets).gradient, tolerance: 1e-8)
}

@Test(arguments: ReconstructionLoss.allCases) func theGradientMayTakeTheLogitsPlace(loss: ReconstructionLoss)
{
  let problem = LossProblem(pixels: 19)
  let expected = problem.evaluate(loss)
  let inPlace = FencedBuffer(problem.logits)
  var losses = [Double](repeating: .nan, count: problem.rows)
  loss.evaluate(
    logits: inPlace.pointer, targets: problem.targets, logitGradient: inPlace.pointer, sampleLosses: &losses,
    rows: problem.rows, pixels: 19, team: singleThread)
  expectSameBits("gradient", inPlace.array, expected.gradient)
  expectSameBits("losses", losses, expected.losses)
}

@Test(arguments: ReconstructionLoss.allCases) func theLossAloneIsTheSame(loss: ReconstructionLoss) {
  let problem = LossProblem(pixels: 19)
  var losses = [Double](repeating: .nan, count: problem.rows)
  loss.evaluate(
    logits: problem.logits, targets: problem.targets, logitGradient: nil, sampleLosses: &losses,
    rows: problem.rows, pixels: 19, team: singleThread)
  expectSameBits("losses", losses, problem.evaluate(loss).losses)
}

@Test(arguments: ReconstructionLoss.allCases) func oneBadPixelShowsInItsSampleAlone(loss: ReconstructionLoss)
{
  var problem = LossProblem(pixels: 19)
  let before = problem.evaluate(loss)
  problem.logits[2 * 19 + 18] = .nan
  let (losses, gradient) = problem.evaluate(loss)
  #expect(losses[2].isNaN && gradient[2 * 19 + 18].isNaN)
  for row in [0, 1, 3, 4] { #expect(losses[row] == before.losses[row]) }
}
