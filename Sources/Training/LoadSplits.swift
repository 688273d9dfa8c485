import Collectives
import Diagnostics
import ImageData

/// The data of a run, and how the ranks hold it.
struct LoadedSplits {
  let splits: DataSplits
  /// Copies of the images in memory, on all hosts together; known to rank 0.
  let copies: Int
}

/// Loads and splits a run's data, one copy on each host (`loadImages`). A collective call; all throw if one rank can't.
///
/// - Parameters:
///   - data: what to read, whatever the configuration says.
///   - labelUse: what labels are needed for; absent ones are then a failure.
///   - prefetch: the same data, read with the same need of labels, if this process has begun to read it.
func loadSplits(
  _ configuration: RunConfiguration, data: String?, labelUse: LabelUse? = nil, group: ProcessGroup,
  prefetch: ImagePrefetch? = nil
) throws -> LoadedSplits {
  let loaded = try loadImages(
    .data(data, labelUse: labelUse), group: group, prefetch: prefetch)
  // All ranks have the same images now, and find the same faults.
  let splits = try DataSplits(
    of: loaded.images, scheme: configuration.split, validation: configuration.validation,
    limit: configuration.limit)
  return LoadedSplits(splits: splits, copies: loaded.copies)
}
