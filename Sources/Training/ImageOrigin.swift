import ImageData

/// What images are read from; every rank can open it for itself.
package enum ImageOrigin: Sendable {
  /// What `--data` names, or where data is usually found; see `openImages`.
  case data(String?, labelUse: LabelUse?)
  /// Images that any program may have made; see `openImageSet`.
  case imageSet(String)

  /// - Throws: `Failure` 66 when something is not there, 65 when it is damaged or of the wrong kind.
  func open() throws -> any ImageSource {
    switch self {
    case .data(let path, let labelUse): try openImages(path, labelUse: labelUse)
    case .imageSet(let path): try openImageSet(path)
    }
  }
}
