import Artifacts

/// Folders that get their names when they are made: a number, and the model they are of, as in `runs/00003-dense-ae`.
struct NumberedFolders {
  /// The folder that they are in.
  let parent: String

  /// Makes the next one.
  ///
  /// - Returns: its path.
  /// - Throws: `Failure` 73 or 74 where it can't be made.
  func createNext(_ model: ModelName) throws -> String {
    var number = (try existing().map(\.number).max() ?? -1) + 1
    while true {
      let path = "\(parent)/\(padded(number, 5))-\(model.rawValue)"
      if try FileSystem.createNewFolder(path) { return path }
      // Another process that starts right now was faster.
      number += 1
    }
  }

  /// The paths of those that are there for a model, the newest first.
  func newestFirst(_ model: ModelName) throws -> [String] {
    try existing().filter { $0.name.dropFirst(6) == model.rawValue }.sorted { $0.number > $1.number }
      .map { "\(parent)/\($0.name)" }
  }

  private func existing() throws -> [(number: Int, name: String)] {
    guard FileSystem.isFolder(parent) else { return [] }
    return try FileSystem.names(in: parent).compactMap { name in
      let digits = name.prefix(5)
      guard digits.count == 5, name.dropFirst(5).first == "-", let number = Int(digits) else { return nil }
      return (number, name)
    }
  }
}
