import CMPIShim
import Glibc

/// A set of processor cores, hardware threads counted one by one.
struct CoreSet {
  /// One bit a core; a machine may have up to 8,192.
  private(set) var bytes: [UInt8]

  /// The cores this process may run on. Empty where the system doesn't tell.
  static func ofThisProcess() -> CoreSet {
    var bytes = [UInt8](repeating: 0, count: 1024)
    cmpi_own_cores(&bytes, bytes.count)
    return CoreSet(bytes: bytes)
  }

  init(bytes: [UInt8]) {
    self.bytes = bytes
  }

  var count: Int { bytes.reduce(0) { $0 + $1.nonzeroBitCount } }

  mutating func formUnion(_ other: CoreSet) {
    for index in bytes.indices { bytes[index] |= other.bytes[index] }
  }
}

/// The name this host calls itself.
func currentHostName() -> String {
  var name = [CChar](repeating: 0, count: 256)
  gethostname(&name, name.count - 1)
  return string(name)
}

/// The text of a C buffer up to its first 0.
func string(_ buffer: [CChar]) -> String {
  String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
}
