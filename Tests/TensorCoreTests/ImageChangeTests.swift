import RandomNumbers
import TensorCore
import TestSupport
import Testing

/// Changes of a size, all kinds and far more than augmentation draws.
private func changes(height: Int, width: Int, count: Int = 40, seed: UInt32) -> [ImageChange] {
  func ranges(_ side: Int, _ seed: UInt32) -> [Range<Int>] {
    zip(
      randomIntegers(count, in: 0...side, seed: seed), randomIntegers(count, in: 0...side, seed: seed + 1)
    ).map { min($0, $1)..<max($0, $1) }
  }
  let rows = randomIntegers(count, in: -height - 1...height + 1, seed: seed)
  let columns = randomIntegers(count, in: -width - 1...width + 1, seed: seed + 1)
  let (cutRows, cutColumns) = (ranges(height, seed + 2), ranges(width, seed + 4))
  return (0..<count).map {
    ImageChange(
      rowShift: rows[$0] / ($0 % 3 + 1), columnShift: columns[$0] / ($0 % 4 + 1),
      cutRows: $0 % 5 == 0 ? 0..<0 : cutRows[$0], cutColumns: cutColumns[$0])
  } + [ImageChange()]
}

private func changed(
  _ images: [Float], by changes: [ImageChange], height: Int, width: Int, team: ThreadTeam = singleThread
) -> [Float] {
  let output = FencedBuffer(count: images.count)
  changeImages(images, changes: changes, height: height, width: width, into: output.pointer, team: team)
  #expect(output.isIntact)
  return output.array
}

@Test(arguments: [(8, 8), (28, 28), (5, 11), (1, 3), (12, 1)])
func changedImagesAndTheirGradientsAreTheReferences(height: Int, width: Int) {
  let changes = changes(height: height, width: width, seed: 1)
  let reference = ImageChangeReference(height: height, width: width)
  let images = randomFloats(changes.count * height * width, seed: 2)
  let expected = reference.change(images, by: changes)
  for threads in [1, 3] {
    let team = ThreadTeam(count: threads)
    expectSameBits(
      "images", changed(images, by: changes, height: height, width: width, team: team), expected)
    expectSameBits(
      "gradients",
      changed(
        images, by: changes.map { $0.transposed(height: height, width: width) }, height: height, width: width,
        team: team), reference.gradient(images, by: changes))
  }
  expectSameBits("nothing", expected.suffix(height * width), images.suffix(height * width))
}

@Test func theReferencesGradientIsTheDerivative() {
  let (height, width) = (4, 5)
  let changes = changes(height: height, width: width, count: 12, seed: 3)
  let reference = ImageChangeReference(height: height, width: width)
  let images = randomFloats(changes.count * height * width, seed: 4).map(Double.init)
  let outputGradient = randomFloats(images.count, seed: 5).map(Double.init)
  expectGradient(
    of: { zip(reference.change($0, by: changes), outputGradient).reduce(0) { $0 + $1.0 * $1.1 } }, at: images,
    equals: reference.gradient(outputGradient, by: changes))
  // ⟨A x, y⟩ = ⟨x, Aᵀ y⟩, and the transposed of the transposed moves like the first.
  for change in changes {
    let transposed = change.transposed(height: height, width: width)
    let (x, y) = (Array(images[..<20]), Array(outputGradient[..<20]))
    let forth = zip(reference.change(x, by: [change]), y).reduce(0) { $0 + $1.0 * $1.1 }
    let back = zip(x, reference.change(y, by: [transposed])).reduce(0) { $0 + $1.0 * $1.1 }
    #expect(abs(forth - back) < 1e-12, "\(change)")
    #expect(
      reference.change(x, by: [transposed.transposed(height: height, width: width)])
        == reference.change(x, by: [change]))
  }
}

