import Collectives
import NeuralNet

/// Sums that layers take between each other, over the shards of all ranks.
struct GroupSums: ShardSums {
  let group: ProcessGroup

  func sum(_ partials: [Double], width: Int) -> [Double] {
    partials.withUnsafeBufferPointer {
      group.sum(shardPartials: $0, width: width, phase: "sum between layers")
    }
  }
}
