import Artifacts
import Diagnostics
import Glibc
import ImageData
import TestSupport
import Testing

/// The failure of opening and reading an npy file of that content.
private func failure(_ content: [UInt8]) throws -> Failure {
  let folder = TemporaryFolder()
  let path = try folder.write("images.npy", content)
  let failure = #expect(throws: Failure.self) { try ImageCollection(reading: openImageSet(path)) }
  #expect(failure?.code == .badData && failure?.help != nil && failure?.message.contains(path) == true)
  return try #require(failure)
}

private func npy<Element: TensorElement>(_ shape: [Int], _ elements: [Element]) -> [UInt8] {
  NumPyFile.serialized(TensorData(shape: shape, elements: elements))
}

/// An npy file with that type and 64 bytes of elements.
private func npy(descriptor: String, shape: String) -> [UInt8] {
  let header = "{'descr': \(descriptor), 'fortran_order': False, 'shape': \(shape), }\n"
  return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count), 0] + Array(header.utf8)
    + [UInt8](repeating: 0, count: 64)
}

@Test func bytesAndFloatsOfAnySizeAreTaken() throws {
  let folder = TemporaryFolder()
  let bytes = try folder.write("bytes.npy", npy([2, 3, 5], (0..<30).map { UInt8($0 * 8) }))
  let first = ImageDataset(all: try ImageCollection(reading: openImageSet(bytes)))
  #expect((first.count, first.height, first.width) == (2, 3, 5))
  #expect(Array(first.image(1)) == (15..<30).map { UInt8($0 * 8) })
  let floats = try folder.write("floats.npy", npy([1, 1, 3], [Float(0), 0.5, 1]))
  let second = ImageDataset(all: try ImageCollection(reading: openImageSet(floats)))
  var numbers = [Float](repeating: -1, count: 3)
  second.copyImage(0, to: &numbers)
  #expect(numbers == [0, 0.5, 1])
}

/// Models halve images twice; metrics don't.
@Test func dataToTrainOnStillHasSidesThatAreMultiplesOfFour() throws {
  let folder = TemporaryFolder()
  let path = try folder.write("images.npy", npy([7, 3, 8], [UInt8](repeating: 0, count: 168)))
  #expect(try openImageSet(path).layout.height == 3)
  let failure = #expect(throws: Failure.self) { try openImages(path) }
  #expect(failure?.code == .badData)
  #expect(failure?.message == "\(path) holds images of 3x8 pixels; both sides must be multiples of 4")
}

@Test(
  arguments: [
    ([2, 4, 4, 1], "images.reshape(2, 4, 4)"), ([2, 1, 4, 4], "images.reshape(2, 4, 4)"),
    ([4, 4], "images.reshape(-1, height, width)"), ([2, 16], "images.reshape(-1, height, width)"),
    ([32], "images.reshape(-1, height, width)"), ([], "images.reshape(-1, height, width)"),
    ([2, 4, 4, 3], "images[..., :3].mean(axis=3)"), ([2, 3, 8, 8], "images.mean(axis=1)"),
    ([1, 2, 4, 4, 1], "images.reshape(-1, height, width)"),
  ])
func otherShapesAreRefusedWithTheWayToReshapeThem(_ shape: [Int], _ remedy: String) throws {
  let fault = try failure(npy(shape, [Float](repeating: 0, count: shape.reduce(1, *))))
  #expect(fault.message.contains("not (images, height, width)"))
  #expect(fault.help?.contains(remedy) == true, "\(fault.help ?? "")")
}

@Test func aSetWithoutImagesIsRefused() throws {
  #expect(try failure(npy([0, 28, 28], [UInt8]())).message.hasSuffix("holds no images"))
}

@Test(arguments: [Float.nan, -Float.infinity, -0.25, 1.5, 255])
func aPixelThatIsNoBrightnessIsNamedWithItsPlace(_ value: Float) throws {
  var pixels = [Float](repeating: 1, count: 3 * 5 * 7)
  pixels[2 * 35 + 4 * 7 + 6] = value
  #expect(try failure(npy([3, 5, 7], pixels)).message.contains("holds \(value) at [2, 4, 6]"))
}

@Test(arguments: ["'|O'", "'<f2'", "'|b1'", "'>f4'", "'<c8'", "[('a', '<f4')]", "'<f8'", "'<i8'"])
func elementsOfOtherTypesAreRefused(_ descriptor: String) throws {
  let fault = try failure(npy(descriptor: descriptor, shape: "(2, 4, 1)"))
  #expect(!fault.message.contains("\n"))
}

@Test func otherFilesAreRefused() throws {
  let picture = GreyImage(width: 4, height: 4, filledWith: 9).png
  for content in [[], picture, Array("PK\u{3}\u{4}".utf8), Array("images".utf8)] {
    #expect(try failure(content).message.contains("is not a readable .npy file"))
  }
  let folder = TemporaryFolder()
  #expect(mkfifo(folder.path("pipe"), 0o600) == 0)
  let pipe = #expect(throws: Failure.self) { try openImageSet(folder.path("pipe")) }
  #expect(pipe?.code == .badData)
  let path = folder.path("nowhere")
  let fault = #expect(throws: Failure.self) { try openImageSet(path) }
  #expect(fault?.code == .noInput && fault?.message == "\(path) does not exist" && fault?.help != nil)
}
