import Collectives
import Evaluation
import NeuralNet
import TensorCore
import TestSupport
import Testing

/// A small generator with three classes, whose images tell their class apart.
private func model() throws -> GenerativeAdversarialNetwork {
  let model = try GenerativeAdversarialNetwork.dense(
    pixels: 12, latent: 4, hidden: [8], recipe: AdversarialRecipe(norm: .none, classes: 3),
    conventions: .torch)
  let trainable: any TrainableModel = model
  trainable.initialize(seed: 5)
  trainable.allocate(rows: EvaluationChunks.size)
  return model
}

private func draw(_ count: Int, onlyClass: Int? = nil) throws -> [[Float]] {
  let images = generateImages(
    count: count, from: GenerativeModel(generator: try model(), prior: nil, onlyClass: onlyClass), seed: 11,
    shards: 4, group: ProcessGroup.single(), team: ThreadTeam(count: 1))
  return stride(from: 0, to: images.count, by: 12).map { Array(images[$0..<$0 + 12]) }
}

/// Also where a chunk of 100 ends; only the class differs from what `onlyClass` draws, not the noise.
@Test func sampleKIsOfClassKModuloTheirNumber() throws {
  let all = try draw(230)
  #expect(all.count == 230)
  let ofClass = try (0..<3).map { try draw(230, onlyClass: $0) }
  for (index, image) in all.enumerated() {
    for other in 0..<3 { #expect((image == ofClass[other][index]) == (other == index % 3), "\(index)") }
  }
  #expect(try draw(7) == Array(all.prefix(7)))
  // Noise differs from image to image.
  #expect(Set(ofClass[1]).count == 230)
}

@Test func aClassThatTheGeneratorDoesNotHaveIsRefused() async {
  await #expect(processExitsWith: .failure) {
    _ = GenerativeModel(generator: try model(), prior: nil, onlyClass: 3)
  }
}
