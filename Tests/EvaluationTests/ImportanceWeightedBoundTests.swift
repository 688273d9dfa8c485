import Collectives
import Evaluation
import Glibc
import ImageData
import NeuralNet
import RandomNumbers
import TensorCore
import TestSupport
import Testing

/// x = W z + b + σ ε with three pixels and codes of two numbers. The columns of W are orthogonal, so that the exact
/// posterior has independent dimensions.
private final class LinearGaussian: LatentVariableModel {
  static let columns: [[Double]] = [[0.8, 0.4, 0], [-0.3, 0.6, 0.5]]
  static let offset = [0.25, -0.5, 0.125]
  static let variance = 0.2

  let latentDimension = 2
  let rowLimit: Int
  let images: [[Double]]
  /// Of q: how many posterior deviations the mean is off, and how many times too large the variance is.
  let shift: Double
  let stretch: Double
  private var encoded: [[Double]] = []
  private let means: AlignedBuffer<Float>
  private let logVariances: AlignedBuffer<Float>

  init(images count: Int, shift: Double = 0, stretch: Double = 1, rowLimit: Int = EvaluationChunks.size) {
    self.shift = shift
    self.stretch = stretch
    self.rowLimit = rowLimit
    let values = randomFloats(3 * count, seed: 1, low: -2, high: 2).map(Double.init)
    images = (0..<count).map { Array(values[3 * $0..<3 * $0 + 3]) }
    means = AlignedBuffer(count: 2 * EvaluationChunks.size)
    logVariances = AlignedBuffer(count: 2 * EvaluationChunks.size)
  }

  func encode(images range: Range<Int>, team: ThreadTeam) -> (
    means: UnsafePointer<Float>, logVariances: UnsafePointer<Float>
  ) {
    encoded = Array(images[range])
    for (row, image) in encoded.enumerated() {
      for (dimension, column) in Self.columns.enumerated() {
        let square = column.reduce(0) { $0 + $1 * $1 }
        let variance = 1 / (1 + square / Self.variance)
        let projection = zip(zip(image, Self.offset), column).reduce(0) { $0 + ($1.0.0 - $1.0.1) * $1.1 }
        means.pointer[2 * row + dimension] = Float(
          variance * projection / Self.variance + shift * variance.squareRoot())
        logVariances.pointer[2 * row + dimension] = Float(log(variance * stretch))
      }
    }
    return (UnsafePointer(means.pointer), UnsafePointer(logVariances.pointer))
  }

  func logLikelihoods(
    codes: UnsafePointer<Float>, samples: Int, into result: UnsafeMutablePointer<Double>, team: ThreadTeam
  ) {
    #expect(samples * encoded.count <= rowLimit)
    for row in 0..<samples * encoded.count {
      let image = encoded[row % encoded.count]
      result[row] = (0..<3).reduce(0) { sum, pixel in
        let mean =
          Self.offset[pixel] + Self.columns[0][pixel] * Double(codes[2 * row])
          + Self.columns[1][pixel] * Double(codes[2 * row + 1])
        let difference = image[pixel] - mean
        return sum - (log(2 * .pi * Self.variance) + difference * difference / Self.variance) / 2
      }
    }
  }

  /// The mean of log N(x; b, W Wᵀ + σ² I), with the covariance's determinant and inverse written out.
  var meanLogLikelihood: Double {
    var c = [[Double]](repeating: [0, 0, 0], count: 3)
    for i in 0..<3 {
      for j in 0..<3 {
        c[i][j] = Self.columns.reduce(i == j ? Self.variance : 0) { $0 + $1[i] * $1[j] }
      }
    }
    func minor(_ i: Int, _ j: Int) -> Double {
      let (rows, columns) = ([0, 1, 2].filter { $0 != i }, [0, 1, 2].filter { $0 != j })
      return c[rows[0]][columns[0]] * c[rows[1]][columns[1]] - c[rows[0]][columns[1]] * c[rows[1]][columns[0]]
    }
    let determinant = c[0][0] * minor(0, 0) - c[0][1] * minor(0, 1) + c[0][2] * minor(0, 2)
    let sum = images.reduce(0) { sum, image in
      let x = zip(image, Self.offset).map { $0 - $1 }
      var form = 0.0
      for i in 0..<3 {
        for j in 0..<3 {
          form += x[i] * x[j] * ((i + j).isMultiple(of: 2) ? 1 : -1) * minor(j, i) / determinant
        }
      }
      return sum - (3 * log(2 * .pi) + log(determinant) + form) / 2
    }
    return sum / Double(images.count)
  }

