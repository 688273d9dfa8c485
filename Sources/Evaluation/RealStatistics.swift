import Diagnostics
import TensorCore

/// Everything that scores of generated images need of the real ones, which does not change with the generated ones.
public struct RealStatistics: Sendable {
  /// The feature network's name.
  public let network: String
  public let features: FeatureMatrix
  public let gaussian: GaussianFit
  /// Five neighbours of each image; nil for fewer than six images.
  public let neighbours: NearestNeighbours?
  /// `KernelDistance.selfSums` of the subsets that `KernelSubsets` draws with `seed` if there are as many generated images
  /// as real ones, or more than 1,000.
  public let kernelSums: [Double]
  /// The distance between two halves of the real images: what a perfect generator would get with as many images as a
  /// half has. Nil for fewer than four images.
  public let floor: ReferenceDistance?
  /// The distance of noise (`fillNoiseImage`) from the real images: what a generator that has learnt nothing gets.
  public let ceiling: ReferenceDistance

  /// A Fréchet distance to read others against.
  public struct ReferenceDistance: Sendable, Equatable {
    public let value: Double
    /// The images that were compared with the real ones, or those of a half.
    public let imageCount: Int
  }

  /// The seed of the halves, the noise and the kernel distance's subsets.
  public static let seed: UInt32 = 0

  /// Images of noise that a ceiling is measured with, if there are as many real ones. With the features of
  /// `fashion-cnn-v1`, 500 give a distance within 1 % of that of 10,000.
  public static func noiseCount(realCount: Int) -> Int { min(500, realCount) }

  /// - Parameters:
  ///   - noise: the features of the first noise images with `seed`.
  ///   - network: the name of the network that both come from.
  /// - Throws: 65 for fewer than two images, 1 where OpenBLAS is not installed.
  public init(
    of real: ImageFeatures, noise: FeatureMatrix, network: String, team: ThreadTeam
  ) throws(Failure) {
    let features = real.features
    let gaussian = try GaussianFit(of: features, team: team)
    self.network = network
    self.features = features
    self.gaussian = gaussian
    neighbours =
      features.count > SupportScores.densityNeighbours
      ? try NearestNeighbours(within: features, neighbours: SupportScores.densityNeighbours, team: team) : nil
    let subsets = try KernelSubsets(
      realCount: features.count, generatedCount: features.count, seed: Self.seed)
    kernelSums = KernelDistance.selfSums(of: features, subsets: subsets.real, team: team)
    if features.count >= 4 {
      let (first, second) = features.halves(seed: Self.seed)
      floor = ReferenceDistance(
        value: try FrechetDistance(
          real: GaussianFit(of: first, team: team), generated: GaussianFit(of: second, team: team)
        ).value, imageCount: first.count)
    } else {
      floor = nil
    }
    ceiling = ReferenceDistance(
      value: try FrechetDistance(real: gaussian, generated: GaussianFit(of: noise, team: team)).value,
      imageCount: noise.count)
  }

  init(
    network: String, features: FeatureMatrix, gaussian: GaussianFit,
    neighbours: NearestNeighbours?, kernelSums: [Double], floor: ReferenceDistance?,
    ceiling: ReferenceDistance
  ) {
    self.network = network
    self.features = features
    self.gaussian = gaussian
    self.neighbours = neighbours
    self.kernelSums = kernelSums
    self.floor = floor
    self.ceiling = ceiling
  }

  public var count: Int { features.count }
  public var dimension: Int { features.dimension }

  /// Images in each subset behind `kernelSums`.
  public var kernelSubsetSize: Int { min(1000, count) }
}
