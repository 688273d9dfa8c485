import Artifacts
import Diagnostics
import TestSupport
import Testing

/// All 256 greys.
private let greys = (0...255).map { UInt8($0) }

private func pixels(_ file: [UInt8]) throws -> [UInt8] {
  try GreyImage(png: file, path: "test.png").pixels
}

/// A pixel of 16 bits has the bytes of one of 8 twice.
@Test func greyStaysAsItIsInWhateverGuise() throws {
  func file(_ type: SyntheticPNG.ColorType, depth: Int = 8, _ samples: (UInt8) -> [UInt8]) -> [UInt8] {
    SyntheticPNG.file(type, width: 16, height: 16, bitDepth: depth, samples: greys.flatMap(samples))
  }
  #expect(try pixels(file(.grey) { [$0] }) == greys)
  #expect(try pixels(file(.color) { [$0, $0, $0] }) == greys)
  #expect(try pixels(file(.greyAndAlpha) { [$0, 255] }) == greys)
  #expect(try pixels(file(.colorAndAlpha) { [$0, $0, $0, 255] }) == greys)
  #expect(try pixels(file(.grey, depth: 16) { [$0, $0] }) == greys)
  #expect(try pixels(file(.color, depth: 16) { [$0, $0, $0, $0, $0, $0] }) == greys)
  let palette = greys.flatMap { [255 - $0, 255 - $0, 255 - $0] }
  let indexed = SyntheticPNG.file(
    .palette, width: 16, height: 16, samples: greys, chunks: [("PLTE", palette)])
  #expect(try pixels(indexed) == greys.reversed())
}

@Test func fewerBitsSpanTheSameRange() throws {
  let lines = SyntheticPNG.file(.grey, width: 8, height: 1, bitDepth: 1, samples: [0b1010_0001])
  #expect(try pixels(lines) == [255, 0, 255, 0, 0, 0, 0, 255])
  let sixteen = SyntheticPNG.file(.grey, width: 4, height: 1, bitDepth: 4, samples: [0x01, 0x7F])
  #expect(try pixels(sixteen) == [0, 17, 119, 255])
}

/// 1/2.2 and the name of sRGB are what programs write for pixels as they are.
@Test func theUsualWordsOnGammaChangeNothing() throws {
  let gamma: [UInt8] = [0, 0, 0xB1, 0x8F]
  for chunks in [[("gAMA", gamma)], [("sRGB", [0])], [("sRGB", [0]), ("gAMA", gamma)]] {
    for (type, samples) in [
      (SyntheticPNG.ColorType.grey, greys), (.color, greys.flatMap { [$0, $0, $0] }),
    ] {
      let file = SyntheticPNG.file(type, width: 16, height: 16, samples: samples, chunks: chunks)
      #expect(try pixels(file) == greys, "\(type) \(chunks)")
    }
  }
}

/// Red, green and blue are 0.2126, 0.7152 and 0.0722 of white's light; half of white's light is 188.
@Test func coloursBecomeTheirLuminanceAndTransparentPixelsBlack() throws {
  let colours = SyntheticPNG.file(
    .color, width: 3, height: 1, samples: [255, 0, 0, 0, 255, 0, 0, 0, 255])
  for (found, expected) in zip(try pixels(colours), [127, 220, 76]) {
    #expect(abs(Int(found) - expected) <= 1)
  }
  let clear = SyntheticPNG.file(.greyAndAlpha, width: 2, height: 1, samples: [200, 0, 200, 255])
  #expect(try pixels(clear) == [0, 200])
}

@Test func everyTruncationOfThePixelsIsRefused() {
  let file = SyntheticPNG.file(.grey, width: 16, height: 16, samples: greys)
  // The last chunk, without content, takes 12 bytes.
  for length in 0..<file.count - 12 {
    let failure = #expect(throws: Failure.self, "cut to \(length) bytes") {
      try GreyImage(png: Array(file[..<length]), path: "cut.png")
    }
    #expect(failure?.code == .badData && failure?.message.contains("cut.png") == true)
  }
}
