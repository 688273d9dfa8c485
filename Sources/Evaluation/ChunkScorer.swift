import ImageData
import NeuralNet
import TensorCore

/// Rebuilds a chunk of images and scores it; its buffers serve one chunk after another.
final class ChunkScorer {
  /// Loss, mean squared error, peak signal to noise, and the two structural similarities.
  static let scoreCount = 5

  private let images: ImageDataset
  private let model: any ImageCoder
  private let objective: ReconstructionObjective
  private let team: ThreadTeam
  private let input: AlignedBuffer<Float>
  private let output: AlignedBuffer<Float>
  private let losses = AlignedBuffer<Double>(count: EvaluationChunks.size)
  private let scores = AlignedBuffer<Double>(count: EvaluationChunks.size * scoreCount)

  init(images: ImageDataset, model: any ImageCoder, objective: ReconstructionObjective, team: ThreadTeam) {
    self.images = images
    self.model = model
    self.objective = objective
    self.team = team
    input = AlignedBuffer(count: EvaluationChunks.size * images.pixelsPerImage)
    output = AlignedBuffer(count: EvaluationChunks.size * images.pixelsPerImage)
  }

  /// Adds the scores of a chunk's images, in order, to `scoreCount` sums of all, and those of each image to as many of
  /// its class, which come behind.
  ///
  /// - Parameter labels: the class of each image of the data set; nil where only the sums of all are wanted.
  func addScores(of chunk: Range<Int>, labels: [UInt8]? = nil, to sums: UnsafeMutablePointer<Double>) {
    let pixels = images.pixelsPerImage
    let rows = chunk.count
    images.copyImages(chunk, to: input.pointer, team: team)
    let logits = model.forward(images: input.pointer, pass: Pass(rowCount: rows, team: team))
    objective.evaluate(
      logits: logits, targets: input.pointer, logitGradient: nil, sampleLosses: losses.pointer, rows: rows,
      team: team)
    team.forEachRange(rows) { range in
      for row in range { scoreRow(row, logits: logits + row * pixels) }
    }
    for row in 0..<rows {
      let own = scores.pointer + row * Self.scoreCount
      for score in 0..<Self.scoreCount { sums[score] += own[score] }
      guard let labels else { continue }
      let classSums = sums + (1 + Int(labels[chunk.lowerBound + row])) * Self.scoreCount
      for score in 0..<Self.scoreCount { classSums[score] += own[score] }
    }
  }

  private func scoreRow(_ row: Int, logits: UnsafePointer<Float>) {
    let pixels = images.pixelsPerImage
    let (height, width) = (images.height, images.width)
    let target = UnsafePointer(input.pointer + row * pixels)
    let rebuilt = output.pointer + row * pixels
    Activation.sigmoid.apply(logits, to: rebuilt, count: pixels)
    let error = meanSquaredError(target, rebuilt, count: pixels)
    let result = scores.pointer + row * Self.scoreCount
    result[0] = losses.pointer[row]
    result[1] = error
    result[2] = peakSignalToNoise(meanSquaredError: error)
    result[3] = StructuralSimilarity.uniform.score(target, rebuilt, height: height, width: width) ?? 0
    result[4] = StructuralSimilarity.gaussian.score(target, rebuilt, height: height, width: width) ?? 0
  }
}
