import NeuralNet
import TensorCore
import TestSupport
import Testing

// convolutions_keras.safetensors, `every.`: all sides from 1 to 14 under `padding="same"`.

private let sides = 1...14
private let kernels = 1...5
private let strides = 1...3

@Test(arguments: [false, true]) func samePaddingGivesKerassSizes(isTransposed: Bool) throws {
  let kind = isTransposed ? "transposed" : "convolution"
  let heights = try Fixture("convolutions_keras").bytes("every.\(kind).heights").map(Int.init)
  #expect(heights.count == kernels.count * strides.count * sides.count)
  var index = 0
  for kernel in kernels {
    for stride in strides {
      for side in sides {
        let setup = ConvolutionSetup(
          transposed: isTransposed, side, 1, 1, 1, kernel: kernel, stride: stride)
        #expect(try setup.outputShape.height == heights[index], "\(setup.testDescription)")
        // The other axis by the same rule.
        let flat = ConvolutionSetup(transposed: isTransposed, 1, side, 1, 1, kernel: kernel, stride: stride)
        #expect(try flat.outputShape.width == heights[index], "\(flat.testDescription)")
        index += 1
      }
    }
  }
}

/// One column of whole numbers: off by a pixel is off by whole numbers.
@Test(arguments: [false, true]) func samePaddingPutsThePixelsWhereKerasDoes(isTransposed: Bool) throws {
  let fixture = try Fixture("convolutions_keras")
  let column = try fixture.floats("every.column")
  let weight = try fixture.floats("every.weight")
  for kernel in kernels {
    let taps = (0..<kernel * kernel).map { weight[$0 / kernel * kernels.upperBound + $0 % kernel] }
    for stride in strides {
      var outputs: [Float] = []
      for side in sides {
        let setup = ConvolutionSetup(
          transposed: isTransposed, side, 1, 1, 1, kernel: kernel, stride: stride, hasBias: false)
        let layer = try setup.makeLayer()
        let arena = ParameterArena(layer.parameters)
        arena.load { _ in taps }
        layer.allocate(rows: 1)
        layer.forward(input: column, pass: Pass(rowCount: 1, team: singleThread))
        outputs += Array(UnsafeBufferPointer(start: layer.output, count: layer.outputCount))
      }
      let kind = isTransposed ? "transposed" : "convolution"
      try expectClose(
        "\(kind) kernel \(kernel) stride \(stride)", outputs,
        fixture.floats("every.\(kind).k\(kernel)s\(stride)"), tolerance: 1e-5)
    }
  }
}

extension ConvolutionSetup {
  /// The output's shape as the layer has it.
  fileprivate var outputShape: ImageShape {
    get throws {
      switch try makeLayer() {
      case let layer as Convolution2D: layer.outputShape
      case let layer as TransposedConvolution2D: layer.outputShape
      default: preconditionFailure("no other layers")
      }
    }
  }
}
