import TensorCore

/// A model that rebuilds its input: an encoder to a code and a decoder back to logits. The output is
/// sigmoid(logits), which the loss computes together with its gradient.
public final class Autoencoder: ImageCoder {
  public let encoder: Sequential
  public let decoder: Sequential
  public let arena: ParameterArena
  public var arenas: [ParameterArena] { [arena] }

  /// - Precondition: the decoder takes the encoder's code and gives as many pixels as the encoder takes.
  public init(encoder: Sequential, decoder: Sequential) {
    precondition(encoder.outputCount == decoder.inputCount && decoder.outputCount == encoder.inputCount)
    self.encoder = encoder
    self.decoder = decoder
    arena = ParameterArena(encoder.parameters + decoder.parameters)
  }

  public var pixelCount: Int { encoder.inputCount }
  public var latentDimension: Int { encoder.outputCount }
  public var networks: [Sequential] { [encoder, decoder] }

  public func encode(images: UnsafePointer<Float>, pass: Pass) -> UnsafeMutablePointer<Float> {
    encoder.forward(input: images, pass: pass)
  }

  public func decode(codes: UnsafePointer<Float>, pass: Pass) -> UnsafeMutablePointer<Float> {
    decoder.forward(input: codes, pass: pass)
  }

  /// Fills the gradients of all parameters.
  ///
  /// - Parameters:
  ///   - images: as given to `forward`.
  ///   - logitGradient: (rows, pixelCount); overwritten.
  ///   - pass: the one given to `forward`.
  public func backward(
    images: UnsafePointer<Float>, logitGradient: UnsafeMutablePointer<Float>, pass: Pass
  ) {
    let codeGradient = decoder.backward(
      input: encoder.output, outputGradient: logitGradient, wantsInputGradient: true, pass: pass)
    encoder.backward(
      input: images, outputGradient: codeGradient!, wantsInputGradient: false, pass: pass)
  }
}
