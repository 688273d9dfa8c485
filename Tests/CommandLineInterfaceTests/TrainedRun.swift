import Artifacts
import TestSupport

/// A small run on made-up images, in a folder of its own, for commands to work on.
final class TrainedRun {
  static let height = 12
  static let width = 8
  static let pixels = height * width
  static let testCount = 230
  static let latent = 6
  /// Few enough that three chunks of test images are spread over two ranks, and over three of four.
  static let shards = 4

  let folder = TemporaryFolder()
  /// What the training said.
  private(set) var training: ShellResult!

  init(model: String = "dense-ae", _ options: [String] = []) throws {
    try writeData(to: "data")
    training = run(
      [
        "train", model, "--data", folder.path("data"), "--run-dir", folder.path("run"), "--hidden", "16",
        "--latent", "\(Self.latent)", "--shards", "\(Self.shards)", "--epochs", "1", "--batch", "32",
      ] + options)
  }

  /// Writes a data set of 150 training and 230 test images into a new folder; `shift` makes other images of it.
  func writeData(to name: String, shift: Int = 0) throws {
    try FileSystem.createFolder(folder.path(name))
    for (part, count) in [("train", 150), ("t10k", Self.testCount)] {
      let shape = [count, Self.height, Self.width]
      let header: [UInt8] =
        [0, 0, 8, 3] + shape.flatMap { size in [24, 16, 8, 0].map { UInt8(size >> $0 & 0xFF) } }
      let pixels = (0..<shape.reduce(1, *)).map { UInt8(($0 * $0 / 7 + $0 * (shift + 1)) % 256) }
      try folder.write("\(name)/\(part)-images-idx3-ubyte", header + pixels)
    }
  }

  /// Runs the program in the run's parent folder, on one rank without `mpirun`, or on several.
  @discardableResult
  func run(_ arguments: [String], ranks: Int = 1) -> ShellResult {
    let program = BuiltExecutable.path("atelier")
    return ranks == 1
      ? Shell.run(program, arguments, workingDirectory: folder.path)
      : MPIJob.run(ranks: ranks, program, arguments, workingDirectory: folder.path)
  }

  func bytes(_ name: String) throws -> [UInt8] { try FileSystem.read(folder.path(name)) }

  /// The shape and elements of a float32 npy file.
  func array(_ name: String) throws -> (shape: [Int], elements: [Float]) {
    let array = try NumPyFile.read(folder.path(name))
    return (array.shape, array.elements(of: Float.self) ?? [])
  }
}
