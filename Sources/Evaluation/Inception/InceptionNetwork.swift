import Artifacts
import Diagnostics
import TensorCore

/// `inception`: the network of the Fréchet inception distance (Heusel and others, "GANs Trained by a Two Time-Scale
/// Update Rule Converge to a Local Nash Equilibrium", 2017), from pixels to the 2,048 features `pool3`, as pytorch-fid
/// computes them: for figures that can be compared with papers.
///
/// `InceptionStep.inception` is the network; Docs/features.md says where its weights come from. A row's bits depend on
/// that row alone. Not for several callers at once.
public final class InceptionNetwork: FeatureNetwork {
  public let name = "inception"
  public let weightsDigest: String
  public let preprocessing: String
  public let featureCount: Int
  public var classCount: Int? { nil }
  public let capacity: Int

  private let height: Int
  private let width: Int
  private let resize: BilinearResize
  private let program: InceptionProgram
  /// By their numbers in the program.
  private let convolutions: [(kernels: ConvolutionKernels, weights: InceptionWeights)]
  /// (capacity, the program's count) each.
  private let buffers: [AlignedBuffer<Float>]
  private let means: PoolingGeometry

  /// The side of the images that the network sees.
  private static let side = 299

  /// Takes the weights from a safetensors file with PyTorch's names; tensors that aren't needed are ignored.
  ///
  /// - Parameters:
  ///   - height: of the images that features will be asked of; any size will do.
  ///   - width: likewise.
  ///   - capacity: images at a time; each takes 12 MB.
  /// - Throws: 65 that names the first tensor that is missing or of a wrong shape or type.
  public init(_ file: SafeTensorsFile, height: Int = 28, width: Int = 28, capacity: Int = 10) throws(Failure)
  {
    precondition(capacity > 0)
    self.capacity = capacity
    self.height = height
    self.width = width
    resize = BilinearResize(
      input: ImageShape(height: height, width: width, channels: 1), height: Self.side, width: Self.side)
    preprocessing =
      "grey to 3 channels, bilinear to \(Self.side)x\(Self.side) (half-pixel centres, no antialiasing), 2x - 1"
    program = Self.program
    means = PoolingGeometry(input: program.outputShape, size: program.outputShape.height, stride: 1)
    featureCount = means.output.count

    var convolutions: [(ConvolutionKernels, InceptionWeights)] = []
    for instruction in program.instructions {
      guard case .convolution(let number, let geometry) = instruction.operation else { continue }
      let weights = try InceptionWeights(file, name: program.convolutionNames[number], geometry: geometry)
      convolutions.append((ConvolutionKernels(geometry), weights))
    }
    self.convolutions = convolutions
    weightsDigest = SHA256.digest(of: file.content).description
    buffers = program.bufferCounts.map { AlignedBuffer(count: capacity * $0) }
  }

  private static let program = InceptionProgram(
    InceptionStep.inception, input: ImageShape(height: side, width: side, channels: 1))

  /// What a file of weights must have, in the order in which it is read.
  package static var requiredTensors: [(name: String, shape: [Int])] {
    program.instructions.flatMap { instruction -> [(name: String, shape: [Int])] in
      guard case .convolution(let number, let geometry) = instruction.operation else { return [] }
      return InceptionWeights.tensors(program.convolutionNames[number], geometry)
    }
  }

  public func requireSize(height: Int, width: Int) throws(Failure) {
    guard height == self.height && width == self.width else {
      throw Failure(
        .badData, "the images are \(height)x\(width), not \(self.height)x\(self.width) as the others",
        help: "compare images of one size")
    }
  }

  public func compute(
    images: UnsafePointer<Float>, features: UnsafeMutablePointer<Float>,
    probabilities: UnsafeMutablePointer<Float>?, rows: Int, team: ThreadTeam
  ) {
    compute(images: images, features: features, rows: rows, team: team) { _, _, _ in }
  }

  /// The same, and shows what each convolution outside of blocks and each block gives: `output` is (rows, shape.count),
  /// channels last, and valid during the call only.
  package func compute(
    images: UnsafePointer<Float>, features: UnsafeMutablePointer<Float>, rows: Int, team: ThreadTeam,
    observe: (_ name: String, _ shape: ImageShape, _ output: UnsafePointer<Float>) -> Void
  ) {
    precondition(rows <= capacity)
    // All three channels would be equal: the first convolution's kernels are summed over them instead.
    let input = buffers[program.input].pointer
    resize.resize(images, into: input, count: rows, team: team)
    mapVectors(input, input, count: rows * resize.output.count) {
      multiplyAdd($0, Vector(repeating: 2), Vector(repeating: -1))
    }
    for instruction in program.instructions {
      let shape = run(instruction, rows: rows, team: team)
      if let name = instruction.completes { observe(name, shape, buffers[instruction.target].pointer) }
    }
    averagePool(
      buffers[program.output].pointer, geometry: means, into: features, rows: rows, team: team)
  }

  /// - Returns: the shape of what the instruction works on in its target.
  private func run(_ instruction: InceptionProgram.Instruction, rows: Int, team: ThreadTeam) -> ImageShape {
    let source = UnsafePointer(buffers[instruction.source].pointer)
    let target = buffers[instruction.target].pointer
    switch instruction.operation {
    case .convolution(let number, let geometry):
      let (kernels, weights) = convolutions[number]
      kernels.correlate(
        fine: source, weight: weights.weight.pointer, bias: weights.bias.pointer, negativeSlope: 0,
        coarse: target, rows: rows, team: team)
      return geometry.coarse
    case .maximumPool(let pooling):
      pooling.maximum(source, into: target, rows: rows, team: team)
      return pooling.output
    case .averagePool(let pooling):
      pooling.average(source, into: target, rows: rows, team: team)
      return pooling.output
    case .place(let part, let firstChannel, let whole):
      team.forEachRange(rows * part.pixelCount) { range in
        for pixel in range {
          (target + (pixel * whole.channels + firstChannel))
            .update(from: source + pixel * part.channels, count: part.channels)
        }
      }
      return whole
    }
  }
}
