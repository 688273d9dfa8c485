import RandomNumbers
import TensorCore

/// All parameters of a model in one block, and all gradients in another of the same layout, so that the gradient sum
/// over ranks, the optimiser and a checkpoint are one call each.
///
/// Slices begin on cache lines; the gaps between them are zero and stay zero under every optimiser.
public final class ParameterArena {
  public let parameters: [Parameter]
  public private(set) var values: AlignedBuffer<Float>
  public private(set) var gradients: AlignedBuffer<Float>

  /// - Precondition: names differ.
  public init(_ parameters: [Parameter]) {
    precondition(Set(parameters.map(\.name)).count == parameters.count, "parameter names differ")
    self.parameters = parameters
    let floatsPerCacheLine = 16
    var offset = 0
    for parameter in parameters {
      parameter.offset = offset
      offset += (parameter.count + floatsPerCacheLine - 1) / floatsPerCacheLine * floatsPerCacheLine
    }
    values = AlignedBuffer(count: offset)
    gradients = AlignedBuffer(count: offset)
    bindParameters()
  }

  /// Moves both blocks into other memory, such as one that other ranks can read.
  ///
  /// - Precondition: as large as the arena.
  public func move(values newValues: AlignedBuffer<Float>, gradients newGradients: AlignedBuffer<Float>) {
    precondition(newValues.count == count && newGradients.count == count)
    newValues.pointer.update(from: values.pointer, count: count)
    newGradients.pointer.update(from: gradients.pointer, count: count)
    values = newValues
    gradients = newGradients
    bindParameters()
  }

  private func bindParameters() {
    for parameter in parameters {
      parameter.values = values.pointer + parameter.offset
      parameter.gradients = gradients.pointer + parameter.offset
    }
  }

  /// Floats in a block, gaps included.
  public var count: Int { values.count }

  /// Trainable numbers, gaps not counted.
  public var parameterCount: Int { parameters.reduce(0) { $0 + $1.count } }

  /// Draws every parameter anew from the seed; parameter i uses stream `firstStream` + i of its purpose.
  public func initialize(seed: UInt32, firstStream: Int = 0) {
    for (index, parameter) in parameters.enumerated() {
      let key = RandomKey(seed: seed, purpose: .initialization, layer: firstStream + index)
      parameter.initializer.fill(parameter.values, count: parameter.count, key: key)
      parameter.spectralNormalization?.initialize(key: key)
    }
  }

  /// Forms what layers multiply by anew, where that is not the values themselves: needed after every change of them.
  ///
  /// - Parameter iterates: as of `SpectralNormalization.refresh`.
  public func refreshEffectiveValues(iterates: Bool, team: ThreadTeam) {
    for parameter in parameters { parameter.spectralNormalization?.refresh(iterates: iterates, team: team) }
  }
}
