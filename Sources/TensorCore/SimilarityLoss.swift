/// The losses `ssim` and `mix` of one image after another; its buffers serve one thread.
struct SimilarityLoss {
  private let kernel: SimilarityKernel
  private let pixels: Int
  /// The parts of 1 - similarity and of absolute error in the loss.
  private let similarityWeight: Double
  private let errorWeight: Double
  private let output: AlignedBuffer<Float>
  private let slope: AlignedBuffer<Float>

  init(_ objective: ReconstructionObjective) {
    kernel = SimilarityKernel(height: objective.height, width: objective.width)
    pixels = objective.pixels
    similarityWeight = objective.loss == .mix ? objective.mixAlpha : 1
    errorWeight = objective.loss == .mix ? 1 - objective.mixAlpha : 0
    output = AlignedBuffer(count: pixels)
    slope = AlignedBuffer(count: pixels)
  }

  /// One image's loss and its gradient by the logits, as in `ReconstructionObjective.evaluate`.
  func evaluateRow(
    logits: UnsafePointer<Float>, targets: UnsafePointer<Float>, logitGradient: UnsafeMutablePointer<Float>?
  ) -> Double {
    mapVectors(logits, output.pointer, count: pixels) { .sigmoid($0) }
    let similarity = kernel.evaluate(
      targets, output.pointer, gradient: logitGradient == nil ? nil : slope.pointer)
    let error = Double(absoluteError(targets, logitGradient)) / Double(pixels)
    return similarityWeight * (1 - similarity) + errorWeight * error
  }

  /// Σ |p - x|, and the gradient by the logits from `slope`, that of the similarity by p.
  private func absoluteError(_ targets: UnsafePointer<Float>, _ gradient: UnsafeMutablePointer<Float>?)
    -> Float
  {
    let similarityScale = Float(-similarityWeight)
    let errorScale = Float(errorWeight / Double(pixels))
    return sumOverRow(pixels) { first, width in
      let probability = Vector.loadPartial(output.pointer + first, count: width)
      let difference = probability - Vector.loadPartial(targets + first, count: width)
      if let gradient {
        let slopes = Vector.loadPartial(slope.pointer + first, count: width) * similarityScale
        let byOutput = multiplyAdd(Vector.sign(difference), Vector(repeating: errorScale), slopes)
        (byOutput * (probability * (1 - probability))).storePartial(gradient + first, count: width)
      }
      return Vector.magnitude(difference)
    }
  }
}
