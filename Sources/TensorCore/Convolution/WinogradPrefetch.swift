import CVector

/// Two pieces of memory that are fetched into the cache a little at a time while products keep the processor busy: images
/// that will be read or written next, and would otherwise be waited for.
struct WinogradPrefetch {
  private var first: UnsafeRawPointer
  private var second: UnsafeRawPointer
  private let firstEnd: UnsafeRawPointer
  private let secondEnd: UnsafeRawPointer
  private var firstStep = 0
  private var secondStep = 0

  init(_ first: UnsafeBufferPointer<Float>, _ second: UnsafeBufferPointer<Float>) {
    self.first = UnsafeRawPointer(first.baseAddress!)
    self.second = UnsafeRawPointer(second.baseAddress!)
    firstEnd = self.first + 4 * first.count
    secondEnd = self.second + 4 * second.count
  }

  /// Settles how much each `advance` fetches: so much that this many of them fetch all.
  mutating func spread(over advances: Int) {
    func step(_ bytes: Int) -> Int { (bytes / max(1, advances) + 64) / 64 * 64 }
    firstStep = step(firstEnd - first)
    secondStep = step(secondEnd - second)
  }

  /// Asks for the next few cache lines of each.
  @inline(__always)
  mutating func advance() {
    var end = min(first + firstStep, firstEnd)
    while first < end {
      prefetch_line(first)
      first += 64
    }
    end = min(second + secondStep, secondEnd)
    while second < end {
      prefetch_line(second)
      second += 64
    }
  }
}
