import Artifacts
import Glibc
import ImageData
import Testing

@Test func storageIsReleasedOnceNothingRefersToIt() throws {
  final class Flag: @unchecked Sendable { var isSet = false }
  let released = Flag()
  let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 7 * 16, alignment: 64)
  memory.initializeMemory(as: UInt8.self, repeating: 1)
  let layout = try ImageLayout(
    path: "test", pixelType: .uint8, counts: [7], names: ["test"], height: 4, width: 4, isLabelled: false)
  var images: ImageDataset? = try DataSplits(
    of: ImageCollection(
      layout: layout, digest: SHA256.digest(of: []),
      storage: PixelStorage(adopting: UnsafeRawBufferPointer(memory)) {
        memory.deallocate()
        released.isSet = true
      }), scheme: .official, validation: nil, limit: nil
  ).test
  #expect(images?.image(0)[15] == 1)
  #expect(!released.isSet)
  images = nil
  #expect(released.isSet)
}

@Test func layoutsSurviveTheWayToAnotherProcess() throws {
  let layout = try ImageLayout(
    path: "/a \"b\"/ü.npy", pixelType: .float32, counts: [3, 4], names: ["a", "b"], height: 8, width: 12,
    isLabelled: true)
  #expect(layout.byteCount == 7 * 96 * 4 + 7)
  #expect(ImageLayout(json: try JSONValue(parsing: Array(layout.json.compactText.utf8), file: "")) == layout)
  #expect(ImageLayout(json: .null) == nil)
}

@Test func aTaskGivesItsResultOrItsFailure() throws {
  struct Refusal: Error {}
  #expect(try BackgroundTask { 6 * 7 }.value() == 42)
  #expect(throws: Refusal.self) { try BackgroundTask { () throws -> Int in throw Refusal() }.value() }
}
