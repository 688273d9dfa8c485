import Artifacts

/// What codes weigh against the images they stand for, and which values they hold.
public struct CodeStatistics: Sendable, Equatable {
  public let count: Int
  public let latentDimension: Int
  public let pixels: Int
  public let mean: Double
  public let minimum: Float
  public let maximum: Float
  /// The share of numbers that are exactly 0.
  public let zeroShare: Double

  /// - Parameters:
  ///   - codes: (count, latent dimension), at least one.
  ///   - pixels: of an image.
  public init(_ codes: [Float], latentDimension: Int, pixels: Int) {
    precondition(!codes.isEmpty && codes.count % latentDimension == 0)
    count = codes.count / latentDimension
    self.latentDimension = latentDimension
    self.pixels = pixels
    mean = codes.reduce(0.0) { $0 + Double($1) } / Double(codes.count)
    minimum = codes.min()!
    maximum = codes.max()!
    zeroShare = Double(codes.count { $0 == 0 }) / Double(codes.count)
  }

  public var bytesPerImage: Int { 4 * latentDimension }
  /// How many times smaller a code is than its image with a byte a pixel.
  public var compressionOfBytes: Double { Double(pixels) / Double(bytesPerImage) }
  /// How many times smaller a code is than its image with a float32 a pixel.
  public var compressionOfFloats: Double { Double(4 * pixels) / Double(bytesPerImage) }

  public var json: JSONValue {
    [
      "images": .integer(count), "latent": .integer(latentDimension),
      "bytes_per_image": .integer(bytesPerImage), "compression_uint8": .double(compressionOfBytes),
      "compression_float32": .double(compressionOfFloats), "code/mean": .double(mean),
      "code/min": .number(minimum), "code/max": .number(maximum), "code/zeros": .double(zeroShare),
    ]
  }

  /// Four lines for people.
  public var text: String {
    """
    code     \(grouped(bytesPerImage)) bytes an image: \(grouped(latentDimension)) numbers of float32
    uint8    \(grouped(pixels)) bytes an image, \(decimals(compressionOfBytes, 2)) times the code
    float32  \(grouped(4 * pixels)) bytes an image, \(decimals(compressionOfFloats, 2)) times the code
    values   mean \(decimals(mean, 4)), from \(decimals(Double(minimum), 4)) to \(decimals(Double(maximum), 4)), \
    \(decimals(100 * zeroShare, 1)) % exact zeros
    """
  }
}
