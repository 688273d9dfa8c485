import Artifacts
import Diagnostics
import Testing

private func tile(_ brightness: Float, caption: String? = nil) -> ImageGrid.Tile {
  ImageGrid.Tile([Float](repeating: brightness, count: 16), caption: caption)
}

/// How many pixels are neither page nor of that grey.
private func inkCount(_ image: GreyImage, ignoring grey: UInt8) -> Int {
  image.pixels.count { $0 != 255 && $0 != grey }
}

@Test func anImageReadsBackFromItsPNG() throws {
  let image = GreyImage(width: 7, height: 3, pixels: (0..<21).map { UInt8($0 * 12) })
  let bytes = image.png
  #expect(bytes == image.png)
  #expect(Array(bytes[..<8]) == [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
  // Width, height, 8 bits, colour type grey.
  #expect(Array(bytes[16..<26]) == [0, 0, 0, 7, 0, 0, 0, 3, 8, 0])
  #expect(try GreyImage(png: bytes, path: "test.png") == image)
}

@Test func damagedPNGsAreRefused() {
  let bytes = GreyImage(width: 16, height: 16, filledWith: 9).png
  var flipped = bytes
  flipped[20] ^= 1
  for damaged in [
    [], Array(bytes[..<20]), Array(bytes[..<(bytes.count - 20)]), flipped, Array("GIF89a".utf8),
  ] {
    let failure = #expect(throws: Failure.self) { try GreyImage(png: damaged, path: "bad.png") }
    #expect(failure?.code == .badData)
    #expect(failure?.message.contains("bad.png") == true)
  }
}

@Test func everyPixelOfATileBecomesASquare() {
  let pixels: [Float] = (0..<16).map { Float($0) / 15 }
  let image = ImageGrid(images: pixels, tileHeight: 4, tileWidth: 4, columns: 1, scale: 2).rendered()
  // Margins of 8 around 4x4 pixels of 2x2.
  #expect(image.width == 24 && image.height == 24)
  for row in 0..<8 {
    for column in 0..<8 {
      #expect(image[8 + row, 8 + column] == UInt8(row / 2 * 4 + column / 2) * 17)
    }
  }
  #expect(image[7, 8] == 255 && image[8, 7] == 255 && image[16, 15] == 255 && image[15, 16] == 255)
}

@Test(arguments: [1, 3]) func imagesCanBeReadFromTheirPage(scale: Int) {
  let pixels = (0..<5 * 12).map { Float($0 * 4) / 255 }
  func grid(_ pixels: [Float]) -> ImageGrid {
    ImageGrid(
      images: pixels, tileHeight: 4, tileWidth: 3, columns: 2, captions: (0..<5).map { "a caption \($0)" },
      scale: scale)
  }
  let page = grid(pixels).rendered()
  let blank = grid([Float](repeating: 0, count: pixels.count))
  #expect(blank.tiles(of: page)?.flatMap(\.pixels) == pixels)
  let other = GreyImage(width: page.width, height: page.height + 1, filledWith: 0)
  #expect(blank.tiles(of: other) == nil)
}

@Test func brightnessOutsideTheRangeIsClamped() {
  let pixels: [Float] = [-1, 2, .nan, .infinity, 0.5, -.infinity] + [Float](repeating: 0, count: 10)
  let image = ImageGrid(images: pixels, tileHeight: 4, tileWidth: 4, columns: 1, scale: 1).rendered()
  #expect((0..<4).map { image[4, 4 + $0] } == [0, 255, 0, 255])
  #expect(image[5, 4] == 128 && image[5, 5] == 0)
}

@Test func tilesFillRowsFromTheLeftAndTheLastRowMayBeShort() {
  let images = (0..<5).flatMap { [Float](repeating: Float($0) / 10, count: 16) }
  let image = ImageGrid(images: images, tileHeight: 4, tileWidth: 4, columns: 3, scale: 1).rendered()
  #expect(image.width == 4 + 3 * 4 + 2 * 2 + 4)
  #expect(image.height == 4 + 2 * 4 + 2 + 4)
  #expect((0..<3).map { image[4, 4 + 6 * $0] } == [0, 26, 51])
  #expect((0..<3).map { image[10, 4 + 6 * $0] } == [77, 102, 255])
}

@Test func captionsAndLabelsAreDrawnOnThePageBesideTheImages() {
  let plain = ImageGrid(tileHeight: 4, tileWidth: 4, rows: [.init([tile(0), tile(0)])], scale: 6).rendered()
  #expect(inkCount(plain, ignoring: 0) == 0)
  let captioned = ImageGrid(
    tileHeight: 4, tileWidth: 4, rows: [.init([tile(0, caption: "1"), tile(0)])], scale: 6
  ).rendered()
  #expect(captioned.width == plain.width && captioned.height > plain.height)
  // The figure 1 has ten dots, of 2x2 pixels here.
  #expect(inkCount(captioned, ignoring: 0) == 10 * 4)
  let labelled = ImageGrid(
    tileHeight: 4, tileWidth: 4, rows: [.init(label: "1", [tile(0), tile(0)])], scale: 6
  ).rendered()
  #expect(labelled.width > plain.width && labelled.height == plain.height)
  #expect(inkCount(labelled, ignoring: 0) == 10 * 4)
}

@Test func columnsApartStandFurtherFromTheOneBefore() {
  let rows = [ImageGrid.Row([tile(0), tile(0), tile(0)])]
  let image = ImageGrid(tileHeight: 4, tileWidth: 4, rows: rows, scale: 1, columnsApart: [2]).rendered()
  #expect(image.width == 4 + 3 * 4 + 2 * 2 + 4 + 4)
  let left = (0..<image.width).filter { image[4, $0] == 0 }
  #expect(left == Array(4..<8) + Array(10..<14) + Array(20..<24))
}

@Test func wideCaptionsNeverRunIntoEachOther() {
  let rows = [ImageGrid.Row([tile(1, caption: "ssim 0.731"), tile(1, caption: "ssim 0.732")])]
  let image = ImageGrid(tileHeight: 4, tileWidth: 4, rows: rows, scale: 1).rendered()
  #expect(image.width >= 4 + 59 + 2 + 59 + 4)
}

@Test func everyPrintableCharacterHasItsOwnShape() {
  let shapes = (0x20..<0x7F).map { code -> [UInt8] in
    let caption = String(Unicode.Scalar(UInt8(code)))
    return ImageGrid(tileHeight: 4, tileWidth: 4, rows: [.init([tile(0, caption: caption)])]).rendered()
      .pixels
  }
  #expect(Set(shapes).count == 95)
  let question = ImageGrid(tileHeight: 4, tileWidth: 4, rows: [.init([tile(0, caption: "?")])]).rendered()
  let unknown = ImageGrid(tileHeight: 4, tileWidth: 4, rows: [.init([tile(0, caption: "é")])]).rendered()
  #expect(question == unknown)
}
