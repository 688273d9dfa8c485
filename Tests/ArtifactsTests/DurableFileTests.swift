import Artifacts
import Diagnostics
import Glibc
import TestSupport
import Testing

@Test func aDurableWriteReplacesTheWholeContentAndLeavesNothingElse() throws {
  let folder = TemporaryFolder()
  try writeDurably(folder.path("status.json"), Array("old, and longer than the new one".utf8))
  try writeDurably(folder.path("status.json"), Array("new".utf8))
  #expect(try FileSystem.read(folder.path("status.json")) == Array("new".utf8))
  #expect(try FileSystem.names(in: folder.path) == ["status.json"])
}

@Test func aWriteThatFailsHalfWayKeepsTheOldContent() throws {
  let folder = TemporaryFolder()
  try writeDurably(folder.path("status.json"), Array("old".utf8))
  let failure = #expect(throws: Failure.self) {
    try writeDurably(folder.path("status.json")) { file in
      try file.write(Array("half".utf8))
      throw Failure(.inputOutput, "no space")
    }
  }
  #expect(failure?.message == "no space")
  #expect(try FileSystem.read(folder.path("status.json")) == Array("old".utf8))
  #expect(try FileSystem.names(in: folder.path) == ["status.json"])
}

@Test func aFullDiskIsAnInputOutputFailureThatNamesTheFile() throws {
  let failure = #expect(throws: Failure.self) { try OutputFile(creating: "/dev/full").write([1]) }
  #expect(failure?.code == .inputOutput)
  #expect(failure?.message == "cannot write /dev/full: No space left on device")
  #expect(failure?.help?.contains("free") == true)
}

@Test func anOutputThatCannotBeCreatedIsNamedWithItsReason() throws {
  let folder = TemporaryFolder()
  let file = try folder.write("file", [1])
  for (path, reason) in [("\(folder.path)/none/x", "No such file"), ("\(file)/x", "Not a directory")] {
    let failure = #expect(throws: Failure.self) { try writeDurably(path, [1]) }
    #expect(failure?.code == .cannotCreate)
    #expect(failure?.message.contains(folder.path) == true)
    #expect(failure?.message.contains(reason) == true)
    #expect(failure?.help != nil)
  }
  #expect(throws: Failure.self) { try FileSystem.createFolder("\(file)/x/y") }
}

@Test func foldersAreCreatedWithThoseAboveAndRemovedWithAllInside() throws {
  let folder = TemporaryFolder()
  try FileSystem.createFolder(folder.path("a/b/c"))
  try FileSystem.createFolder(folder.path("a/b/c/"))
  try folder.write("a/b/file", [1])
  #expect(FileSystem.isFolder(folder.path("a/b/c")))
  #expect(try FileSystem.names(in: folder.path("a/b")) == ["c", "file"])
  try FileSystem.remove(folder.path("a"))
  #expect(!FileSystem.exists(folder.path("a")))
  try FileSystem.remove(folder.path("a"))
}

@Test func removingALinkKeepsItsTarget() throws {
  let folder = TemporaryFolder()
  try FileSystem.createFolder(folder.path("kept"))
  #expect(symlink(folder.path("kept"), folder.path("link")) == 0)
  try FileSystem.remove(folder.path("link"))
  #expect(try FileSystem.names(in: folder.path) == ["kept"])
}

@Test func pathsAreTakenApart() {
  #expect(FileSystem.folder(of: "a/b") == "a" && FileSystem.name(of: "a/b") == "b")
  #expect(FileSystem.folder(of: "a") == "." && FileSystem.name(of: "a") == "a")
  #expect(FileSystem.folder(of: "/a") == "/" && FileSystem.name(of: "/a/") == "a")
}

@Test func rowsAreAppendedOneALine() throws {
  let folder = TemporaryFolder()
  let file = try JSONLinesFile(opening: folder.path("metrics.jsonl"))
  try file.append(["step": 1, "train/loss": 0.5])
  try file.append(["step": 2, "train/loss": .double(.nan)])
  try file.synchronize()
  let expected = "{\"step\":1,\"train/loss\":0.5}\n{\"step\":2,\"train/loss\":null}\n"
  #expect(try FileSystem.read(file.path) == Array(expected.utf8))
  #expect(file.byteCount == expected.utf8.count)
}

