import Artifacts
import Glibc

/// All that is in a folder and below it, to be compared byte by byte.
public struct FolderContent: Sendable {
  /// By path below the folder: a file's bytes, "-> " and a link's target, nothing for a folder.
  public private(set) var entries: [String: [UInt8]] = [:]

  public init(of folder: String) throws {
    try add(folder, below: "")
  }

  private mutating func add(_ folder: String, below prefix: String) throws {
    for name in try FileSystem.names(in: folder) {
      let path = "\(folder)/\(name)"
      if let target = linkTarget(path) {
        entries[prefix + name] = Array("-> \(target)".utf8)
      } else if FileSystem.isFolder(path) {
        entries[prefix + name + "/"] = []
        try add(path, below: prefix + name + "/")
      } else {
        entries[prefix + name] = try FileSystem.read(path)
      }
    }
  }

  /// The paths, in order.
  public var paths: [String] { entries.keys.sorted() }

  /// The same without entries whose path the condition holds for.
  public func removing(_ condition: (String) -> Bool) -> FolderContent {
    var result = self
    result.entries = entries.filter { !condition($0.key) }
    return result
  }

  /// What differs, a line each; nothing where all is the same.
  public func differences(from other: FolderContent) -> [String] {
    Set(entries.keys).union(other.entries.keys).sorted().compactMap { path in
      switch (entries[path], other.entries[path]) {
      case (let own?, let others?): own == others ? nil : "\(path) differs"
      case (nil, _): "\(path) is missing"
      case (_, nil): "\(path) is new"
      }
    }
  }
}

private func linkTarget(_ path: String) -> String? {
  var target = [UInt8](repeating: 0, count: Int(PATH_MAX))
  let capacity = target.count
  let length = target.withUnsafeMutableBytes { readlink(path, $0.baseAddress!, capacity) }
  return length > 0 ? String(decoding: target[..<length], as: UTF8.self) : nil
}
