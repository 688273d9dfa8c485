import Artifacts
import Diagnostics
import NeuralNet
import TensorCore

/// A checkpoint on disk, verified against its checksums.
public struct SavedCheckpoint {
  public let path: String
  public let configuration: RunConfiguration
  let state: JSONValue

  static let modelFile = "model.safetensors"
  static let optimizerFile = "optimizer.safetensors"
  static let stateFile = "state.json"
  /// The moving average of a GAN's generator, where the run keeps one.
  static let averageFile = "ema.safetensors"
  static let files = [modelFile, optimizerFile, stateFile]

  /// The files of this checkpoint.
  var files: [String] { Self.files + (configuration.averageDecay == nil ? [] : [Self.averageFile]) }

  /// - Parameter path: a checkpoint's folder.
  /// - Throws: `Failure` 66 where there is none, 65 where it is incomplete or damaged.
  public init(reading path: String) throws {
    let folder = CheckpointFolder(path)
    try folder.verify(requiring: Self.files)
    self.path = path
    let file = folder.path(Self.stateFile)
    state = try JSONValue(parsing: FileSystem.read(file), file: file)
    configuration = try RunConfiguration(arithmetic: state["configuration"] ?? .null, file: file)
    if configuration.averageDecay != nil { try folder.verify(requiring: [Self.averageFile]) }
  }

  /// Whether a user names a run or a checkpoint, rather than images.
  public static func isNamed(by path: String) -> Bool {
    CheckpointFolder(path).isComplete
      || ["checkpoints", stateFile].contains { FileSystem.exists("\(path)/\($0)") }
  }

  /// The checkpoint that a user names: a checkpoint's folder, a link to it such as `last`, or a run's folder, which
  /// stands for its last one.
  public static func locate(_ named: String) throws -> String {
    if CheckpointFolder(named).isComplete || FileSystem.exists("\(named)/\(stateFile)") {
      return CheckpointStore(FileSystem.folder(of: named)).linked(FileSystem.name(of: named))?.path ?? named
    }
    if FileSystem.exists("\(named)/checkpoints") {
      if let last = try RunFolder(named).lastCheckpoint() { return last.path }
      throw Failure(.noInput, "the run \(named) has no complete checkpoint")
    }
    throw Failure(
      .noInput, "\(named) is neither a run's folder nor a checkpoint's",
      help: "name a run such as runs/00000-dense-ae, or one of its checkpoints")
  }

  /// The rows of its run's `metrics.jsonl` up to where it was saved.
  ///
  /// - Throws: `Failure` 65 where the file has been cut or changed since, 66 where it is gone.
  func readMetrics() throws -> [UInt8] {
    let byteCount = state["metrics_bytes"]?.integerValue ?? 0
    if byteCount == 0 { return [] }
    return try JSONLinesFile.read(RunFolder(containing: path).metrics, upTo: byteCount)
  }

  public func copyModel(to model: any TrainableModel) throws {
    try Self.copyModel(SafeTensorsFile(reading: "\(path)/\(Self.modelFile)"), to: model)
  }

  /// Copies parameters and running tensors from a file.
  ///
  /// - Throws: `Failure` 65 naming the first tensor that is missing or of another shape.
  package static func copyModel(_ file: SafeTensorsFile, to model: any TrainableModel) throws {
    for arena in model.arenas { try copy(file, prefix: "", to: arena.values, of: arena) }
    try copy(file, to: model.runningTensors)
  }

  /// Copies the moving average of a generator.
  func copy(to average: GeneratorAverage) throws {
    let file = try SafeTensorsFile(reading: "\(path)/\(Self.averageFile)")
    let network = average.network
    try Self.copy(file, prefix: "", to: network.generatorArena.values, of: network.generatorArena)
    try Self.copy(file, to: network.generator.runningTensors)
  }

  private static func copy(_ file: SafeTensorsFile, to runningTensors: [RunningTensor]) throws {
    for running in runningTensors {
      let tensor = try find(running.name, in: file)
      guard running.copy(tensor) else {
        throw mismatch(running.name, tensor, needed: running.shape, in: file)
      }
    }
  }

  func copyOptimizer(to optimizer: any Optimizer, of arena: ParameterArena) throws {
    for state in optimizer.state {
      try copy(Self.optimizerFile, prefix: "\(state.name).", to: state.values, of: arena)
    }
  }

  private func copy(
    _ name: String, prefix: String, to buffer: AlignedBuffer<Float>, of arena: ParameterArena
  ) throws {
    try Self.copy(SafeTensorsFile(reading: "\(path)/\(name)"), prefix: prefix, to: buffer, of: arena)
  }

  /// Copies a tensor for each parameter, `prefix` before its name, into a block laid out as the arena.
  ///
  /// - Throws: `Failure` 65 naming the first tensor that is missing or of another shape.
  static func copy(
    _ file: SafeTensorsFile, prefix: String, to buffer: AlignedBuffer<Float>, of arena: ParameterArena
  ) throws {
    for parameter in arena.parameters {
      let tensorName = prefix + parameter.name
      let tensor = try find(tensorName, in: file)
      let destination = UnsafeMutableBufferPointer(
        start: buffer.pointer + parameter.offset, count: parameter.count)
      guard tensor.shape == parameter.shape, tensor.copy(to: destination) else {
        throw mismatch(tensorName, tensor, needed: parameter.shape, in: file)
      }
    }
  }

  private static func find(_ name: String, in file: SafeTensorsFile) throws -> TensorData {
    guard let tensor = file[name] else { throw Failure(.badData, "\(file.path) has no tensor \(name)") }
    return tensor
  }

  private static func mismatch(
    _ name: String, _ tensor: TensorData, needed shape: [Int], in file: SafeTensorsFile
  ) -> Failure {
    if tensor.shape == shape {
      return Failure(.badData, "\(file.path): \(name) has elements of type \(tensor.dataType.rawValue)")
    }
    return Failure(
      .badData, "\(file.path): \(name) has shape \(tensor.shape), the model needs \(shape)")
  }
}
