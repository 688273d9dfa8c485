import Artifacts
import Diagnostics
import ImageData
import TestSupport
import Testing

/// As many images and labels as Fashion-MNIST has, of four pixels by four that hold their own number.
private func wholeSet(labels: (Int) -> UInt8?) throws -> ImageCollection {
  let isLabelled = labels(0) != nil
  let layout = try ImageLayout(
    path: "test", pixelType: .uint8, counts: [60_000, 10_000], names: ["train", "test"], height: 4, width: 4,
    isLabelled: isLabelled)
  let storage = PixelStorage(byteCount: layout.byteCount) { memory in
    for index in 0..<layout.count {
      memory.storeBytes(of: UInt32(index), toByteOffset: index * 16, as: UInt32.self)
      if isLabelled { memory[layout.count * 16 + index] = labels(index)! }
    }
  }
  return ImageCollection(layout: layout, digest: SHA256.digest(of: []), storage: storage)
}

private func number(_ images: ImageDataset, _ index: Int) -> Int {
  Int(images.image(index).load(as: UInt32.self))
}

@Test func thePublishedIndicesAreThoseThatTheScriptMade() {
  #expect(SHA256.digest(of: PublishedSplit.bytes).description == PublishedSplit.sha256)
  #expect(PublishedSplit.parts.map(\.count) == PublishedSplit.partCounts)
  #expect(PublishedSplit.parts.joined().sorted() == (0..<70_000).map { UInt32($0) })
  // As scikit-learn gave them.
  #expect(
    PublishedSplit.parts.map { Array($0.prefix(4)) } == [
      [3095, 46812, 35560, 35129], [37720, 19251, 54204, 62432], [20715, 4256, 46137, 41216],
    ])
}

@Test func thePublishedSplitTakesTheImagesOfItsIndices() throws {
  let images = try wholeSet { UInt8($0 % 10) }
  let splits = try DataSplits(of: images, scheme: .published801010, validation: nil, limit: nil)
  for (part, split) in zip(PublishedSplit.parts, splits.named) {
    #expect(split.images.count == part.count)
    #expect((0..<part.count).allSatisfy { number(split.images, $0) == Int(part[$0]) })
    #expect(split.images.labels == part.map { UInt8($0 % 10) })
  }
  #expect(splits.named.map(\.name) == ["train", "validation", "test"])

  let limited = try DataSplits(of: images, scheme: .published801010, validation: nil, limit: 3)
  #expect(limited.named.map(\.images.count) == [3, 7000, 7000])
  #expect(number(limited.train, 2) == 35560)
  #expect(limited.train.labels == [5, 2, 0])
}

@Test func thePublishedSplitNeedsThePublishedImages() throws {
  let unlabelled = try wholeSet { _ in nil }
  #expect(
    try DataSplits(of: unlabelled, scheme: .published801010, validation: nil, limit: nil).train.count
      == 56_000)
  // MNIST has as many images, but not as many of each digit.
  let unbalanced = try wholeSet { UInt8($0 % 9) }
  let folder = TemporaryFolder()
  try SyntheticData.write(to: folder)
  let small = try ImageCollection(reading: openImages(folder.path))
  for images in [unbalanced, small] {
    let failure = #expect(throws: Failure.self) {
      try DataSplits(of: images, scheme: .published801010, validation: nil, limit: nil)
    }
    #expect(failure?.code == .usage)
    #expect(failure?.message.contains("80-10-10") == true)
  }
  let failure = #expect(throws: Failure.self) {
    try DataSplits(of: unlabelled, scheme: .published801010, validation: 5, limit: nil)
  }
  #expect(failure?.code == .usage)
  #expect(failure?.message.contains("--validation 5") == true)
}

@Test func validationIsTheEndOfTheTrainingImagesBeforeTheyAreLimited() throws {
  let folder = TemporaryFolder()
  try SyntheticData.write(to: folder)
  let splits = try loadSplits(folder.path, validation: 3)
  #expect(splits.train.labels == [0, 1, 2, 3, 4, 5, 6])
  #expect(splits.validation?.labels == [7, 8, 9])
  #expect(splits.test.count == 5)
  let limited = try loadSplits(folder.path, validation: 3, limit: 2)
  #expect(limited.train.labels == [0, 1])
  #expect(limited.validation?.labels == [7, 8, 9])
  // The split is a matter of configuration, the hash of content.
  #expect(limited.contentHash == splits.contentHash)

  let failure = #expect(throws: Failure.self) { try loadSplits(folder.path, validation: 10) }
  #expect(failure?.code == .usage)
  #expect(failure?.message.contains("--validation 10") == true)
}

@Test func allImagesOfACollectionAreADatasetAndChosenOnesAnother() throws {
  let folder = TemporaryFolder()
  try SyntheticData.write(to: folder)
  let all = ImageDataset(all: try ImageCollection(reading: openImages(folder.path)))
  #expect(all.count == 15 && (0..<15).map(all.sourceIndex) == Array(0..<15))
  #expect(all.labels == (0..<10).map { UInt8($0) } + (0..<5).map { UInt8($0) })

  // Places are counted in the data set that is chosen from, whether it is a range or a list.
  let test = try loadSplits(folder.path).test
  let chosen = test.subset([4, 0, 4])
  #expect((0..<3).map(chosen.sourceIndex) == [14, 10, 14])
  #expect(chosen.labels == [4, 0, 4])
  #expect(Array(chosen.image(0)) == Array(all.image(14)))
  #expect(chosen.subset([1]).sourceIndex(0) == 10)
  #expect(chosen.prefix(2).count == 2 && chosen.subset([]).count == 0)
}
