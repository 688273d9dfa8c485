import Artifacts
import Diagnostics
import Glibc
import TestSupport
import Testing

@Test func aFileMayBeNewOrReplaceARegularOne() throws {
  let folder = TemporaryFolder()
  try FileSystem.requireWritableFile(folder.path("new"))
  try folder.write("old", [1])
  try FileSystem.requireWritableFile(folder.path("old"))
  #expect(try FileSystem.names(in: folder.path) == ["old"])
  #expect(try FileSystem.read(folder.path("old")) == [1])
}

/// Above all no device: a rename onto /dev/null would make it a regular file for everyone.
@Test func whatIsNoRegularFileIsNotReplaced() throws {
  let folder = TemporaryFolder()
  #expect(mkfifo(folder.path("pipe"), 0o600) == 0)
  try folder.write("file", [1])
  let refused = [
    (folder.path, "it is a folder"), (folder.path("pipe"), "it is no regular file"),
    ("/dev/null", "it is no regular file"),
    (folder.path("none/file"), "there is no folder \(folder.path("none"))"),
  ]
  for (path, reason) in refused {
    do {
      try FileSystem.requireWritableFile(path)
      Issue.record("\(path) is taken for writable")
    } catch let failure as Failure {
      #expect(failure.code == .cannotCreate && failure.message == "cannot write \(path): \(reason)")
    }
  }
}
