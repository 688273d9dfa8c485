import Artifacts
import TestSupport
import Testing

extension EndToEnd {
  /// A run that was stopped and goes on, at any number of ranks, leaves the bytes of one that was not.
  @Suite struct ResumeTests {
    /// 9 steps an epoch, the last of 3 images; rows of metrics in the middle of an epoch and at its end.
    let laboratory: Laboratory
    /// What 4 undisturbed epochs leave.
    let reference: FolderContent

    init() throws {
      laboratory = try Laboratory(
        options: "--batch 16 --seed 5 --log-every 3 --check-every 4 --hidden 48,24 --keep 0")
      laboratory.train("reference", "--epochs 4").expectSuccess()
      reference = try laboratory.payload("reference")
    }

    private func differences(_ run: String, andExtraSteps steps: [Int] = []) throws -> [String] {
      let extra = steps.map { "checkpoints/\(CheckpointFolder.name(ofStep: $0))/" }
      return try laboratory.payload(run).removing { path in extra.contains { path.hasPrefix($0) } }
        .differences(from: reference)
    }

    @Test(arguments: [1, 4]) func twoEpochsAndTwoMoreAreFour(ranks: Int) throws {
      laboratory.train("run", ranks: 2, "--epochs 2").expectSuccess()
      laboratory.train("run", ranks: ranks, "--epochs 4 --resume auto").expectSuccess()
      #expect(try differences("run") == [])
      #expect(try laboratory.json("run/environment.json").arrayValue?.count == 2)
    }

    /// 8 for each of 2 ranks are 16, which 4 ranks keep.
    @Test func aBatchPerRankIsSettledOnce() throws {
      laboratory.train("run", ranks: 2, "--epochs 2 --batch-per-rank 8").expectSuccess()
      laboratory.train("run", ranks: 4, "--epochs 4 --batch-per-rank 8 --resume auto").expectSuccess()
      #expect(try differences("run") == [])
    }

    /// In the middle of an epoch, between two rows of metrics, and at an epoch's end.
    @Test func aRunMayStopAtAnyStep() throws {
      laboratory.train("run", "--epochs 4 --steps 5").expectSuccess()
      laboratory.train("run", ranks: 2, "--epochs 4 --steps 16 --resume auto").expectSuccess()
      laboratory.train("run", "--epochs 4 --steps 18 --resume auto").expectSuccess()
      laboratory.train("run", "--epochs 4 --resume auto").expectSuccess()
      // The last start had no such limit, so config.toml is the reference's too.
      #expect(try differences("run", andExtraSteps: [5, 16]) == [])
    }

    /// The test images are scored at the end only: that row goes when the run goes on.
    @Test func validationImagesChangeNothingAboutThat() throws {
      laboratory.train("whole", "--epochs 3 --validation 20").expectSuccess()
      laboratory.train("run", ranks: 2, "--epochs 2 --validation 20").expectSuccess()
      for _ in 0..<2 { laboratory.train("run", "--epochs 3 --validation 20 --resume auto").expectSuccess() }
      #expect(try laboratory.payload("run").differences(from: laboratory.payload("whole")) == [])
      #expect(try laboratory.metrics("run").count { $0["test/loss"] != nil } == 1)
    }

    @Test func aRunMayGoOnInAnotherFolder() throws {
      laboratory.train("first", "--epochs 2").expectSuccess()
      let first = try FolderContent(of: laboratory.path("first"))
      let checkpoint = laboratory.path("first/checkpoints/last")
      laboratory.train("second", ranks: 2, "--epochs 4 --resume \(checkpoint)").expectSuccess()
      let earlier = reference.paths.filter { path in
        [0, 9, 18].contains { path.hasPrefix("checkpoints/\(CheckpointFolder.name(ofStep: $0))/") }
      }
      #expect(try differences("second") == earlier.map { "\($0) is missing" })
      #expect(try FolderContent(of: laboratory.path("first")).differences(from: first) == [])
    }

    /// To an earlier checkpoint, and on from there before the later ones are reached again.
    @Test func aRunMayGoBack() throws {
      laboratory.train("run", "--epochs 4").expectSuccess()
      let checkpoint = laboratory.path("run/checkpoints/step-00000009")
      laboratory.train(nil, "--epochs 4 --steps 11 --resume \(checkpoint)").expectSuccess()
      #expect(try laboratory.metrics("run").last?["step"] == .integer(11))
      laboratory.train("run", "--epochs 4 --resume auto").expectSuccess()
      #expect(try differences("run", andExtraSteps: [11]) == [])
    }

    @Test func aFinishedRunThatIsResumedWritesTheSameAgain() throws {
      laboratory.train("run", "--epochs 4").expectSuccess()
      for file in ["samples.npy", "samples.png", "reconstructions.png"] {
        try FileSystem.remove(laboratory.path("run/\(file)"))
      }
      laboratory.train("run", ranks: 2, "--epochs 4 --resume auto").expectSuccess()
      #expect(try differences("run") == [])
    }

    @Test func resumingWithoutACheckpointStartsAfresh() throws {
      laboratory.train("new", "--epochs 4 --resume auto").expectSuccess()
      #expect(try differences("new") == [])
      // The worst that a start can leave that is killed before its first checkpoint.
      try FileSystem.createFolder(laboratory.path("died/checkpoints/.step-00000000.partial"))
      for name in ["command.txt", "config.toml", "log.txt", "metrics.jsonl", ".status.json.77.partial"] {
        try OutputFile(creating: laboratory.path("died/\(name)")).write(Array("half a li".utf8))
      }
      laboratory.train("died", "--epochs 4 --resume auto").expectSuccess()
      #expect(try differences("died") == [])
    }

    @Test func theNewestNumberedRunOfTheModelGoesOn() throws {
      for _ in 0..<2 { laboratory.train(nil, "--epochs 1 -q").expectSuccess() }
      laboratory.train(nil, "--epochs 4 --resume auto").expectSuccess()
      #expect(try FileSystem.names(in: laboratory.path("runs")) == ["00000-dense-ae", "00001-dense-ae"])
      #expect(try differences("runs/00001-dense-ae") == [])
      #expect(try laboratory.metrics("runs/00000-dense-ae").last?["epoch"] == .integer(1))
    }

    /// All but the arithmetic may change; the model comes out the same.
    @Test func cadenceAndThreadsMayChange() throws {
      laboratory.train("run", "--epochs 2 --threads 1").expectSuccess()
      laboratory.train(
        "run", "--epochs 4 --resume auto --threads 2 --log-every 7 --evaluate-every 2 --checkpoint-every 0"
      ).expectSuccess()
      let cadence = ["config.toml", "metrics.jsonl", "checkpoints/step-00000027/"]
      let last = "checkpoints/step-00000036/"
      // A checkpoint knows how long metrics.jsonl was.
      #expect(
        try differences("run").filter { line in !cadence.contains { line.hasPrefix($0) } }
          == ["\(last)DONE differs", "\(last)state.json differs"])
    }
  }
}
