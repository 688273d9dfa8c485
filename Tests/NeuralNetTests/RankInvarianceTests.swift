import NeuralNet
import TensorCore
import TestSupport
import Testing

private let shards = 16

/// Images whose brightness spans many powers of two, so that gradients do as well and the order of adding them shows.
private func images(_ count: Int) -> [Float] {
  let pixels = randomFloats(count * 784, seed: 3, low: 0)
  let exponents = randomIntegers(count, in: -20...0, seed: 4)
  return pixels.enumerated().map { $1 * Float(sign: .plus, exponent: exponents[$0 / 784], significand: 1) }
}

private enum Model: CaseIterable, Sendable {
  case dense, convolutional, baseline, modified

  func build() throws -> Autoencoder {
    func settings(_ channels: [Int]) -> ConvolutionalSettings {
      ConvolutionalSettings(channels: channels, latent: 4, latentActivation: .relu)
    }
    return switch self {
    case .dense: try DenseAutoencoder().build()
    case .convolutional: try .convolutional(settings([8, 8, 8]))
    case .baseline: try .baseline(settings([8]))
    case .modified: try .modified(settings([8, 8, 8]))
    }
  }
}

/// What the ranks compute: each the samples' losses and the gradients of its shards' rows.
private func ranks(
  _ count: Int, model: Model = .dense, images: [Float], team: ThreadTeam = singleThread
) throws -> (losses: [Double], gradients: [[Float]]) {
  let rows = images.count / 784
  let offsets = evenOffsets(rows: rows, shards: shards)
  var losses: [Double] = []
  var gradients: [[Float]] = []
  for rank in 0..<count {
    let own = Array(offsets[(rank * shards / count)...((rank + 1) * shards / count)])
    let model = try model.build()
    model.arena.initialize(seed: 9)
    losses += fillGradients(
      of: model, images: Array(images[own.first! * 784..<own.last! * 784]),
      offsets: own.map { $0 - own.first! },
      team: team)
    gradients.append(model.arena.gradients.array)
  }
  return (losses, gradients)
}

/// Ragged batches, one smaller than the number of shards, so that some ranks have no rows.
@Test(arguments: [(Model.dense, 107), (.dense, 2), (.dense, 130), (.dense, 16)])
private func anyNumberOfRanksGivesTheBitsOfOne(model: Model, batch: Int) throws {
  try expectEqualBits(model, batch: batch)
}

@Test(arguments: [Model.convolutional, .baseline, .modified], [21, 3])
private func anyNumberOfRanksGivesConvolutionsTheBitsOfOne(model: Model, batch: Int) throws {
  try expectEqualBits(model, batch: batch)
}

private func expectEqualBits(_ model: Model, batch: Int) throws {
  let images = images(batch)
  let alone = try ranks(1, model: model, images: images)
  #expect(alone.gradients[0].contains { $0 != 0 })
  for count in [2, 4, 8, 16] {
    let together = try ranks(count, model: model, images: images)
    expectSameBits("losses of \(count) ranks", together.losses, alone.losses)
    expectSameBits("gradients of \(count) ranks", treeSum(together.gradients), alone.gradients[0])
    if count == 16 && batch >= 16 {
      expectDifferentBits("a wrong order", leftToRightSum(together.gradients), alone.gradients[0])
    }
  }
}

@Test(arguments: Model.allCases)
private func anyNumberOfThreadsGivesTheBitsOfOne(model: Model) throws {
  let images = images(model == .dense ? 45 : 7)
  let alone = try ranks(1, model: model, images: images)
  for threads in [2, 3] {
    let together = try ranks(1, model: model, images: images, team: ThreadTeam(count: threads))
    expectSameBits("losses", together.losses, alone.losses)
    expectSameBits("gradients", together.gradients[0], alone.gradients[0])
  }
}

/// Buffers of an earlier, larger batch leave nothing behind.
@Test func aBatchDoesNotSeeTheOneBefore() throws {
  let model = try DenseAutoencoder().build()
  model.arena.initialize(seed: 9)
  fillGradients(of: model, images: images(20))
  fillGradients(
    of: model, images: Array(images(20)[..<(3 * 784)]), offsets: evenOffsets(rows: 3, shards: shards))
  let fresh = try ranks(1, images: Array(images(20)[..<(3 * 784)]))
  expectSameBits("gradients", model.arena.gradients.array, fresh.gradients[0])
}
