import Artifacts
import Diagnostics
import ImageData
import TestSupport
import Testing

/// Loads and splits data as a run does.
func loadSplits(
  _ path: String, labelUse: LabelUse? = nil, scheme: SplitScheme = .official, validation: Int? = nil,
  limit: Int? = nil
) throws -> DataSplits {
  let images = try ImageCollection(reading: openImages(path, labelUse: labelUse))
  return try DataSplits(of: images, scheme: scheme, validation: validation, limit: limit)
}

private func failure(loading folder: TemporaryFolder, labelUse: LabelUse? = nil) -> Failure? {
  #expect(throws: Failure.self) { try loadSplits(folder.path, labelUse: labelUse) }
}

@Test func theOfficialSplitIsReadAsPublished() throws {
  let folder = TemporaryFolder()
  try SyntheticData.write(to: folder)
  let splits = try loadSplits(folder.path)
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
  let splits = try loadSplits(folder.path)
  #expect(splits.train.count == 4)
  #expect(splits.train.labels == nil)
  #expect(splits.test.count == 2)
}

@Test func theLimitKeepsTheFirstTrainingImagesAndTheWholeTest() throws {
  let folder = TemporaryFolder()
  try SyntheticData.write(to: folder)
  let splits = try loadSplits(folder.path, limit: 3)
  #expect(splits.train.count == 3)
  #expect(splits.train.labels == [0, 1, 2])
  #expect(splits.test.count == 5)
  #expect(try loadSplits(folder.path, limit: 1000).train.count == 10)
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
  let fault = failure(loading: folder, labelUse: .classification)
  #expect(fault?.code == .noInput)
  #expect(fault?.message.contains("t10k-labels-idx1-ubyte") == true)
  #expect(fault?.help?.contains("put the labels beside the images") == true)
  #expect(try loadSplits(folder.path).train.labels == nil)
}

/// Training files are read on one thread and test files on another: which is reported must not depend on them.
@Test func ofTwoDamagedFilesTheTrainingImagesAreNamed() throws {
  let folder = TemporaryFolder()
  try SyntheticData.write(to: folder)
  for name in ["train-images-idx3-ubyte", "t10k-images-idx3-ubyte"] {
    try folder.write(name, Array(FileSystem.read(folder.path(name)).dropLast()))
  }
  #expect(failure(loading: folder)?.message.contains("train-images-idx3-ubyte") == true)
}

@Test func dataThatIsNotThereIsNoInput() throws {
  let path = TemporaryFolder().path("nowhere")
  let failure = #expect(throws: Failure.self) { try openImages(path) }
  #expect(failure?.code == .noInput)
  #expect(failure?.message.contains(path) == true)
}

@Test func theFirstUsualFolderWithImagesIsTaken() throws {
  let (empty, full) = (TemporaryFolder(), TemporaryFolder())
  try SyntheticData.write(to: full)
  #expect(try openImages(nil, among: ["/nowhere", empty.path, full.path]).layout.path == full.path)
  let failure = #expect(throws: Failure.self) { try openImages(nil, among: ["/nowhere", empty.path]) }
  #expect(failure?.code == .noInput)
  #expect(failure?.help?.contains("apt-get install dataset-fashion-mnist") == true)
  #expect(usualImageFolders == ["/usr/share/datasets/fashion-mnist", "./data"])
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
  func hash() throws -> SHA256Digest { try loadSplits(folder.path).contentHash }
  let original = try hash()
  #expect(try hash() == original)
  let compressed = TemporaryFolder()
  for name in try FileSystem.names(in: folder.path) {
    let packed = try SyntheticData.gzip(FileSystem.read(folder.path(name)), in: TemporaryFolder())
    try compressed.write(name + ".gz", packed)
  }
  #expect(try loadSplits(compressed.path).contentHash == original)
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
