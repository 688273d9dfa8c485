/// Sums over ranks in the one order of the reproducibility contract: the binary tree over ranks, where level k adds the
/// partners r and r xor 2^k. A rank's shards are a complete subtree, so with shards folded in tree order first
/// (`foldInTreeOrder`) every element sees ((0+1)+(2+3))+((4+5)+(6+7)) however many ranks there are.
extension ProcessGroup {
  /// Up to this many bytes each rank adds everything itself (fewest messages), above it ranks share the additions
  /// (fewest bytes). The bits are the same.
  package static let recursiveDoublingLimit = 32 * 1024

  /// Replaces the values on every rank by their sum over ranks, equal to the bit on all of them. All ranks give as many
  /// values. With `algorithm` `.mpi` the order is MPI's choice, and the wait is its own: busy and without a limit. The
  /// group's size must be a power of two.
  public func sumInPlace(_ values: UnsafeMutableBufferPointer<Float>, phase: String = "sum") {
    sumOverRanks(values, phase)
  }

  /// The same in double precision.
  public func sumInPlace(_ values: UnsafeMutableBufferPointer<Double>, phase: String = "sum") {
    sumOverRanks(values, phase)
  }

  private func sumOverRanks<Element: TreeSummable>(
    _ values: UnsafeMutableBufferPointer<Element>, _ phase: String
  ) {
    guard size > 1, let base = values.baseAddress, !values.isEmpty else { return }
    collective(phase) {
      switch algorithm {
      case .mpi:
        check(
          Element.allreduceWithMPI(base, count: values.count, in: communicator), "MPI_Allreduce")
      case .tree:
        precondition(size & (size - 1) == 0, "the tree needs a power of two of ranks")
        let stride = MemoryLayout<Element>.stride
        if values.count * stride <= Self.recursiveDoublingLimit {
          reserveScratch(byteCount: values.count * stride)
          sumByDoubling(base, count: values.count)
        } else {
          let steps = halvingSteps(of: rank, count: values.count, granule: 16)
          sumByHalving(base, steps)
          shareByDoubling(base, steps)
        }
      }
    }
  }

  /// Recursive doubling: partners exchange all they have and both add.
  private func sumByDoubling<Element: TreeSummable>(_ base: UnsafeMutablePointer<Element>, count: Int) {
    let received = UnsafeMutableBufferPointer(
      start: scratch.baseAddress!.assumingMemoryBound(to: Element.self), count: count)
    var distance = 1
    while distance < size {
      exchange(UnsafeMutableBufferPointer(start: base, count: count), into: received, with: rank ^ distance)
      Element.add(received.baseAddress!, to: base, count: count)
      distance *= 2
    }
  }
}

/// The two halves of the sum for long buffers, for callers who have something to do with each rank's part in between.
extension ProcessGroup {
  /// Parts begin at multiples of this many values.
  public static let partGranule = 1024

  /// The part of `count` values that belongs to this rank between `sumParts` and `shareParts`: all of them in a group of
  /// one. The ranks' parts cover everything once.
  public func ownPart(of count: Int) -> Range<Int> { part(ofRank: rank, of: count) }

  func part(ofRank rank: Int, of count: Int) -> Range<Int> {
    halvingSteps(of: rank, count: count, granule: Self.partGranule).last?.kept ?? 0..<count
  }

  /// Waits until the other ranks have read what they need of this rank's values given to `sumParts`; then they may change.
  public func releaseParts(of values: UnsafeMutableBufferPointer<Float>, phase: String = "sum") {
    guard let window = windows.first(where: { $0.gradients == values.baseAddress }) else { return }
    collective(phase) { window.releaseGradients(self) }
  }

  /// Sums over ranks in the tree's order, each rank its own part; what stands elsewhere is of no use afterwards.
  public func sumParts(_ values: UnsafeMutableBufferPointer<Float>, phase: String = "sum") {
    guard size > 1, let base = values.baseAddress, !values.isEmpty else { return }
    collective(phase) {
      switch algorithm {
      case .mpi: check(Float.allreduceWithMPI(base, count: values.count, in: communicator), "MPI_Allreduce")
      case .tree:
        if let window = windows.first(where: { $0.gradients == base }) {
          window.sumGradients(part: ownPart(of: values.count), group: self)
        } else {
          sumByHalving(base, halvingSteps(of: rank, count: values.count, granule: Self.partGranule))
        }
      }
    }
  }

  /// Gives every rank what each has in its own part.
  ///
  /// - Parameter granules: a number for each `partGranule` of the values, shared along with them in the same messages'
  ///   time; as many as granules begin.
  public func shareParts(
    _ values: UnsafeMutableBufferPointer<Float>, granules: UnsafeMutableBufferPointer<Double>? = nil,
    phase: String = "share"
  ) {
    share(values, wantsValues: true, granules, phase)
  }

