import Artifacts
import Diagnostics
import ImageData
import TestSupport
import Testing

private func failure(loading folder: TemporaryFolder, requiresLabels: Bool = false) -> Failure? {
  #expect(throws: Failure.self) {
    try DataFolder(folder.path).loadOfficialSplit(requiresLabels: requiresLabels)
  }
}

@Test func theOfficialSplitIsReadAsPublished() throws {
  let folder = TemporaryFolder()
  try SyntheticData.write(to: folder)
  let splits = try DataFolder.locate(folder.path).loadOfficialSplit()
  #expect(splits.train.count == 10)
  #expect(splits.train.height == 4)
  #expect(splits.train.width == 8)
  #expect(splits.train.labels == (0..<10).map { UInt8($0) })
  #expect(splits.validation == nil)
  #expect(splits.test.count == 5)
  #expect(Array(splits.train.image(3)) == (96..<128).map { UInt8($0 * 7 % 251) })
}

@Test func namesWithADotAndCompressedFilesAreFound() throws {
  let folder = TemporaryFolder()
  try folder.write("train-images.idx3-ubyte", SyntheticData.images(count: 4))
  try folder.write(
    "t10k-images.idx3-ubyte.gz", SyntheticData.gzip(SyntheticData.images(count: 2), in: folder))
  let splits = try DataFolder(folder.path).loadOfficialSplit()
  #expect(splits.train.count == 4)
  #expect(splits.train.labels == nil)
  #expect(splits.test.count == 2)
}

@Test func theLimitKeepsTheFirstTrainingImagesAndTheWholeTest() throws {
  let folder = TemporaryFolder()
  try SyntheticData.write(to: folder)
  let splits = try DataFolder(folder.path).loadOfficialSplit(limit: 3)
  #expect(splits.train.count == 3)
  #expect(splits.train.labels == [0, 1, 2])
  #expect(splits.test.count == 5)
  #expect(try DataFolder(folder.path).loadOfficialSplit(limit: 1000).train.count == 10)
}

@Test func anImageBecomesNumbersBetweenZeroAndOne() throws {
  let elements = (0..<16).map { UInt8($0 * 17) }
  let images = try ImageDataset(name: "test", shape: [1, 4, 4], pixels: PixelStorage(elements), labels: nil)
  var numbers = [Float](repeating: -1, count: 16)
  images.copyImage(0, to: &numbers)
  #expect(numbers == elements.map { Float($0) / 255 })
  #expect(numbers.last == 1)
}

@Test func missingImagesAreNoInputWithARemedy() throws {
  let folder = TemporaryFolder()
  try folder.write("train-images-idx3-ubyte", SyntheticData.images(count: 4))
  let fault = failure(loading: folder)
  #expect(fault?.code == .noInput)
  #expect(fault?.message.contains("t10k-images-idx3-ubyte") == true)
  #expect(fault?.help?.contains("apt-get install dataset-fashion-mnist") == true)
  #expect(fault?.help?.contains("--data") == true)
}

@Test func missingLabelsAreNoInputWhereTheyAreNeeded() throws {
  let folder = TemporaryFolder()
  try SyntheticData.write(to: folder)
  try FileSystem.remove(folder.path("t10k-labels-idx1-ubyte"))
  #expect(failure(loading: folder, requiresLabels: true)?.code == .noInput)
}

@Test func aNamedFolderThatIsNotThereIsNoInput() throws {
  let folder = TemporaryFolder()
  let file = try folder.write("file", [1])
  for path in [folder.path("nowhere"), file] {
    let failure = #expect(throws: Failure.self) { try DataFolder.locate(path) }
    #expect(failure?.code == .noInput)
    #expect(failure?.message.contains(path) == true)
  }
}

@Test func theFirstUsualPlaceWithImagesIsTaken() throws {
  let (empty, full) = (TemporaryFolder(), TemporaryFolder())
  try SyntheticData.write(to: full)
  #expect(try DataFolder.locate(nil, among: ["/nowhere", empty.path, full.path]).path == full.path)
  let failure = #expect(throws: Failure.self) { try DataFolder.locate(nil, among: ["/nowhere", empty.path]) }
  #expect(failure?.code == .noInput)
  #expect(failure?.help?.contains("apt-get install dataset-fashion-mnist") == true)
  #expect(DataFolder.usualPlaces == ["/usr/share/datasets/fashion-mnist", "./data"])
}

@Test func countsOfLabelsAndImagesMustAgree() throws {
  let folder = TemporaryFolder()
  try SyntheticData.write(to: folder)
  try folder.write("train-labels-idx1-ubyte", SyntheticData.labels(count: 9))
  let fault = failure(loading: folder)
  #expect(fault?.code == .badData)
  #expect(fault?.message.contains("9 labels") == true)
  #expect(fault?.message.contains("10 images") == true)
}

@Test(arguments: [[2, 6, 8], [2, 8, 5], [2, 0, 0], [0, 8, 8]])
func imagesThatModelsCannotHalveTwiceAreRefused(_ shape: [Int]) throws {
  let folder = TemporaryFolder()
  try SyntheticData.write(to: folder)
  let elements = [UInt8](repeating: 0, count: shape.reduce(1, *))
  try folder.write("train-images-idx3-ubyte", SyntheticData.idx(shape: shape, elements: elements))
  #expect(failure(loading: folder)?.code == .badData)
}

@Test func trainingAndTestImagesMustBeOfOneSize() throws {
  let folder = TemporaryFolder()
  try SyntheticData.write(to: folder)
  try folder.write("t10k-images-idx3-ubyte", SyntheticData.images(count: 5, height: 8, width: 8))
  #expect(failure(loading: folder)?.code == .badData)
}

@Test func theContentHashSeesEveryPixelAndLabel() throws {
  let folder = TemporaryFolder()
  try SyntheticData.write(to: folder)
  func hash() throws -> SHA256Digest { try DataFolder(folder.path).loadOfficialSplit().contentHash }
  let original = try hash()
  #expect(try hash() == original)
  var images = SyntheticData.images(count: 5)
  images[images.count - 1] ^= 1
  try folder.write("t10k-images-idx3-ubyte", images)
  #expect(try hash() != original)
  try SyntheticData.write(to: folder)
  var labels = SyntheticData.labels(count: 10)
  labels[labels.count - 1] ^= 1
  try folder.write("train-labels-idx1-ubyte", labels)
  #expect(try hash() != original)
}

@Test func storageIsReleasedOnceNothingRefersToIt() throws {
  final class Flag: @unchecked Sendable { var isSet = false }
  let released = Flag()
  let memory = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 16)
  memory.initialize(repeating: 1)
  var images: ImageDataset? = try ImageDataset(
    name: "test", shape: [1, 4, 4],
    pixels: PixelStorage(adopting: UnsafeBufferPointer(memory)) {
      memory.deallocate()
      released.isSet = true
    }, labels: nil)
  #expect(images?.image(0)[15] == 1)
  #expect(!released.isSet)
  images = nil
  #expect(released.isSet)
}
