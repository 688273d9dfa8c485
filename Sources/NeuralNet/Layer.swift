import TensorCore

/// One step of a network, forward and backward, over all of a rank's rows at once.
///
/// A layer owns its output and whatever it has to remember for the way back. Rows are samples; a row of `output` holds
/// `outputCount` floats, channels last where it is an image (`ImageShape`).
public protocol Layer: AnyObject {
  var inputCount: Int { get }
  var outputCount: Int { get }
  /// In the order of PyTorch's `state_dict`.
  var parameters: [Parameter] { get }
  /// What training keeps beside the parameters, in the same order; none by default.
  var runningTensors: [RunningTensor] { get }
  /// The result of the last `forward`: (rows, outputCount).
  var output: UnsafeMutablePointer<Float> { get }
  /// Multiplications of `forward` for one row if its product is computed as defined; the gradient of the weight takes as
  /// many again, and so does that of the input. 0 for layers without a product.
  var multiplications: Int { get }

  /// Makes room for up to `rows` rows.
  func allocate(rows: Int)

  /// - Precondition: `allocate` made room for the pass's rows.
  func forward(input: UnsafePointer<Float>, pass: Pass)

  /// Turns the gradient of the output into those of the parameters (written, not added to; only where the pass wants
  /// them) and of the input.
  ///
  /// - Parameters:
  ///   - input: as given to `forward`.
  ///   - outputGradient: (rows, outputCount); overwritten.
  ///   - inputGradient: (rows, inputCount); nil where nobody needs it.
  ///   - pass: the one given to `forward`.
  func backward(
    input: UnsafePointer<Float>, outputGradient: UnsafeMutablePointer<Float>,
    inputGradient: UnsafeMutablePointer<Float>?, pass: Pass)
}

extension Layer {
  public var runningTensors: [RunningTensor] { [] }
  public var multiplications: Int { 0 }
}
