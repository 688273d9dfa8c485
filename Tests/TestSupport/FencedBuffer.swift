import Glibc

/// Memory for a kernel under test that notices what the kernel must not touch.
///
/// Its last element ends where an inaccessible page begins, so that reading or writing beyond it ends the test with a
/// segmentation fault; the elements before the first are checked by `isIntact`. Nothing is aligned to more than four
/// bytes.
public final class FencedBuffer {
  public let pointer: UnsafeMutablePointer<Float>
  public let count: Int
  private let mapping: UnsafeMutableRawPointer
  private let byteCount: Int
  private let fence: UnsafeMutableBufferPointer<UInt32>

  private static let canary: UInt32 = 0xFFC0_FFEE  // a NaN, which spoils every sum that reads it

  /// - Parameter count: elements, which are NaN at first.
  public init(count: Int) {
    let page = sysconf(Int32(_SC_PAGESIZE))
    let usable = (4 * count + 256 + page - 1) / page * page
    self.count = count
    byteCount = usable + page
    mapping = mmap(nil, byteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)!
    precondition(mapping != MAP_FAILED && mprotect(mapping + usable, page, PROT_NONE) == 0, "no memory")
    let words = mapping.bindMemory(to: UInt32.self, capacity: usable / 4)
    words.initialize(repeating: Self.canary, count: usable / 4)
    fence = UnsafeMutableBufferPointer(start: words, count: usable / 4 - count)
    pointer = (mapping + (usable - 4 * count)).bindMemory(to: Float.self, capacity: count)
  }

  public convenience init(_ elements: [Float]) {
    self.init(count: elements.count)
    pointer.update(from: elements, count: elements.count)
  }

  deinit {
    munmap(mapping, byteCount)
  }

  public var array: [Float] { Array(UnsafeBufferPointer(start: pointer, count: count)) }

  /// Whether nothing was written before the first element.
  public var isIntact: Bool { fence.allSatisfy { $0 == Self.canary } }
}