  /// Gives every rank the numbers that each has for the granules of its own part of the values, which stay as they are.
  public func shareGranules(
    _ granules: UnsafeMutableBufferPointer<Double>, of values: UnsafeMutableBufferPointer<Float>,
    phase: String = "share"
  ) {
    share(values, wantsValues: false, granules, phase)
  }

  private func share(
    _ values: UnsafeMutableBufferPointer<Float>, wantsValues: Bool,
    _ granules: UnsafeMutableBufferPointer<Double>?, _ phase: String
  ) {
    guard size > 1, let base = values.baseAddress, !values.isEmpty else { return }
    let count = values.count
    precondition(granules.map { $0.count == granuleCount(count) } ?? true)
    collective(phase) {
      if let window = windows.first(where: { $0.values == base }) {
        return window.share(values: wantsValues, granules: granules, group: self)
      }
      for step in halvingSteps(of: rank, count: count, granule: Self.partGranule).reversed() {
        if let granules {
          post(
            exchange: granules.baseAddress!, granuleRange(step.kept), into: granuleRange(step.given),
            with: step.partner)
        }
        if wantsValues { post(exchange: base, step.kept, into: step.given, with: step.partner) }
        wait()
      }
    }
  }

  /// How many granules `count` values have, the last of them perhaps not full.
  public func granuleCount(_ count: Int) -> Int { (count + Self.partGranule - 1) / Self.partGranule }

  func granuleRange(_ range: Range<Int>) -> Range<Int> {
    granuleCount(range.lowerBound)..<granuleCount(range.upperBound)
  }
}

// MARK: - Recursive halving and doubling

extension ProcessGroup {
  /// A round in which partners halve a range between them.
  private struct HalvingStep {
    let partner: Int
    let kept: Range<Int>
    let given: Range<Int>
  }

  /// The rounds of a rank with ever farther partners, nearest first, as the tree wants. Ranges are cut at multiples of
  /// `granule` (which keeps vectors and cache lines whole), so that the lower part is never the smaller one.
  private func halvingSteps(of rank: Int, count: Int, granule: Int) -> [HalvingStep] {
    precondition(size & (size - 1) == 0, "the tree needs a power of two of ranks")
    var steps: [HalvingStep] = []
    var range = 0..<count
    var distance = 1
    while distance < size {
      let half = (range.count / 2 + granule - 1) / granule * granule
      let cut = min(range.lowerBound + half, range.upperBound)
      let lower = range.lowerBound..<cut
      let upper = cut..<range.upperBound
      let (kept, given) = rank & distance == 0 ? (lower, upper) : (upper, lower)
      steps.append(HalvingStep(partner: rank ^ distance, kept: kept, given: given))
      range = kept
      distance *= 2
    }
    return steps
  }

  /// Each partner adds its half of what both have; in the end a rank's last range is summed over all ranks.
  private func sumByHalving<Element: TreeSummable>(
    _ base: UnsafeMutablePointer<Element>, _ steps: [HalvingStep]
  ) {
    let largest = steps.map(\.kept.count).max() ?? 0
    reserveScratch(byteCount: largest * MemoryLayout<Element>.stride)
    for step in steps {
      let received = UnsafeMutableBufferPointer(
        start: scratch.baseAddress!.assumingMemoryBound(to: Element.self), count: step.kept.count)
      exchange(slice(base, step.given), into: received, with: step.partner)
      Element.add(received.baseAddress!, to: base + step.kept.lowerBound, count: step.kept.count)
    }
  }

  /// The halves travel back the same way.
  private func shareByDoubling<Element: TreeSummable>(
    _ base: UnsafeMutablePointer<Element>, _ steps: [HalvingStep]
  ) {
    for step in steps.reversed() {
      exchange(slice(base, step.kept), into: slice(base, step.given), with: step.partner)
    }
  }

  private func slice<Element>(
    _ base: UnsafeMutablePointer<Element>, _ range: Range<Int>
  ) -> UnsafeMutableBufferPointer<Element> {
    UnsafeMutableBufferPointer(start: base + range.lowerBound, count: range.count)
  }

  private func post<Element>(
    exchange base: UnsafeMutablePointer<Element>, _ sent: Range<Int>, into received: Range<Int>,
    with partner: Int
  ) {
    post(receive: UnsafeMutableRawBufferPointer(slice(base, received)), from: partner)
    post(send: UnsafeRawBufferPointer(slice(base, sent)), to: partner)
  }

  fileprivate func exchange<Element>(
    _ sent: UnsafeMutableBufferPointer<Element>, into received: UnsafeMutableBufferPointer<Element>,
    with partner: Int
  ) {
    post(receive: UnsafeMutableRawBufferPointer(received), from: partner)
    post(send: UnsafeRawBufferPointer(sent), to: partner)
    wait()
  }

  fileprivate func reserveScratch(byteCount: Int) {
    guard byteCount > scratch.count else { return }
    scratch.deallocate()
    scratch = .allocate(byteCount: byteCount, alignment: 64)
  }
}
