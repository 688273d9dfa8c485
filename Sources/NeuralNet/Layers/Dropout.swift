import Diagnostics
import RandomNumbers
import TensorCore

/// In training, sets each value to zero with probability `rate` and multiplies the others by 1 / (1 - rate); otherwise
/// passes all on: PyTorch's and Keras's `Dropout`.
///
/// Which values of a sample are dropped depends on the seed, the step, the sample's index in the data set and `stream`
/// alone, neither on the rank nor on the row it lies on.
///
/// Source: Srivastava and others, "Dropout: a simple way to prevent neural networks from overfitting", 2014.
public final class Dropout: Layer {
  public let inputCount: Int
  public let rate: Float
  private let stream: Int
  private var outputBuffer = AlignedBuffer<Float>(count: 0)
  private var masks: DropoutMasks
  /// Whether the last `forward` dropped anything.
  private var dropsValues = false

  /// - Parameters:
  ///   - name: for messages; there are no parameters.
  ///   - count: values of a row.
  ///   - stream: this layer's own stream of random numbers, differing between the dropout layers of a model.
  /// - Throws: a usage failure where the rate is not from 0 to below 1.
  public init(_ name: String, count: Int, rate: Float, stream: Int) throws(Failure) {
    guard rate >= 0 && rate < 1 else {
      throw Failure(.usage, "\(name): its rate can't be \(rate)", help: "give a number from 0 to below 1")
    }
    inputCount = count
    self.rate = rate
    self.stream = stream
    masks = DropoutMasks(count: count, rows: 0)
  }

  public var outputCount: Int { inputCount }
  public var parameters: [Parameter] { [] }
  public var output: UnsafeMutablePointer<Float> { outputBuffer.pointer }

  public func allocate(rows: Int) {
    outputBuffer = AlignedBuffer(count: rows * outputCount)
    masks = DropoutMasks(count: inputCount, rows: rows)
  }

  public func forward(input: UnsafePointer<Float>, pass: Pass) {
    precondition(pass.rowCount * outputCount <= outputBuffer.count, "no room for \(pass.rowCount) rows")
    dropsValues = pass.training != nil && rate > 0
    if let training = pass.training, dropsValues {
      masks.draw(
        rate: rate, key: RandomKey(seed: training.seed, purpose: .dropout, layer: stream),
        step: training.step, indices: training.sampleIndices, team: pass.team)
    }
    apply(input, output, pass)
  }

  public func backward(
    input: UnsafePointer<Float>, outputGradient: UnsafeMutablePointer<Float>,
    inputGradient: UnsafeMutablePointer<Float>?, pass: Pass
  ) {
    if let inputGradient { apply(outputGradient, inputGradient, pass) }
  }

  private func apply(
    _ values: UnsafePointer<Float>, _ result: UnsafeMutablePointer<Float>, _ pass: Pass
  ) {
    if dropsValues {
      masks.apply(values, to: result, scale: 1 / (1 - rate), rows: pass.rowCount, team: pass.team)
    } else {
      result.update(from: values, count: pass.rowCount * inputCount)
    }
  }
}
