import NeuralNet
import RandomNumbers
import TensorCore

/// What a run makes the discriminator pay for its slope: `--r1` at real images, or `--gradient-penalty` at points between
/// real and generated ones.
final class DiscriminatorPenalty {
  private let penalty: GradientPenalty
  /// Of the points between images; nil where the penalty is at real ones.
  private let mixKey: RandomKey?
  private let pixelCount: Int
  private var parts = AlignedBuffer<Float>(count: 0)
  private var mixed = AlignedBuffer<Float>(count: 0)

  /// Nil where the run has no penalty.
  ///
  /// - Precondition: the discriminator's layers are piecewise linear.
  init?(_ configuration: RunConfiguration, discriminator: Sequential) {
    let kind: GradientNormPenalty
    if let weight = configuration.realGradientPenalty {
      kind = .zeroCentered(weight)
      mixKey = nil
    } else if let weight = configuration.gradientPenalty {
      kind = .oneCentered(weight)
      mixKey = RandomKey(seed: configuration.seed, purpose: .adversarialMix)
    } else {
      return nil
    }
    guard let penalty = GradientPenalty(kind, network: discriminator) else {
      preconditionFailure("a layer of the discriminator is not piecewise linear")
    }
    self.penalty = penalty
    pixelCount = discriminator.inputCount
  }

  /// Evaluates the penalty of each row, and fills the gradients of the discriminator with those of the sum over rows.
  ///
  /// - Parameters:
  ///   - real: (rows, pixels), as the discriminator takes them; `fake` likewise.
  ///   - places: of the rows in the global batch.
  ///   - draw: the discriminator's update within the step.
  ///   - penalties: (rows).
  func evaluate(
    real: UnsafePointer<Float>, fake: UnsafePointer<Float>, places: Range<Int>, step: Int, draw: Int,
    penalties: UnsafeMutablePointer<Double>, pass: Pass
  ) {
    var images = real
    if let mixKey {
      drawParts(places: places, step: step, draw: draw, key: mixKey)
      if mixed.count < places.count * pixelCount { mixed = AlignedBuffer(count: places.count * pixelCount) }
      mixRows(
        real, fake, parts: parts.pointer, into: mixed.pointer, rows: places.count, columns: pixelCount,
        team: pass.team)
      images = UnsafePointer(mixed.pointer)
    }
    penalty.evaluate(input: images, penalties: penalties, pass: pass)
  }

  /// The part of the real image in each row: uniform in [0, 1), from the seed, the step, the draw and the row's place alone.
  private func drawParts(places: Range<Int>, step: Int, draw: Int, key: RandomKey) {
    if parts.count < places.count { parts = AlignedBuffer(count: places.count) }
    for (row, place) in places.enumerated() {
      parts.pointer[row] = unitUniform(key.words(step: step, index: place, draw: draw).x)
    }
  }
}
