import Artifacts
import Diagnostics

/// A place that images come from, with its headers read and checked, and its content not read yet.
public protocol ImageSource: Sendable {
  var layout: ImageLayout { get }

  /// Reads all pixels and labels to memory of `layout.byteCount` bytes, in the order that `layout` says; once only.
  ///
  /// - Returns: the content's hash.
  /// - Throws: `Failure` 65 when the content is damaged, 74.
  func read(into memory: UnsafeMutableRawBufferPointer) throws -> SHA256Digest
}

/// Where data is looked for when the user names none: Debian's package, then the working folder.
public let usualImageFolders = ["/usr/share/datasets/fashion-mnist", "./data"]

let dataAdvice =
  "install Fashion-MNIST with `apt-get install dataset-fashion-mnist`, or name a folder of IDX files or an .npy file "
  + "with --data"

/// Opens the folder of IDX files or the npy file that the user named, or else the first of the usual folders that has
/// training images.
///
/// - Parameter requiresLabels: whether absent labels are a failure.
/// - Throws: `Failure` 66 when something is not there, 65 when it is damaged, does not fit together or is of the wrong
///   kind.
public func openImages(
  _ named: String?, requiresLabels: Bool = false, among folders: [String] = usualImageFolders
) throws -> any ImageSource {
  guard let named else {
    guard let folder = folders.first(where: IDXFolder.hasTrainingImages) else {
      throw Failure(.noInput, "no data set in \(folders.joined(separator: " or "))", help: dataAdvice)
    }
    return try IDXFolder(opening: folder, requiresLabels: requiresLabels)
  }
  if FileSystem.isFolder(named) { return try IDXFolder(opening: named, requiresLabels: requiresLabels) }
  guard FileSystem.exists(named) else {
    throw Failure(.noInput, "--data \(named) does not exist", help: dataAdvice)
  }
  return try NumPyImages(opening: named, requiresLabels: requiresLabels)
}
