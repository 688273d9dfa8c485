import NeuralNet
import TensorCore
import TestSupport
import Testing

private let (shards, latent) = (16, 5)

private enum Model: CaseIterable, Sendable {
  case dense, gaussian, convolutional

  func build() throws -> VariationalAutoencoder {
    switch self {
    case .dense: try .dense(hidden: [24], latent: latent)
    case .gaussian: try .dense(hidden: [24], latent: latent, likelihood: .gaussian)
    case .convolutional:
      try .convolutional(
        ConvolutionalSettings(
          channels: [8, 8, 8], latent: latent, latentActivation: .identity, conventions: .torch))
    }
  }
}

/// Images whose brightness spans many powers of two, so that gradients do as well and the order of adding them shows.
private func images(_ count: Int) -> [Float] {
  let pixels = randomFloats(count * 784, seed: 3, low: 0)
  let exponents = randomIntegers(count, in: -20...0, seed: 4)
  return pixels.enumerated().map { $1 * Float(sign: .plus, exponent: exponents[$0 / 784], significand: 1) }
}

private struct Outcome: Sendable {
  /// Of each sample, reconstructions, then divergences, then what counts of these.
  var losses: [[Double]]
  var gradients: [Float]
}

/// What each rank computes of its shards' rows, all at the same time.
private func ranks(
  _ count: Int, of model: Model, batch: Int, threads: Int = 1
) throws -> (losses: [[Double]], gradients: [[Float]]) {
  let offsets = evenOffsets(rows: batch, shards: shards)
  let images = images(batch)
  let outcomes = try onRanks(count) { rank, _ in
    Swift.Result {
      let own = Array(offsets[(rank * shards / count)...((rank + 1) * shards / count)])
      let rows = own.first!..<own.last!
      let model = try model.build()
      model.initialize(seed: 9)
      let noise = randomFloats(batch * latent, seed: 11, low: -2, high: 2)
      let losses = fillGradients(
        of: model, images: Array(images[rows.lowerBound * 784..<rows.upperBound * 784]),
        noise: Array(noise[rows.lowerBound * latent..<rows.upperBound * latent]),
        offsets: own.map { $0 - own.first! },
        divergence: DivergenceTerm(weight: 0.5, freeBits: 0.01), team: ThreadTeam(count: threads))
      return Outcome(
        losses: [losses.reconstructions, losses.divergences, losses.counted],
        gradients: model.arena.gradients.array)
    }
  }.map { try $0.get() }
  let losses = (0..<3).map { kind in outcomes.flatMap { $0.losses[kind] } }
  return (losses, outcomes.map(\.gradients))
}

/// Ragged batches; with two samples most shards are empty, and most ranks have no rows.
@Test(arguments: Model.allCases, [2, 21, 130])
private func anyNumberOfRanksGivesTheBitsOfOne(model: Model, batch: Int) throws {
  let alone = try ranks(1, of: model, batch: batch)
  for parameter in try model.build().arena.parameters {
    let slice = alone.gradients[0][parameter.offset..<parameter.offset + parameter.count]
    #expect(slice.allSatisfy(\.isFinite) && slice.contains { $0 != 0 }, "\(parameter.name)")
  }
  for count in [2, 4, 8, 16] {
    let together = try ranks(count, of: model, batch: batch)
    for kind in 0..<3 {
      expectSameBits("losses of \(count) ranks", together.losses[kind], alone.losses[kind])
    }
    expectSameBits("gradients of \(count) ranks", treeSum(together.gradients), alone.gradients[0])
    if count == 16 && batch >= 16 {
      expectDifferentBits("a wrong order", leftToRightSum(together.gradients), alone.gradients[0])
    }
  }
}

@Test(arguments: Model.allCases) private func anyNumberOfThreadsGivesTheBitsOfOne(model: Model) throws {
  let alone = try ranks(1, of: model, batch: 21)
  for (count, threads) in [(1, 2), (1, 3), (4, 3)] {
    let together = try ranks(count, of: model, batch: 21, threads: threads)
    for kind in 0..<3 {
      expectSameBits("losses on \(threads) threads", together.losses[kind], alone.losses[kind])
    }
    expectSameBits("gradients on \(threads) threads", treeSum(together.gradients), alone.gradients[0])
  }
}
