import CPNG
import Diagnostics

extension GreyImage {
  /// The image as an 8-bit greyscale PNG. Equal images give equal bytes with the same versions of libpng and zlib: no
  /// time and no text is in it.
  public var png: [UInt8] {
    var description = png_image()
    description.version = png_uint_32(PNG_IMAGE_VERSION)
    description.width = png_uint_32(width)
    description.height = png_uint_32(height)
    description.format = png_uint_32(PNG_FORMAT_GRAY)
    // The first call tells the size, the second one writes.
    var size = 0
    var status = png_image_write_to_memory(&description, nil, &size, 0, pixels, png_int_32(width), nil)
    precondition(status != 0, description.text)
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      status = png_image_write_to_memory(
        &description, buffer.baseAddress, &size, 0, pixels, png_int_32(width), nil)
      count = size
    }
    precondition(status != 0, description.text)
    return bytes
  }

  /// Reads any PNG as grey bytes. Colours become their luminance (of linear light, with sRGB's weights), grey in
  /// whatever guise stays as it is; deeper pixels are rounded to bytes; what is transparent lies on black.
  ///
  /// - Parameter path: the name that a fault is reported under.
  /// - Throws: `Failure` 65 when the bytes are no PNG, damaged, or a picture of more than 2^28 pixels.
  public init(png bytes: [UInt8], path: String) throws {
    func fault(_ reason: String) -> Failure {
      Failure(.badData, "\(path) is not a readable PNG: \(reason)", help: "use an undamaged copy of the file")
    }
    var description = png_image()
    description.version = png_uint_32(PNG_IMAGE_VERSION)
    defer { png_image_free(&description) }

    // libpng keeps the address until the second call.
    self = try bytes.withUnsafeBytes { memory in
      guard png_image_begin_read_from_memory(&description, memory.baseAddress, memory.count) != 0 else {
        throw fault(description.text)
      }
      let (width, height) = (Int(description.width), Int(description.height))
      guard width * height <= 1 << 28 else { throw fault("\(width)x\(height) pixels are too many") }
      description.format = png_uint_32(PNG_FORMAT_GRAY)
      // Without a word on gamma libpng takes 16 bits for linear light, but images of all programs for data are not.
      description.flags |= png_uint_32(PNG_IMAGE_FLAG_16BIT_sRGB)
      var pixels = [UInt8](repeating: 0, count: width * height)
      guard png_image_finish_read(&description, nil, &pixels, png_int_32(width), nil) != 0 else {
        throw fault(description.text)
      }
      return GreyImage(width: width, height: height, pixels: pixels)
    }
  }
}

extension png_image {
  /// What libpng says went wrong.
  fileprivate var text: String {
    withUnsafeBytes(of: message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }
}
