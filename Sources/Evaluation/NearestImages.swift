import Diagnostics
import ImageData
import TensorCore

/// The training image nearest to each of some images, by Euclidean distance of the pixels.
public struct NearestImages: Sendable, Equatable {
  /// Which training image is nearest, the first of equally near ones.
  public let indices: [Int]
  public let distances: [Double]

  public var count: Int { distances.count }

  /// As `np.median`; of an even number, the mean of the two in the middle.
  public var medianDistance: Double {
    let sorted = distances.sorted()
    return (sorted[(count - 1) / 2] + sorted[count / 2]) / 2
  }

  /// The image that is nearest to a training image, the first of equally near ones.
  public var closest: (image: Int, trainingImage: Int, distance: Double) {
    let image = distances.indices.min { distances[$0] < distances[$1] }!
    return (image, indices[image], distances[image])
  }
}

/// Whether a generator repeats its training images: how far its images are from the nearest of them, beside how far real
/// images are that it was not trained on. A median well below theirs, or a pair at distance 0, is memorisation.
public struct MemorizationCheck: Sendable, Equatable {
  public let generated: NearestImages
  public let heldOut: NearestImages

  /// Images looked at on either side.
  public static let imageLimit = 100

  /// Compares the first images of both sides, at most `imageLimit` each; rank 0's work.
  ///
  /// - Parameters:
  ///   - pixels: generated images, (images, pixels) in [0, 1]; rounded to k/255 here.
  ///   - heldOut: real images that are not among `training`.
  /// - Throws: 65 for no images, or pixels that are not numbers.
  public init(
    pixels: [Float], heldOut: ImageDataset, training: ImageDataset, team: ThreadTeam
  ) throws(Failure) {
    let dimension = training.pixelsPerImage
    precondition(pixels.count % dimension == 0 && heldOut.pixelsPerImage == dimension)
    let count = min(Self.imageLimit, pixels.count / dimension)
    let heldOutCount = min(Self.imageLimit, heldOut.count)
    guard count > 0 && heldOutCount > 0 else {
      throw Failure(.badData, "there are no images to look for among training images")
    }
    // One pass over the training images serves both.
    let queries = AlignedBuffer<Float>(count: (count + heldOutCount) * dimension)
    pixels.withUnsafeBufferPointer {
      queries.pointer.update(from: $0.baseAddress!, count: count * dimension)
    }
    heldOut.copyImages(0..<heldOutCount, to: queries.pointer + count * dimension, team: team)
    roundToBytes(queries.pointer, count: queries.count)
    let nearest = try NearestNeighbours(
      of: FeatureMatrix(queries, count: count + heldOutCount, dimension: dimension), among: training,
      team: team)
    func part(_ range: Range<Int>) -> NearestImages {
      NearestImages(
        indices: nearest.indices[range].map { Int($0) },
        distances: nearest.squaredDistances[range].map { $0.squareRoot() })
    }
    generated = part(0..<count)
    self.heldOut = part(count..<count + heldOutCount)
  }
}
