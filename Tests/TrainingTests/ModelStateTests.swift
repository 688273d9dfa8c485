import Artifacts
import Diagnostics
import NeuralNet
import TensorCore
import TestSupport
import Testing
import Training

/// An autoencoder with batch normalization, after a training pass.
private func makeModel(seed: UInt32) throws -> Autoencoder {
  let shape = ImageShape(height: 2, width: 3, channels: 2)
  let model = Autoencoder(
    encoder: Sequential([
      try BatchNorm2D("encoder.norm1", input: shape, scope: .global, conventions: .torch),
      Dense("encoder.dense1", inputs: 12, outputs: 4, activation: .relu, conventions: .torch),
    ]),
    decoder: Sequential([
      Dense("decoder.dense1", inputs: 4, outputs: 12, activation: .identity, conventions: .torch),
      try BatchNorm2D("decoder.norm1", input: shape, scope: .shard, conventions: .torch),
    ]))
  model.initialize(seed: seed)
  model.allocate(rows: 3)
  let pass = Pass(
    rows: ShardedRows(offsets: [0, 3]), team: ThreadTeam(count: 1),
    training: TrainingPass(seed: 0, step: 0, sampleIndices: [0, 1, 2], sums: LocalShardSums()))
  _ = model.forward(images: randomFloats(36, seed: seed), pass: pass)
  return model
}

private func write(_ model: Autoencoder, changing: ([NamedTensor]) -> [NamedTensor] = { $0 }) throws
  -> SafeTensorsFile
{
  try SafeTensorsFile(
    parsing: SafeTensorsWriter(changing(model.stateTensors)).serialized(), path: "model.safetensors")
}

private func bytes(_ model: Autoencoder) -> [[UInt8]] { model.stateTensors.map { Array($0.bytes) } }

/// The names, shapes and types that `torch.nn.Module.load_state_dict(strict=True)` asks for.
@Test func runningTensorsAreInTheFileAsPyTorchHasThem() throws {
  let model = try makeModel(seed: 1)
  let counter = model.runningTensors.first { $0.name == "encoder.norm1.num_batches_tracked" }!
  // Beyond what a Float can count.
  guard case .counter(let count) = counter.storage else { throw Failure(.failure, "not a counter") }
  count.pointer.pointee = 16_777_217
  let file = try write(model)
  #expect(file.tensors.count == 2 * (2 + 2 + 3))
  let tensor = try #require(file["encoder.norm1.num_batches_tracked"])
  #expect(tensor.shape == [] && tensor.dataType == .int64 && tensor.elements(of: Int64.self) == [16_777_217])
  let mean = try #require(file["decoder.norm1.running_mean"])
  #expect(mean.shape == [2] && mean.dataType == .float32 && mean.elements(of: Float.self) != [0, 0])
  #expect(file["decoder.norm1.running_var"]?.shape == [2])
}

@Test func aModelTakesItsWholeStateFromTheFile() throws {
  let model = try makeModel(seed: 1)
  let other = try makeModel(seed: 2)
  #expect(bytes(model) != bytes(other))
  try SavedCheckpoint.copyModel(write(model), to: other)
  #expect(bytes(model) == bytes(other))
}

@Test func aNewRunsStateIsThatOfTheSeed() throws {
  let model = try makeModel(seed: 1)
  model.initialize(seed: 3)
  let running = model.stateTensors.filter { $0.name.hasSuffix("running_var") || $0.name.hasSuffix("tracked") }
  #expect(
    running.map { Array($0.bytes) } == [
      [0, 0, 128, 63, 0, 0, 128, 63], [0, 0, 0, 0, 0, 0, 0, 0], [0, 0, 128, 63, 0, 0, 128, 63],
      [0, 0, 0, 0, 0, 0, 0, 0],
    ])
}

@Test func aFileWithoutRunningTensorsIsRefused() throws {
  let model = try makeModel(seed: 1)
  func message(_ change: ([NamedTensor]) -> [NamedTensor]) throws -> String {
    let file = try write(model, changing: change)
    do {
      try SavedCheckpoint.copyModel(file, to: model)
      return "no failure"
    } catch let failure as Failure {
      return failure.message
    }
  }
  let name = "encoder.norm1.num_batches_tracked"
  #expect(
    try message { $0.filter { $0.name != name } } == "model.safetensors has no tensor \(name)")
  let numbers = AlignedBuffer<Float>(count: 1)
  let asFloat = NamedTensor(name: name, shape: [], elements: UnsafeBufferPointer(numbers.elements))
  #expect(
    try message { $0.filter { $0.name != name } + [asFloat] }
      == "model.safetensors: \(name) has elements of type F32")
  let asVector = NamedTensor(name: name, shape: [1], elements: UnsafeBufferPointer(numbers.elements))
  #expect(
    try message { $0.filter { $0.name != name } + [asVector] }
      == "model.safetensors: \(name) has shape [1], the model needs []")
}
