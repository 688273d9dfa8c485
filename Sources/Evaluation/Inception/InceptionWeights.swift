import Artifacts
import Diagnostics
import TensorCore

/// The weights of a `BasicConv2d` with its batch normalization folded in:
///
///     scale = bn.weight / sqrt(bn.running_var + 1e-3)
///     weight' = scale * conv.weight        bias' = bn.bias - scale * bn.running_mean
///
/// computed in Double and rounded once.
struct InceptionWeights {
  /// (output channels, input channels, height, width).
  let weight: AlignedBuffer<Float>
  let bias: AlignedBuffer<Float>

  private static let epsilon = 1e-3

  /// The weights of the convolution `name` of that geometry. If it has one input channel, the kernels of the file's three
  /// are added up, in Double too.
  ///
  /// - Throws: 65 that names the first tensor that is missing or not as it should be.
  init(_ file: SafeTensorsFile, name: String, geometry: ConvolutionGeometry) throws(Failure) {
    let tensors = Self.tensors(name, geometry)
    let kernels = try Self.read(tensors[0], file)
    let gain = try Self.read(tensors[1], file)
    let offset = try Self.read(tensors[2], file)
    let mean = try Self.read(tensors[3], file)
    let variance = try Self.read(tensors[4], file)

    weight = AlignedBuffer(count: geometry.weightCount)
    let outputs = geometry.coarse.channels
    bias = AlignedBuffer(count: outputs)
    let summed = Self.summedChannels(geometry)
    let area = geometry.kernelHeight * geometry.kernelWidth
    let count = geometry.fine.channels * area
    for output in 0..<outputs {
      let scale = Double(gain[output]) / (Double(variance[output]) + Self.epsilon).squareRoot()
      bias.pointer[output] = Float(Double(offset[output]) - scale * Double(mean[output]))
      for term in 0..<count {
        var sum = 0.0
        for channel in 0..<summed { sum += Double(kernels[output * summed * count + channel * area + term]) }
        weight.pointer[output * count + term] = Float(scale * sum)
      }
    }
  }

  /// How the public weights become a file that can be read.
  static let conversion =
    "python -c \"import torch, safetensors.torch as s; s.save_file({k: v.float().contiguous() for k, v in "
    + "torch.load('pt_inception-2015-12-05-6726825d.pth').items()}, 'inception.safetensors')\""

  /// The tensors of the convolution `name` of that geometry.
  static func tensors(_ name: String, _ geometry: ConvolutionGeometry) -> [(name: String, shape: [Int])] {
    let (inputs, outputs) = (geometry.fine.channels * summedChannels(geometry), geometry.coarse.channels)
    return [("\(name).conv.weight", [outputs, inputs, geometry.kernelHeight, geometry.kernelWidth])]
      + ["weight", "bias", "running_mean", "running_var"].map { ("\(name).bn.\($0)", [outputs]) }
  }

  /// Equal input channels of the public weights that one of ours stands for: the grey image's, which is alone.
  private static func summedChannels(_ geometry: ConvolutionGeometry) -> Int {
    geometry.fine.channels == 1 ? 3 : 1
  }

  private static func read(
    _ wanted: (name: String, shape: [Int]), _ file: SafeTensorsFile
  ) throws(Failure) -> [Float] {
    let (name, shape) = wanted
    let help = "use the weights of pytorch-fid, converted by: \(conversion)"
    guard let tensor = file[name] else {
      throw Failure(
        .badData, "\(file.path) has no tensor \(name); Inception needs it as F32 \(shape)", help: help)
    }
    guard tensor.shape == shape, let elements = tensor.elements(of: Float.self) else {
      throw Failure(
        .badData,
        "tensor \(name) of \(file.path) is \(tensor.dataType.rawValue) \(tensor.shape); Inception needs it as "
          + "F32 \(shape)", help: help)
    }
    return elements
  }
}
