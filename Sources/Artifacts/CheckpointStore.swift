import Diagnostics
import Glibc

/// The `checkpoints` folder of a run: `step-00004690` and so on, with the symbolic links `last` and `best`.
///
/// Whatever moment the program or the machine stops at, every name stands for a whole checkpoint, and one that was there
/// is not lost before its successor is complete; at most `removeLeftovers` has to put it back. One process writes.
public struct CheckpointStore: Sendable {
  public let path: String

  private static let partialSuffix = ".partial"
  private static let replacedSuffix = ".replaced"
  private static let removedSuffix = ".removed"

  public init(_ path: String) {
    self.path = path
  }

  /// Saves a checkpoint and lets `last` point to it. One of the same step that is there already is replaced.
  ///
  /// - Throws: `Failure` 73 or 74, or what a file's content throws; nothing changes then.
  @discardableResult
  public func publish(step: Int, files: [CheckpointFile]) throws -> CheckpointFolder {
    let name = CheckpointFolder.name(ofStep: step)
    try FileSystem.createFolder(path)
    try settle(name)
    let partial = hidden(name, Self.partialSuffix)
    do {
      try write(files, to: partial)
      try move(partial, to: name)
    } catch {
      try? FileSystem.remove(partial)
      throw error
    }
    let checkpoint = CheckpointFolder("\(path)/\(name)")
    try link("last", to: checkpoint)
    return checkpoint
  }

  /// Lets a symbolic link in the folder point to one of its checkpoints, in one indivisible step.
  ///
  /// - Throws: `Failure` 73 or 74.
  public func link(_ name: String, to checkpoint: CheckpointFolder) throws {
    try FileSystem.link("\(path)/\(name)", to: checkpoint.name)
  }

  /// Removes a symbolic link in the folder; its target stays. No link of that name is fine.
  ///
  /// - Throws: `Failure` 74.
  public func removeLink(_ name: String) throws {
    try FileSystem.remove("\(path)/\(name)")
  }

  /// Removes all checkpoints up to `step` but the newest `count` of these and those that `last` and `best` point to.
  /// Later ones stay: they are of a run that has been taken back.
  ///
  /// Each loses its name before it loses its first file. Links are to be set before.
  ///
  /// - Throws: `Failure` 74.
  public func keepNewest(_ count: Int, upTo step: Int) throws {
    let linked = ["last", "best"].compactMap { self.linked($0) }
    let old = try completeCheckpoints().filter { $0.step! <= step }.dropLast(count).filter {
      !linked.contains($0)
    }
    if old.isEmpty { return }
    for checkpoint in old {
      let removed = hidden(checkpoint.name, Self.removedSuffix)
      try FileSystem.remove(removed)
      guard rename(checkpoint.path, removed) == 0 else { throw Failure.system(.remove, checkpoint.path) }
    }
    try FileSystem.synchronizeFolder(path)
    for checkpoint in old { try FileSystem.remove(hidden(checkpoint.name, Self.removedSuffix)) }
  }

  /// The checkpoint that a link points to; nil when there is no such link, or its target is gone.
  public func linked(_ name: String) -> CheckpointFolder? {
    var target = [UInt8](repeating: 0, count: Int(PATH_MAX))
    let capacity = target.count
    let length = target.withUnsafeMutableBytes { readlink("\(path)/\(name)", $0.baseAddress!, capacity) }
    guard length > 0 else { return nil }
    let checkpoint = CheckpointFolder("\(path)/\(String(decoding: target[..<length], as: UTF8.self))")
    return checkpoint.isComplete ? checkpoint : nil
  }

  /// All checkpoints that were written to their end, by ascending step; none when the folder is not there.
  public func completeCheckpoints() throws -> [CheckpointFolder] {
    guard FileSystem.exists(path) else { return [] }
    let checkpoints = try FileSystem.names(in: path).compactMap {
      name -> (step: Int, folder: CheckpointFolder)? in
      let checkpoint = CheckpointFolder("\(path)/\(name)")
      guard let step = checkpoint.step, checkpoint.isComplete else { return nil }
      return (step, checkpoint)
    }
    return checkpoints.sorted { $0.step < $1.step }.map(\.folder)
  }

  /// Clears away what a stopped run left half done: removes unfinished checkpoints and the rest of removed ones, and puts
  /// back one that was about to be replaced.
  ///
  /// - Throws: `Failure` 74.
  public func removeLeftovers() throws {
    guard FileSystem.exists(path) else { return }
    for name in try FileSystem.names(in: path) where name.hasPrefix(".") {
      if name.hasSuffix(Self.removedSuffix) { try FileSystem.remove("\(path)/\(name)") }
      for suffix in [Self.partialSuffix, Self.replacedSuffix] where name.hasSuffix(suffix) {
        try settle(String(name.dropFirst().dropLast(suffix.count)))
      }
    }
  }

  // MARK: - Publishing

  private func hidden(_ name: String, _ suffix: String) -> String { "\(path)/.\(name)\(suffix)" }

  /// Brings the traces of an earlier, interrupted publication of that name to an end.
  private func settle(_ name: String) throws {
    let replaced = hidden(name, Self.replacedSuffix)
    if FileSystem.exists(replaced) && !FileSystem.exists("\(path)/\(name)") {
      guard rename(replaced, "\(path)/\(name)") == 0 else { throw Failure.system(.save, replaced) }
      try FileSystem.synchronizeFolder(path)
    }
    try FileSystem.remove(hidden(name, Self.partialSuffix))
    try FileSystem.remove(replaced)
  }

  /// Writes the files, then `DONE`, into a new folder, all durably.
  private func write(_ files: [CheckpointFile], to folder: String) throws {
    guard mkdir(folder, 0o777) == 0 else { throw Failure.system(.create, folder) }
    var done = ""
    for file in files.sorted(by: { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }) {
      let output = try OutputFile(creating: "\(folder)/\(file.name)", computesChecksum: true)
      try file.write(output)
      try output.synchronize()
      done += "\(output.finishChecksum())  \(file.name)\n"
    }
    // The names of the files have to be on the disk before the one that vouches for them.
    try FileSystem.synchronizeFolder(folder)
    let output = try OutputFile(creating: "\(folder)/\(CheckpointFolder.doneName)")
    try output.write(Array(done.utf8))
    try output.synchronize()
    try FileSystem.synchronizeFolder(folder)
  }

  /// Gives the finished folder its name. A folder can't be renamed over another, so the older one steps aside first.
  private func move(_ partial: String, to name: String) throws {
    let final = "\(path)/\(name)"
    let replaced = hidden(name, Self.replacedSuffix)
    let replaces = FileSystem.exists(final)
    if replaces {
      guard rename(final, replaced) == 0 else { throw Failure.system(.save, final) }
    }
    guard rename(partial, final) == 0 else {
      let failure = Failure.system(.save, final)
      if replaces { rename(replaced, final) }
      throw failure
    }
    try FileSystem.synchronizeFolder(path)
    if replaces { try FileSystem.remove(replaced) }
  }
}
