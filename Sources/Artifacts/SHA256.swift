import CCrypto

/// Computes the SHA-256 (FIPS 180-4) of bytes that come in pieces. libcrypto does it at the speed of the processor's
/// own instructions.
public final class SHA256 {
  private let context: OpaquePointer

  public init() {
    // Nothing but exhausted memory, or a libcrypto without SHA-256, can make these calls fail.
    guard let context = EVP_MD_CTX_new(), EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1 else {
      preconditionFailure("libcrypto has no SHA-256")
    }
    self.context = context
  }

  deinit {
    EVP_MD_CTX_free(context)
  }

  public func update(_ bytes: UnsafeRawBufferPointer) {
    let status = EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
    precondition(status == 1)
  }

  public func update(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { update($0) }
  }

  /// The digest of all the pieces; nothing may follow it.
  public func finish() -> SHA256Digest {
    var digest = [UInt8](repeating: 0, count: SHA256Digest.byteCount)
    let status = EVP_DigestFinal_ex(context, &digest, nil)
    precondition(status == 1)
    return SHA256Digest(bytes: digest)
  }

  /// The digest of bytes that are all there.
  public static func digest(of bytes: UnsafeRawBufferPointer) -> SHA256Digest {
    let hash = SHA256()
    hash.update(bytes)
    return hash.finish()
  }

  /// The digest of bytes that are all there.
  public static func digest(of bytes: [UInt8]) -> SHA256Digest {
    bytes.withUnsafeBytes { digest(of: $0) }
  }
}

/// The 32 bytes that SHA-256 gives.
public struct SHA256Digest: Sendable, Equatable, CustomStringConvertible {
  public static let byteCount = 32

  public let bytes: [UInt8]

  /// - Precondition: `byteCount` bytes.
  public init(bytes: [UInt8]) {
    precondition(bytes.count == Self.byteCount)
    self.bytes = bytes
  }

  /// Sixty-four lower-case hexadecimal digits, as `sha256sum` prints them.
  public var description: String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
