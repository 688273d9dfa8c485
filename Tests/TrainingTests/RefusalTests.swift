import Artifacts
import TestSupport
import Testing

extension EndToEnd {
  /// What can't be done is refused in one line with one code, by all ranks, and nothing that was there is touched.
  @Suite struct RefusalTests {
    let laboratory: Laboratory

    init() throws {
      laboratory = try Laboratory(options: "--batch 16 --hidden 24 --latent 8")
    }

    /// Runs a command at each number of ranks, and expects that it is refused and leaves all as it was.
    private func expectRefusal(
      _ code: Int32, _ words: String..., ranks: [Int] = [1, 4],
      sourceLocation: SourceLocation = #_sourceLocation,
      _ run: (Int) -> ShellResult
    ) throws {
      let before = try FolderContent(of: laboratory.folder.path)
      for count in ranks {
        let result = run(count)
        #expect(
          result.exitCode == code && !result.timedOut && result.errorLines.count == 1, "\(result)",
          sourceLocation: sourceLocation)
        for word in words {
          #expect(
            result.errorLines.first?.contains(word) == true, "no '\(word)' in \(result)",
            sourceLocation: sourceLocation)
        }
        #expect(
          try FolderContent(of: laboratory.folder.path).differences(from: before) == [], "\(result)",
          sourceLocation: sourceLocation)
      }
    }

    @Test(arguments: [
      ("--epocs 3", "Unknown option '--epocs'. Did you mean '--epochs'?"),
      ("--batch 0", "The value '0' is invalid for '--batch <n>'"),
      ("--shards 12", "The value '12' is invalid for '--shards <n>'"),
      ("--lr 0", "The value '0' is invalid for '--lr <rate>'"),
    ])
    func optionsThatMeanNothing(option: String, message: String) throws {
      try expectRefusal(64, message) { laboratory.train("run", ranks: $0, option) }
    }

    @Test func ranksThatCannotShareTheShards() throws {
      try expectRefusal(64, "3 ranks can't share --shards 16 evenly", ranks: [3]) {
        laboratory.train("run", ranks: $0)
      }
      try expectRefusal(64, "4 ranks can't share --shards 2 evenly", ranks: [4]) {
        laboratory.train("run", ranks: $0, "--shards 2")
      }
    }

    @Test func foldersThatCannotBeMade() throws {
      try laboratory.folder.write("file", [])
      try expectRefusal(73, "cannot create", "/file/run", "Not a directory") {
        laboratory.train("file/run", ranks: $0)
      }
      try expectRefusal(73, "cannot create /proc/atelier") {
        laboratory.train(nil, ranks: $0, "--run-dir /proc/atelier")
      }
    }

    @Test func whatIsThereAlready() throws {
      laboratory.train("run", "--epochs 1").expectSuccess()
      try expectRefusal(73, "the run folder", "run exists already") { laboratory.train("run", ranks: $0) }
      // Results whose checkpoints were removed, and a folder that some other program's settings are in.
      try FileSystem.remove(laboratory.path("run/checkpoints"))
      try FileSystem.createFolder(laboratory.path("project"))
      try laboratory.folder.write("project/config.toml", Array("[settings]".utf8))
      for folder in ["run", "project"] {
        try expectRefusal(73, "\(folder) exists already", ranks: [1]) {
          laboratory.train(folder, ranks: $0, "--resume auto")
        }
      }
    }

    @Test func resumingUnderOtherArithmeticOrOnOtherData() throws {
      laboratory.train("run", "--epochs 1").expectSuccess()
      try expectRefusal(64, "--seed is 8, but was 0 for the checkpoint") {
        laboratory.train("run", ranks: $0, "--epochs 2 --resume auto --seed 8")
      }
      let checkpoint = laboratory.path("run/checkpoints/last")
      try expectRefusal(64, "--hidden is 24,12, but was 24 for the checkpoint", ranks: [1]) {
        laboratory.train("new", ranks: $0, "--hidden 24,12 --resume \(checkpoint)")
      }
      let data = TemporaryFolder()
      try SyntheticImages.write(to: data, train: 131, test: 106)
      try expectRefusal(65, "was trained on other data", ranks: [1]) {
        laboratory.train("run", ranks: $0, "--epochs 2 --resume auto --data \(data.path)")
      }
    }

    @Test func checkpointsThatAreNotThere() throws {
      laboratory.train("run", "--epochs 1").expectSuccess()
      try expectRefusal(66, "nowhere is neither a run's folder nor a checkpoint's") {
        laboratory.train("new", ranks: $0, "--resume nowhere")
      }
      // A checkpoint alone, away from its run.
      Shell.run("cp", ["-r", laboratory.path("run/checkpoints/step-00000009"), laboratory.path("alone")])
        .expectSuccess()
      try expectRefusal(66, "metrics.jsonl", ranks: [1]) {
        laboratory.train(nil, ranks: $0, "--epochs 2 --resume alone")
      }
      try expectRefusal(66, "nowhere is neither a run's folder nor a checkpoint's", ranks: [1]) {
        laboratory.atelier(["sample", "nowhere"], ranks: $0)
      }
      try expectRefusal(66, "nowhere does not exist") {
        laboratory.atelier(["evaluate", "nowhere"], ranks: $0)
      }
    }

    @Test func damagedCheckpoints() throws {
      laboratory.train("good", "--epochs 1").expectSuccess()
      func damage(_ name: String, _ body: (String) throws -> Void) throws -> String {
        Shell.run("cp", ["-r", laboratory.path("good"), laboratory.path(name)]).expectSuccess()
        let checkpoint = laboratory.path("\(name)/checkpoints/step-00000009")
        try body(checkpoint)
        return checkpoint
      }
      let files = ["model.safetensors", "optimizer.safetensors", "state.json", "DONE"]
      for file in files {
        let checkpoint = try damage("flipped-\(file)") { checkpoint in
          var bytes = try FileSystem.read("\(checkpoint)/\(file)")
          bytes[bytes.count / 2] ^= 4
          try OutputFile(creating: "\(checkpoint)/\(file)").write(bytes)
        }
        let reason =
          file == "DONE" ? "can't be used" : "\(file) is not what was saved: its SHA-256 differs"
        try expectRefusal(65, checkpoint, reason, ranks: file == "DONE" ? [1] : [1, 4]) {
          laboratory.train("flipped-\(file)", ranks: $0, "--epochs 2 --resume auto")
        }
        let cut = try damage("cut-\(file)") { checkpoint in
          let bytes = try FileSystem.read("\(checkpoint)/\(file)")
          try OutputFile(creating: "\(checkpoint)/\(file)").write(Array(bytes.dropLast(bytes.count / 3)))
        }
        try expectRefusal(65, cut, file, ranks: file == "model.safetensors" ? [1, 4] : [1]) {
          laboratory.train("new", ranks: $0, "--epochs 2 --resume \(cut)")
        }
        let gone = try damage("gone-\(file)") { try FileSystem.remove("\($0)/\(file)") }
        try expectRefusal(65, gone, "\(file) is missing", ranks: file == "DONE" ? [1, 4] : [1]) {
          laboratory.train(nil, ranks: $0, "--epochs 2 --resume \(gone)")
        }
      }
      for command in ["sample", "evaluate"] {
        try expectRefusal(65, "model.safetensors is not what was saved") {
          laboratory.atelier([command, "flipped-model.safetensors"], ranks: $0)
        }
      }
      // Without DONE a checkpoint does not count: the run goes on from the one before.
      laboratory.train("gone-DONE", "--epochs 1 --resume auto").expectSuccess()
      #expect(try laboratory.payload("gone-DONE").differences(from: laboratory.payload("good")) == [])
    }

    @Test func metricsThatWereCut() throws {
      laboratory.train("run", "--epochs 1").expectSuccess()
      let rows = try FileSystem.read(laboratory.path("run/metrics.jsonl"))
      try laboratory.folder.write("run/metrics.jsonl", Array(rows.dropLast(5)))
      try expectRefusal(65, "run/metrics.jsonl has no row that ends at byte \(rows.count)") {
        laboratory.train("run", ranks: $0, "--epochs 2 --resume auto")
      }
    }
  }
}
