import Artifacts
import Diagnostics

/// The files of a comparison in a folder of their own. Used by rank 0 only.
public struct RunComparisonFolder: Sendable {
  public let path: String

  public init(_ path: String) {
    self.path = RunFolder(path).path
  }

  private static let (table, data, chart, picture) = (
    "comparison.md", "comparison.json", "comparison.svg", "comparison.png"
  )

  /// Makes sure, before work is spent on their content, that the files can be written or replaced; the folder itself is
  /// made with them.
  ///
  /// - Throws: `Failure` 73.
  public func requireWritable() throws {
    guard FileSystem.exists(path) else { return try FileSystem.requireWritableFile(path) }
    guard FileSystem.isFolder(path) else {
      throw Failure(
        .cannotCreate, "cannot write into \(path): it is a file", help: "name a folder with --out")
    }
    for name in [Self.table, Self.data, Self.chart, Self.picture] {
      try FileSystem.requireWritableFile("\(path)/\(name)")
    }
  }

  /// Writes the comparison, and removes the picture of another one where this one has none.
  ///
  /// - Returns: the files written.
  /// - Throws: `Failure` 73 or 74.
  public func write(_ comparison: RunComparison) throws -> [String] {
    try FileSystem.createFolder(path)
    let picture = comparison.picture
    let markdown = comparison.markdown(chart: Self.chart, picture: picture.map { _ in Self.picture })
    var files = [
      (Self.table, Array(markdown.utf8)), (Self.data, Array(comparison.json.prettyText.utf8)),
      (Self.chart, Array(comparison.chart.svg.utf8)),
    ]
    if let picture { files.append((Self.picture, picture.png)) }
    for (name, bytes) in files { try writeDurably("\(path)/\(name)", bytes) }
    if picture == nil { try FileSystem.remove("\(path)/\(Self.picture)") }
    return files.map { "\(path)/\($0.0)" }
  }
}
