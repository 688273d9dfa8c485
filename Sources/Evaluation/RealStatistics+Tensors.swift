import Artifacts
import Diagnostics
import TensorCore

// Statistics as tensors of a file, every number as it is in memory.

extension RealStatistics {
  /// Calls `body` with all numbers as tensors, which are valid as long as it runs.
  func withTensors<Result>(_ body: ([NamedTensor]) throws -> Result) rethrows -> Result {
    let storage = TensorStorage()
    storage.add("features", features.values, shape: [count, dimension])
    storage.add("mean", gaussian.moments.mean, shape: [dimension])
    storage.add("covariance", gaussian.moments.covariance, shape: [dimension, dimension])
    storage.add("factor", gaussian.factor, shape: [gaussian.rank, dimension])
    storage.add("kernel_sums", kernelSums, shape: [kernelSums.count])
    if let neighbours {
      let shape = [count, neighbours.neighbours]
      storage.add("neighbours.squared_distances", neighbours.squaredDistances, shape: shape)
      storage.add("neighbours.indices", neighbours.indices.map { UInt32($0) }, shape: shape)
    }
    storage.add("ceiling", ceiling)
    if let floor { storage.add("floor", floor) }
    return try withExtendedLifetime(storage) { try body(storage.tensors) }
  }

  /// The statistics that `withTensors` gave; nil where a tensor is missing or does not fit the others.
  init?(network: String, tensors file: SafeTensorsFile) {
    func numbers<Element: TensorElement>(_ name: String, _ shape: [Int]) -> [Element]? {
      guard let tensor = file[name], tensor.shape == shape else { return nil }
      return tensor.elements(of: Element.self)
    }
    func referenceDistance(_ name: String) -> ReferenceDistance? {
      guard let value: [Double] = numbers("\(name).value", [1]),
        let count: [Int64] = numbers("\(name).images", [1])
      else { return nil }
      return ReferenceDistance(value: value[0], imageCount: Int(count[0]))
    }
    guard let featureTensor = file["features"], featureTensor.shape.count == 2, featureTensor.shape[0] >= 2,
      featureTensor.shape[1] >= 1
    else { return nil }
    let (count, dimension) = (featureTensor.shape[0], featureTensor.shape[1])
    let values = AlignedBuffer<Float>(count: count * dimension)
    guard featureTensor.copy(to: values.elements),
      let features = try? FeatureMatrix(values, count: count, dimension: dimension, name: "real images"),
      let mean: [Double] = numbers("mean", [dimension]),
      let covariance: [Double] = numbers("covariance", [dimension, dimension]),
      let rank = file["factor"]?.shape.first, rank <= dimension,
      let factor: [Double] = numbers("factor", [rank, dimension]),
      let kernelSumCount = file["kernel_sums"]?.shape.first,
      let kernelSums: [Double] = numbers("kernel_sums", [kernelSumCount]),
      let ceiling = referenceDistance("ceiling")
    else { return nil }
    var neighbours: NearestNeighbours?
    if count > SupportScores.densityNeighbours {
      let shape = [count, SupportScores.densityNeighbours]
      guard let distances: [Double] = numbers("neighbours.squared_distances", shape),
        let indices: [UInt32] = numbers("neighbours.indices", shape)
      else { return nil }
      neighbours = NearestNeighbours(
        count: count, neighbours: shape[1], squaredDistances: distances,
        indices: indices.map { Int32(truncatingIfNeeded: $0) })
    }
    let moments = FeatureMoments(count: count, mean: mean, covariance: covariance)
    self.init(
      network: network, features: features,
      gaussian: GaussianFit(moments: moments, factor: factor), neighbours: neighbours,
      kernelSums: kernelSums, floor: referenceDistance("floor"), ceiling: ceiling)
  }
}

/// Tensors and the memory of their elements.
private final class TensorStorage {
  private(set) var tensors: [NamedTensor] = []
  private var buffers: [AnyObject] = []

  func add<Element: TensorElement>(_ name: String, _ buffer: AlignedBuffer<Element>, shape: [Int]) {
    buffers.append(buffer)
    let elements = UnsafeBufferPointer(start: buffer.pointer, count: shape.reduce(1, *))
    tensors.append(NamedTensor(name: name, shape: shape, elements: elements))
  }

  func add<Element: TensorElement>(_ name: String, _ elements: [Element], shape: [Int]) {
    let buffer = AlignedBuffer<Element>(count: elements.count)
    buffer.pointer.update(from: elements, count: elements.count)
    add(name, buffer, shape: shape)
  }

  func add(_ name: String, _ distance: RealStatistics.ReferenceDistance) {
    add("\(name).value", [distance.value], shape: [1])
    add("\(name).images", [Int64(distance.imageCount)], shape: [1])
  }
}
