import Artifacts
import TestSupport
import Testing

/// Data that no run can start with, and what the program says of it.
struct BadData: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let exitCode: Int32
  /// What the message must name.
  let message: String
  var options: [String] = []
  /// Makes the data in a folder that holds a good data set, and gives the path for `--data`.
  let make: @Sendable (TemporaryFolder) throws -> String

  static let all = [
    BadData(testDescription: "no such path", exitCode: 66, message: "nowhere does not exist") {
      $0.path("nowhere")
    },
    BadData(testDescription: "missing test images", exitCode: 66, message: "no file t10k-images-idx3-ubyte") {
      try FileSystem.remove($0.path("t10k-images-idx3-ubyte"))
      return $0.path
    },
    BadData(testDescription: "truncated images", exitCode: 65, message: "train-images-idx3-ubyte is damaged")
    {
      try $0.write("train-images-idx3-ubyte", Array(SyntheticData.images(count: 10).dropLast(50)))
      return $0.path
    },
    BadData(testDescription: "wrong magic", exitCode: 65, message: "it starts with 00 00 08 01") {
      try $0.write("t10k-images-idx3-ubyte", SyntheticData.labels(count: 100))
      return $0.path
    },
    BadData(testDescription: "corrupt gzip", exitCode: 65, message: "t10k-images-idx3-ubyte.gz is damaged") {
      var packed = try SyntheticData.gzip(SyntheticData.images(count: 5), in: TemporaryFolder())
      packed[packed.count - 6] ^= 1
      try FileSystem.remove($0.path("t10k-images-idx3-ubyte"))
      try $0.write("t10k-images-idx3-ubyte.gz", packed)
      return $0.path
    },
    BadData(testDescription: "label counts", exitCode: 65, message: "holds 9 labels") {
      try $0.write("train-labels-idx1-ubyte", SyntheticData.labels(count: 9))
      return $0.path
    },
    BadData(testDescription: "npy shape", exitCode: 65, message: "shape (7, 16)") {
      try $0.write("bad.npy", array([7, 16], [Float](repeating: 0, count: 112)))
    },
    BadData(testDescription: "npy type", exitCode: 65, message: "'<f8'") {
      try $0.write("bad.npy", array([7, 4, 4], [Double](repeating: 0, count: 112)))
    },
    BadData(testDescription: "npy with NaN", exitCode: 65, message: "holds nan at [6, 3, 3]") {
      try $0.write("bad.npy", array([7, 4, 4], [Float](repeating: 0, count: 111) + [.nan]))
    },
    BadData(testDescription: "npy out of range", exitCode: 65, message: "holds 1.5 at [0, 0, 0]") {
      try $0.write("bad.npy", array([7, 4, 4], [1.5] + [Float](repeating: 0, count: 111)))
    },
    BadData(testDescription: "truncated npy", exitCode: 65, message: "is not a readable .npy file") {
      try $0.write("bad.npy", Array(array([7, 4, 4], [Float](repeating: 0, count: 112)).dropLast()))
    },
    BadData(
      testDescription: "published split of other images", exitCode: 64, message: "--split 80-10-10",
      options: ["--split", "80-10-10"]
    ) { $0.path },
    BadData(
      testDescription: "too many for validation", exitCode: 64, message: "--validation 10",
      options: ["--validation", "10"]
    ) { $0.path },
  ]

  private static func array<Element: TensorElement>(_ shape: [Int], _ elements: [Element]) -> [UInt8] {
    NumPyFile.serialized(TensorData(shape: shape, elements: elements))
  }
}

private let program = BuiltExecutable.path("atelier")

/// Checks the end of a run on bad data: one message with a remedy, no run folder, and the data as it was.
private func expectRefusal(
  of data: BadData, _ run: (_ arguments: [String], _ folder: TemporaryFolder) -> ShellResult
) throws {
  let folder = TemporaryFolder()
  try SyntheticData.write(to: folder)
  let path = try data.make(folder)
  let before = try FileSystem.names(in: folder.path).map { try FileSystem.read(folder.path($0)) }
  let output = TemporaryFolder()
  let result = run(
    ["train", "dense-ae", "--data", path, "--run-dir", output.path("run"), "--epochs", "1"] + data.options,
    output)
  let lines = result.standardError.split(separator: "\n")
  let errors = lines.filter { $0.hasPrefix("Error: ") }
  #expect(errors.count == 1 && errors.first?.contains(data.message) == true, "\(result)")
  #expect(lines.count { $0.hasPrefix("Help: ") } == 1, "\(result)")
  #expect(!FileSystem.exists(output.path("run")), "\(result)")
  #expect(try FileSystem.names(in: folder.path).map { try FileSystem.read(folder.path($0)) } == before)
}

extension EndToEnd {
  /// Data that no run can start with ends the command, on every rank alike.
  @Suite struct BadDataTests {
    @Test(arguments: BadData.all)
    func oneRankRefusesBadData(_ data: BadData) throws {
      try expectRefusal(of: data) { arguments, _ in
        let result = Shell.run(program, arguments)
        #expect(result.exitCode == data.exitCode, "\(result)")
        return result
      }
    }

    @Test(arguments: BadData.all)
    func fourRanksRefuseBadDataWithOneMessage(_ data: BadData) throws {
      try expectRefusal(of: data) { arguments, _ in
        // The ranks are gone already when Open MPI would begin to wait for them.
        let options = ["-q", "--bind-to", "none", "--mca", "odls_base_sigkill_timeout", "0"]
        let result = MPIJob.run(ranks: 4, program, arguments, options: options)
        #expect(result.exitCode == data.exitCode, "\(result)")
        return result
      }
    }

    /// The launcher tells the code of one rank only, so here every rank leaves its own in a file.
    @Test(arguments: ["no such path", "corrupt gzip", "npy with NaN", "too many for validation"])
    func everyRankLeavesWithTheSameCode(_ name: String) throws {
      let data = try #require(BadData.all.first { $0.testDescription == name })
      let script = """
        folder=$1; shift
        "$0" "$@"
        echo $? > "$folder/code-$OMPI_COMM_WORLD_RANK"
        """
      try expectRefusal(of: data) { arguments, folder in
        let result = MPIJob.run(ranks: 4, "/bin/sh", ["-c", script, program, folder.path] + arguments)
        for rank in 0..<4 {
          let code = try? String(decoding: FileSystem.read(folder.path("code-\(rank)")), as: UTF8.self)
          #expect(code == "\(data.exitCode)\n", "rank \(rank): \(result)")
        }
        return result
      }
    }
  }
}
