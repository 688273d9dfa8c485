import NeuralNet
import TensorCore
import TestSupport
import Testing

private let shards = 16
private let image = ImageShape(height: 12, width: 12, channels: 1)

/// Small networks of the layers whose shapes have algorithms of their own.
private enum SmallNetwork: String, CaseIterable {
  /// 3x3 at strides 1 and 2 with channels in multiples of 8, one channel in and out.
  case threeByThree
  /// 4x4 at stride 2, as in DCGAN; one channel out of a transposed convolution.
  case fourByFour
  /// The sizes that no fast algorithm is made for.
  case odd
  /// 3x3 transposed convolutions to one channel.
  case transposedToOneChannel

  func build() throws -> Autoencoder {
    var layers: [any Layer] = []
    var shape = image
    func convolution(
      _ channels: Int, kernel: Int = 3, stride: Int = 1, padding: Padding = .same, _ activation: Activation
    ) throws {
      let layer = try Convolution2D(
        "layer\(layers.count)", input: shape, channels: channels, kernel: kernel, stride: stride,
        padding: padding, activation: activation, conventions: .keras)
      shape = layer.outputShape
      layers.append(layer)
    }
    func transposed(
      _ channels: Int, kernel: Int = 3, stride: Int = 2, padding: Padding = .same, outputPadding: Int = 0,
      _ activation: Activation
    ) throws {
      let layer = try TransposedConvolution2D(
        "layer\(layers.count)", input: shape, channels: channels, kernel: kernel, stride: stride,
        padding: padding, outputPadding: outputPadding, activation: activation, conventions: .keras)
      shape = layer.outputShape
      layers.append(layer)
    }
    switch self {
    case .threeByThree:
      try convolution(8, .relu)
      try convolution(16, stride: 2, .leakyReLU)
      try convolution(32, .relu)
      try convolution(16, stride: 2, padding: .symmetric(1), .leakyReLU)
      try transposed(16, .leakyReLU)
      try transposed(8, padding: .symmetric(1), outputPadding: 1, .leakyReLU)
      try transposed(8, stride: 1, .relu)
      try convolution(1, .identity)
    case .fourByFour:
      try convolution(16, kernel: 4, stride: 2, padding: .symmetric(1), .leakyReLU)
      try convolution(32, kernel: 4, stride: 2, padding: .symmetric(1), .leakyReLU)
      try transposed(8, kernel: 4, padding: .symmetric(1), .relu)
      try transposed(1, kernel: 4, padding: .symmetric(1), .identity)
    case .odd:
      try convolution(3, kernel: 5, stride: 2, .leakyReLU)
      try convolution(5, kernel: 2, padding: .symmetric(1), .tanh)
      try transposed(2, kernel: 2, stride: 1, padding: .symmetric(1), .leakyReLU)
      try transposed(1, kernel: 5, .identity)
    case .transposedToOneChannel:
      try convolution(8, stride: 2, .relu)
      try transposed(8, .relu)
      try transposed(1, stride: 1, .identity)
    }
    return Autoencoder(encoder: Sequential([layers[0]]), decoder: Sequential(Array(layers.dropFirst())))
  }
}

/// Images whose brightness spans many powers of two, so that gradients do as well and the order of adding them shows.
private func images(_ count: Int) -> [Float] {
  let pixels = randomFloats(count * image.count, seed: 3, low: 0)
  let exponents = randomIntegers(count, in: -20...0, seed: 4)
  return pixels.enumerated().map {
    $1 * Float(sign: .plus, exponent: exponents[$0 / image.count], significand: 1)
  }
}

/// What the ranks compute: each the samples' losses and the gradients of its shards' rows.
private func ranks(
  _ count: Int, of network: SmallNetwork, images: [Float], team: ThreadTeam = singleThread
) throws -> (losses: [Double], gradients: [[Float]]) {
  let offsets = evenOffsets(rows: images.count / image.count, shards: shards)
  var losses: [Double] = []
  var gradients: [[Float]] = []
  for rank in 0..<count {
    let own = Array(offsets[(rank * shards / count)...((rank + 1) * shards / count)])
    let model = try network.build()
    model.arena.initialize(seed: 9)
    losses += fillGradients(
      of: model, images: Array(images[own.first! * image.count..<own.last! * image.count]),
      offsets: own.map { $0 - own.first! }, team: team)
    gradients.append(model.arena.gradients.array)
  }
  return (losses, gradients)
}

/// Ragged batches, one smaller than the number of shards, so that some ranks have no rows.
@Test(arguments: SmallNetwork.allCases, [21, 2, 130])
private func convolutionsGiveTheSameBitsOnAnyNumberOfRanks(network: SmallNetwork, batch: Int) throws {
  let images = images(batch)
  let alone = try ranks(1, of: network, images: images)
  for parameter in try network.build().arena.parameters {
    let slice = alone.gradients[0][parameter.offset..<parameter.offset + parameter.count]
    #expect(slice.allSatisfy(\.isFinite) && slice.contains { $0 != 0 }, "\(parameter.name)")
  }
  for count in [2, 4, 8, 16] {
    let together = try ranks(count, of: network, images: images)
    expectSameBits("losses of \(count) ranks", together.losses, alone.losses)
    expectSameBits("gradients of \(count) ranks", treeSum(together.gradients), alone.gradients[0])
    if count == 16 && batch >= 16 {
      expectDifferentBits("a wrong order", leftToRightSum(together.gradients), alone.gradients[0])
    }
  }
}

@Test(arguments: SmallNetwork.allCases, [21, 3])
private func convolutionsGiveTheSameBitsOnAnyNumberOfThreads(network: SmallNetwork, batch: Int) throws {
  let images = images(batch)
  let alone = try ranks(1, of: network, images: images)
  for threads in [2, 3] {
    let together = try ranks(1, of: network, images: images, team: ThreadTeam(count: threads))
    expectSameBits("losses on \(threads) threads", together.losses, alone.losses)
    expectSameBits("gradients on \(threads) threads", together.gradients[0], alone.gradients[0])
  }
}

/// Ranks of several threads each.
@Test func ranksAndThreadsAreInterchangeable() throws {
  let images = images(21)
  let alone = try ranks(1, of: .threeByThree, images: images)
  let together = try ranks(4, of: .threeByThree, images: images, team: ThreadTeam(count: 3))
  expectSameBits("gradients", treeSum(together.gradients), alone.gradients[0])
}
