import Artifacts
import TestSupport
import Testing

private let program = BuiltExecutable.path("atelier")

/// An npy file of 400 images of 12x20 pixels.
private func writeImages(to folder: TemporaryFolder) throws -> String {
  let elements = (0..<400 * 240).map { Float($0 * 37 % 251) / 250 }
  return try folder.write(
    "images.npy", NumPyFile.serialized(TensorData(shape: [400, 12, 20], elements: elements)))
}

private func rows(_ path: String) throws -> [JSONValue] {
  try FileSystem.read(path).split(separator: UInt8(ascii: "\n")).map {
    try JSONValue(parsing: Array($0), file: path)
  }
}

extension EndToEnd {
  /// What runs and `atelier data` make of data sets of all kinds.
  @Suite struct DataTests {
    /// Ranks that share a copy of the images, and ranks that can't, get the same bytes as one rank alone.
    @Test func imagesOfAnotherSizeTrainAlikeAtAnyNumberOfRanks() throws {
      let folder = TemporaryFolder()
      let images = try writeImages(to: folder)
      func arguments(_ run: String) -> [String] {
        [
          "train", "dense-ae", "--data", images, "--hidden", "16", "--latent", "4", "--epochs", "2",
          "--batch",
          "130",
          "--threads", "1", "--run-dir", folder.path(run),
        ]
      }
      let alone = Shell.run(program, arguments("alone"))
      #expect(alone.exitCode == 0, "\(alone)")
      let sharing = MPIJob.run(ranks: 8, program, arguments("sharing"))
      #expect(sharing.exitCode == 0, "\(sharing)")
      // No file above 300 KB, not in memory either: no place for the images that all could reach, nor for Open MPI's.
      let apart = MPIJob.run(
        ranks: 4, "/bin/sh",
        ["-c", "trap '' XFSZ; ulimit -f 600; exec \"$0\" \"$@\"", program] + arguments("apart"),
        options: ["--bind-to", "none", "--mca", "btl", "self,tcp"])
      #expect(apart.exitCode == 0, "\(apart)")
      #expect(apart.standardOutput.contains("note    4 copies of the images in memory"))

      for (run, copies) in [("alone", 1), ("sharing", 1), ("apart", 4)] {
        for file in ["metrics.jsonl", "samples.npy", "checkpoints/last/model.safetensors"] {
          let (expected, found) = (folder.path("alone/\(file)"), folder.path("\(run)/\(file)"))
          #expect(try FileSystem.read(expected) == FileSystem.read(found), "\(run) \(file)")
        }
        let environment = folder.path("\(run)/environment.json")
        let entry = try JSONValue(parsing: FileSystem.read(environment), file: environment).arrayValue?.first
        #expect(entry?["data_copies"] == .integer(copies), "\(run)")
      }
      #expect(try NumPyFile.read(folder.path("alone/samples.npy")).shape == [100, 12, 20])
    }

    @Test func validationIsMonitoredAndTheTestImagesAreScoredOnceAtTheEnd() throws {
      let folder = TemporaryFolder()
      let result = Shell.run(
        program,
        [
          "train", "dense-ae", "--data", try writeImages(to: folder), "--hidden", "16", "--epochs", "3",
          "--run-dir",
          folder.path("run"),
        ])
      #expect(result.exitCode == 0, "\(result)")
      let rows = try rows(folder.path("run/metrics.jsonl"))
      #expect(rows.filter { $0["validation/loss"] != nil }.map { $0["epoch"] } == [1, 2, 3])
      #expect(rows.filter { $0["test/loss"] != nil }.map { $0["epoch"] } == [3])
      #expect(rows.last?["test/ssim"]?.doubleValue != nil)
    }

    /// Windows of 7 and of 11 pixels don't fit into images of 4.
    @Test func tinyImagesTrainWithoutSimilarity() throws {
      let folder = TemporaryFolder()
      try SyntheticData.write(to: folder)
      let result = Shell.run(
        program,
        [
          "train", "dense-ae", "--data", folder.path, "--hidden", "16", "--epochs", "1", "--run-dir",
          folder.path("run"),
        ])
      #expect(result.exitCode == 0, "\(result)")
      let scores = try rows(folder.path("run/metrics.jsonl")).last
      #expect(scores?["test/psnr"]?.doubleValue != nil)
      #expect(scores?["test/ssim"] == nil && scores?["test/ssim-gaussian"] == nil)
      #expect(FileSystem.exists(folder.path("run/reconstructions.png")))
    }

    @Test func dataIsDescribed() throws {
      let folder = TemporaryFolder()
      try SyntheticData.write(to: folder)
      let arguments = ["data", "--data", folder.path, "--validation", "3", "--batch", "5", "--shards", "2"]
      let text = Shell.run(program, arguments)
      #expect(text.exitCode == 0, "\(text)")
      #expect(text.standardOutput.contains("images  15 of 4x8 pixels, uint8, with labels\n"))
      #expect(text.standardOutput.contains("validation        3 images, by class 0 0 0 0 0 0 0 1 1 1\n"))
      #expect(text.standardOutput.contains("batches 2 an epoch, the first of 5 images in shards of 2 3\n"))

      // Of several ranks one speaks.
      let json = MPIJob.run(ranks: 2, program, arguments + ["--json", "--epoch", "1"])
      #expect(json.exitCode == 0, "\(json)")
      let value = try JSONValue(parsing: Array(json.standardOutput.utf8), file: "output")
      #expect(value["splits"]?.arrayValue?.map { $0["images"] } == [7, 3, 5])
      #expect(value["order"]?["epoch"] == 1)
      #expect(
        value["order"]?["first_indices"]?.arrayValue?.compactMap(\.integerValue).sorted() == Array(0..<7))
      #expect(value["batches"]?["shards"] == [2, 3])
    }
  }
}
