import Artifacts
import Diagnostics
import Glibc

/// A folder that keeps statistics of real images from one command to the next.
///
/// A file is `<network>-<first 16 digits of the subject's SHA-256>.safetensors`. Its metadata hold the key's text and a
/// SHA-256 of all tensors, by which stale and damaged files are noticed. Files are written beside their place and
/// renamed, so that commands may share the folder. Nothing is ever removed from it.
public struct StatisticsCache: Sendable {
  public let folder: String
  /// See `StatisticsKey`.
  public let environment: String

  /// - Parameter folder: need not exist yet.
  public init(folder: String, environment: String) {
    self.folder = folder
    self.environment = environment
  }

  /// `$XDG_CACHE_HOME/atelier`, else `$HOME/.cache/atelier`; nil where neither is set to an absolute path.
  public static var defaultFolder: String? {
    defaultFolder { name in getenv(name).map { String(cString: $0) } }
  }

  package static func defaultFolder(environment: (String) -> String?) -> String? {
    // The XDG specification has relative paths ignored.
    if let folder = environment("XDG_CACHE_HOME"), folder.hasPrefix("/") { return folder + "/atelier" }
    if let home = environment("HOME"), home.hasPrefix("/") { return home + "/.cache/atelier" }
    return nil
  }

  /// What a look into the cache gives.
  public enum Lookup: Sendable {
    case found(RealStatistics)
    case absent
    /// A file is there, but it is damaged, stale or unreadable. The text names it and says which.
    case unusable(String)
  }

  public func path(for key: StatisticsKey) -> String { folder + "/" + key.fileName }

  public func lookUp(_ key: StatisticsKey) -> Lookup {
    let path = path(for: key)
    guard FileSystem.exists(path) else { return .absent }
    let content: [UInt8]
    do {
      content = try FileSystem.read(path)
    } catch {
      return .unusable((error as? Failure)?.message ?? "cannot read \(path)")
    }
    guard let file = try? SafeTensorsFile(parsing: content, path: path) else {
      return .unusable("the cache file \(path) is damaged")
    }
    func metadata(_ name: String) -> String? { file.metadata.first { $0.key == name }?.value }
    guard metadata("key") == key.text else {
      return .unusable("the cache file \(path) is stale")
    }
    let digest = tensorsDigest(file.tensors.map { ($0.name, $0.data.shape, $0.data.bytes) })
    guard metadata("sha256") == digest.description,
      let statistics = RealStatistics(network: key.network, tensors: file)
    else {
      return .unusable("the cache file \(path) is damaged")
    }
    return .found(statistics)
  }

  /// Writes statistics, durably, to their place.
  ///
  /// - Returns: why that was not possible; nil if it was.
  public func store(_ statistics: RealStatistics, for key: StatisticsKey) -> String? {
    statistics.withTensors { tensors in
      // The writer has an order of its own, which the digest follows.
      let ordered = SafeTensorsWriter(tensors).tensors
      let digest = tensorsDigest(ordered.map { ($0.name, $0.shape, $0.bytes) })
      let writer = SafeTensorsWriter(
        tensors, metadata: [("key", key.text), ("sha256", digest.description)])
      do {
        try FileSystem.createFolder(folder)
        try writeDurably(path(for: key)) { try writer.write(to: $0) }
        return nil
      } catch {
        return (error as? Failure)?.message ?? "\(error)"
      }
    }
  }
}

/// The SHA-256 of tensors: of each its name and shape, then its elements.
private func tensorsDigest(_ tensors: [(name: String, shape: [Int], bytes: some Sequence<UInt8>)])
  -> SHA256Digest
{
  let hash = SHA256()
  for tensor in tensors {
    hash.update(Array("\(tensor.name) \(tensor.shape)\n".utf8))
    let isContiguous: Void? = tensor.bytes.withContiguousStorageIfAvailable {
      hash.update(UnsafeRawBufferPointer($0))
    }
    precondition(isContiguous != nil)
  }
  return hash.finish()
}
