import CSharedMemory

/// The gradients and parameters of all ranks of one host, in memory that each can read: a rank adds its part straight
/// from the others' gradients, in the tree's order, and copies their parts of the parameters, without a message.
///
/// Ranks meet at a word in each one's memory that counts the meetings it has come to; who waits sleeps on the word of a
/// rank that is missing and is woken when it comes. A rank writes to its own memory only.
final class SharedWindow {
  /// Values in each of the two blocks.
  let count: Int
  private let own: SharedMemory
  /// All ranks' memory, this one's among them, by rank.
  private let bases: [UnsafeMutableRawPointer]
  private let attached: [SharedMemory]
  private let layout: Layout
  private var meetings: UInt32 = 0
  /// Whether others may still be reading this rank's gradients.
  private var gradientsAreInUse = false
  private let scratch: UnsafeMutablePointer<Float>

  /// Where things are in a rank's memory, in bytes.
  struct Layout {
    let gradients = 4096
    let values: Int
    let granules: Int
    let byteCount: Int

    init(count: Int) {
      let block = (count * 4 + 4095) / 4096 * 4096
      values = gradients + block
      granules = values + block
      byteCount = granules + (count + ProcessGroup.partGranule - 1) / ProcessGroup.partGranule * 8
    }
  }

  /// Values that are added at a time, so that all ranks' stay in L1.
  private static let chunk = 512

  /// - Parameter attached: nil at this rank's place.
  init(own: SharedMemory, attached: [SharedMemory?], count: Int) {
    self.own = own
    self.count = count
    self.attached = attached.compactMap(\.self)
    layout = Layout(count: count)
    bases = attached.map { ($0 ?? own).bytes.baseAddress! }
    scratch = .allocate(capacity: bases.count * Self.chunk)
  }

  deinit {
    scratch.deallocate()
  }

  var gradients: UnsafeMutablePointer<Float> { floats(of: own.bytes.baseAddress!, layout.gradients) }
  var values: UnsafeMutablePointer<Float> { floats(of: own.bytes.baseAddress!, layout.values) }

  /// Sums `part` of all ranks' gradients into this rank's.
  func sumGradients(part: Range<Int>, group: ProcessGroup) {
    meet(group)
    gradientsAreInUse = true
    for first in stride(from: part.lowerBound, to: part.upperBound, by: Self.chunk) {
      let length = min(Self.chunk, part.upperBound - first)
      let rows = UnsafeMutableBufferPointer(start: scratch, count: bases.count * length)
      for (rank, base) in bases.enumerated() {
        (scratch + rank * length).update(from: floats(of: base, layout.gradients) + first, count: length)
      }
      foldInTreeOrder(rows, count: bases.count)
      (gradients + first).update(from: scratch, count: length)
    }
  }

  /// Copies what every rank has in its part of the values, where wanted, and of the granules.
  func share(values wantsValues: Bool, granules: UnsafeMutableBufferPointer<Double>?, group: ProcessGroup) {
    let ownGranules = own.bytes.baseAddress! + layout.granules
    if let granules { ownGranules.copyMemory(from: granules.baseAddress!, byteCount: granules.count * 8) }
    meet(group)
    for (rank, base) in bases.enumerated() where rank != group.rank {
      let part = group.part(ofRank: rank, of: count)
      if wantsValues {
        (values + part.lowerBound).update(
          from: floats(of: base, layout.values) + part.lowerBound, count: part.count)
      }
      if let granules {
        let range = group.granuleRange(part)
        let source = (base + layout.granules).assumingMemoryBound(to: Double.self)
        (granules.baseAddress! + range.lowerBound).update(from: source + range.lowerBound, count: range.count)
      }
    }
  }

  /// Waits until no other rank reads this one's gradients any more.
  func releaseGradients(_ group: ProcessGroup) {
    if gradientsAreInUse { meet(group) }
  }

  /// Returns when every rank has come as often as this one.
  private func meet(_ group: ProcessGroup) {
    meetings &+= 1
    csm_store_and_wake(own.bytes.baseAddress!.assumingMemoryBound(to: UInt32.self), meetings)
    for rank in bases.indices where rank != group.rank {
      let word = UnsafePointer(bases[rank].assumingMemoryBound(to: UInt32.self))
      // Counts wrap, so what matters is who is ahead.
      let meetings = self.meetings
      group.wait(for: rank) {
        Int32(bitPattern: csm_load(word) &- meetings) >= 0
      } sleeping: {
        let seen = csm_load(word)
        if Int32(bitPattern: seen &- meetings) < 0 { csm_wait(word, seen, 50_000_000) }
      }
    }
    gradientsAreInUse = false
  }

  private func floats(of base: UnsafeMutableRawPointer, _ offset: Int) -> UnsafeMutablePointer<Float> {
    (base + offset).assumingMemoryBound(to: Float.self)
  }
}

extension ProcessGroup {
  /// Memory for gradients and values of which `sumParts` and `shareParts` then need no messages, zero at first; nil where
  /// ranks are on several hosts or can't reach each other's memory, and in a group of one. A collective call. The memory
  /// lives as long as the group, or until `releaseSharedWindow`.
  ///
  /// `ATELIER_SHARED_WINDOW=off` in the environment keeps to messages, for comparison and where shared memory makes
  /// trouble; the bits are the same.
  public func makeSharedWindow(count: Int)
    -> (gradients: UnsafeMutablePointer<Float>, values: UnsafeMutablePointer<Float>)?
  {
    guard size > 1, algorithm == .tree else { return nil }
    let phase = "sharing memory"
    let isWanted = localSize == size && environmentValue("ATELIER_SHARED_WINDOW") != "off"
    let byteCount = SharedWindow.Layout(count: count).byteCount
    let own = isWanted ? SharedMemory(byteCount: byteCount) : nil
    let addresses = allGather(Array((own?.address ?? "").utf8), phase: phase)
    let attached = addresses.indices.map { rank in
      rank == self.rank
        ? nil
        : SharedMemory(attachingTo: String(decoding: addresses[rank], as: UTF8.self), byteCount: byteCount)
    }
    let isComplete = own != nil && attached.indices.allSatisfy { $0 == rank || attached[$0] != nil }
    // All or none, since messages and meetings don't mix.
    guard allGather([isComplete ? 1 : 0], phase: phase).allSatisfy({ $0 == [1] }), let own else { return nil }
    let window = SharedWindow(own: own, attached: attached, count: count)
    self.window = window
    return (window.gradients, window.values)
  }

  /// Gives back the memory that `makeSharedWindow` made, which nobody on this rank may use any more. The other ranks keep
  /// what they see of it until they do the same.
  public func releaseSharedWindow() {
    window = nil
  }
}
