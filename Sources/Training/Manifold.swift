import Artifacts
import Diagnostics
import Evaluation
import ImageData

extension LoadedModel {
  /// Whether the codes of images are to look like N(0, I), as those of a variational autoencoder.
  public var hasNormalCodes: Bool { configuration.model.kind == .variationalAutoencoder }

  /// The images of the codes on a grid over all of a two-dimensional code space; a collective call.
  ///
  /// Column c and row r have the numbers z0 and z1 of equal steps in probability, z1 growing upwards: for a model of normal
  /// codes the quantiles (c + 1/2) / steps of N(0, 1), so that each image stands for as much of the prior; for any other
  /// those from 1 % to 99 % of each number over the codes of `images`.
  ///
  /// - Parameters:
  ///   - images: gives the images whose codes are looked at, where they are.
  ///   - path: of the file that they are for.
  /// - Returns: nil on all ranks but rank 0.
  /// - Throws: `Failure` 64 where codes have more or fewer than two numbers, or a page can't hold so many images, 65 for
  ///   codes that are not finite, and what `images` throws.
  public func manifold(steps: Int, for path: String, images: () throws -> ImageDataset) throws -> CodePicture?
  {
    _ = try coder()
    guard latentDimension == 2 else {
      throw Failure(
        .usage, "a grid shows codes of 2 numbers, but the model's codes have \(latentDimension)",
        help: "train with --latent 2, or look at single numbers with 'atelier traverse'")
    }
    try CodePicture.requireFits(
      path, images: steps * steps, height: height, width: width, scale: Self.manifoldScale)

    var axes: [[Double]] = []
    if hasNormalCodes {
      let quantiles = (0..<steps).map { normalQuantile((Double($0) + 0.5) / Double(steps)) }
      axes = [quantiles, quantiles]
    } else {
      let codes = try encodeToFinite(images())
      if group.isRoot {
        let spread = CodeSpread(codes, latentDimension: 2)
        let shares = (0..<steps).map { 0.01 + 0.98 * Double($0) / Double(steps - 1) }
        axes = [0, 1].map { spread.quantiles(shares, ofDimension: $0) }
      }
    }
    let codes: [Float] =
      group.isRoot ? axes[1].reversed().flatMap { z1 in axes[0].flatMap { [Float($0), Float(z1)] } } : []
    let decoded = try decode(codes, count: steps * steps)
    guard group.isRoot else { return nil }
    return CodePicture(
      height: height, width: width, images: decoded,
      labels: axes[1].reversed().map { "z1=\(coordinate($0))" },
      captions: axes[0].map(coordinate), scale: Self.manifoldScale)
  }

  /// Less than in other pictures: the grid is large.
  private static var manifoldScale: Int { 2 }
}

/// About three digits, which fit under a small image.
private func coordinate(_ value: Double) -> String {
  decimals(value, abs(value) < 9.995 ? 2 : abs(value) < 99.95 ? 1 : 0)
}
