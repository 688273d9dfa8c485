import Artifacts
import Diagnostics

// A mixture as tensors of a file: `weights` (K), `means` (K, d), `cholesky` (K, d, d), all float64.

extension GaussianMixture {
  /// Calls `body` with the parameters as tensors, which are valid as long as it runs.
  public func withTensors<Result>(_ body: ([NamedTensor]) throws -> Result) rethrows -> Result {
    try weights.withUnsafeBufferPointer { weights in
      try means.withUnsafeBufferPointer { means in
        try cholesky.withUnsafeBufferPointer { cholesky in
          try body([
            NamedTensor(name: "weights", shape: [componentCount], elements: weights),
            NamedTensor(name: "means", shape: [componentCount, dimension], elements: means),
            NamedTensor(name: "cholesky", shape: [componentCount, dimension, dimension], elements: cholesky),
          ])
        }
      }
    }
  }

  /// The mixture that `withTensors` gave, to the bit.
  ///
  /// - Throws: 65 naming the file and what is wrong: a tensor that is missing, of another type or shape, numbers that are
  ///   not finite, weights that are no distribution, a factor that is not lower triangular with a positive diagonal.
  public init(tensors file: SafeTensorsFile) throws(Failure) {
    func fault(_ reason: String) -> Failure {
      Failure(
        .badData, "\(file.path) holds no Gaussian mixture: \(reason)", help: "use an undamaged checkpoint")
    }
    func tensor(
      _ name: String, rank: Int
    ) throws(Failure) -> (shape: [Int], values: [Double]) {
      guard let tensor = file[name] else { throw fault("tensor '\(name)' is missing") }
      guard let values = tensor.elements(of: Double.self) else {
        throw fault("tensor '\(name)' is of type \(tensor.dataType.rawValue), not F64")
      }
      guard tensor.shape.count == rank && !values.isEmpty else {
        throw fault("tensor '\(name)' has the shape \(tensor.shape)")
      }
      guard values.allSatisfy(\.isFinite) else {
        throw fault("tensor '\(name)' has an element that is not finite")
      }
      return (tensor.shape, values)
    }

    let means = try tensor("means", rank: 2)
    let (components, dimension) = (means.shape[0], means.shape[1])
    let weights = try tensor("weights", rank: 1)
    let cholesky = try tensor("cholesky", rank: 3)
    for (name, shape, expected) in [
      ("weights", weights.shape, [components]),
      ("cholesky", cholesky.shape, [components, dimension, dimension]),
    ] where shape != expected {
      throw fault(
        "tensor '\(name)' has the shape \(shape), not \(expected) as the means' \(means.shape) asks for")
    }
    guard weights.values.allSatisfy({ $0 > 0 }), abs(weights.values.reduce(0, +) - 1) < 1e-9 else {
      throw fault("the weights are not positive numbers with the sum 1")
    }
    for component in 0..<components {
      for row in 0..<dimension {
        let factor = cholesky.values[((component * dimension + row) * dimension)...].prefix(dimension)
        guard factor[factor.startIndex + row] > 0, factor.dropFirst(row + 1).allSatisfy({ $0 == 0 }) else {
          throw fault(
            "row \(row) of cholesky factor \(component) is not that of a lower triangle with a positive diagonal"
          )
        }
      }
    }
    self.init(weights: weights.values, means: means.values, cholesky: cholesky.values)
  }
}
