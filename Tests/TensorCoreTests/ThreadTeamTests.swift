import Glibc
import Synchronization
import TensorCore
import Testing

@Test(arguments: 1...4) func sharesAreContiguousAndCoverEverythingOnce(threads: Int) {
  let team = ThreadTeam(count: threads)
  for total in Array(0...20) + [63, 64, 65, 1000] {
    for granule in [1, 4, 64] {
      let shares = Mutex<[Range<Int>]>([])
      team.forEachRange(total, granule: granule) { range in shares.withLock { $0.append(range) } }
      var end = 0
      for share in shares.withLock({ $0.sorted { $0.lowerBound < $1.lowerBound } }) {
        #expect(share.lowerBound == end && !share.isEmpty)
        #expect(share.upperBound == total || share.upperBound % granule == 0)
        end = share.upperBound
      }
      #expect(end == total)
    }
  }
}

@Test func sharesDifferByAGranuleAtMost() {
  let sizes = Mutex<[Int]>([])
  ThreadTeam(count: 3).forEachRange(100, granule: 4) { range in sizes.withLock { $0.append(range.count) } }
  #expect(sizes.withLock { $0.sorted() } == [32, 32, 36])
}

/// Sleeping between kernels (no spinning at all) and spinning.
@Test(arguments: [true, false]) func everyMemberRunsOnceARunAndSeesTheRunBefore(oversubscribed: Bool) {
  let members = 3
  let runs = 1000
  let team = ThreadTeam(count: members, oversubscribed: oversubscribed)
  // Two generations of counters, a cache line apart: a run reads its neighbour's of the run before.
  let counters = AlignedBuffer<Int>(count: 2 * members * 8)
  let stale = Atomic<Int>(0)
  for run in 0..<runs {
    team.run { member in
      let old = counters.pointer + (run & 1) * members * 8
      let new = counters.pointer + (1 - run & 1) * members * 8
      if old[(member + 1) % members * 8] != run { stale.wrappingAdd(1, ordering: .relaxed) }
      new[member * 8] = old[member * 8] + 1
    }
  }
  #expect(stale.load(ordering: .relaxed) == 0)
  let last = counters.pointer + (runs & 1) * members * 8
  for member in 0..<members { #expect(last[member * 8] == runs) }
}

@Test func theCallerIsMemberZero() {
  let caller = pthread_self()
  let team = ThreadTeam(count: 2)
  let isCaller = AlignedBuffer<Bool>(count: 2)
  team.run { isCaller.pointer[$0] = pthread_equal(pthread_self(), caller) != 0 }
  #expect(isCaller.array == [true, false])
}

/// 400 helpers, of which a few might still be counted while other tests run teams of their own.
@Test func aTeamsThreadsEndWithIt() throws {
  let before = try threadCount()
  for _ in 0..<200 {
    let team = ThreadTeam(count: 3)
    team.run { _ in }
  }
  #expect(try threadCount() < before + 100)
}

@Test func aRunWithinARunIsRefused() async {
  await #expect(processExitsWith: .failure) {
    let team = ThreadTeam(count: 2)
    team.run { _ in team.run { _ in } }
  }
}

/// Threads of this process.
private func threadCount() throws -> Int {
  let folder = try #require(opendir("/proc/self/task"))
  defer { closedir(folder) }
  var count = -2  // "." and ".."
  while readdir(folder) != nil { count += 1 }
  return count
}
