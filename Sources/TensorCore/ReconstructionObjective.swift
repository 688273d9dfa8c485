/// A reconstruction loss of images of one size.
public struct ReconstructionObjective: Sendable, Equatable {
  public let loss: ReconstructionLoss
  public let height: Int
  public let width: Int
  /// The part of similarity in `mix`; the rest is absolute error.
  public let mixAlpha: Double
  /// What is made of an image's pixels.
  public let reduction: Reduction

  /// What is made of an image's pixels.
  public enum Reduction: Sendable {
    case mean
    /// The sum, of which a likelihood's negative logarithm is one: cross-entropy in nats an image.
    case sum
  }

  /// The alpha of Zhao, Gallo, Frosio, Kautz, "Loss functions for image restoration with neural networks", 2015.
  public static let defaultMixAlpha = 0.84

  /// - Precondition: if the loss uses windows, one fits into the images, and the reduction is the mean.
  public init(
    _ loss: ReconstructionLoss, height: Int, width: Int, mixAlpha: Double = defaultMixAlpha,
    reduction: Reduction = .mean
  ) {
    precondition(!loss.usesWindows || min(height, width) >= SimilarityKernel.windowSize)
    precondition(!loss.usesWindows || reduction == .mean)
    self.loss = loss
    self.height = height
    self.width = width
    self.mixAlpha = mixAlpha
    self.reduction = reduction
  }

  public var pixels: Int { height * width }
  /// What a sum over pixels is divided by.
  var divisor: Int { reduction == .mean ? pixels : 1 }

  /// Loss of each sample and its gradient, from logits `a` with the output p = sigmoid(a) and the target x:
  ///
  ///     bce:  mean over pixels of  max(a, 0) - a x + log(1 + exp(-|a|)),   gradient (p - x) / pixels
  ///     mse:  mean over pixels of  (p - x)^2,                              gradient 2 (p - x) p (1 - p) / pixels
  ///     l1:   mean over pixels of  |p - x|,                                gradient sign(p - x) p (1 - p) / pixels
  ///     ssim: 1 - mean of S(x, p) over the 7x7 windows,                    gradient -dS/dp p (1 - p), see SimilarityKernel
  ///     mix:  alpha ssim + (1 - alpha) l1 (Zhao et al. 2015, with one scale and plain absolute error)
  ///
  /// With the reduction `sum`, the first three are sums over pixels, and their gradients are not divided by `pixels`.
  ///
  /// The first is binary cross-entropy in the form that does not overflow and needs no clipping; PyTorch's
  /// `binary_cross_entropy_with_logits` and Keras (which looks behind the sigmoid for its logits) compute the same.
  ///
  /// - Parameters:
  ///   - logits: (rows, pixels).
  ///   - targets: (rows, pixels) in [0, 1].
  ///   - logitGradient: (rows, pixels), of the sum over rows; may be `logits`. Nil where only the loss is wanted.
  ///   - sampleLosses: (rows).
  public func evaluate(
    logits: UnsafePointer<Float>, targets: UnsafePointer<Float>, logitGradient: UnsafeMutablePointer<Float>?,
    sampleLosses: UnsafeMutablePointer<Double>, rows: Int, team: ThreadTeam
  ) {
    team.forEachRange(rows) { range in
      let similarity = loss.usesWindows ? SimilarityLoss(self) : nil
      for row in range {
        let logits = logits + row * pixels
        let targets = targets + row * pixels
        let gradient = logitGradient.map { $0 + row * pixels }
        switch loss {
        case .bce:
          let sum = crossEntropyRow(logits, targets, gradient, pixels, divisor: divisor)
          sampleLosses[row] = Double(sum) / Double(divisor)
        case .mse:
          let sum = squaredErrorRow(logits, targets, gradient, pixels, scale: 2 / Float(divisor))
          sampleLosses[row] = Double(sum) / Double(divisor)
        case .l1:
          let sum = absoluteErrorRow(logits, targets, gradient, pixels, divisor: divisor)
          sampleLosses[row] = Double(sum) / Double(divisor)
        case .ssim, .mix:
          sampleLosses[row] = similarity!.evaluateRow(
            logits: logits, targets: targets, logitGradient: gradient)
        }
      }
    }
  }
}
