import Artifacts
import Evaluation
import TensorCore

extension ImageFeatures {
  /// Writes the features, their mean `mu` and covariance `sigma` as NumPy arrays in one archive.
  ///
  /// - Throws: `Failure` 65 for fewer than two images, 73 or 74 as `writeDurably` does.
  func write(to path: String, team: ThreadTeam) throws {
    let moments = try FeatureMoments(of: features, team: team)
    let dimension = features.dimension
    try moments.mean.withUnsafeBufferPointer { mean in
      try moments.covariance.withUnsafeBufferPointer { covariance in
        try NPZWriter.write(
          [
            NamedTensor(
              name: "features", shape: [features.count, dimension],
              elements: UnsafeBufferPointer(features.values.elements)),
            NamedTensor(name: "mu", shape: [dimension], elements: mean),
            NamedTensor(name: "sigma", shape: [dimension, dimension], elements: covariance),
          ], to: path)
      }
    }
  }
}
