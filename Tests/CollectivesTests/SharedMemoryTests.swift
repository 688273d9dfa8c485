import Artifacts
import Collectives
import Glibc
import TestSupport
import Testing

@Test func whatOneWritesTheOtherReads() throws {
  let memory = try #require(SharedMemory(byteCount: 10_000))
  #expect(memory.bytes.count == 10_000 && memory.bytes.allSatisfy { $0 == 0 })
  let other = try #require(SharedMemory(attachingTo: memory.address, byteCount: 10_000))
  memory.bytes[9_999] = 7
  #expect(other.bytes[9_999] == 7)
  #expect(other.bytes.baseAddress != memory.bytes.baseAddress)
}

@Test func theMemoryOutlivesWhoMadeIt() throws {
  var memory = SharedMemory(byteCount: 100)
  memory?.bytes[3] = 9
  let other = try #require(SharedMemory(attachingTo: memory!.address, byteCount: 100))
  memory = nil
  #expect(other.bytes[3] == 9)
}

@Test func anotherFileIsNotMistakenForTheMemory() throws {
  let memory = try #require(SharedMemory(byteCount: 1000))
  let parts = memory.address.split(separator: " ")
  let otherMark = parts[2].first == "0" ? "1\(parts[2].dropFirst())" : "0\(parts[2].dropFirst())"
  for address in [
    "\(parts[0]) \(parts[1]) \(otherMark)", "\(parts[0]) 999999 \(parts[2])",
    "999999999 \(parts[1]) \(parts[2])",
    "\(parts[0]) 0 \(parts[2])", "", "1 2", "x y z",
  ] {
    #expect(SharedMemory(attachingTo: address, byteCount: 1000) == nil, "\(address)")
  }
  #expect(SharedMemory(attachingTo: memory.address, byteCount: 1001) == nil)
}
