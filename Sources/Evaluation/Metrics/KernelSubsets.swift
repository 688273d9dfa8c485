import Diagnostics

/// The subsets of real and generated images that a kernel distance is measured on.
public struct KernelSubsets: Sendable, Equatable {
  /// Indices of real images, subset by subset.
  public let real: [[Int32]]
  /// Indices of generated images; every subset has as many as its real counterpart.
  public let generated: [[Int32]]

  /// Given subsets.
  ///
  /// - Precondition: as many on both sides, each of one size, which is at least 2.
  public init(real: [[Int32]], generated: [[Int32]]) {
    precondition(!real.isEmpty && real[0].count >= 2 && real.count == generated.count)
    precondition((real + generated).allSatisfy { $0.count == real[0].count })
    self.real = real
    self.generated = generated
  }

  /// Subsets drawn without replacement, each anew, as a function of the seed: 100 of min(1000, images of the smaller
  /// side), or one where that is all images of both sides, as StyleGAN3 and clean-fid have it; torch-fidelity insists on 1,000. The real ones don't depend on
  /// how many generated images there are beyond 1,000.
  ///
  /// - Throws: 65 if a side has fewer than two images.
  public init(
    realCount: Int, generatedCount: Int, subsets: Int = 100, size: Int = 1000, seed: UInt32
  ) throws(Failure) {
    precondition(subsets >= 1 && size >= 2)
    let size = min(size, realCount, generatedCount)
    // All images of both sides: one subset is as good as a hundred.
    let subsets = size == realCount && size == generatedCount ? 1 : subsets
    guard size >= 2 else {
      throw Failure(
        .badData, "a kernel distance needs at least 2 images on each side, not \(size)",
        help: "better give 1,000")
    }
    func draw(_ total: Int, side: Int) -> [[Int32]] {
      (0..<subsets).map {
        randomSubset(
          size, of: total, seed: seed, name: SubsetName(use: .kernelDistance, number: $0, side: side))
      }
    }
    self.init(real: draw(realCount, side: 0), generated: draw(generatedCount, side: 1))
  }

  /// Images in each subset.
  public var size: Int { real[0].count }
}
