import TensorCore

/// What layers need beside the numbers to take rows forward or back.
public struct Pass {
  /// This rank's rows and how they are cut into shards.
  public let rows: ShardedRows
  public let team: ThreadTeam
  /// Nil in evaluation and generation: dropout then passes everything, batch normalization uses its running statistics.
  public private(set) var training: TrainingPass?
  /// Whether `backward` fills the gradients of parameters; where it does not, they stay as they are and only that of the
  /// input is made.
  public let wantsParameterGradients: Bool
  /// The class of each row, for layers that need it; nil where there are none.
  public private(set) var labels: [UInt8]?

  public init(
    rows: ShardedRows, team: ThreadTeam, training: TrainingPass? = nil, wantsParameterGradients: Bool = true
  ) {
    self.rows = rows
    self.team = team
    self.training = training
    self.wantsParameterGradients = wantsParameterGradients
  }

  /// Rows whose shards don't matter: they are only taken forward, outside training.
  public init(rowCount: Int, team: ThreadTeam) {
    self.init(rows: ShardedRows(offsets: [0, rowCount]), team: team)
  }

  public var rowCount: Int { rows.rowCount }

  /// The same, but without moving running statistics: for a batch that passes again.
  public var withoutMovingStatistics: Pass {
    var pass = self
    pass.training?.movesRunningStatistics = false
    return pass
  }

  /// The same, but back to the input only.
  public var withoutParameterGradients: Pass {
    Pass(rows: rows, team: team, training: training, wantsParameterGradients: false).labelled(labels)
  }

  /// The same for rows of those classes.
  ///
  /// - Precondition: a class for each row.
  public func labelled(_ labels: [UInt8]?) -> Pass {
    precondition(labels.map { $0.count == rowCount } ?? true)
    var pass = self
    pass.labels = labels
    return pass
  }

  /// The class of each row.
  ///
  /// - Precondition: the pass has them, and they are below `classes`.
  func requireLabels(below classes: Int) -> [UInt8] {
    guard let labels else { preconditionFailure("the classes of the rows are needed here") }
    precondition(labels.allSatisfy { $0 < classes }, "classes are below \(classes)")
    return labels
  }
}

/// What only training has: where random numbers come from, and sums over all ranks between two layers.
public struct TrainingPass {
  public let seed: UInt32
  /// Updates before this one.
  public let step: Int
  /// The data-set index of each row, so that a sample's random numbers don't depend on the rank it lies on.
  public let sampleIndices: ArraySlice<Int32>
  public let sums: any ShardSums
  /// Whether running statistics follow those of this batch; not where it passes again.
  public fileprivate(set) var movesRunningStatistics: Bool

  public init(
    seed: UInt32, step: Int, sampleIndices: ArraySlice<Int32>, sums: any ShardSums,
    movesRunningStatistics: Bool = true
  ) {
    self.movesRunningStatistics = movesRunningStatistics
    self.seed = seed
    self.step = step
    self.sampleIndices = sampleIndices
    self.sums = sums
  }
}

/// Adds up what each shard of each rank has, in the one tree that all sums go through.
public protocol ShardSums {
  /// - Parameter partials: (this rank's shards, width), shard by shard, or a single row where a rank has added up its
  ///   shards in their tree already.
  /// - Returns: `width` sums over all shards of all ranks, the same bits on each.
  func sum(_ partials: [Double], width: Int) -> [Double]
}

/// The sums of a run on one rank, without messages.
public struct LocalShardSums: ShardSums {
  public init() {}

  public func sum(_ partials: [Double], width: Int) -> [Double] {
    foldInTree(partials, width: width)
  }
}

/// Adds the rows of `partials`, (shards, width), in the order of a binary tree.
///
/// - Precondition: shards are a power of two.
func foldInTree<Number: FloatingPoint>(_ partials: [Number], width: Int) -> [Number] {
  var sums = partials
  var shards = partials.count / max(width, 1)
  precondition(shards & (shards - 1) == 0, "shards are a power of two")
  while shards > 1 {
    for shard in 0..<shards / 2 {
      for column in 0..<width {
        sums[shard * width + column] =
          sums[2 * shard * width + column] + sums[(2 * shard + 1) * width + column]
      }
    }
    shards /= 2
  }
  return Array(sums.prefix(width))
}
