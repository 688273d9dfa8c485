/// Owns the bytes of a data set, wherever they are: memory of this process, or memory that the ranks of a host share.
/// The bytes never change once it is made, so every thread may read them.
public final class PixelStorage: @unchecked Sendable {
  public let bytes: UnsafeRawBufferPointer
  private let release: () -> Void

  /// Adopts memory, aligned for Float.
  ///
  /// - Parameter release: called once, when nothing refers to the storage any more.
  public init(adopting bytes: UnsafeRawBufferPointer, release: @escaping () -> Void) {
    self.bytes = bytes
    self.release = release
  }

  /// Allocates memory and lets `fill` write all of it.
  public convenience init(byteCount: Int, fill: (UnsafeMutableRawBufferPointer) throws -> Void) rethrows {
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: byteCount, alignment: 64)
    do {
      try fill(memory)
    } catch {
      memory.deallocate()
      throw error
    }
    self.init(adopting: UnsafeRawBufferPointer(memory)) { memory.deallocate() }
  }

  deinit {
    release()
  }
}
