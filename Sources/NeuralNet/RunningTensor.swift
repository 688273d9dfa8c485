import TensorCore

/// A named tensor that a layer keeps beside its parameters and that no optimiser touches, such as the running statistics
/// of batch normalization: PyTorch's buffers. It belongs to the model's state in checkpoints, and is equal on all ranks.
public final class RunningTensor {
  /// What it holds.
  public enum Storage {
    case values(AlignedBuffer<Float>)
    /// A single whole number, with no shape.
    case counter(AlignedBuffer<Int64>)
  }

  /// PyTorch's name, as in `encoder.norm1.running_mean`.
  public let name: String
  public let shape: [Int]
  public let storage: Storage
  private let initialValue: Float?

  /// A vector whose elements are all `initialValue` in a new run; with nil its owner draws them when parameters are drawn.
  public init(_ name: String, values: AlignedBuffer<Float>, initialValue: Float?) {
    self.name = name
    self.initialValue = initialValue
    shape = [values.count]
    storage = .values(values)
    initialize()
  }

  /// A counter, 0 in a new run.
  ///
  /// - Precondition: one element.
  public init(_ name: String, counter: AlignedBuffer<Int64>) {
    precondition(counter.count == 1)
    self.name = name
    initialValue = 0
    shape = []
    storage = .counter(counter)
    initialize()
  }

  /// Goes back to the state of a new run; what is drawn stays as it is.
  public func initialize() {
    switch storage {
    case .values(let values):
      if let initialValue { values.elements.update(repeating: initialValue) }
    case .counter(let counter): counter.pointer.pointee = 0
    }
  }

  /// The memory of the elements.
  public var bytes: UnsafeMutableRawBufferPointer {
    switch storage {
    case .values(let values): UnsafeMutableRawBufferPointer(values.elements)
    case .counter(let counter): UnsafeMutableRawBufferPointer(counter.elements)
    }
  }
}
