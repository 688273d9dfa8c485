import Foundation
import NeuralNet
import TestSupport

/// Runs `body` for ranks 0 to `count` - 1 at the same time, each on a thread of its own, and gives their results in order.
///
/// The `ShardSums` that `body` gets meets the other ranks' in every call, as messages would.
func onRanks<Result: Sendable>(
  _ count: Int, _ body: @escaping @Sendable (_ rank: Int, _ sums: any ShardSums) -> Result
) -> [Result] {
  let meeting = Meeting(ranks: count)
  let results = Results<Result>(count)
  let threads = (0..<count).map { rank in
    Thread {
      results.set(rank, body(rank, MeetingSums(meeting: meeting, rank: rank)))
    }
  }
  for thread in threads {
    thread.stackSize = 8 << 20
    thread.start()
  }
  return results.wait()
}

private struct MeetingSums: ShardSums {
  let meeting: Meeting
  let rank: Int

  func sum(_ partials: [Double], width: Int) -> [Double] {
    LocalShardSums().sum(meeting.gather(partials, from: rank), width: width)
  }
}

/// Where ranks exchange what they have.
private final class Meeting: @unchecked Sendable {
  private let condition = NSCondition()
  private var contributions: [[Double]?]
  private var gathered: [Double] = []
  private var round = 0

  init(ranks: Int) {
    contributions = Array(repeating: nil, count: ranks)
  }

  /// What all ranks give in this round, in their order; returns when all have.
  func gather(_ partials: [Double], from rank: Int) -> [Double] {
    condition.lock()
    defer { condition.unlock() }
    precondition(contributions[rank] == nil)
    contributions[rank] = partials
    if contributions.contains(where: { $0 == nil }) {
      let current = round
      while round == current { condition.wait() }
    } else {
      gathered = contributions.flatMap { $0! }
      contributions = contributions.map { _ in nil }
      round += 1
      condition.broadcast()
    }
    return gathered
  }
}

private final class Results<Result>: @unchecked Sendable {
  private let condition = NSCondition()
  private var results: [Result?]

  init(_ count: Int) { results = Array(repeating: nil, count: count) }

  func set(_ index: Int, _ result: Result) {
    condition.lock()
    results[index] = result
    condition.broadcast()
    condition.unlock()
  }

  func wait() -> [Result] {
    condition.lock()
    defer { condition.unlock() }
    while results.contains(where: { $0 == nil }) { condition.wait() }
    return results.map { $0! }
  }
}
