import Collectives
import Diagnostics
import Glibc

/// One rank stops before a sum; the others may wait 1 s for it, or `allowance` where that is more.
func hang(_ group: ProcessGroup, rank: Int, allowance: Int) {
  group.hangTimeout = 1
  if group.rank == rank { usleep(allowance > 0 ? 2_500_000 : 30_000_000) }
  var values: [Float] = [1, 2, 3]
  group.allowing(seconds: Double(allowance)) {
    values.withUnsafeMutableBufferPointer { group.sumInPlace($0, phase: "gradient sum") }
  }
  group.hangTimeout = 60
  if group.isRoot { print("not hung") }
}

/// All ranks sum without end while a second thread of one rank kills it.
func killInsideSum(_ group: ProcessGroup, rank: Int) {
  if group.rank == rank {
    var thread = pthread_t()
    pthread_create(
      &thread, nil,
      { _ in
        usleep(100_000)
        kill(getpid(), SIGKILL)
        return nil
      }, nil)
  }
  var values = [Float](repeating: 1, count: 100_003)
  while true {
    values.withUnsafeMutableBufferPointer { group.sumInPlace($0) }
  }
}

/// Rank 0 keeps the others waiting for 1 s; prints the most processor time that a waiting rank used, in milliseconds.
func reportIdleCost(_ group: ProcessGroup) {
  group.barrier()
  let before = processorSeconds()
  if group.isRoot { usleep(1_000_000) }
  group.barrier()
  let used = Int((processorSeconds() - before) * 1000)
  let all = group.gather(Array("\(used)".utf8)).dropFirst().map { Int(String(decoding: $0, as: UTF8.self))! }
  if group.isRoot { print("idle \(all.max() ?? 0)") }
}

private func processorSeconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}
