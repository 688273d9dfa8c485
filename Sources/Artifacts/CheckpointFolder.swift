import Diagnostics

/// A published checkpoint: a folder of files, and `DONE` with the SHA-256 of each, written last. `sha256sum -c DONE`
/// checks it too.
public struct CheckpointFolder: Sendable, Equatable {
  public static let doneName = "DONE"

  public let path: String

  public init(_ path: String) {
    self.path = path
  }

  /// The folder's own name, such as `step-00004690`.
  public var name: String { FileSystem.name(of: path) }

  /// The step that the name tells; nil for other names.
  public var step: Int? { Self.step(of: name) }

  /// The name of the checkpoint of a step.
  public static func name(ofStep step: Int) -> String {
    let digits = String(step)
    return "step-" + String(repeating: "0", count: max(8 - digits.count, 0)) + digits
  }

  static func step(of name: String) -> Int? {
    guard name.hasPrefix("step-") else { return nil }
    let digits = name.dropFirst(5)
    return digits.utf8.allSatisfy { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") } ? Int(digits) : nil
  }

  /// The path of one of its files.
  public func path(_ file: String) -> String { path + "/" + file }

  /// Whether it was written to its end. Whether it is undamaged since, `verify` tells.
  public var isComplete: Bool { FileSystem.exists(path(Self.doneName)) }

  /// Reads every file and compares it with `DONE`.
  ///
  /// - Parameter required: files that it must have, so that a `DONE` cut short is found out.
  /// - Throws: `Failure` 66 when there is no such folder; 65 with the file when `DONE` or a file is missing, cut short or
  ///   changed.
  public func verify(requiring required: [String] = []) throws {
    guard FileSystem.isFolder(path) else {
      throw Failure(.noInput, "there is no checkpoint \(path)", help: "name another one with --resume")
    }
    guard isComplete else { throw fault("\(Self.doneName) is missing, so it was not written to its end") }
    let recorded = try checksums()
    for name in required where !recorded.contains(where: { $0.name == name }) {
      throw fault("\(Self.doneName) does not list \(name)")
    }
    for (name, checksum) in recorded {
      guard FileSystem.exists(path(name)) else { throw fault("\(name) is missing") }
      guard SHA256.digest(of: try FileSystem.read(path(name))).description == checksum else {
        throw fault("\(name) is not what was saved: its SHA-256 differs")
      }
    }
  }

  /// The lines of `DONE`: 64 hexadecimal digits, two spaces, a name.
  func checksums() throws -> [(name: String, checksum: String)] {
    let text = try FileSystem.read(path(Self.doneName))
    guard !text.isEmpty, text.last == UInt8(ascii: "\n") else { throw fault("\(Self.doneName) is cut short") }
    return try text.dropLast().split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map {
      line in
      let digits = line.prefix(64)
      let rest = String(decoding: line.dropFirst(64), as: UTF8.self)
      let isHexadecimal = digits.allSatisfy { Character(Unicode.Scalar($0)).isHexDigit }
      guard digits.count == 64, isHexadecimal, rest.hasPrefix("  "), rest.count > 2, !rest.contains("/")
      else {
        throw fault("\(Self.doneName) is damaged")
      }
      return (String(rest.dropFirst(2)), String(decoding: digits, as: UTF8.self))
    }
  }

  private func fault(_ reason: String) -> Failure {
    Failure(
      .badData, "checkpoint \(path) can't be used: \(reason)",
      help: "use another checkpoint of the run, e.g. --resume with the path of an earlier step")
  }
}

/// One file of a checkpoint that is being published.
public struct CheckpointFile {
  public let name: String
  let write: (OutputFile) throws -> Void

  /// A file that `write` fills, for content that need not be in memory as a whole.
  ///
  /// - Precondition: `name` is a plain file name.
  public init(_ name: String, write: @escaping (OutputFile) throws -> Void) {
    precondition(
      !name.isEmpty && name != CheckpointFolder.doneName && !name.contains { "/\n\\".contains($0) })
    self.name = name
    self.write = write
  }

  public init(_ name: String, bytes: [UInt8]) {
    self.init(name) { try $0.write(bytes) }
  }
}
