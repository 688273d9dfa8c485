import ImageData
import NeuralNet
import TensorCore

/// Images with codes of prior N(0, I), by what `evaluateImportanceWeightedBound` asks of them. Nothing in it is particular to
/// a network, so that the estimator can be tried on a model whose likelihood is known.
package protocol LatentVariableModel: AnyObject {
  /// Numbers in a code.
  var latentDimension: Int { get }
  /// The most codes that `logLikelihoods` takes at a time, no fewer than the images of a chunk.
  var rowLimit: Int { get }

  /// The normal distributions q(z|x) of some images' codes, with independent dimensions: their means and the natural
  /// logarithms of their variances, (images, latentDimension) each, valid until the next call.
  func encode(images: Range<Int>, team: ThreadTeam) -> (
    means: UnsafePointer<Float>, logVariances: UnsafePointer<Float>
  )

  /// log p(x|z) in nats of codes of the images encoded last.
  ///
  /// - Parameters:
  ///   - codes: (samples, images, latentDimension).
  ///   - result: (samples, images).
  func logLikelihoods(
    codes: UnsafePointer<Float>, samples: Int, into result: UnsafeMutablePointer<Double>, team: ThreadTeam)
}

/// A variational autoencoder on a data set. Pixels are dequantised as for `evaluateBound`.
///
/// - Precondition: the autoencoder has room for `EvaluationChunks.size` rows.
final class EncodedImages: LatentVariableModel {
  private let model: VariationalAutoencoder
  private let images: ImageDataset
  private let chance: EvaluationChance
  private let pixels: AlignedBuffer<Float>
  private var count = 0

  init(_ images: ImageDataset, by model: VariationalAutoencoder, chance: EvaluationChance) {
    self.images = images
    self.model = model
    self.chance = chance
    pixels = AlignedBuffer(count: EvaluationChunks.size * images.pixelsPerImage)
  }

  var latentDimension: Int { model.latentDimension }
  var rowLimit: Int { EvaluationChunks.size }

  func encode(images range: Range<Int>, team: ThreadTeam) -> (
    means: UnsafePointer<Float>, logVariances: UnsafePointer<Float>
  ) {
    count = range.count
    images.copyImages(range, to: pixels.pointer, team: team)
    model.encodeDistributions(images: pixels.pointer, pass: Pass(rowCount: count, team: team))
    if model.likelihood == .gaussian {
      chance.dequantize(pixels.pointer, images: range, pixelCount: images.pixelsPerImage, team: team)
    }
    return (UnsafePointer(model.means), UnsafePointer(model.logVariances))
  }

  func logLikelihoods(
    codes: UnsafePointer<Float>, samples: Int, into result: UnsafeMutablePointer<Double>, team: ThreadTeam
  ) {
    let rows = samples * count
    let logits = model.decode(codes: codes, pass: Pass(rowCount: rows, team: team))
    for sample in 0..<samples {
      model.evaluateReconstructions(
        logits: logits + sample * count * images.pixelsPerImage, targets: pixels.pointer, logitGradient: nil,
        sampleLosses: result + sample * count, rows: count, team: team)
    }
    for row in 0..<rows { result[row] = -result[row] }
  }
}