  func bound(samples: Int, seed: UInt32 = 3, shards: Int = 4, threads: Int = 1) -> Double {
    evaluateImportanceWeightedBound(
      of: self, images: images.count, samples: samples, seed: seed, shards: shards, group: .single(),
      team: ThreadTeam(count: threads))
  }
}

/// Every weight is p(x) then.
@Test(arguments: [1, 2, 7, 150]) func theBoundOfAnExactPosteriorIsTheLikelihood(samples: Int) {
  let model = LinearGaussian(images: 137)
  #expect(abs(model.bound(samples: samples) - model.meanLogLikelihood) < 1e-5)
}

/// With q half a deviation off and twice too wide, one sample falls short by KL(q || posterior), 0.56 nats in expectation.
@Test func moreSamplesCloseTheGapOfAWrongPosterior() {
  let model = LinearGaussian(images: 137, shift: 0.5, stretch: 2)
  let exact = model.meanLogLikelihood
  let gaps = [1, 10, 100, 5000].map { exact - model.bound(samples: $0) }
  let expected = 2 * (0.25 + 2 - 1 - log(2)) / 2
  // The mean over images of a weight's logarithm has a standard error of 0.1.
  #expect(abs(gaps[0] - expected) < 0.3, "\(gaps)")
  #expect(gaps[0] > gaps[1] && gaps[1] > gaps[2], "\(gaps)")
  #expect(abs(gaps[3]) < 0.01, "\(gaps)")
}

@Test func theBoundDependsOnNeitherThreadsNorRoomButOnTheSeed() {
  func bound(rowLimit: Int = 100, seed: UInt32 = 3, threads: Int = 1, shards: Int = 4) -> Double {
    LinearGaussian(images: 137, shift: 0.5, stretch: 2, rowLimit: rowLimit)
      .bound(samples: 9, seed: seed, shards: shards, threads: threads)
  }
  let reference = bound()
  for (rowLimit, threads) in [(100, 2), (100, 3), (163, 1), (1000, 2)] {
    #expect(bound(rowLimit: rowLimit, threads: threads) == reference)
  }
  #expect(abs(bound(shards: 16) - reference) < 1e-12)
  #expect(bound(seed: 4) != reference)
}

/// An autoencoder on images, whose parameters `values` gives by name.
private func autoencoder(
  _ likelihood: PixelLikelihood, _ values: (Parameter) -> [Float]
) throws -> VariationalAutoencoder {
  let model = try VariationalAutoencoder.dense(hidden: [8], latent: 3, likelihood: likelihood)
  for parameter in model.arena.parameters {
    parameter.values.update(from: values(parameter), count: parameter.count)
  }
  model.allocate(rows: EvaluationChunks.size)
  return model
}

/// log p(x|z) of image `index` by the references, dequantised with the seed's numbers where pixels are Gaussian.
private func referenceLogLikelihood(
  logits: [Float], image: [Float], _ likelihood: PixelLikelihood, logVariance: Float, seed: UInt32, index: Int
) -> Double {
  let (logits, image) = (logits.map(Double.init), image.map(Double.init))
  guard likelihood == .gaussian else {
    return -ReconstructionObjective(.bce, height: 1, width: image.count, reduction: .sum)
      .reference(logits: logits, targets: image).loss
  }
  let targets = dequantizationReference(
    image, key: RandomKey(seed: seed, purpose: .dequantization, layer: 1), step: 0, index: index)
  return -gaussianPixelsReference(logits: logits, targets: targets, logVariance: Double(logVariance)).loss
}

