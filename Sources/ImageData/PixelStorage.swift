/// Owns the bytes of a data set, wherever they are: memory of this process, or a segment that the ranks of a host share.
/// The bytes never change once it is made, so every thread may read them.
public final class PixelStorage: @unchecked Sendable {
  public let bytes: UnsafeBufferPointer<UInt8>
  private let release: () -> Void

  /// Adopts memory.
  ///
  /// - Parameter release: called once, when nothing refers to the storage any more.
  public init(adopting bytes: UnsafeBufferPointer<UInt8>, release: @escaping () -> Void) {
    self.bytes = bytes
    self.release = release
  }

  /// Allocates memory and lets `fill` write all of it.
  public convenience init(count: Int, fill: (UnsafeMutableBufferPointer<UInt8>) throws -> Void) rethrows {
    let memory = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: count)
    do {
      try fill(memory)
    } catch {
      memory.deallocate()
      throw error
    }
    self.init(adopting: UnsafeBufferPointer(memory)) { memory.deallocate() }
  }

  public convenience init(_ bytes: [UInt8]) {
    self.init(count: bytes.count) { _ = $0.initialize(from: bytes) }
  }

  deinit {
    release()
  }
}
