import Evaluation
import ImageData
import TensorCore

/// Images and what a model makes of them.
public struct Reconstructions {
  /// (count, height * width) in [0, 1].
  public let inputs: [Float]
  public let outputs: [Float]
  /// Each image's SSIM; nil where it is smaller than the window.
  public let similarities: [Double?]
  public let height: Int
  public let width: Int

  /// Compares images with what a model made of them.
  ///
  /// - Parameter outputs: a row for each of the images.
  init(of images: ImageDataset, outputs: [Float], team: ThreadTeam) {
    let pixels = images.pixelsPerImage
    let (height, width) = (images.height, images.width)
    precondition(outputs.count == images.count * pixels)
    let input = AlignedBuffer<Float>(count: outputs.count)
    let scores = AlignedBuffer<Double>(count: images.count)
    let hasScores = min(height, width) >= StructuralSimilarity.uniform.windowSize
    outputs.withUnsafeBufferPointer { outputs in
      let output = outputs.baseAddress!
      team.forEachRange(images.count) { range in
        for row in range {
          images.copyImage(row, to: input.pointer + row * pixels)
          scores.pointer[row] =
            StructuralSimilarity.uniform.score(
              input.pointer + row * pixels, output + row * pixels, height: height, width: width) ?? .nan
        }
      }
    }
    inputs = input.array
    self.outputs = outputs
    similarities = scores.array.map { hasScores ? $0 : nil }
    self.height = height
    self.width = width
  }

  public var count: Int { similarities.count }

  /// The mean SSIM; nil where images are smaller than its window.
  public var meanSimilarity: Double? {
    let known = similarities.compactMap { $0 }
    return known.isEmpty ? nil : known.reduce(0, +) / Double(known.count)
  }
}
