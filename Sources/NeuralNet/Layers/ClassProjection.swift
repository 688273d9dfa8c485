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
  public init(
    _ name: String, embedding embeddingName: String, inputs: Int, classes: Int,
    weightInitializer: Initializer? = nil, conventions: Conventions
  ) {
    inputCount = inputs
    classCount = classes
    columns = 1 + classes
    let initializers = conventions.initializers(inputs: inputs, outputs: 1)
    let weights = weightInitializer ?? initializers.weight
    weight = Parameter("\(name).weight", shape: [1, inputs], initializer: weights)
    bias = Parameter("\(name).bias", shape: [1], initializer: initializers.bias)
    embedding = Parameter("\(embeddingName).weight", shape: [classes, inputs], initializer: weights)
    jointWeights = AlignedBuffer(count: columns * inputs)
    jointGradients = AlignedBuffer(count: columns * inputs)
    jointBiases = AlignedBuffer(count: columns)
  }

  public var parameters: [Parameter] { [weight, bias, embedding] }
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
    jointWeights.pointer.update(from: weight.values, count: weight.count)
    (jointWeights.pointer + weight.count).update(from: embedding.values, count: embedding.count)
    jointBiases.pointer[0] = bias.values[0]
    denseForward(
      input: input, weight: jointWeights.pointer, bias: jointBiases.pointer, output: products.pointer,
      rows: rows, inputs: inputCount, outputs: columns, team: pass.team)
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
    products.pointer.update(repeating: 0, count: rows.rowCount * columns)
    for (row, column) in classColumns(pass).enumerated() {
      let gradients = products.pointer + row * columns
      gradients[0] = outputGradient[row]
      gradients[column] = outputGradient[row]
    }
    if pass.wantsParameterGradients {
      columnSums(outputGradient, into: bias.gradients, rows: rows, columns: 1, team: team)
      denseWeightGradient(
        input: input, outputGradient: products.pointer, weightGradient: jointGradients.pointer, rows: rows,
        inputs: inputCount, outputs: columns, team: team)
      weight.gradients.update(from: jointGradients.pointer, count: weight.count)
      embedding.gradients.update(from: jointGradients.pointer + weight.count, count: embedding.count)
    }
    if let inputGradient {
      denseInputGradient(
        outputGradient: products.pointer, weight: jointWeights.pointer, inputGradient: inputGradient,
        rows: rows.rowCount, inputs: inputCount, outputs: columns, team: team)
    }
  }

  /// The column of each row's class.
  private func classColumns(_ pass: Pass) -> [Int] {
    let labels = pass.requireLabels(below: classCount)
    return labels.map { 1 + Int($0) }
  }
}
