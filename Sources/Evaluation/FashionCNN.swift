import Artifacts
import CFashionCNN
import Diagnostics
import NeuralNet
import TensorCore

/// The feature network `fashion-cnn-v1`: two 3x3 convolutions of 32 channels, a pool, two of 64, a pool, and a dense
/// layer of 128 whose ReLU outputs are the features; a dense layer of 10 tells the classes of Fashion-MNIST apart.
///
/// Its weights are part of the program; `atelier train classifier` made them.
public final class FashionCNN: FeatureNetwork {
  /// SHA-256 of `weights`.
  public static let sha256 = "a1dee23b3460bc24c11358846d3ed5b4f8748b7f1916f93e811970e15bf01b78"

  /// The content of a safetensors file with the weights, under PyTorch's names and in its shapes.
  public static var weights: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: fashion_cnn_bytes(), count: fashion_cnn_byte_count())
  }

  public let name = "fashion-cnn-v1"
  public let preprocessing = "pixels k/255 in [0,1], as they are"
  public let featureCount = 128
  public let capacity = EvaluationChunks.size
  public let weightsDigest: String
  private let classifier: ImageClassifier
  private static let (height, width) = (28, 28)

  /// Images that go through the layers at once. More are no faster and take 0.5 MiB each; fewer are hard to share evenly
  /// over many threads.
  private static let rowsAtOnce = 50

  /// The network with the weights inside the program.
  public convenience init() {
    do {
      let file = try SafeTensorsFile(parsing: Array(Self.weights), path: "fashion-cnn-v1.safetensors")
      try self.init(weights: file, digest: Self.sha256)
    } catch {
      preconditionFailure("the weights inside the program are damaged: \(error)")
    }
  }

  /// The network with other weights.
  ///
  /// - Parameter digest: names them in caches.
  /// - Throws: 65, naming the first tensor that is missing or of another type or shape.
  package init(weights: SafeTensorsFile, digest: String) throws(Failure) {
    classifier = try ImageClassifier(height: Self.height, width: Self.width)
    for parameter in classifier.arena.parameters {
      let values = UnsafeMutableBufferPointer(start: parameter.values, count: parameter.count)
      guard let tensor = weights[parameter.name], tensor.shape == parameter.shape, tensor.copy(to: values)
      else {
        throw Failure(
          .badData,
          "\(weights.path) has no tensor \(parameter.name) of type F32 and shape \(parameter.shape)",
          help: "use weights of a classifier with default sizes")
      }
    }
    classifier.allocate(rows: Self.rowsAtOnce)
    weightsDigest = digest
  }

  public var classCount: Int? { classifier.classCount }

  public func requireSize(height: Int, width: Int) throws(Failure) {
    try Self.requireSize(height: height, width: width)
  }

  /// `requireSize` without a network.
  public static func requireSize(height: Int, width: Int) throws(Failure) {
    if (height, width) == (Self.height, Self.width) { return }
    throw Failure(
      .badData,
      "fashion-cnn-v1 takes images of \(Self.height)x\(Self.width) pixels, not \(height)x\(width)",
      help: "scale the images, or measure other sizes with --features inception")
  }

  public func compute(
    images: UnsafePointer<Float>, features: UnsafeMutablePointer<Float>,
    probabilities: UnsafeMutablePointer<Float>?, rows: Int, team: ThreadTeam
  ) {
    precondition(rows <= capacity)
    for first in stride(from: 0, to: rows, by: Self.rowsAtOnce) {
      let count = min(Self.rowsAtOnce, rows - first)
      let logits = classifier.forward(
        images: images + first * classifier.pixelCount, pass: Pass(rowCount: count, team: team))
      (features + first * featureCount).update(from: classifier.features, count: count * featureCount)
      guard let probabilities else { continue }
      let classes = classifier.classCount
      softmax(logits, to: probabilities + first * classes, rows: count, classes: classes, team: team)
    }
  }
}
