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
/// training images: what models are trained and tested on.
///
/// - Parameter labelUse: what labels are needed for; absent ones are then a failure.
/// - Throws: `Failure` 66 when something is not there, 65 when it is damaged, does not fit together, is of the wrong
///   kind, or has sides that are no multiples of 4.
public func openImages(
  _ named: String?, labelUse: LabelUse? = nil, among folders: [String] = usualImageFolders
) throws -> any ImageSource {
  let source = try openData(named, labelUse: labelUse, among: folders)
  try source.layout.requireSidesForModels()
  return source
}

private func openData(_ named: String?, labelUse: LabelUse?, among folders: [String]) throws
  -> any ImageSource
{
  guard let named else {
    guard let folder = folders.first(where: IDXFolder.hasTrainingImages) else {
      throw Failure(.noInput, "no data set in \(folders.joined(separator: " or "))", help: dataAdvice)
    }
    return try IDXFolder(opening: folder, labelUse: labelUse)
  }
  if FileSystem.isFolder(named) { return try IDXFolder(opening: named, labelUse: labelUse) }
  guard FileSystem.exists(named) else {
    throw Failure(.noInput, "--data \(named) does not exist", help: dataAdvice)
  }
  return try NumPyImages(opening: named, labelUse: labelUse)
}

/// Opens images that any program may have made, of any size and without labels: an npy file of shape (N,H,W), uint8, or
/// float32 in [0,1], or a folder of PNG files (`PNGFolder` says which, and in which order).
///
/// - Throws: `Failure` 66 when it is not there or the folder holds no PNG files; 65 when it is damaged or of the wrong
///   kind or shape.
public func openImageSet(_ path: String) throws -> any ImageSource {
  if FileSystem.isFolder(path) { return try PNGFolder(opening: path) }
  guard FileSystem.exists(path) else {
    throw Failure(
      .noInput, "\(path) does not exist",
      help: "name an .npy file of shape (images, height, width), or a folder of PNG files")
  }
  return try NumPyImages(opening: path, labelUse: nil)
}
