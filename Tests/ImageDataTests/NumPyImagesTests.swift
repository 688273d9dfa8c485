import Artifacts
import Diagnostics
import ImageData
import TestSupport
import Testing

private func write<Element: TensorElement>(_ shape: [Int], _ elements: [Element], to folder: TemporaryFolder)
  throws
  -> String
{
  try folder.write("images.npy", NumPyFile.serialized(TensorData(shape: shape, elements: elements)))
}

private func failure<Element: TensorElement>(_ shape: [Int], _ elements: [Element]) throws -> Failure? {
  let folder = TemporaryFolder()
  let path = try write(shape, elements, to: folder)
  let failure = #expect(throws: Failure.self) { try loadSplits(path) }
  #expect(failure?.message.contains(path) == true)
  #expect(failure?.help != nil)
  return failure
}

private func numbers(_ images: ImageDataset, _ index: Int) -> [Float] {
  var numbers = [Float](repeating: -1, count: images.pixelsPerImage)
  images.copyImage(index, to: &numbers)
  return numbers
}

@Test func bytesBecomeNumbersBetweenZeroAndOne() throws {
  let folder = TemporaryFolder()
  let elements = (0..<8 * 16 * 16).map { UInt8($0 & 0xFF) }
  let splits = try loadSplits(write([8, 16, 16], elements, to: folder))
  #expect(numbers(splits.train, 2) == (0..<256).map { Float($0) / 255 })
  #expect(splits.source.pixelType == .uint8)
  #expect(splits.train.labels == nil)
}

/// 12 pixels leave a tail behind eight-wide vectors.
@Test(arguments: [(4, 4), (4, 12), (12, 20)])
func everyImageSizeGivesExactQuotients(_ height: Int, _ width: Int) throws {
  let folder = TemporaryFolder()
  let elements = (0..<8 * height * width).map { UInt8(truncatingIfNeeded: $0 * 37) }
  let images = try loadSplits(write([8, height, width], elements, to: folder)).train
  for index in 0..<images.count {
    let own = elements[index * height * width..<(index + 1) * height * width]
    #expect(numbers(images, index) == own.map { Float($0) / 255 })
  }
}

@Test func floatsStayAsTheyAre() throws {
  let folder = TemporaryFolder()
  let elements = (0..<7 * 4 * 8).map { Float($0) / 223 }
  let splits = try loadSplits(write([7, 4, 8], elements, to: folder))
  #expect((splits.train.height, splits.train.width) == (4, 8))
  #expect(splits.source.pixelType == .float32)
  #expect(numbers(splits.train, 3) == Array(elements[96..<128]))
  #expect(numbers(splits.test, 0) == Array(elements[192..<224]))
}

@Test func theLastTwoSeventhsValidateAndTestWhateverTheSchemeIs() throws {
  let folder = TemporaryFolder()
  let path = try write([30, 4, 4], [UInt8](repeating: 1, count: 480), to: folder)
  for scheme in SplitScheme.allCases {
    let splits = try loadSplits(path, scheme: scheme, limit: 5)
    #expect(splits.train.count == 5)
    #expect(splits.validation.map { ($0.sourceIndex(0), $0.count) } ?? (0, 0) == (22, 4))
    #expect((splits.test.sourceIndex(0), splits.test.count) == (26, 4))
  }
  #expect(try loadSplits(path).train.count == 22)
  let splits = try loadSplits(path, validation: 10)
  #expect(splits.train.count == 16)
  #expect(splits.validation.map { ($0.sourceIndex(0), $0.count) } ?? (0, 0) == (16, 10))
  let failure = #expect(throws: Failure.self) { try loadSplits(path, validation: 26) }
  #expect(failure?.code == .usage)
}

@Test(arguments: [Float.nan, .infinity, -0.001, 1.001, 255])
func aPixelOutOfRangeIsBadDataAndItsPlaceIsNamed(_ value: Float) throws {
  var elements = [Float](repeating: 0.5, count: 7 * 400 * 400)
  elements[3 * 160_000 + 17 * 400 + 5] = value
  elements[6 * 160_000] = .nan
  let fault = try failure([7, 400, 400], elements)
  #expect(fault?.code == .badData)
  #expect(fault?.message.contains("holds \(value) at [3, 17, 5]") == true)
}

@Test func zeroAndOneAreInRange() throws {
  let folder = TemporaryFolder()
  let elements = (0..<7 * 16).map { $0 % 2 == 0 ? Float(1) : -0.0 }
  #expect(try loadSplits(write([7, 4, 4], elements, to: folder)).train.count == 5)
}

@Test func otherShapesAreBadData() throws {
  let folder = TemporaryFolder()
  for shape in [[2, 64], [7, 1, 8, 8], [7, 6, 8], [7, 8, 6], [0, 8, 8], [7, 0, 8], [6, 8, 8]] {
    let path = try write(shape, [UInt8](repeating: 0, count: shape.reduce(1, *)), to: folder)
    let failure = #expect(throws: Failure.self, "\(shape)") { try loadSplits(path) }
    #expect(failure?.code == .badData && failure?.message.contains(path) == true, "\(shape)")
  }
  #expect(try failure([2, 64], [Float](repeating: 0, count: 128))?.message.contains("(2, 64)") == true)
}

@Test func otherTypesAreBadData() throws {
  #expect(try failure([7, 4, 4], [Double](repeating: 0, count: 112))?.message.contains("'<f8'") == true)
  #expect(try failure([7, 4, 4], [Int64](repeating: 0, count: 112))?.code == .badData)
}

@Test func everyTruncationIsBadData() throws {
  let folder = TemporaryFolder()
  let content = try FileSystem.read(write([7, 4, 4], [UInt8](repeating: 9, count: 112), to: folder))
  for length in 0..<content.count {
    let path = try folder.write("cut.npy", Array(content[..<length]))
    let failure = #expect(throws: Failure.self) { try loadSplits(path) }
    #expect(failure?.code == .badData, "cut to \(length) bytes")
  }
  let path = try folder.write("long.npy", content + [0])
  #expect(throws: Failure.self) { try loadSplits(path) }
}

@Test func labelsThatAFileCannotHaveAreNoInput() throws {
  let folder = TemporaryFolder()
  let path = try write([7, 4, 4], [UInt8](repeating: 9, count: 112), to: folder)
  let failure = #expect(throws: Failure.self) { try loadSplits(path, labelUse: .classification) }
  #expect(failure?.code == .noInput && failure?.help?.contains("--data") == true)
}
