/// Owns a block of memory aligned to 64 bytes (a cache line, and the widest vector register), zeroed at first.
///
/// A class, so that layers can hold slices of it while the owner keeps it alive; its size never changes. Kernels take
/// `pointer`. Threads may write to disjoint parts of one buffer at the same time.
public final class AlignedBuffer<Element: BitwiseCopyable>: @unchecked Sendable {
  public let pointer: UnsafeMutablePointer<Element>
  public let count: Int
  private let ownsMemory: Bool

  /// Memory that somebody else owns and keeps for as long as this is used.
  ///
  /// - Precondition: aligned to 64 bytes.
  public init(borrowing pointer: UnsafeMutablePointer<Element>, count: Int) {
    precondition(UInt(bitPattern: pointer) % 64 == 0)
    self.pointer = pointer
    self.count = count
    ownsMemory = false
  }

  public init(count: Int) {
    ownsMemory = true
    precondition(count >= 0)
    self.count = count
    let byteCount = max(count, 1) * MemoryLayout<Element>.stride
    let raw = UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: 64)
    raw.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
    pointer = raw.bindMemory(to: Element.self, capacity: max(count, 1))
  }

  public convenience init(_ elements: [Element]) {
    self.init(count: elements.count)
    for (offset, element) in elements.enumerated() { pointer[offset] = element }
  }

  deinit {
    if ownsMemory { UnsafeMutableRawPointer(pointer).deallocate() }
  }

  public var elements: UnsafeMutableBufferPointer<Element> {
    UnsafeMutableBufferPointer(start: pointer, count: count)
  }

  public var array: [Element] { Array(elements) }
}
