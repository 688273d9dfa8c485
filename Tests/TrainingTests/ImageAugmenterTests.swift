import TensorCore
import TestSupport
import Testing
import Training

private let (side, count) = (16, 12)
private let team = ThreadTeam(count: 1)

private func makeAugmenter(seed: UInt32 = 4) -> ImageAugmenter {
  ImageAugmenter([.translation, .cutout], height: side, width: side, seed: seed)
}

private func array(_ pointer: UnsafePointer<Float>, rows: Int = count) -> [Float] {
  Array(UnsafeBufferPointer(start: pointer, count: rows * side * side))
}

private let images = AlignedBuffer(randomFloats(count * side * side, seed: 1))

/// An image's change depends on its place in the global batch, not on the rows beside it.
@Test func anyPartOfABatchIsChangedAlike() {
  let augmenter = makeAugmenter()
  let whole = array(
    augmenter.augment(
      images.pointer, as: .generated, places: 20..<20 + count, step: 3, update: 1, team: team))
  var parts: [Float] = []
  for part in [0..<5, 5..<5, 5..<12] {
    let changed = augmenter.augment(
      images.pointer + part.lowerBound * side * side, as: .generated,
      places: 20 + part.lowerBound..<20 + part.upperBound, step: 3, update: 1,
      team: ThreadTeam(count: 2))
    parts += array(changed, rows: part.count)
  }
  expectSameBits("parts", parts, whole)
  expectDifferentBits("the images", whole, images.array)
}

/// Passes of a step, steps and seeds change the same images in ways of their own.
@Test func passesDoNotShareTheirNumbers() {
  let augmenter = makeAugmenter()
  func changed(_ role: AdversarialLoss.Role, step: Int = 0, update: Int = 0, by other: ImageAugmenter? = nil)
    -> [Float]
  {
    array(
      (other ?? augmenter).augment(
        images.pointer, as: role, places: 0..<count, step: step, update: update, team: team))
  }
  let all = [
    changed(.real), changed(.generated), changed(.generator), changed(.real, update: 1),
    changed(.generated, update: 1), changed(.real, step: 1), changed(.real, by: makeAugmenter(seed: 5)),
  ]
  for (index, images) in all.enumerated() {
    for other in all[..<index] { expectDifferentBits("\(index)", images, other) }
  }
  expectSameBits("again", changed(.generator, update: 2), all[2])
}

/// Real and generated images stand beside each other, and the gradient is of those changed last.
@Test func theGradientGoesBackThroughTheLastChange() {
  let augmenter = makeAugmenter()
  func change(_ role: AdversarialLoss.Role) -> UnsafePointer<Float> {
    augmenter.augment(images.pointer, as: role, places: 0..<count, step: 0, update: 0, team: team)
  }
  let real = change(.real)
  let before = array(real)
  let shown = array(change(.generator))
  expectSameBits("real", array(real), before)
  let gradient = AlignedBuffer(randomFloats(count * side * side, seed: 2))
  let back = array(augmenter.imageGradient(gradient.pointer, team: team))
  func product(_ a: [Float], _ b: [Float]) -> Double {
    zip(a, b).reduce(0) { $0 + Double($1.0) * Double($1.1) }
  }
  for row in 0..<count {
    let pixels = row * side * side..<(row + 1) * side * side
    let forth = product(Array(shown[pixels]), Array(gradient.array[pixels]))
    #expect(abs(forth - product(Array(images.array[pixels]), Array(back[pixels]))) < 1e-9, "row \(row)")
  }
}
