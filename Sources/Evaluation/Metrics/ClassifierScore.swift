import Diagnostics
import Glibc

/// How sure a classifier is of each image, and how varied the classes are: exp of the mean over images of
/// KL(p(y|x) || p(y)), p(y) being the mean of p(y|x). With an Inception network it is the Inception Score; it lies
/// between 1 and the number of classes.
///
/// The images are cut into contiguous parts, [i N / 10, (i + 1) N / 10) as torch-fidelity does without shuffling; score
/// and spread are mean and standard deviation (divided by their number) over the parts.
///
/// Source: Salimans et al., "Improved techniques for training GANs", 2016.
public struct ClassifierScore: Sendable, Equatable {
  /// The score of each part.
  public let partScores: [Double]

  /// - Parameter probabilities: p(y|x), (images, classes), each row adding up to 1.
  /// - Throws: 65 for fewer images than parts.
  public init(probabilities: FeatureMatrix, parts: Int = 10) throws(Failure) {
    precondition(parts >= 1)
    let count = probabilities.count
    guard count >= parts else {
      throw Failure(
        .badData, "\(count) \(probabilities.name) can't be cut into \(parts) parts for a classifier score",
        help: "give at least \(parts), better 10,000")
    }
    partScores = (0..<parts).map { score(probabilities, $0 * count / parts..<($0 + 1) * count / parts) }
  }

  public var mean: Double { partScores.reduce(0, +) / Double(partScores.count) }

  public var standardDeviation: Double {
    let mean = mean
    let squares = partScores.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (squares / Double(partScores.count)).squareRoot()
  }
}

/// Adds up in the order of images, then of classes. A class of probability 0 contributes 0, the limit of p log p.
private func score(_ probabilities: FeatureMatrix, _ images: Range<Int>) -> Double {
  let classes = probabilities.dimension
  var marginal = [Double](repeating: 0, count: classes)
  for image in images {
    for label in 0..<classes { marginal[label] += Double(probabilities.row(image)[label]) }
  }
  let marginalLogarithms = marginal.map { log($0 / Double(images.count)) }
  var divergence = 0.0
  for image in images {
    for label in 0..<classes {
      let probability = Double(probabilities.row(image)[label])
      if probability > 0 { divergence += probability * (log(probability) - marginalLogarithms[label]) }
    }
  }
  return exp(divergence / Double(images.count))
}

/// How many images a classifier puts into each class: that of the largest probability, the first of equal ones.
public func classHistogram(probabilities: FeatureMatrix) -> [Int] {
  var histogram = [Int](repeating: 0, count: probabilities.dimension)
  for image in 0..<probabilities.count {
    let row = UnsafeBufferPointer(start: probabilities.row(image), count: probabilities.dimension)
    var best = 0
    for label in row.indices where row[label] > row[best] { best = label }
    histogram[best] += 1
  }
  return histogram
}
