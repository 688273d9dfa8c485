import Artifacts
import Diagnostics
import Glibc
import TestSupport
import Testing

private func store(in folder: TemporaryFolder) -> CheckpointStore {
  CheckpointStore(folder.path("checkpoints"))
}

private func files(_ content: String) -> [CheckpointFile] {
  [
    CheckpointFile("state.json", bytes: Array("{\"note\":\"\(content)\"}".utf8)),
    CheckpointFile("model.safetensors") { file in
      try file.write(Array(content.utf8))
      try file.write(Array(repeating: 7, count: 1000))
    },
  ]
}

private func text(_ path: String) throws -> String {
  String(decoding: try FileSystem.read(path), as: UTF8.self)
}

@Test func aPublishedCheckpointIsCompleteAndLinkedAsLast() throws {
  let folder = TemporaryFolder()
  let store = store(in: folder)
  let checkpoint = try store.publish(step: 4690, files: files("a"))
  #expect(checkpoint.name == "step-00004690")
  #expect(checkpoint.step == 4690)
  try checkpoint.verify(requiring: ["model.safetensors", "state.json"])
  #expect(store.linked("last") == checkpoint)
  #expect(store.linked("best") == nil)
  #expect(try FileSystem.names(in: checkpoint.path) == ["DONE", "model.safetensors", "state.json"])
  #expect(try FileSystem.names(in: store.path) == ["last", "step-00004690"])
}

@Test func sha256sumAcceptsDone() throws {
  let folder = TemporaryFolder()
  let checkpoint = try store(in: folder).publish(step: 1, files: files("a"))
  let lines = try text(checkpoint.path("DONE")).split(separator: "\n")
  #expect(lines.map { $0.dropFirst(64) } == ["  model.safetensors", "  state.json"])
  let state = SHA256.digest(of: try FileSystem.read(checkpoint.path("state.json")))
  #expect(lines[1].prefix(64) == state.description)
  #expect(system("cd \(checkpoint.path) && sha256sum --check --strict --quiet DONE") == 0)
}

@Test func lastAndBestMoveFromOneCheckpointToAnother() throws {
  let folder = TemporaryFolder()
  let store = store(in: folder)
  let first = try store.publish(step: 1, files: files("a"))
  try store.link("best", to: first)
  let second = try store.publish(step: 2, files: files("b"))
  #expect(store.linked("last") == second)
  #expect(store.linked("best") == first)
  try store.link("best", to: second)
  #expect(store.linked("best") == second)
  // Links are relative, so that a run's folder can be moved.
  #expect(rename(folder.path("checkpoints"), folder.path("moved")) == 0)
  #expect(CheckpointStore(folder.path("moved")).linked("best")?.path == folder.path("moved/step-00000002"))
}

@Test func completeCheckpointsAreListedInTheOrderOfTheirSteps() throws {
  let folder = TemporaryFolder()
  let store = store(in: folder)
  #expect(try store.completeCheckpoints() == [])
  for step in [200, 1_000_000_000, 3, 99_999_999] { try store.publish(step: step, files: files("\(step)")) }
  try FileSystem.createFolder("\(store.path)/step-00000500")
  try FileSystem.createFolder("\(store.path)/notes")
  #expect(try store.completeCheckpoints().map(\.step) == [3, 200, 99_999_999, 1_000_000_000])
}

@Test func everyKindOfDamageIsFoundAndNamed() throws {
  let folder = TemporaryFolder()
  let store = store(in: folder)
  func expectDamage(_ reason: String, _ damage: (CheckpointFolder) throws -> Void) throws {
    let checkpoint = try store.publish(step: 5, files: files("a"))
    try damage(checkpoint)
    let failure = #expect(throws: Failure.self) {
      try checkpoint.verify(requiring: ["model.safetensors", "state.json"])
    }
    #expect(failure?.code == .badData)
    #expect(failure?.message.contains(checkpoint.path) == true)
    #expect(failure?.message.contains(reason) == true, "\(failure?.message ?? "")")
    #expect(failure?.help?.contains("--resume") == true)
  }
  func rewrite(_ path: String, _ change: (inout [UInt8]) -> Void) throws {
    var content = try FileSystem.read(path)
    change(&content)
    try OutputFile(creating: path).write(content)
  }

  try expectDamage("DONE is missing") { try FileSystem.remove($0.path("DONE")) }
  try expectDamage("state.json is missing") { try FileSystem.remove($0.path("state.json")) }
  try expectDamage("model.safetensors is not what was saved") {
    try rewrite($0.path("model.safetensors")) { $0[500] ^= 1 }
  }
  try expectDamage("model.safetensors is not what was saved") {
    try rewrite($0.path("model.safetensors")) { $0.removeLast() }
  }
  try expectDamage("DONE is cut short") { try rewrite($0.path("DONE")) { $0 = [] } }
  try expectDamage("DONE is cut short") { try rewrite($0.path("DONE")) { $0.removeLast() } }
  try expectDamage("DONE is damaged") { try rewrite($0.path("DONE")) { $0[3] = UInt8(ascii: "x") } }
  try expectDamage("DONE does not list state.json") {
    try rewrite($0.path("DONE")) { $0 = Array($0[...$0.firstIndex(of: UInt8(ascii: "\n"))!]) }
  }
}

@Test func aCheckpointThatIsNotThereIsNoInput() {
  let failure = #expect(throws: Failure.self) { try CheckpointFolder("/nowhere/step-00000001").verify() }
  #expect(failure?.code == .noInput)
}

@Test func aCheckpointOfTheSameStepIsReplaced() throws {
  let folder = TemporaryFolder()
  let store = store(in: folder)
  try store.publish(step: 1, files: files("old"))
  let checkpoint = try store.publish(step: 1, files: files("new"))
  try checkpoint.verify()
  #expect(try text(checkpoint.path("state.json")).contains("new"))
  #expect(try FileSystem.names(in: store.path) == ["last", "step-00000001"])
}

