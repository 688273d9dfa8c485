import Artifacts
import Collectives
import Diagnostics

/// Sums of what one learner's samples give, kept apart for each of this rank's shards so that their totals have the same
/// bits at any number of ranks, and of gradient norms, which all ranks know anyway.
struct LossMeter {
  /// What it counts, by the names of metrics, without `train/`.
  struct Quantities: Sendable, Equatable {
    /// Before the names of what there is one of for each learner: `d_`, `g_`, or nothing.
    var prefix = ""
    /// Means over samples; the first is the loss.
    var names = ["loss"]
  }

  let quantities: Quantities
  /// Of each of this rank's shards, name by name: (names, shards).
  var shardSums: [[Double]]
  /// Samples of the global batches added.
  private(set) var samples = 0
  /// Gradient norms, each times its batch's samples.
  private var weightedNorm = 0.0

  init(_ quantities: Quantities, shards: Int) {
    self.quantities = quantities
    shardSums = [[Double]](
      repeating: [Double](repeating: 0, count: shards), count: quantities.names.count)
  }

  /// Counts a global batch, whose samples are in the shards' sums already.
  mutating func add(samples count: Int, norm: Double) {
    samples += count
    weightedNorm += norm * Double(count)
  }

  mutating func clear() {
    self = LossMeter(quantities, shards: shardSums[0].count)
  }

  /// The mean of each quantity over samples, in the order of the names; a collective call.
  func means(_ group: ProcessGroup) -> [(name: String, value: Double)] {
    zip(quantities.names, shardSums).map { name, sums in
      let sum = sums.withUnsafeBufferPointer {
        group.sum(shardPartials: $0, width: 1, phase: "loss sum")[0]
      }
      return (name, sum / Double(max(samples, 1)))
    }
  }

  /// The mean of the gradient norms, under its name.
  var meanNorm: (name: String, value: Double) {
    ("\(quantities.prefix)grad_norm", weightedNorm / Double(max(samples, 1)))
  }
}

// MARK: - state.json

extension LossMeter {
  private var samplesKey: String { "\(quantities.prefix)samples" }
  private var normKey: String { "weighted_\(quantities.prefix)norm" }

  private func sumsKey(_ name: String) -> String { "shard_\(name)_sums" }

  /// The sums of all ranks' shards, so that a run that goes on from within an interval ends it with the same; a collective
  /// call whose result rank 0 has.
  func state(_ group: ProcessGroup) -> [JSONMember] {
    [JSONMember(samplesKey, .integer(samples)), JSONMember(normKey, .double(weightedNorm))]
      + zip(quantities.names, shardSums).map { name, sums in
        let all = group.gather(sums.withUnsafeBytes { Array($0) }, phase: "saving a checkpoint").flatMap {
          bytes in
          bytes.withUnsafeBytes { Array($0.bindMemory(to: Double.self)) }
        }
        return JSONMember(sumsKey(name), .array(all.map { .double($0) }))
      }
  }

  /// Takes over what `state` gave.
  ///
  /// - Parameters:
  ///   - shards: of all ranks.
  ///   - own: those of this rank.
  mutating func restore(_ state: JSONValue?, shards: Int, own: Range<Int>, file: String) throws {
    let fault = Failure(.badData, "\(file) holds no usable loss sums")
    guard let samples = state?[samplesKey]?.integerValue, let norm = state?[normKey]?.doubleValue else {
      throw fault
    }
    for (index, name) in quantities.names.enumerated() {
      guard let sums = state?[sumsKey(name)]?.arrayValue?.compactMap(\.doubleValue), sums.count == shards
      else { throw fault }
      shardSums[index] = Array(sums[own])
    }
    self.samples = samples
    weightedNorm = norm
  }
}
