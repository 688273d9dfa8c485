import Artifacts
import CZlib

/// Small data sets in the IDX format, made up for tests.
public enum SyntheticData {
  /// The bytes of an IDX file of unsigned bytes.
  public static func idx(shape: [Int], elements: [UInt8]) -> [UInt8] {
    [0, 0, 8, UInt8(shape.count)]
      + shape.flatMap { size in [24, 16, 8, 0].map { UInt8(size >> $0 & 0xFF) } } + elements
  }

  /// Images whose pixels are all different from image to image.
  public static func images(count: Int, height: Int = 4, width: Int = 8) -> [UInt8] {
    idx(shape: [count, height, width], elements: (0..<(count * height * width)).map { UInt8($0 * 7 % 251) })
  }

  public static func labels(count: Int) -> [UInt8] {
    idx(shape: [count], elements: (0..<count).map { UInt8($0 % 10) })
  }

  /// The bytes as gzip packs them.
  public static func gzip(_ bytes: [UInt8], in folder: TemporaryFolder) throws -> [UInt8] {
    let path = folder.path("packed.gz")
    let file = gzopen(path, "wb")
    let written = bytes.withUnsafeBytes { gzwrite(file, $0.baseAddress, UInt32($0.count)) }
    precondition(Int(written) == bytes.count && gzclose_w(file) == Z_OK)
    return try FileSystem.read(path)
  }

  /// Writes the four files of a data set of 10 training and 5 test images.
  public static func write(to folder: TemporaryFolder) throws {
    try folder.write("train-images-idx3-ubyte", images(count: 10))
    try folder.write("train-labels-idx1-ubyte", labels(count: 10))
    try folder.write("t10k-images-idx3-ubyte", images(count: 5))
    try folder.write("t10k-labels-idx1-ubyte", labels(count: 5))
  }
}
