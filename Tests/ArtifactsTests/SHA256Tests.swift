import Artifacts
import Testing

/// Published answers: FIPS 180-4 examples.
@Test func digestsAreThePublishedOnes() {
  #expect(
    SHA256.digest(of: Array("abc".utf8)).description
      == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
  #expect(
    SHA256.digest(of: [UInt8]()).description
      == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
}

@Test func piecesGiveTheDigestOfTheWhole() {
  let bytes = (0..<1000).map { UInt8($0 & 0xFF) }
  let hash = SHA256()
  for start in stride(from: 0, to: 1000, by: 37) { hash.update(Array(bytes[start..<min(start + 37, 1000)])) }
  #expect(hash.finish() == SHA256.digest(of: bytes))
}
