/// A file that joins or leaves a published checkpoint. Whatever moment the program stops at, the checkpoint is whole, with
/// the file or without it. One process writes.
extension CheckpointFolder {
  /// Adds a file, or replaces the one of that name.
  ///
  /// - Throws: `Failure` 65 where `DONE` is damaged, 73 or 74, or what the file's content throws.
  public func add(_ file: CheckpointFile) throws {
    try remove(file.name)
    try writeDurably(path(file.name), content: file.write)
    let checksum = SHA256.digest(of: try FileSystem.read(path(file.name))).description
    try writeChecksums(checksums() + [(file.name, checksum)])
  }

  /// Removes a file, and what an interrupted `add` left; none of that name is fine.
  ///
  /// - Throws: `Failure` 65 where `DONE` is damaged, 73 or 74.
  public func remove(_ name: String) throws {
    let recorded = try checksums()
    // First the promise, then what it was about.
    if recorded.contains(where: { $0.name == name }) {
      try writeChecksums(recorded.filter { $0.name != name })
    }
    try FileSystem.remove(path(name))
    try removePartialFiles(in: path)
  }

  private func writeChecksums(_ checksums: [(name: String, checksum: String)]) throws {
    let lines = checksums.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
      .map { "\($0.checksum)  \($0.name)\n" }
    try writeDurably(path(Self.doneName), Array(lines.joined().utf8))
  }
}
