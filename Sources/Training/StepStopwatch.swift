import Collectives

/// Times training steps only: evaluation, checkpoints and other pauses between them don't count.
final class StepStopwatch {
  /// What was measured since `reset`.
  struct Interval {
    var steps = 0
    var images = 0
    var seconds = 0.0
    /// Inside collectives, and the part of it spent waiting for others.
    var communicationSeconds = 0.0
    var waitSeconds = 0.0

    var imagesPerSecond: Double { seconds > 0 ? Double(images) / seconds : 0 }
  }

  private let group: ProcessGroup
  private(set) var interval = Interval()
  private(set) var total = Interval()
  private var stepStart = 0.0
  private var communicationStart = 0.0
  private var waitStart = 0.0

  init(group: ProcessGroup) {
    self.group = group
  }

  func beginStep() {
    stepStart = monotonicSeconds()
    communicationStart = group.communicationSeconds
    waitStart = group.waitSeconds
  }

  /// - Parameter images: of the global batch.
  func endStep(images: Int) {
    let step = Interval(
      steps: 1, images: images, seconds: monotonicSeconds() - stepStart,
      communicationSeconds: group.communicationSeconds - communicationStart,
      waitSeconds: group.waitSeconds - waitStart)
    interval += step
    total += step
  }

  func resetInterval() {
    interval = Interval()
  }
}

extension StepStopwatch.Interval {
  static func += (sum: inout Self, other: Self) {
    sum.steps += other.steps
    sum.images += other.images
    sum.seconds += other.seconds
    sum.communicationSeconds += other.communicationSeconds
    sum.waitSeconds += other.waitSeconds
  }
}
