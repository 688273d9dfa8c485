import Artifacts
import NeuralNet
import TensorCore

/// A model's state beyond one step: its parameters, and the running tensors beside them.
extension TrainableModel {
  /// The tensors of `model.safetensors`, as PyTorch's `state_dict` has them.
  package var stateTensors: [NamedTensor] {
    namedTensors(parameters, runningTensors)
  }

  /// The memory of the whole state, for sending it to other ranks.
  var stateMemory: [UnsafeMutableRawBufferPointer] {
    arenas.map { UnsafeMutableRawBufferPointer($0.values.elements) } + runningTensors.map(\.bytes)
  }
}

/// Tensors as a file has them.
func namedTensors(_ parameters: [Parameter], _ running: [RunningTensor]) -> [NamedTensor] {
  parameters.map { parameter in
    NamedTensor(
      name: parameter.name, shape: parameter.shape,
      elements: UnsafeBufferPointer<Float>(start: parameter.values, count: parameter.count))
  }
    + running.map { tensor in
      switch tensor.storage {
      case .values(let values):
        NamedTensor(name: tensor.name, shape: tensor.shape, elements: UnsafeBufferPointer(values.elements))
      case .counter(let counter):
        NamedTensor(name: tensor.name, shape: tensor.shape, elements: UnsafeBufferPointer(counter.elements))
      }
    }
}

extension RunningTensor {
  /// Takes the elements over from a file's tensor; false, with nothing copied, where its type or shape is another.
  func copy(_ tensor: TensorData) -> Bool {
    guard tensor.shape == shape else { return false }
    return switch storage {
    case .values(let values): tensor.copy(to: values.elements)
    case .counter(let counter): tensor.copy(to: counter.elements)
    }
  }
}
