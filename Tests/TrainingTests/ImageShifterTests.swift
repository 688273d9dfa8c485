import TensorCore
import TestSupport
import Testing
import Training

private let (height, width) = (8, 12)
private let pixels = height * width
private let team = ThreadTeam(count: 1)
private let samples: [Int32] = [7, 3, 900, 0, 41]
private let images = AlignedBuffer(randomFloats(samples.count * pixels, seed: 1))

private func shifted(
  _ rows: Range<Int>, step: Int = 5, seed: UInt32 = 4, threads: Int = 1
) -> [Float] {
  let shifter = ImageShifter(largest: 2, height: height, width: width, seed: seed)
  let output = shifter.shift(
    images.pointer + rows.lowerBound * pixels, samples: samples[rows], step: step,
    team: ThreadTeam(count: threads))
  return Array(UnsafeBufferPointer(start: output, count: rows.count * pixels))
}

/// An image's shift depends on its index in the data set, not on the rows beside it.
@Test func anyPartOfABatchIsShiftedAlike() {
  let whole = shifted(0..<5)
  expectSameBits("parts", shifted(0..<2) + shifted(2..<2) + shifted(2..<5, threads: 2), whole)
  expectDifferentBits("the images", whole, images.array)
  expectDifferentBits("steps", shifted(0..<5, step: 6), whole)
  expectDifferentBits("seeds", shifted(0..<5, seed: 5), whole)
}

@Test func shiftedImagesAreThoseOfTheReference() {
  let shifter = ImageShifter(largest: 2, height: height, width: width, seed: 4)
  let changes = samples.map { shifter.change(ofSample: Int($0), step: 5) }
  let expected = ImageChangeReference(height: height, width: width).change(images.array, by: changes)
  expectSameBits("images", shifted(0..<5), expected)
}

/// Every shift from -n to n is as likely as any other, rows and columns apart.
@Test func everyShiftIsEquallyLikely() {
  let shifter = ImageShifter(largest: 1, height: height, width: width, seed: 0)
  var counts: [[Int]: Int] = [:]
  for sample in 0..<900 {
    for step in 0..<10 {
      let change = shifter.change(ofSample: sample, step: step)
      counts[[change.rowShift, change.columnShift], default: 0] += 1
    }
  }
  #expect(counts.count == 9)
  // 1,000 of each are expected, with a standard deviation of 30.
  #expect(counts.values.allSatisfy { abs($0 - 1_000) < 150 }, "\(counts)")
}
