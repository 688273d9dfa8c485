import Artifacts
import Diagnostics
import Glibc
import ImageData
import TestSupport
import Testing

/// 3x5 pixels, all different from image to image.
private func picture(_ number: Int, height: Int = 3, width: Int = 5) -> GreyImage {
  let pixels = (0..<height * width).map { UInt8((number * 31 + $0 * 7) % 251) }
  return GreyImage(width: width, height: height, pixels: pixels)
}

private func open(_ folder: TemporaryFolder) throws -> ImageCollection {
  try ImageCollection(reading: openImageSet(folder.path))
}

private func failure(_ folder: TemporaryFolder) throws -> Failure {
  let failure = #expect(throws: Failure.self) { try open(folder) }
  return try #require(failure)
}

/// The order is that of bytes, so that 10 comes before 2 and Z before a.
@Test func imagesComeInTheOrderOfTheBytesOfTheirNames() throws {
  let folder = TemporaryFolder()
  let names = ["10.png", "2.PNG", "Z.png", "a.Png", "b.c.pnG", "é.png"]
  // Written in another order than they are to be read in.
  for (number, name) in names.enumerated().reversed() { try folder.write(name, picture(number).png) }
  for other in ["0.jpg", "0png", "0.png.txt", ".png", "._2.PNG", "ng"] { try folder.write(other, [1, 2]) }
  let images = ImageDataset(all: try open(folder))
  #expect((images.count, images.height, images.width) == (6, 3, 5))
  #expect(images.labels == nil)
  for number in 0..<6 { #expect(Array(images.image(number)) == picture(number).pixels, "\(names[number])") }
  var numbers = [Float](repeating: -1, count: 15)
  images.copyImage(4, to: &numbers)
  #expect(numbers == picture(4).pixels.map { Float($0) / 255 })
}

@Test func coloursAndGreysOfAFolderMix() throws {
  let folder = TemporaryFolder()
  let pixels = picture(0).pixels
  try folder.write("a.png", picture(0).png)
  try folder.write(
    "b.png", SyntheticPNG.file(.color, width: 5, height: 3, samples: pixels.flatMap { [$0, $0, $0] }))
  let images = ImageDataset(all: try open(folder))
  #expect(Array(images.image(1)) == Array(images.image(0)))
}

@Test func theHashIsOfPixelsAndTheirOrderNotOfNames() throws {
  func digest(_ files: KeyValuePairs<String, GreyImage>) throws -> SHA256Digest {
    let folder = TemporaryFolder()
    for (name, image) in files { try folder.write(name, image.png) }
    return try open(folder).digest
  }
  let original = try digest(["a.png": picture(1), "b.png": picture(2)])
  #expect(try digest(["x.png": picture(1), "y.PNG": picture(2)]) == original)
  #expect(try digest(["a.png": picture(2), "b.png": picture(1)]) != original)
  #expect(try digest(["a.png": picture(1)]) != original)
  var changed = picture(2)
  changed[2, 4] ^= 1
  #expect(try digest(["a.png": picture(1), "b.png": changed]) != original)
  // The same bytes in another shape.
  let (one, two) = (GreyImage(width: 3, height: 5, pixels: picture(1).pixels), picture(2).pixels)
  #expect(try digest(["a.png": one, "b.png": GreyImage(width: 3, height: 5, pixels: two)]) != original)
}

@Test func aFolderWithoutPNGFilesIsNoInputWithARemedy() throws {
  let folder = TemporaryFolder()
  try folder.write("notes.txt", [1])
  try FileSystem.createFolder(folder.path("deeper"))
  try folder.write("deeper/a.png", picture(0).png)
  let fault = try failure(folder)
  #expect(fault.code == .noInput)
  #expect(fault.message == "\(folder.path) holds no PNG files")
  #expect(fault.help?.contains(".npy") == true)

  let data = TemporaryFolder()
  try SyntheticData.write(to: data)
  let advice = try failure(data)
  #expect(advice.code == .noInput && advice.help?.contains("--data") == true)
}

@Test func theFirstImageOfAnotherSizeIsNamedWithBothSizes() throws {
  let folder = TemporaryFolder()
  for number in 0..<5 { try folder.write("\(number).png", picture(number).png) }
  try folder.write("3.png", picture(3, height: 5, width: 3).png)
  try folder.write("4.png", picture(4, height: 7, width: 7).png)
  let fault = try failure(folder)
  #expect(fault.code == .badData)
  #expect(fault.message == "\(folder.path)/3.png is of 5x3 pixels, but 0.png of 3x5")
  #expect(fault.help != nil)
}

@Test(arguments: ["0.png", "2.png"])
func aDamagedImageIsNamed(_ name: String) throws {
  let whole = picture(2).png
  let jpeg: [UInt8] = [0xFF, 0xD8, 0xFF, 0xE0]
  for damaged in [[], jpeg, Array(whole[..<30]), Array(whole.dropLast(20))] {
    let folder = TemporaryFolder()
    for number in 0..<4 { try folder.write("\(number).png", picture(number).png) }
    try folder.write(name, damaged)
    let fault = try failure(folder)
    #expect(fault.code == .badData && fault.help != nil)
    #expect(fault.message.hasPrefix("\(folder.path)/\(name) is not a readable PNG"), "\(fault.message)")
  }
}

@Test func anImageThatCannotBeReadIsNamed() throws {
  let folder = TemporaryFolder()
  try folder.write("a.png", picture(0).png)
  try FileSystem.createFolder(folder.path("b.png"))
  #expect(try failure(folder).code == .noInput)
  #expect(try failure(folder).message.contains("\(folder.path)/b.png") == true)
  try FileSystem.remove(folder.path("b.png"))
  #expect(symlink("nowhere", folder.path("b.png")) == 0)
  #expect(try failure(folder).message.contains("\(folder.path)/b.png") == true)
}
