import Artifacts
import Diagnostics

/// A folder with the four IDX files of the MNIST family, under the names they are published with: `train-images-idx3-ubyte`
/// and so on, also with `.` before `idx`, plain or with `.gz`.
public struct DataFolder: Sendable {
  public let path: String

  /// Where data is looked for when the user names no folder: Debian's package, then the working folder.
  public static let usualPlaces = ["/usr/share/datasets/fashion-mnist", "./data"]

  public init(_ path: String) {
    self.path = path
  }

  /// The folder that the user named, or the first of the usual places that has training images.
  ///
  /// - Throws: `Failure` 66 when the named folder is not there, or none of the places has images.
  public static func locate(_ named: String?, among places: [String] = usualPlaces) throws -> DataFolder {
    if let named {
      guard FileSystem.isFolder(named) else {
        let reason = FileSystem.exists(named) ? "is not a folder" : "does not exist"
        throw Failure(.noInput, "--data \(named) \(reason)", help: advice)
      }
      return DataFolder(named)
    }
    for place in places where DataFolder(place).find("train-images", dimensions: 3) != nil {
      return DataFolder(place)
    }
    throw Failure(.noInput, "no data set in \(places.joined(separator: " or "))", help: advice)
  }

  private static let advice =
    "install Fashion-MNIST with `apt-get install dataset-fashion-mnist`, or name a folder of IDX files with --data"

  /// Reads the published split.
  ///
  /// - Parameters:
  ///   - limit: how many of the first training images to keep; nil keeps all. Test images stay whole.
  ///   - requiresLabels: whether absent labels are a failure.
  /// - Throws: `Failure` 66 when a file is not there, 65 when one is damaged or they don't fit together, 74.
  public func loadOfficialSplit(limit: Int? = nil, requiresLabels: Bool = false) throws -> DataSplits {
    precondition(limit.map { $0 > 0 } ?? true)
    let train = try load("train", requiresLabels: requiresLabels)
    let test = try load("t10k", requiresLabels: requiresLabels)
    guard train.height == test.height && train.width == test.width else {
      throw Failure(
        .badData,
        "\(path) holds training images of \(train.height)x\(train.width) pixels, but test images of "
          + "\(test.height)x\(test.width)", help: "use the two files of one data set")
    }
    return DataSplits(train: limit.map { train.prefix($0) } ?? train, validation: nil, test: test)
  }

  private func load(_ part: String, requiresLabels: Bool) throws -> ImageDataset {
    guard let images = find("\(part)-images", dimensions: 3) else {
      throw missing("\(part)-images-idx3-ubyte")
    }
    let labels = find("\(part)-labels", dimensions: 1)
    if requiresLabels && labels == nil { throw missing("\(part)-labels-idx1-ubyte") }
    return try ImageDataset(
      images: try IDXFile(reading: images, dimensions: 3),
      labels: try labels.map { try IDXFile(reading: $0, dimensions: 1) })
  }

  /// The path of the file under one of its names; nil when there is none.
  private func find(_ stem: String, dimensions: Int) -> String? {
    for separator in ["-", "."] {
      for suffix in ["", ".gz"] {
        let candidate = "\(path)/\(stem)\(separator)idx\(dimensions)-ubyte\(suffix)"
        if FileSystem.exists(candidate) { return candidate }
      }
    }
    return nil
  }

  private func missing(_ name: String) -> Failure {
    Failure(.noInput, "\(path) has no file \(name) or \(name).gz", help: Self.advice)
  }
}