/// Where the decoder ignores the code, log p(x) is known, and the bound falls short of it by the divergence in closed form.
@Test(arguments: PixelLikelihood.allCases)
func aDecoderThatIgnoresItsCodeHasClosedForms(likelihood: PixelLikelihood) throws {
  let images = try syntheticImages(117)
  let logits = randomFloats(784, seed: 5, low: -4, high: 2)
  let (means, logVariances): ([Float], [Float]) = ([0.4, -0.3, 0], [0.2, 0, -0.3])
  let model = try autoencoder(likelihood) { parameter in
    switch parameter.name {
    case "decoder.dense2.bias": logits
    case "encoder.mean.bias": means
    case "encoder.log_variance.bias": logVariances
    case "decoder.log_variance": [-2.5]
    default: [Float](repeating: 0, count: parameter.count)
    }
  }
  let divergence = zip(means, logVariances).reduce(0.0) { sum, pair in
    let (m, v) = (Double(pair.0), Double(pair.1))
    return sum + (exp(v) + m * m - 1 - v) / 2
  }
  let all = pixels(of: images)
  let logLikelihood =
    (0..<117).reduce(0) {
      $0
        + referenceLogLikelihood(
          logits: logits, image: Array(all[$1 * 784..<($1 + 1) * 784]), likelihood, logVariance: -2.5,
          seed: 8,
          index: $1)
    } / 117
  let bound = evaluateBound(
    of: images, by: model, seed: 8, shards: 4, group: .single(), team: singleThread)
  #expect(abs(bound.divergence - divergence) < 1e-6)
  #expect(abs(bound.reconstruction + logLikelihood) < 1e-6 * abs(logLikelihood))
  #expect(abs(bound.value - (logLikelihood - divergence)) < 1e-6 * abs(logLikelihood))
  #expect((bound.entropy == nil) == (likelihood == .gaussian))
  func weighted(_ samples: Int) -> Double {
    evaluateImportanceWeightedBound(
      of: images, by: model, samples: samples, seed: 8, shards: 4, group: .single(), team: singleThread)
  }
  #expect(abs(weighted(3000) - logLikelihood) < 0.005)
  #expect(weighted(20) < logLikelihood)
}

/// Against sums written out, one image and one code at a time.
@Test(arguments: PixelLikelihood.allCases)
func theBoundOfAnAutoencoderIsTheSumWrittenOut(likelihood: PixelLikelihood) throws {
  let (count, samples, seed) = (107, 5, UInt32(6))
  let images = try syntheticImages(count)
  var tensor = 0
  let model = try autoencoder(likelihood) { parameter in
    tensor += 1
    return parameter.name == "decoder.log_variance"
      ? [-2.5] : formulaParameter(tensor: tensor, shape: parameter.shape).map { 2 * $0 }
  }
  let all = pixels(of: images)
  let key = RandomKey(seed: seed, purpose: .reparameterization, layer: 1)
  var expected = 0.0
  for index in 0..<count {
    let image = Array(all[index * 784..<(index + 1) * 784])
    var weights: [Double] = []
    for sample in 0..<samples {
      var noise: [Float] = [0, 0, 0]
      fillNormal(&noise, count: 3, key: key, step: sample, index: index)
      let logits = model.forward(images: image, noise: noise, pass: Pass(rowCount: 1, team: singleThread))
      func row(_ pointer: UnsafePointer<Float>, _ count: Int) -> [Double] {
        UnsafeBufferPointer(start: pointer, count: count).map(Double.init)
      }
      let (m, v, z) = (row(model.means, 3), row(model.logVariances, 3), row(model.codes, 3))
      let ratio = (0..<3).reduce(0.0) { sum, d in
        let prior = -(log(2 * .pi) + z[d] * z[d]) / 2
        let posterior = -(log(2 * .pi) + v[d] + (z[d] - m[d]) * (z[d] - m[d]) / exp(v[d])) / 2
        return sum + prior - posterior
      }
      weights.append(
        ratio
          + referenceLogLikelihood(
            logits: Array(UnsafeBufferPointer(start: logits, count: 784)), image: image, likelihood,
            logVariance: -2.5, seed: seed, index: index))
    }
    let largest = weights.max()!
    expected += largest + log(weights.reduce(0) { $0 + exp($1 - largest) } / Double(samples))
  }
  expected /= Double(count)
  for threads in [1, 2] {
    let bound = evaluateImportanceWeightedBound(
      of: images, by: model, samples: samples, seed: seed, shards: 4, group: .single(),
      team: ThreadTeam(count: threads))
    #expect(abs(bound - expected) < 2e-6 * abs(expected), "\(bound), not \(expected)")
  }
}

/// 784 pixels at a density of 1 have 8 bits each, as bytes of uniform noise do.
@Test func bitsPerDimensionCountBytes() {
  #expect(bitsPerDimension(bound: 0, pixels: 784) == 8)
  #expect(abs(bitsPerDimension(bound: 784 * 5 * log(2), pixels: 784) - 3) < 1e-12)
}
