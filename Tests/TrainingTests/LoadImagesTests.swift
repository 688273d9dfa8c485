import Artifacts
import Collectives
import Diagnostics
import ImageData
import TestSupport
import Testing
import Training

private func load(_ origin: ImageOrigin) throws -> LoadedImages {
  try loadImages(origin, group: ProcessGroup.single())
}

@Test func imageSetsAreLoadedLikeData() throws {
  let folder = TemporaryFolder()
  for number in 0..<3 {
    try folder.write("\(number).png", GreyImage(width: 5, height: 3, filledWith: UInt8(number)).png)
  }
  let loaded = try load(.imageSet(folder.path))
  let images = ImageDataset(all: loaded.images)
  #expect(loaded.copies == 1 && images.count == 3)
  for number in 0..<3 { #expect(images.image(number).allSatisfy { $0 == UInt8(number) }) }
  #expect(try loaded.images.digest == ImageCollection(reading: openImageSet(folder.path)).digest)
}

@Test func aDamagedImageSetIsAFailure() throws {
  let folder = TemporaryFolder()
  try folder.write("0.png", GreyImage(width: 5, height: 3, filledWith: 0).png)
  try folder.write("1.png", [1, 2, 3])
  let failure = #expect(throws: Failure.self) { try load(.imageSet(folder.path)) }
  #expect(failure?.code == .badData && failure?.message.contains("1.png") == true)
}

@Test func labelsThatAreNeededAndAbsentAreNoInput() throws {
  let folder = TemporaryFolder()
  try SyntheticData.write(to: folder)
  #expect(try load(.data(folder.path, labelUse: .classification)).images.layout.isLabelled)
  try FileSystem.remove(folder.path("train-labels-idx1-ubyte"))
  #expect(try !load(.data(folder.path, labelUse: nil)).images.layout.isLabelled)
  let array = TensorData(shape: [7, 4, 4], elements: [UInt8](repeating: 1, count: 112))
  let path = try folder.write("images.npy", NumPyFile.serialized(array))
  for data in [folder.path, path] {
    let failure = #expect(throws: Failure.self) { try load(.data(data, labelUse: .classification)) }
    #expect(failure?.code == .noInput && failure?.message.contains(data) == true && failure?.help != nil)
  }
}
