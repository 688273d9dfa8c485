import Collectives
import Diagnostics
import ImageData
import NeuralNet
import RandomNumbers
import TensorCore

/// What a feature network tells of a set of images.
public struct ImageFeatures: Sendable {
  public let features: FeatureMatrix
  /// p(class | image), (images, classes); nil where the network has features only.
  public let probabilities: FeatureMatrix?

  public init(features: FeatureMatrix, probabilities: FeatureMatrix?) {
    self.features = features
    self.probabilities = probabilities
  }
}

/// The features of a set of images; a collective call, shared over ranks by chunks.
///
/// Pixels are rounded to k/255 first, which leaves images of bytes as they are. The bits don't depend on ranks, threads
/// or shards.
///
/// - Parameter name: what the images are called in messages: "real images".
/// - Returns: in the order of the images on rank 0, nil on the others.
/// - Throws: on every rank, 65 where the network can't take images of that size, or where a feature is not finite.
public func extractFeatures(
  of images: ImageDataset, by network: any FeatureNetwork, name: String, group: ProcessGroup,
  team: ThreadTeam
) throws -> ImageFeatures? {
  return try extractFeatures(
    count: images.count, height: images.height, width: images.width, by: network, name: name,
    group: group, team: team
  ) { range, destination in images.copyImages(range, to: destination, team: team) }
}

/// The features of the images that `generateImages` draws from a model with that seed; a collective call. The pixels
/// of a chunk are forgotten with it.
///
/// - Precondition: the model has room for `EvaluationChunks.size` rows of `height` x `width` pixels.
/// - Returns, throws: as for a set of images.
public func extractFeatures(
  ofGenerated count: Int, height: Int, width: Int, from model: GenerativeModel, seed: UInt32,
  by network: any FeatureNetwork, name: String = "generated images", group: ProcessGroup,
  team: ThreadTeam
) throws -> ImageFeatures? {
  let generator = model.generator
  precondition(generator.pixelCount == height * width)
  let codes = model.codes(seed: seed)
  return try extractFeatures(
    count: count, height: height, width: width, by: network, name: name, group: group,
    team: team
  ) { samples, destination in
    let images = model.generate(samples, codes: codes, team: team)
    destination.update(from: images, count: samples.count * generator.pixelCount)
  }
}

/// The features of any images; a collective call. Chunks are dealt out to ranks one by one, since the features of an image
/// don't depend on who computes them.
///
/// - Parameter fill: writes the pixels of some consecutive images, at most `EvaluationChunks.size` of them and all in one
///   chunk, (images, height, width) in [0, 1]. Called on the rank that has the chunk, outside any run of the team.
/// - Returns, throws: as for a set of images.
public func extractFeatures(
  count: Int, height: Int, width: Int, by network: any FeatureNetwork, name: String,
  group: ProcessGroup, team: ThreadTeam, fill: (Range<Int>, UnsafeMutablePointer<Float>) -> Void
) throws -> ImageFeatures? {
  try network.requireSize(height: height, width: width)
  let (featureCount, classCount) = (network.featureCount, network.classCount ?? 0)
  let rowWidth = featureCount + classCount
  let pixels = AlignedBuffer<Float>(count: EvaluationChunks.size * height * width)
  let features = AlignedBuffer<Float>(count: EvaluationChunks.size * featureCount)
  let probabilities = AlignedBuffer<Float>(count: EvaluationChunks.size * classCount)
  let rows = AlignedBuffer<Float>(count: EvaluationChunks.size * rowWidth)

  let gathered = EvaluationChunks(images: count, shards: group.size).gather(
    width: rowWidth, group: group, phase: "features of the \(name)"
  ) { chunk in
    fill(chunk, pixels.pointer)
    team.forEachRange(chunk.count) { range in
      roundToBytes(pixels.pointer + range.lowerBound * height * width, count: range.count * height * width)
    }
    for first in stride(from: 0, to: chunk.count, by: network.capacity) {
      network.compute(
        images: pixels.pointer + first * height * width, features: features.pointer + first * featureCount,
        probabilities: network.classCount.map { probabilities.pointer + first * $0 },
        rows: min(network.capacity, chunk.count - first), team: team)
    }
    for row in 0..<chunk.count {
      let destination = rows.pointer + row * rowWidth
      destination.update(from: features.pointer + row * featureCount, count: featureCount)
      (destination + featureCount).update(from: probabilities.pointer + row * classCount, count: classCount)
    }
    return UnsafePointer(rows.pointer)
  }

  var result: ImageFeatures?
  // Rank 0 may still compute where others have done their chunks.
  try group.allowing(seconds: 600) {
    try group.decideOnRoot(phase: "features of the \(name)") {
      func columns(_ range: Range<Int>) throws -> FeatureMatrix {
        let matrix = AlignedBuffer<Float>(count: count * range.count)
        gathered.withUnsafeBufferPointer { gathered in
          for row in 0..<count {
            let source = gathered.baseAddress! + row * rowWidth + range.lowerBound
            (matrix.pointer + row * range.count).update(from: source, count: range.count)
          }
        }
        return try FeatureMatrix(matrix, count: count, dimension: range.count, name: name)
      }
      result = ImageFeatures(
        features: try columns(0..<featureCount),
        probabilities: network.classCount == nil ? nil : try columns(featureCount..<rowWidth))
    }
  }
  return result
}
