import RandomNumbers
import TensorCore

/// Shows the discriminator changed copies of all images, real and generated, so that it can't learn the real ones by heart,
/// and takes the gradient of generated ones back through the change (`--augment`).
///
/// How an image is changed depends on the seed, the step, its place in the global batch and the pass that sees it, never
/// on ranks or on what was drawn before.
///
/// Source: Zhao et al., "Differentiable augmentation for data-efficient GAN training", 2020.
package final class ImageAugmenter {
  private let augmentations: [ImageAugmentation]
  private let (height, width): (Int, Int)
  private let key: RandomKey
  /// The last images' changes.
  private var changes: [ImageChange] = []
  private var realImages = AlignedBuffer<Float>(count: 0)
  private var generatedImages = AlignedBuffer<Float>(count: 0)
  private var gradient = AlignedBuffer<Float>(count: 0)

  package init(_ augmentations: [ImageAugmentation], height: Int, width: Int, seed: UInt32) {
    self.augmentations = augmentations
    self.height = height
    self.width = width
    key = RandomKey(seed: seed, purpose: .augmentation)
  }

  /// Changed copies of images, (rows, pixels): valid until images of the same kind, real or generated, are changed again.
  ///
  /// - Parameters:
  ///   - images: in [-1, 1], where 0 is what is moved or cut away.
  ///   - role: the pass that will see them.
  ///   - places: of the rows in the global batch.
  ///   - update: of the discriminator within the step; nothing of the generator's pass depends on it.
  package func augment(
    _ images: UnsafePointer<Float>, as role: AdversarialLoss.Role, places: Range<Int>, step: Int, update: Int,
    team: ThreadTeam
  ) -> UnsafePointer<Float> {
    let draw =
      switch role {
      case .generator: 0
      case .real: 1 + 2 * update
      case .generated: 2 + 2 * update
      }
    changes = places.map { place in
      .random(augmentations, height: height, width: width, key: key, step: step, index: place, draw: draw)
    }
    let count = places.count * height * width
    if role == .real {
      reserve(count, &realImages)
    } else {
      reserve(count, &generatedImages)
    }
    let output = role == .real ? realImages : generatedImages
    changeImages(images, changes: changes, height: height, width: width, into: output.pointer, team: team)
    return UnsafePointer(output.pointer)
  }

  /// The gradient of the images that were changed last from that of their changed copies; valid until the next call.
  package func imageGradient(_ changedGradient: UnsafePointer<Float>, team: ThreadTeam)
    -> UnsafeMutablePointer<Float>
  {
    reserve(changes.count * height * width, &gradient)
    changeImages(
      changedGradient, changes: changes.map { $0.transposed(height: height, width: width) }, height: height,
      width: width, into: gradient.pointer, team: team)
    return gradient.pointer
  }

  private func reserve(_ count: Int, _ buffer: inout AlignedBuffer<Float>) {
    if buffer.count < count { buffer = AlignedBuffer(count: count) }
  }
}
