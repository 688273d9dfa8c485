import Collectives
import Glibc

/// Times sums of a buffer by the tree and by MPI_Allreduce in turn, and prints the median and the least of each.
func reportTiming(_ group: ProcessGroup, byteCount: Int, repeats: Int) {
  let values = UnsafeMutableBufferPointer<Float>.allocate(capacity: byteCount / 4)
  values.initialize(repeating: 0)
  defer { values.deallocate() }
  var seconds: [ReductionAlgorithm: [Double]] = [.tree: [], .mpi: []]
  for _ in 0..<repeats + 10 {
    for algorithm in [ReductionAlgorithm.tree, .mpi] {
      group.algorithm = algorithm
      for index in values.indices { values[index] = Float(index & 7) }
      group.barrier()
      let start = wallSeconds()
      group.sumInPlace(values)
      seconds[algorithm]!.append(wallSeconds() - start)
    }
  }
  guard group.isRoot else { return }
  for algorithm in [ReductionAlgorithm.tree, .mpi] {
    let sorted = seconds[algorithm]!.dropFirst(10).sorted()
    let median = Int(sorted[sorted.count / 2] * 1e6)
    print(
      "\(algorithm): \(byteCount) bytes, \(group.size) ranks: median \(median) us, least \(Int(sorted[0] * 1e6)) us"
    )
  }
}

private func wallSeconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}