/// The published algorithm in PyTorch, given the same numbers.
@Test(arguments: [(8, 8), (12, 20), (28, 28), (7, 10)])
func augmentationIsThatOfPyTorch(height: Int, width: Int) throws {
  let fixture = try Fixture("augment")
  func floats(_ name: String) throws -> [Float] { try fixture.floats("\(height)x\(width).\(name)") }
  let (shifts, centres) = (try floats("shifts").map { Int($0) }, try floats("centres").map { Int($0) })
  #expect(shifts.max()! == max(ImageChange.largestShift(side: height), ImageChange.largestShift(side: width)))
  #expect(
    (0..<centres.count / 2).map { centres[2 * $0] }.max()! == ImageChange.cutCentres(side: height) - 1
      && (0..<centres.count / 2).map { centres[2 * $0 + 1] }.max()! == ImageChange.cutCentres(side: width) - 1
  )
  for name in ["translation", "cutout", "both"] {
    let changes = (0..<shifts.count / 2).map { image in
      var change = ImageChange()
      if name != "cutout" {
        (change.rowShift, change.columnShift) = (shifts[2 * image], shifts[2 * image + 1])
      }
      if name != "translation" {
        change.cutRows = ImageChange.cut(centre: centres[2 * image], side: height)
        change.cutColumns = ImageChange.cut(centre: centres[2 * image + 1], side: width)
      }
      return change
    }
    // 0 times a negative number is -0 there.
    #expect(
      try changed(floats("images"), by: changes, height: height, width: width) == floats(name), "\(name)")
    #expect(
      try changed(
        floats("outputGradient"), by: changes.map { $0.transposed(height: height, width: width) },
        height: height, width: width) == floats("\(name).gradient"), "\(name)")
  }
}

private let key = RandomKey(seed: 9, purpose: .augmentation)

private func drawn(
  _ augmentations: [ImageAugmentation], height: Int = 28, width: Int = 12, step: Int = 0, draw: Int = 0,
  count: Int
) -> [ImageChange] {
  (0..<count).map {
    .random(augmentations, height: height, width: width, key: key, step: step, index: $0, draw: draw)
  }
}

/// Expects each of `numbers` to be one of `range`, all as often.
private func expectUniform(_ name: String, _ numbers: [Int], over range: ClosedRange<Int>) {
  let expected = Double(numbers.count) / Double(range.count)
  for value in range {
    let times = Double(numbers.count { $0 == value })
    // Five standard deviations of a binomial.
    #expect(abs(times - expected) < 5 * expected.squareRoot(), "\(name) \(value): \(times) of \(expected)")
  }
  #expect(numbers.allSatisfy(range.contains), "\(name)")
}

@Test func allShiftsAreAsLikely() {
  let changes = drawn([.translation], count: 9 * 1_000)
  expectUniform("rows", changes.map(\.rowShift), over: -4...4)
  expectUniform("columns", changes.map(\.columnShift), over: -2...2)
  // Both ways at once, each pair as often.
  expectUniform("pairs", changes.map { ($0.rowShift + 4) * 5 + $0.columnShift + 2 }, over: 0...44)
  #expect(changes.allSatisfy { $0.cutRows.isEmpty && $0.cutColumns.isEmpty })
}

/// A cut of 14 of 28 lines around line c, 0 to 28, holds those from c - 7 to c + 6 that there are.
@Test func allCutsAreAsLikely() {
  let changes = drawn([.cutout], count: 29 * 500)
  let centres = changes.map {
    $0.cutRows.upperBound < 28 ? $0.cutRows.upperBound - 7 : $0.cutRows.lowerBound + 7
  }
  expectUniform("rows", centres, over: 0...28)
  #expect(
    changes.allSatisfy { change in
      (7...14).contains(change.cutRows.count) && (3...6).contains(change.cutColumns.count)
        && change.cutRows.upperBound <= 28 && change.cutColumns.upperBound <= 12
        && change.rowShift == 0 && change.columnShift == 0
    })
  // Of an odd size every pixel can be the centre, and no place beyond the border.
  let odd = drawn([.cutout], height: 9, width: 10, count: 900)
  #expect(ImageChange.cutCentres(side: 9) == 9 && ImageChange.cutCentres(side: 10) == 10)
  #expect(Set(odd.map(\.cutRows)).count == 9 && odd.allSatisfy { (3...5).contains($0.cutRows.count) })
}

@Test func changesBelongToTheStepThePassAndThePlace() {
  let both = drawn([.translation, .cutout], count: 40)
  #expect(both == drawn([.cutout, .translation], count: 40))
  // Neither policy's numbers depend on the other.
  let (moved, cut) = (drawn([.translation], count: 40), drawn([.cutout], count: 40))
  #expect(both.map(\.rowShift) == moved.map(\.rowShift) && both.map(\.cutRows) == cut.map(\.cutRows))
  for other in [
    drawn([.translation, .cutout], step: 1, count: 40), drawn([.translation, .cutout], draw: 1, count: 40),
    Array(drawn([.translation, .cutout], count: 80).dropFirst(40)),
  ] { #expect(zip(both, other).count { $0 == $1 } < 4) }
}
