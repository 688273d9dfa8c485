import CSharedMemory
import Glibc

/// Memory that processes of one host have in common: one makes it and fills it, others attach to it and read.
///
/// It is a file without a name in the kernel's own memory. Nothing is left of it when its processes are gone, however
/// they went, and the size of /dev/shm, 64 MB in many containers, is no bound.
public final class SharedMemory: @unchecked Sendable {
  /// Only for reading where it was attached to.
  public let bytes: UnsafeMutableRawBufferPointer
  /// How other processes find it: `<process> <descriptor> <mark>`. They have to be of the same user, and to see this
  /// process under its number.
  public let address: String
  private let descriptor: Int32

  /// A random number at the end tells it from any other file that a process of the same number may have open.
  private static let markSize = 16

  /// New memory, all zero; nil where the system offers none.
  public init?(byteCount: Int) {
    let descriptor = memfd_create("atelier", 1)
    guard descriptor >= 0 else { return nil }
    guard ftruncate(descriptor, byteCount + Self.markSize) == 0,
      let bytes = Self.map(descriptor, byteCount + Self.markSize, PROT_READ | PROT_WRITE)
    else {
      close(descriptor)
      return nil
    }
    var generator = SystemRandomNumberGenerator()
    for index in 0..<Self.markSize {
      bytes[byteCount + index] = UInt8.random(in: .min ... .max, using: &generator)
    }
    self.descriptor = descriptor
    self.bytes = UnsafeMutableRawBufferPointer(rebasing: bytes[..<byteCount])
    address = "\(getpid()) \(descriptor) \(Self.hexadecimal(bytes[byteCount...]))"
  }

  /// The memory that another process, or this one, has under `address`; nil where it is out of reach.
  public init?(attachingTo address: String, byteCount: Int) {
    let parts = address.split(separator: " ")
    guard parts.count == 3, let process = Int(parts[0]), let number = Int(parts[1]) else { return nil }
    let descriptor = open("/proc/\(process)/fd/\(number)", O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return nil }
    var status = stat()
    guard fstat(descriptor, &status) == 0, Int(status.st_size) == byteCount + Self.markSize,
      let bytes = Self.map(descriptor, byteCount + Self.markSize, PROT_READ)
    else {
      close(descriptor)
      return nil
    }
    self.descriptor = descriptor
    self.bytes = UnsafeMutableRawBufferPointer(rebasing: bytes[..<byteCount])
    self.address = address
    // From here on deinit cleans up.
    guard Self.hexadecimal(bytes[byteCount...]) == parts[2] else { return nil }
  }

  deinit {
    munmap(bytes.baseAddress, bytes.count + Self.markSize)
    close(descriptor)
  }

  private static func map(_ descriptor: Int32, _ count: Int, _ protection: Int32)
    -> UnsafeMutableRawBufferPointer?
  {
    guard let memory = mmap(nil, count, protection, MAP_SHARED, descriptor, 0), memory != MAP_FAILED else {
      return nil
    }
    return UnsafeMutableRawBufferPointer(start: memory, count: count)
  }

  private static func hexadecimal(_ bytes: Slice<UnsafeMutableRawBufferPointer>) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
