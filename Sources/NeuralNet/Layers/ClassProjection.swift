import TensorCore

/// The last layer of a discriminator that judges an image as one of its class: output = weight * x + bias + embedding[y] * x
/// for the features x of an image of class y. Linear in x.
///
/// Shapes: input (rows, inputs), weight (1, inputs), bias (1), embedding (classes, inputs), output (rows, 1). The classes
/// of the rows come with the pass.
///
/// Source: Miyato and Koyama, "cGANs with projection discriminator", 2018.
public final class ClassProjection: Layer {
  public let inputCount: Int
  public let outputCount = 1
  public let classCount: Int
  private let weight: Parameter
  private let bias: Parameter
  private let embedding: Parameter
  // One product serves all classes. Column 0 belongs to the weight, column 1 + y to class y; a row uses two of them.
  private let columns: Int
  private let jointWeights: AlignedBuffer<Float>
  private let jointGradients: AlignedBuffer<Float>
  private let jointBiases: AlignedBuffer<Float>
  /// (rows, columns): the products, on the way back their gradients.
  private var products = AlignedBuffer<Float>(count: 0)
  private var outputBuffer = AlignedBuffer<Float>(count: 0)

  /// - Parameters:
  ///   - name: the prefix of the names of weight and bias, as in `discriminator.dense1`.
  ///   - embedding: that of the embedding, as in `discriminator.embedding`.
  ///   - weightInitializer: of weight and embedding; nil is what the conventions give a dense layer with one output.
  ///   - isSpectrallyNormalized: whether each of the two is divided by its largest singular value.
  public init(
    _ name: String, embedding embeddingName: String, inputs: Int, classes: Int,
    weightInitializer: Initializer? = nil, isSpectrallyNormalized: Bool = false, conventions: Conventions
  ) {
    inputCount = inputs
    classCount = classes
    columns = 1 + classes
    let initializers = conventions.initializers(inputs: inputs, outputs: 1)
    let weights = weightInitializer ?? initializers.weight
    weight = Parameter(
      "\(name).weight", shape: [1, inputs], initializer: weights,
      isSpectrallyNormalized: isSpectrallyNormalized)
    bias = Parameter("\(name).bias", shape: [1], initializer: initializers.bias)
    embedding = Parameter(
      "\(embeddingName).weight", shape: [classes, inputs], initializer: weights,
      isSpectrallyNormalized: isSpectrallyNormalized)
    jointWeights = AlignedBuffer(count: columns * inputs)
    jointGradients = AlignedBuffer(count: columns * inputs)
    jointBiases = AlignedBuffer(count: columns)
  }

  public var parameters: [Parameter] { [weight, bias, embedding] }
  public var runningTensors: [RunningTensor] { weight.runningTensors + embedding.runningTensors }
  public var multiplications: Int { 2 * inputCount }
  public var output: UnsafeMutablePointer<Float> { outputBuffer.pointer }

  public func allocate(rows: Int) {
    products = AlignedBuffer(count: rows * columns)
    outputBuffer = AlignedBuffer(count: rows)
  }

  /// - Precondition: the pass has the class of each row.
  public func forward(input: UnsafePointer<Float>, pass: Pass) {
    let rows = pass.rowCount
    precondition(rows <= outputBuffer.count, "no room for \(rows) rows")
    jointWeights.pointer.update(from: weight.effectiveValues, count: weight.count)
    (jointWeights.pointer + weight.count).update(from: embedding.effectiveValues, count: embedding.count)
    jointBiases.pointer[0] = bias.values[0]
    multiply(input, biases: jointBiases.pointer, into: output, pass)
  }

  /// The product of each row with the weights of its class.
  private func multiply(
    _ input: UnsafePointer<Float>, biases: UnsafePointer<Float>?, into output: UnsafeMutablePointer<Float>,
    _ pass: Pass
  ) {
    denseForward(
      input: input, weight: jointWeights.pointer, bias: biases, output: products.pointer,
      rows: pass.rowCount, inputs: inputCount, outputs: columns, team: pass.team)
    for (row, column) in classColumns(pass).enumerated() {
      let products = products.pointer + row * columns
      output[row] = products[0] + products[column]
    }
  }

  public func backward(
    input: UnsafePointer<Float>, outputGradient: UnsafeMutablePointer<Float>,
    inputGradient: UnsafeMutablePointer<Float>?, pass: Pass
  ) {
    let (rows, team) = (pass.rows, pass.team)
    spread(outputGradient, pass)
    if pass.wantsParameterGradients {
      columnSums(outputGradient, into: bias.gradients, rows: rows, columns: 1, team: team)
      fillWeightGradients(input, pass)
    }
    if let inputGradient {
      denseInputGradient(
        outputGradient: products.pointer, weight: jointWeights.pointer, inputGradient: inputGradient,
        rows: rows.rowCount, inputs: inputCount, outputs: columns, team: team)
    }
  }

  /// Puts the gradient of each row into the columns that the row uses.
  private func spread(_ outputGradient: UnsafePointer<Float>, _ pass: Pass) {
    products.pointer.update(repeating: 0, count: pass.rowCount * columns)
    for (row, column) in classColumns(pass).enumerated() {
      let gradients = products.pointer + row * columns
      gradients[0] = outputGradient[row]
      gradients[column] = outputGradient[row]
    }
  }

  /// Fills the gradients of both weights, for gradients of the products that `spread` has left.
  private func fillWeightGradients(_ input: UnsafePointer<Float>, _ pass: Pass) {
    denseWeightGradient(
      input: input, outputGradient: products.pointer, weightGradient: jointGradients.pointer, rows: pass.rows,
      inputs: inputCount, outputs: columns, team: pass.team)
    weight.gradients.update(from: jointGradients.pointer, count: weight.count)
    embedding.gradients.update(from: jointGradients.pointer + weight.count, count: embedding.count)
  }

  /// The column of each row's class.
  private func classColumns(_ pass: Pass) -> [Int] {
    let labels = pass.requireLabels(below: classCount)
    return labels.map { 1 + Int($0) }
  }
}

extension ClassProjection: LinearizableLayer {
  public func tangent(
    input: UnsafePointer<Float>, outputGradient: UnsafePointer<Float>, tangent: UnsafeMutablePointer<Float>?,
    pass: Pass
  ) {
    spread(outputGradient, pass)
    fillWeightGradients(input, pass)
    bias.gradients[0] = 0
    if let tangent { multiply(input, biases: nil, into: tangent, pass) }
  }
}
