import Artifacts
import CPublishedSplit

/// The cut of Fashion-MNIST's 70,000 images (training, then test images) that published autoencoder results use:
/// scikit-learn's stratified split with random_state 42, then an unstratified halving with 42. The indices are part of
/// the program; `Tests/Fixtures/make_split.py` made them.
public enum PublishedSplit {
  /// Images of the official training and test files.
  public static let imageCounts = [60_000, 10_000]
  /// Of each of the ten classes there are as many.
  static let imagesPerClass = 7_000
  /// Images for training, validation and testing.
  public static let partCounts = [56_000, 7_000, 7_000]
  /// SHA-256 of the indices: little-endian 32-bit integers, the three parts one after the other.
  public static let sha256 = "4d27d8c0a648a5046dc800e8e8830611a379b506c98740c661d35746103dca00"

  /// The indices as the program holds them.
  public static var bytes: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: published_split_bytes(), count: published_split_byte_count())
  }

  /// The indices of each part, in scikit-learn's order.
  public static var parts: [[UInt32]] {
    let bytes = bytes
    var start = 0
    return partCounts.map { count in
      defer { start += count }
      return (start..<start + count).map { index in
        UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: index * 4, as: UInt32.self))
      }
    }
  }
}
