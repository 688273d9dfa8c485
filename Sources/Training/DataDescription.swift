import Artifacts
import Collectives
import ImageData

/// What a configuration's data is, how it is split, and in which order and shares it is taken.
public struct DataDescription: Sendable {
  private let splits: DataSplits
  private let configuration: RunConfiguration
  private let epoch: Int
  private let order: [Int32]
  private let plan: BatchPlan

  /// Indices of the order that are shown.
  private static let shownIndices = 10

  /// Loads the data; a collective call.
  ///
  /// - Throws: a failure that all ranks have agreed on.
  public init(_ configuration: RunConfiguration, epoch: Int, group: ProcessGroup) throws {
    splits = try loadSplits(configuration, data: configuration.data, group: group).splits
    self.configuration = configuration
    self.epoch = epoch
    order = EpochOrder(count: splits.train.count, seed: configuration.seed, epoch: epoch).indices
    plan = BatchPlan(
      sampleCount: splits.train.count, batchSize: configuration.batch, shards: configuration.shards)
  }

  private var shardSizes: [Int] {
    (0..<plan.shards).map { plan.samples(ofShard: $0, inBatch: 0).count }
  }

  /// The number of images of each label from 0 on; nil without labels.
  private func classCounts(_ images: ImageDataset) -> [Int]? {
    images.labels.map { labels in
      var counts = [Int](repeating: 0, count: Int(labels.max()!) + 1)
      for label in labels { counts[Int(label)] += 1 }
      return counts
    }
  }

  public var json: JSONValue {
    let source = splits.source
    func integers(_ values: [Int]) -> JSONValue { .array(values.map { .integer($0) }) }
    return [
      "path": .string(source.path), "images": .integer(source.count), "height": .integer(source.height),
      "width": .integer(source.width), "pixels": .string(source.pixelType.rawValue),
      "labels": .bool(source.isLabelled), "sha256": .string(splits.contentHash.description),
      "split": .string(configuration.split.rawValue),
      "splits": .array(
        splits.named.map { name, images in
          [
            "name": .string(name), "images": .integer(images.count),
            "class_counts": classCounts(images).map(integers) ?? .null,
            "first_images": integers((0..<min(images.count, Self.shownIndices)).map(images.sourceIndex)),
          ]
        }),
      "order": [
        "seed": .integer(Int(configuration.seed)), "epoch": .integer(epoch),
        "first_indices": integers(order.prefix(Self.shownIndices).map { Int($0) }),
      ],
      "batches": [
        "count": .integer(plan.batchCount), "first": .integer(plan.samples(ofBatch: 0).count),
        "shards": integers(shardSizes),
      ],
    ]
  }

  /// For people, a line a fact.
  public var text: String {
    let source = splits.source
    func list(_ numbers: some Sequence<Int>) -> String { numbers.map(String.init).joined(separator: " ") }
    var lines = [
      "data    \(source.path)",
      "images  \(grouped(source.count)) of \(source.height)x\(source.width) pixels, \(source.pixelType.rawValue), "
        + (source.isLabelled ? "with labels" : "without labels"), "sha256  \(splits.contentHash)",
    ]
    for (name, images) in splits.named {
      var line =
        "\(name)\(String(repeating: " ", count: 12 - name.count))\(rightAligned(grouped(images.count), 7)) images"
      if let counts = classCounts(images) { line += ", by class \(list(counts))" }
      lines.append(line)
    }
    return
      (lines + [
        "order   seed \(configuration.seed), epoch \(epoch): \(list(order.prefix(Self.shownIndices).map { Int($0) })) …",
        "batches \(grouped(plan.batchCount)) an epoch, the first of \(plan.samples(ofBatch: 0).count) images in shards "
          + "of \(list(shardSizes))",
      ]).joined(separator: "\n") + "\n"
  }
}
