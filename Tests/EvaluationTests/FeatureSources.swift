import Artifacts
import Diagnostics
import Evaluation
import ImageData
import TensorCore
import TestSupport

// What tests of extraction, statistics and scores take their features from.

/// A network that is quick: features and probabilities from the sums of an image's rows.
final class RowSumNetwork: FeatureNetwork {
  let name = "row-sums"
  var weightsDigest = "none"
  var preprocessing = "none"
  let featureCount = 28
  let classCount: Int?
  let capacity: Int
  /// Calls of `compute` so far.
  private(set) var calls = 0

  init(classes: Int? = 3, capacity: Int = EvaluationChunks.size) {
    classCount = classes
    self.capacity = capacity
  }

  func requireSize(height: Int, width: Int) throws(Failure) {
    if height != featureCount { throw Failure(.badData, "row-sums takes 28 rows, not \(height)") }
  }

  func compute(
    images: UnsafePointer<Float>, features: UnsafeMutablePointer<Float>,
    probabilities: UnsafeMutablePointer<Float>?, rows: Int, team: ThreadTeam
  ) {
    precondition(rows <= capacity && (probabilities == nil) == (classCount == nil))
    calls += 1
    for row in 0..<rows * 28 {
      features[row] = (0..<28).reduce(0) { $0 + images[row * 28 + $1] * Float($1 + 1) }
    }
    guard let probabilities, let classCount else { return }
    for row in 0..<rows {
      let share = 1 / (1 + features[row * 28 + 14])
      for label in 0..<classCount {
        probabilities[row * classCount + label] = label == 0 ? share : (1 - share) / Float(classCount - 1)
      }
    }
  }
}

/// Images made up for tests: bytes, or floats beside them where `isFloat`.
func syntheticImages(_ count: Int, isFloat: Bool = false) throws -> ImageDataset {
  let folder = TemporaryFolder()
  let source = try openImages(SyntheticImages.write(to: folder, train: count, test: 1))
  let bytes = try train(ImageCollection(reading: source))
  guard isFloat else { return bytes }
  let values = zip(pixels(of: bytes), randomFloats(count * 784, seed: 9)).map {
    min(1, max(0, $0 + $1 / 1000))
  }
  let layout = try ImageLayout(
    path: "floats", pixelType: .float32, counts: [count - 1, 1], names: ["first", "last"], height: 28,
    width: 28, isLabelled: false)
  let storage = PixelStorage(byteCount: layout.byteCount) { memory in
    values.withUnsafeBytes { memory.copyMemory(from: $0) }
  }
  return try train(ImageCollection(layout: layout, digest: SHA256.digest(of: []), storage: storage))
}

private func train(_ images: ImageCollection) throws -> ImageDataset {
  try DataSplits(of: images, scheme: .official, validation: nil, limit: nil).train
}

/// The pixels of images, (images, 784).
func pixels(of images: ImageDataset) -> [Float] {
  var pixels = [Float](repeating: 0, count: images.count * 784)
  pixels.withUnsafeMutableBufferPointer { pixels in
    for image in 0..<images.count { images.copyImage(image, to: pixels.baseAddress! + image * 784) }
  }
  return pixels
}

/// Features and probabilities of made-up images, from sums of uniform numbers, which are nearly normal.
func madeUpFeatures(
  _ count: Int, dimension: Int = 8, seed: UInt32, offset: Float = 0, scale: Float = 1, classes: Int? = 4
) throws -> ImageFeatures {
  let uniform = (0..<4).map { randomFloats(count * dimension, seed: seed + UInt32($0) * 1000) }
  let values = (0..<count * dimension).map { index in
    offset + scale * (uniform[0][index] + uniform[1][index] + uniform[2][index] + uniform[3][index])
  }
  var probabilities: FeatureMatrix?
  if let classes {
    let rows = (0..<count).flatMap { image -> [Float] in
      let weights = randomFloats(classes, seed: seed &* 31 &+ UInt32(image), low: 0.1, high: 1)
      let sum = weights.reduce(0, +)
      return weights.map { $0 / sum }
    }
    probabilities = try FeatureMatrix(rows, count: count, dimension: classes)
  }
  return ImageFeatures(
    features: try FeatureMatrix(values, count: count, dimension: dimension), probabilities: probabilities)
}

/// Statistics of made-up images.
func madeUpStatistics(
  _ count: Int, dimension: Int = 8, seed: UInt32, classes: Int? = 4, team: ThreadTeam = singleThread
) throws -> RealStatistics {
  try RealStatistics(
    of: madeUpFeatures(count, dimension: dimension, seed: seed, classes: classes),
    noise: madeUpFeatures(max(2, count / 2), dimension: dimension, seed: 77, offset: 5).features,
    network: "made-up", team: team)
}
