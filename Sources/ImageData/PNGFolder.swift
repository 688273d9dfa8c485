import Artifacts
import Diagnostics

/// A folder of PNG files of one size, an image each. It has no labels.
///
/// The images are all files directly in the folder whose names end in `.png`, in any case, and don't begin with a dot, in
/// the order of the bytes of their names. Colours become their luminance, and deeper pixels bytes, as `GreyImage` says.
/// The content's hash is of pixels, size and order, not of names.
struct PNGFolder: ImageSource {
  let layout: ImageLayout
  private let names: [String]
  /// What the first file holds: it was read for its size.
  private let first: GreyImage

  /// - Throws: `Failure` 66 when the folder or its first file can't be read, or there are none; 65 when the first file is
  ///   damaged.
  init(opening path: String) throws {
    names = try FileSystem.names(in: path).filter { name in
      let suffix = name.utf8.suffix(4)
      return !name.hasPrefix(".") && suffix.count == 4
        && zip(suffix, ".png".utf8).allSatisfy { $0 == $1 || $0 == $1 - 32 }
    }
    guard let name = names.first else {
      throw Failure(
        .noInput, "\(path) holds no PNG files",
        help: IDXFolder.hasTrainingImages(path)
          ? "a folder of IDX files is named with --data"
          : "name a folder with a .png file for each image, or an .npy file of shape (images, height, width)")
    }
    first = try GreyImage(png: FileSystem.read("\(path)/\(name)"), path: "\(path)/\(name)")
    layout = try ImageLayout(
      path: path, pixelType: .uint8, counts: [names.count], names: [path], height: first.height,
      width: first.width, isLabelled: false)
  }

  /// - Throws: `Failure` 65 also for the first image of another size, 66 for one that can't be read.
  func read(into memory: UnsafeMutableRawBufferPointer) throws -> SHA256Digest {
    for (index, name) in names.enumerated() {
      let place = index * layout.bytesPerImage
      UnsafeMutableRawBufferPointer(rebasing: memory[place..<place + layout.bytesPerImage])
        .copyBytes(from: try index == 0 ? first.pixels : image(name).pixels)
    }
    return layout.digest(ofParts: [SHA256.digest(of: UnsafeRawBufferPointer(memory))])
  }

  private func image(_ name: String) throws -> GreyImage {
    let path = "\(layout.path)/\(name)"
    let image = try GreyImage(png: FileSystem.read(path), path: path)
    guard (image.height, image.width) == (layout.height, layout.width) else {
      throw Failure(
        .badData,
        "\(path) is of \(image.height)x\(image.width) pixels, but \(names[0]) of "
          + "\(layout.height)x\(layout.width)", help: "scale all images of the folder to one size")
    }
    return image
  }
}
