import Glibc
import NeuralNet
import TestSupport
import Testing

@Test func halfTurnCosineIsTheCosine() {
  for index in 0...10_000 {
    let x = Double(index) / 10_000
    // π x itself is rounded: near 1/2 the cosine is as good as the exact one of that angle.
    #expect(abs(halfTurnCosine(x) - cos(Double.pi * x)) <= 4e-16, "\(x)")
  }
  #expect(halfTurnCosine(0) == 1 && halfTurnCosine(0.5) == 0 && halfTurnCosine(1) == -1)
}

@Test func schedulesAreThoseOfPyTorch() throws {
  let fixture = try Fixture("optimizers")
  let cosine = LearningRateSchedule(.cosine, rate: 1e-3, horizon: 30, minimum: 1e-5)
  let step = LearningRateSchedule(.step, rate: 1e-3, stepSize: 7, gamma: 0.3)
  for (schedule, name) in [(cosine, "cosine"), (step, "step")] {
    let expected = try fixture.floats("schedule.\(name)")
    for (updates, theirs) in expected.enumerated() {
      let ours = schedule.learningRate(after: updates)
      #expect(abs(ours - theirs) <= 1e-6 * theirs, "\(name), update \(updates)")
    }
  }
}

@Test func theWarmUpRisesToTheRateAndTheScheduleBeginsThere() {
  for name in ScheduleName.allCases {
    let schedule = LearningRateSchedule(
      name, rate: 0.5, warmup: 4, horizon: 12, minimum: 0.1, stepSize: 3, gamma: 0.5)
    let rates = (0..<14).map { schedule.learningRate(after: $0) }
    #expect(Array(rates.prefix(5)) == [0.125, 0.25, 0.375, 0.5, 0.5], "\(name)")
    switch name {
    case .constant: #expect(rates.suffix(10).allSatisfy { $0 == 0.5 })
    case .cosine:
      #expect(zip(rates.dropFirst(4), rates.dropFirst(5)).allSatisfy { $0 > $1 || ($0 == $1 && $0 == 0.1) })
      #expect(abs(rates[8] - 0.3) < 1e-7 && rates[11] > 0.1 && rates[12] == 0.1 && rates[13] == 0.1)
    case .step: #expect(rates.suffix(9) == [0.5, 0.5, 0.25, 0.25, 0.25, 0.125, 0.125, 0.125, 0.0625])
    }
  }
}

@Test func aWarmUpMayFillTheRun() {
  let schedule = LearningRateSchedule(.cosine, rate: 1, warmup: 10, horizon: 5)
  #expect(schedule.learningRate(after: 4) == 0.5)
}
