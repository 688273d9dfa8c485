import Diagnostics
import TensorCore

/// `classifier`: 3x3 convolutions in pairs with a pool of 2x2 after each, dense layers, and one logit a class; ReLU
/// throughout, no batch normalization; dropout after each pool and before the logits. By default conv 32, conv 32, pool, conv 64, conv 64, pool, dense 128, dense 10.
///
/// What the last hidden layer gives are the features that Fréchet distances are measured in; with the default sizes and
/// the weights inside the program this is the feature network `fashion-cnn-v1`.
public final class ImageClassifier: TrainableModel {
  /// Images to features.
  public let trunk: Sequential
  /// Features to logits.
  public let head: Sequential
  public let arena: ParameterArena
  public var arenas: [ParameterArena] { [arena] }

  public static let defaultChannels = [32, 32, 64, 64]
  public static let defaultHidden = [128]
  public static let defaultDropout = 0.3
  public static let classCount = 10

  /// - Parameters:
  ///   - channels: of the convolutions, with a pool after every second one.
  ///   - dropout: the part of values that each dropout sets to zero in training.
  ///   - hidden: widths of the dense layers between the last pool and the logits.
  /// - Throws: a usage failure that names the layer whose sizes don't fit.
  public init(
    height: Int = 28, width: Int = 28, channels: [Int] = defaultChannels, hidden: [Int] = defaultHidden,
    classes: Int = classCount, dropout: Double = defaultDropout, activation: Activation = .relu,
    conventions: Conventions = .torch
  ) throws(Failure) {
    precondition(!channels.isEmpty && !hidden.isEmpty)
    var shape = ImageShape(height: height, width: width, channels: 1)
    var layers: [any Layer] = []
    var dropouts = 0
    func makeDropout(_ count: Int) throws(Failure) -> Dropout {
      defer { dropouts += 1 }
      return try Dropout("dropout\(dropouts + 1)", count: count, rate: Float(dropout), stream: dropouts)
    }
    for (index, count) in channels.enumerated() {
      let convolution = try Convolution2D(
        "conv\(index + 1)", input: shape, channels: count, activation: activation, conventions: conventions)
      layers.append(convolution)
      shape = convolution.outputShape
      guard index % 2 == 1 else { continue }
      let name = "pool\(index / 2 + 1)"
      guard shape.height % 2 == 0 && shape.width % 2 == 0 else {
        throw Failure(
          .usage, "\(name): \(shape.height)x\(shape.width) pixels can't be divided by 2",
          help: "use images that can be divided more often, or fewer convolutions in --channels")
      }
      layers.append(try MaxPool2D(name, input: shape, size: 2))
      shape = ImageShape(height: shape.height / 2, width: shape.width / 2, channels: count)
      layers.append(try makeDropout(shape.count))
    }
    layers.append(Flatten(input: shape))
    var inputs = shape.count
    for (index, outputs) in hidden.enumerated() {
      try requirePositive("dense\(index + 1)", "width", outputs)
      layers.append(
        Dense(
          "dense\(index + 1)", inputs: inputs, outputs: outputs, activation: activation,
          conventions: conventions))
      inputs = outputs
    }
    trunk = Sequential(layers)
    head = Sequential([
      try makeDropout(inputs),
      Dense(
        "dense\(hidden.count + 1)", inputs: inputs, outputs: classes, activation: .identity,
        conventions: conventions),
    ])
    arena = ParameterArena(trunk.parameters + head.parameters)
  }

  public var networks: [Sequential] { [trunk, head] }
  public var pixelCount: Int { trunk.inputCount }
  public var featureCount: Int { trunk.outputCount }
  public var classCount: Int { head.outputCount }
  /// Of the last `forward`: (rows, featureCount).
  public var features: UnsafeMutablePointer<Float> { trunk.output }

  /// - Parameter images: (rows, pixelCount) in [0, 1].
  /// - Returns: logits (rows, classCount), valid until the next call.
  public func forward(images: UnsafePointer<Float>, pass: Pass) -> UnsafeMutablePointer<Float> {
    head.forward(input: trunk.forward(input: images, pass: pass), pass: pass)
  }

  /// Fills the gradients of all parameters.
  ///
  /// - Parameters:
  ///   - images: as given to `forward`.
  ///   - logitGradient: (rows, classCount); overwritten.
  ///   - pass: the one given to `forward`.
  public func backward(
    images: UnsafePointer<Float>, logitGradient: UnsafeMutablePointer<Float>, pass: Pass
  ) {
    let featureGradient = head.backward(
      input: features, outputGradient: logitGradient, wantsInputGradient: true, pass: pass)
    trunk.backward(
      input: images, outputGradient: featureGradient!, wantsInputGradient: false, pass: pass)
  }
}
