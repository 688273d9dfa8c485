import TensorCore
import TestSupport
import Testing

private func evaluate(
  _ logits: [Float], labels: [UInt8], classes: Int, team: ThreadTeam = singleThread
) -> (losses: [Double], gradient: [Float]) {
  let fenced = FencedBuffer(logits)
  let gradient = FencedBuffer(count: logits.count)
  var losses = [Double](repeating: .nan, count: labels.count)
  classCrossEntropy(
    logits: fenced.pointer, labels: labels, logitGradient: gradient.pointer, sampleLosses: &losses,
    rows: labels.count, classes: classes, team: team)
  #expect(gradient.isIntact)
  return (losses, gradient.array)
}

@Test(arguments: [1, 2, 7, 8, 10, 17]) func crossEntropyIsTheReference(classes: Int) {
  let rows = 6
  var logits = randomFloats(rows * classes, seed: 4, low: -8, high: 8)
  logits[0] = 90  // exp of it overflows
  let labels = (0..<rows).map { UInt8($0 * 3 % classes) }
  let (losses, gradient) = evaluate(logits, labels: labels, classes: classes)
  // Together, for a loss near 0 is log(1 + a little), as exact as PyTorch's but not relative to itself.
  let expected = (0..<rows).map { row in
    classCrossEntropyReference(
      logits: logits[row * classes..<(row + 1) * classes].map(Double.init), label: Int(labels[row]))
  }
  expectClose("loss", losses, expected.map(\.loss), tolerance: 1e-6)
  expectClose("gradient", gradient.map(Double.init), expected.flatMap(\.gradient), tolerance: 1e-6)
}

@Test func crossEntropyHasTheGradientOfItsLoss() {
  let logits = randomFloats(10, seed: 5, low: -3, high: 3).map(Double.init)
  let gradient = classCrossEntropyReference(logits: logits, label: 3).gradient
  for k in 0..<10 {
    func loss(_ step: Double) -> Double {
      var moved = logits
      moved[k] += step
      return classCrossEntropyReference(logits: moved, label: 3).loss
    }
    #expect(abs((loss(1e-5) - loss(-1e-5)) / 2e-5 - gradient[k]) < 1e-9)
  }
}

/// Logits and labels with the figures of `torch.nn.functional.cross_entropy(reduction="none")`, in Double.
@Test func crossEntropyIsPyTorchs() {
  let (losses, gradient) = evaluate([1, 2, 3, -1, 0.5, 0.5], labels: [2, 0], classes: 3)
  expectClose("loss", losses, [0.407605964, 2.298916185], tolerance: 1e-6)
  expectClose(
    "gradient", gradient.map(Double.init),
    [0.090030573, 0.244728471, -0.334759044, -0.899632435, 0.449816218, 0.449816218], tolerance: 1e-6)
}

@Test func softmaxRowsSumToOneAndNaNStays() {
  let logits: [Float] =
    randomFloats(30, seed: 6, low: -20, high: 20) + [0, .nan, 1] + [Float](repeating: 0, count: 7)
  var probabilities = [Float](repeating: 0, count: 40)
  softmax(logits, to: &probabilities, rows: 4, classes: 10, team: singleThread)
  for row in 0..<3 { #expect(abs(probabilities[row * 10..<row * 10 + 10].reduce(0, +) - 1) < 1e-6) }
  #expect(probabilities[30..<40].allSatisfy { $0.isNaN })
}

@Test func crossEntropyDoesNotDependOnThreads() {
  let logits = randomFloats(70, seed: 7, low: -4, high: 4)
  let labels = (0..<7).map { UInt8($0) }
  let alone = evaluate(logits, labels: labels, classes: 10)
  for threads in [2, 3] {
    let together = evaluate(logits, labels: labels, classes: 10, team: ThreadTeam(count: threads))
    expectSameBits("gradient", together.gradient, alone.gradient)
    #expect(together.losses == alone.losses)
  }
}
