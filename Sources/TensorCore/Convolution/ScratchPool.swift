import Synchronization

/// Memory that kernels borrow for the length of a call and that stays for the next one.
///
/// All layers share it, so a program holds as much as its greediest kernel needs on each thread, not the sum over
/// layers. What a borrowed piece holds is arbitrary.
final class ScratchPool: Sendable {
  static let shared = ScratchPool()
  private let idle = Mutex<[AlignedBuffer<Float>]>([])

  /// Calls `body` with `count` floats aligned to 64 bytes.
  func withFloats(_ count: Int, _ body: (UnsafeMutablePointer<Float>) -> Void) {
    let buffer = take(count)
    body(buffer.pointer)
    idle.withLock { $0.append(buffer) }
  }

  /// The smallest idle piece that is large enough; otherwise a new one in place of the largest.
  private func take(_ count: Int) -> AlignedBuffer<Float> {
    let found: AlignedBuffer<Float>? = idle.withLock { idle in
      let fitting = idle.indices.filter { idle[$0].count >= count }.min { idle[$0].count < idle[$1].count }
      if let fitting { return idle.remove(at: fitting) }
      if let largest = idle.indices.max(by: { idle[$0].count < idle[$1].count }) { idle.remove(at: largest) }
      return nil
    }
    return found ?? AlignedBuffer(count: count)
  }
}
