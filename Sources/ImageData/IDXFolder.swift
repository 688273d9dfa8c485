import Artifacts
import Diagnostics

/// A folder with the IDX files of the MNIST family, under the names they are published with: `train-images-idx3-ubyte` and
/// so on, also with `.` before `idx`, plain or with `.gz`. It has labels if there are labels for training and test.
struct IDXFolder: ImageSource {
  let layout: ImageLayout
  private let images: [IDXReader]
  private let labels: [IDXReader]

  private static let parts = ["train", "t10k"]

  /// - Throws: `Failure` 66 when a file is not there, 65 when a header is damaged or they don't fit together.
  init(opening path: String, labelUse: LabelUse?) throws {
    images = try Self.parts.map { part in
      guard let file = Self.find("\(part)-images", dimensions: 3, in: path) else {
        throw Self.missing("\(part)-images-idx3-ubyte", in: path)
      }
      return try IDXReader(opening: file, dimensions: 3)
    }
    let labelFiles = Self.parts.map { Self.find("\($0)-labels", dimensions: 1, in: path) }
    if let labelUse, let part = labelFiles.firstIndex(of: nil) {
      throw Self.missing(
        "\(Self.parts[part])-labels-idx1-ubyte", in: path, reason: labelUse.reason,
        help:
          "put the labels beside the images, or name another folder of IDX files that has them with --data"
          + labelUse.alternative)
    }
    let isLabelled = !labelFiles.contains(nil)
    labels = isLabelled ? try labelFiles.map { try IDXReader(opening: $0!, dimensions: 1) } : []

    let (train, test) = (images[0].shape, images[1].shape)
    layout = try ImageLayout(
      path: path, pixelType: .uint8, counts: [train[0], test[0]], names: images.map(\.path), height: train[1],
      width: train[2], isLabelled: isLabelled)
    guard train[1...] == test[1...] else {
      throw Failure(
        .badData,
        "\(path) holds training images of \(train[1])x\(train[2]) pixels, but test images of "
          + "\(test[1])x\(test[2])", help: "use the two files of one data set")
    }
    for (image, label) in zip(images, labels) where image.shape[0] != label.shape[0] {
      throw Failure(
        .badData, "\(label.path) holds \(label.shape[0]) labels, but \(image.path) \(image.shape[0]) images",
        help: "use the labels that were published with these images")
    }
  }

  func read(into memory: UnsafeMutableRawBufferPointer) throws -> SHA256Digest {
    nonisolated(unsafe) let memory = memory
    // Unpacking the training images takes longest; the rest is done beside it.
    let rest = BackgroundTask {
      try [readImages(ofPart: 1, to: memory)] + labels.indices.map { try readLabels(ofPart: $0, to: memory) }
    }
    let training = Result { try readImages(ofPart: 0, to: memory) }
    let others = Result { try rest.value() }
    return layout.digest(ofParts: try [training.get()] + others.get())
  }

  private func readImages(ofPart part: Int, to memory: UnsafeMutableRawBufferPointer) throws -> SHA256Digest {
    try images[part].readElements(
      into: UnsafeMutableRawBufferPointer(rebasing: memory[layout.pixelBytes(ofPart: part)]))
  }

  private func readLabels(ofPart part: Int, to memory: UnsafeMutableRawBufferPointer) throws -> SHA256Digest {
    try labels[part].readElements(
      into: UnsafeMutableRawBufferPointer(rebasing: memory[layout.labelBytes(ofPart: part)]))
  }

  // MARK: - Finding files

  static func hasTrainingImages(_ folder: String) -> Bool {
    find("\(parts[0])-images", dimensions: 3, in: folder) != nil
  }

  /// The path of the file under one of its names; nil when there is none.
  private static func find(_ stem: String, dimensions: Int, in folder: String) -> String? {
    for separator in ["-", "."] {
      for suffix in ["", ".gz"] {
        let candidate = "\(folder)/\(stem)\(separator)idx\(dimensions)-ubyte\(suffix)"
        if FileSystem.exists(candidate) { return candidate }
      }
    }
    return nil
  }

  private static func missing(
    _ name: String, in folder: String, reason: String = "", help: String = dataAdvice
  ) -> Failure {
    Failure(.noInput, "\(folder) has no file \(name) or \(name).gz\(reason)", help: help)
  }
}
