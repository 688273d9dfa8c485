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
        check(Element.allreduceWithMPI(base, count: values.count), "MPI_Allreduce")
      case .tree:
        precondition(size & (size - 1) == 0, "the tree needs a power of two of ranks")
        let stride = MemoryLayout<Element>.stride
        if values.count * stride <= Self.recursiveDoublingLimit {
          reserveScratch(byteCount: values.count * stride)
          sumByDoubling(base, count: values.count)
        } else {
          reserveScratch(byteCount: middle(of: 0..<values.count) * stride)
          sumByHalving(base, 0..<values.count, distance: 1)
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

  /// Recursive halving, then doubling: partners halve the range between them and each adds its half, with ever farther
  /// partners; when the range is summed over all ranks, the halves travel back the same way.
  private func sumByHalving<Element: TreeSummable>(
    _ base: UnsafeMutablePointer<Element>, _ range: Range<Int>, distance: Int
  ) {
    guard distance < size else { return }
    let partner = rank ^ distance
    let cut = middle(of: range)
    let lower = range.lowerBound..<cut
    let upper = cut..<range.upperBound
    let (kept, given) = rank & distance == 0 ? (lower, upper) : (upper, lower)
    func slice(_ part: Range<Int>) -> UnsafeMutableBufferPointer<Element> {
      UnsafeMutableBufferPointer(start: base + part.lowerBound, count: part.count)
    }

    let received = UnsafeMutableBufferPointer(
      start: scratch.baseAddress!.assumingMemoryBound(to: Element.self), count: kept.count)
    exchange(slice(given), into: received, with: partner)
    Element.add(received.baseAddress!, to: base + kept.lowerBound, count: kept.count)
    sumByHalving(base, kept, distance: distance * 2)
    exchange(slice(kept), into: slice(given), with: partner)
  }

  /// Where a range is cut in two: at a multiple of 16 elements, which keeps vectors and cache lines whole, so that the
  /// lower part is never the smaller one.
  private func middle(of range: Range<Int>) -> Int {
    min(range.lowerBound + (range.count / 2 + 15) / 16 * 16, range.upperBound)
  }

  private func exchange<Element>(
    _ sent: UnsafeMutableBufferPointer<Element>, into received: UnsafeMutableBufferPointer<Element>,
    with partner: Int
  ) {
    post(receive: UnsafeMutableRawBufferPointer(received), from: partner)
    post(send: UnsafeRawBufferPointer(sent), to: partner)
    wait()
  }

  private func reserveScratch(byteCount: Int) {
    guard byteCount > scratch.count else { return }
    scratch.deallocate()
    scratch = .allocate(byteCount: byteCount, alignment: 64)
  }
}