@Test func resumingCutsTheRowsAfterTheCheckpoint() throws {
  let folder = TemporaryFolder()
  let path = folder.path("metrics.jsonl")
  var atCheckpoint = 0
  do {
    let file = try JSONLinesFile(opening: path)
    try file.append(["step": 1])
    atCheckpoint = file.byteCount
    try file.append(["step": 2])
  }
  let resumed = try JSONLinesFile(opening: path, keeping: atCheckpoint)
  try resumed.append(["step": 3])
  #expect(try FileSystem.read(path) == Array("{\"step\":1}\n{\"step\":3}\n".utf8))
  #expect(resumed.byteCount == 22)
}

@Test func aLengthThatIsNoEndOfARowIsRefusedAndNothingIsLost() throws {
  let folder = TemporaryFolder()
  let path = try folder.write("metrics.jsonl", Array("{\"step\":1}\n".utf8))
  for length in [5, 12, 1000] {
    let failure = #expect(throws: Failure.self) { try JSONLinesFile(opening: path, keeping: length) }
    #expect(failure?.code == .badData)
    #expect(failure?.message.contains(path) == true)
  }
  #expect(try FileSystem.read(path).count == 11)
  #expect(try JSONLinesFile(opening: path, keeping: 0).byteCount == 0)
}

@Test func aRowThatAKillCutShortIsDropped() throws {
  let folder = TemporaryFolder()
  let path = try folder.write("timing.jsonl", Array("{\"step\":1}\n{\"st".utf8))
  let file = try JSONLinesFile(opening: path)
  try file.append(["step": 2])
  #expect(try FileSystem.read(path) == Array("{\"step\":1}\n{\"step\":2}\n".utf8))
}

@Test func aNewFolderIsMadeOnce() throws {
  let folder = TemporaryFolder()
  #expect(try FileSystem.createNewFolder(folder.path("a/b")))
  #expect(try !FileSystem.createNewFolder(folder.path("a/b/")))
  try folder.write("file", [])
  #expect(try !FileSystem.createNewFolder(folder.path("file")))
  let failure = #expect(throws: Failure.self) { try FileSystem.createNewFolder(folder.path("file/c")) }
  #expect(failure?.code == .cannotCreate)
}

@Test func pathsToOneFolderAreTheSame() throws {
  let folder = TemporaryFolder()
  try FileSystem.createFolder(folder.path("a"))
  #expect(FileSystem.isSame(folder.path("a"), folder.path("./a/")))
  #expect(!FileSystem.isSame(folder.path("a"), folder.path))
  #expect(!FileSystem.isSame(folder.path("b"), folder.path("b")))
}

@Test func whatAKilledWriterLeavesIsRemoved() throws {
  let folder = TemporaryFolder()
  for name in [".samples.npy.77.partial", "samples.npy", "notes.partial", ".hidden"] {
    try folder.write(name, [1])
  }
  try removePartialFiles(in: folder.path)
  #expect(try FileSystem.names(in: folder.path) == [".hidden", "notes.partial", "samples.npy"])
}

@Test func rowsAreReadUpToARecordedLength() throws {
  let folder = TemporaryFolder()
  let path = try folder.write("rows.jsonl", Array("{\"a\":1}\n{\"a\":2}\n{\"a\"".utf8))
  #expect(try JSONLinesFile.read(path, upTo: 16) == Array("{\"a\":1}\n{\"a\":2}\n".utf8))
  #expect(try JSONLinesFile.read(path, upTo: 0) == [])
  for length in [7, 20, 100] {
    let failure = #expect(throws: Failure.self) { try JSONLinesFile.read(path, upTo: length) }
    #expect(failure?.code == .badData && failure?.message.contains("byte \(length)") == true)
  }
}