@Test func aFailureWhileWritingChangesNothing() throws {
  let folder = TemporaryFolder()
  let store = store(in: folder)
  let old = try store.publish(step: 1, files: files("old"))
  for step in [1, 2] {
    #expect(throws: Failure.self) {
      try store.publish(
        step: step,
        files: files("new") + [CheckpointFile("z") { _ in throw Failure(.inputOutput, "no space") }])
    }
  }
  try old.verify()
  #expect(try text(old.path("state.json")).contains("old"))
  #expect(try FileSystem.names(in: store.path) == ["last", "step-00000001"])
}

@Test func aKillWhileWritingLeavesNothingButLeftovers() throws {
  let folder = TemporaryFolder()
  let store = store(in: folder)
  try store.publish(step: 1, files: files("a"))
  try FileSystem.createFolder("\(store.path)/.step-00000002.partial")
  try folder.write("checkpoints/.step-00000002.partial/model.safetensors", [1, 2])
  #expect(try store.completeCheckpoints().map(\.step) == [1])
  // Whether it is cleared away or written over, nothing of it stays.
  let second = try store.publish(step: 2, files: files("b"))
  try second.verify()
  try FileSystem.createFolder("\(store.path)/.step-00000003.partial")
  try store.removeLeftovers()
  #expect(try FileSystem.names(in: store.path) == ["last", "step-00000001", "step-00000002"])
}

/// A kill between the two renames of a replacement: the older checkpoint stood aside, the newer one has no name yet.
@Test func aKillWhileReplacingPutsTheOlderCheckpointBack() throws {
  let folder = TemporaryFolder()
  let store = store(in: folder)
  let old = try store.publish(step: 1, files: files("old"))
  let newer = try store.publish(step: 2, files: files("new"))
  #expect(rename(old.path, "\(store.path)/.step-00000001.replaced") == 0)
  #expect(rename(newer.path, "\(store.path)/.step-00000001.partial") == 0)
  try store.removeLeftovers()
  try old.verify()
  #expect(try text(old.path("state.json")).contains("old"))
  #expect(try FileSystem.names(in: store.path) == ["last", "step-00000001"])
}

@Test func onlyTheNewestCheckpointsAndLinkedOnesStay() throws {
  let folder = TemporaryFolder()
  let store = store(in: folder)
  for step in 1...6 { try store.publish(step: step, files: files("a")) }
  try store.link("best", to: CheckpointFolder("\(store.path)/step-00000002"))
  try store.keepNewest(6, upTo: 6)
  #expect(try store.completeCheckpoints().count == 6)
  try store.keepNewest(2, upTo: 5)
  #expect(try store.completeCheckpoints().map(\.step) == [2, 4, 5, 6])
  #expect(store.linked("best")?.step == 2)
  try store.link("last", to: CheckpointFolder("\(store.path)/step-00000004"))
  try store.removeLink("best")
  try store.removeLink("best")
  try store.keepNewest(1, upTo: 6)
  #expect(try FileSystem.names(in: store.path) == ["last", "step-00000004", "step-00000006"])
}

/// A kill between the loss of the name and that of the files.
@Test func aKillWhileRemovingLeavesNothingButLeftovers() throws {
  let folder = TemporaryFolder()
  let store = store(in: folder)
  for step in 1...3 { try store.publish(step: step, files: files("a")) }
  for step in 1...2 {
    #expect(
      rename("\(store.path)/step-0000000\(step)", "\(store.path)/.step-0000000\(step).removed") == 0)
  }
  #expect(try store.completeCheckpoints().map(\.step) == [3])
  // Whether it is cleared away or in the way of another removal, nothing of it stays.
  try store.publish(step: 2, files: files("again"))
  try store.link("last", to: CheckpointFolder("\(store.path)/step-00000003"))
  try store.keepNewest(1, upTo: 3)
  #expect(try FileSystem.names(in: store.path) == [".step-00000001.removed", "last", "step-00000003"])
  try store.removeLeftovers()
  #expect(try FileSystem.names(in: store.path) == ["last", "step-00000003"])
}

@Test func aKillAfterReplacingKeepsTheNewerCheckpoint() throws {
  let folder = TemporaryFolder()
  let store = store(in: folder)
  let newer = try store.publish(step: 1, files: files("new"))
  try FileSystem.createFolder("\(store.path)/.step-00000001.replaced")
  try store.removeLeftovers()
  try newer.verify()
  #expect(try FileSystem.names(in: store.path) == ["last", "step-00000001"])
}

@Test func aFileJoinsAndLeavesACheckpoint() throws {
  let folder = TemporaryFolder()
  let checkpoint = try store(in: folder).publish(step: 1, files: files("a"))
  let done = try text(checkpoint.path("DONE"))
  for content in ["first", "second"] {
    try checkpoint.add(CheckpointFile("extra.bin", bytes: Array(content.utf8)))
    try checkpoint.verify(requiring: ["extra.bin", "model.safetensors", "state.json"])
    #expect(try text(checkpoint.path("extra.bin")) == content)
  }
  #expect(try text(checkpoint.path("DONE")).split(separator: "\n").count == 3)
  // What a process left that was killed while it added a file.
  try folder.write("checkpoints/step-00000001/.extra.bin.1-2.partial", [1])
  try checkpoint.remove("extra.bin")
  try checkpoint.remove("extra.bin")
  #expect(try text(checkpoint.path("DONE")) == done)
  #expect(try FileSystem.names(in: checkpoint.path) == ["DONE", "model.safetensors", "state.json"])
}
