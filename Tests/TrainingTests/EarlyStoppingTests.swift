import Artifacts
import TestSupport
import Testing

extension EndToEnd {
  /// `best`, `--patience` and `--keep`.
  @Suite struct EarlyStoppingTests {
    /// 7 steps an epoch, of a size that overshoots now and then.
    let laboratory: Laboratory

    init() throws {
      laboratory = try Laboratory(
        options:
          "--batch 16 --seed 5 --log-every 3 --hidden 24 --latent 8 --validation 20 --optimizer rmsprop --lr 0.1"
      )
    }

    private func validationLosses(_ run: String) throws -> [(step: Int, loss: Double)] {
      try laboratory.metrics(run).compactMap { row in
        guard let step = row["step"]?.integerValue, let loss = row["validation/loss"]?.doubleValue else {
          return nil
        }
        return (step, loss)
      }
    }

    private func steps(_ run: String) throws -> [Int] {
      try CheckpointStore(laboratory.path("\(run)/checkpoints")).completeCheckpoints().compactMap(\.step)
    }

    private func linked(_ name: String, _ run: String) -> Int? {
      CheckpointStore(laboratory.path("\(run)/checkpoints")).linked(name)?.step
    }

    /// The step that Keras's rule stops after, without a delta.
    private func lastStep(of losses: [(step: Int, loss: Double)], patience: Int) -> Int? {
      var (least, wait) = (Double.infinity, 0)
      for (step, loss) in losses {
        wait = loss < least ? 0 : wait + 1
        least = min(least, loss)
        if wait >= patience { return step }
      }
      return nil
    }

    @Test func aRunWithPatienceStopsAndGoesBackToItsBest() throws {
      laboratory.train("long", "--epochs 12 --keep 0").expectSuccess()
      let losses = try validationLosses("long")
      #expect(losses.map(\.step) == (1...12).map { $0 * 7 })
      #expect(linked("best", "long") == losses.min { $0.loss < $1.loss }?.step)
      let last = try #require(lastStep(of: losses, patience: 2))
      let before = losses.filter { $0.step <= last }
      let best = try #require(before.min { $0.loss < $1.loss }?.step)
      #expect(
        last < 84 && best == last - 14 && last > 14,
        "this test needs a loss that falls, then rises: \(losses)")

      laboratory.train("run", "--epochs 12 --patience 2").expectSuccess()
      let reference = try laboratory.payload("run")
      #expect(linked("last", "run") == last && linked("best", "run") == best)
      #expect(try validationLosses("run").map(\.loss) == before.map(\.loss))
      for ranks in [2, 4] {
        laboratory.train("\(ranks)", ranks: ranks, "--epochs 12 --patience 2").expectSuccess()
        #expect(try laboratory.payload("\(ranks)").differences(from: reference) == [], "\(ranks) ranks")
      }

      // The final figures and samples are the best checkpoint's, not the last one's.
      let row = try #require(laboratory.metrics("run").last)
      #expect(row["step"] == .integer(best) && row["test/loss"] != nil)
      for ranks in [1, 2] {
        let result = laboratory.atelier(
          ["evaluate", "run/checkpoints/best", "--json", "--count", "0"] + laboratory.dataWords, ranks: ranks)
        #expect(result.standardOutput.hasPrefix(row.compactText.dropLast()), "\(result)")
      }
      for name in ["best", "last"] {
        laboratory.atelier([
          "sample", "run/checkpoints/\(name)", "--count", "100", "--seed", "5", "--out", "\(name).npy",
        ])
        .expectSuccess()
      }
      let samples = try FileSystem.read(laboratory.path("run/samples.npy"))
      #expect(try FileSystem.read(laboratory.path("best.npy")) == samples)
      #expect(try FileSystem.read(laboratory.path("last.npy")) != samples)

      // Once more, the same; with more patience, what that patience had made of it from the beginning.
      laboratory.train("run", ranks: 2, "--epochs 12 --patience 2 --resume auto").expectSuccess()
      #expect(try laboratory.payload("run").differences(from: reference) == [])
      laboratory.train("patient", "--epochs 12 --patience 5").expectSuccess()
      laboratory.train("run", "--epochs 12 --patience 5 --resume auto").expectSuccess()
      #expect(try laboratory.payload("run").differences(from: laboratory.payload("patient")) == [])
      #expect(try validationLosses("run").count > before.count)
    }

    /// Stopped between evaluations and after them, at another place than where the best is.
    @Test func aResumedRunWaitsOn() throws {
      let options = "--epochs 12 --patience 2 --keep 2"
      laboratory.train("whole", options).expectSuccess()
      let whole = try laboratory.payload("whole")
      for epochs in 1...5 {
        laboratory.train("run\(epochs)", "--epochs \(epochs) --patience 2 --keep 2").expectSuccess()
        laboratory.train("run\(epochs)", ranks: 2, options + " --resume auto").expectSuccess()
        #expect(
          try laboratory.payload("run\(epochs)").differences(from: whole) == [], "after \(epochs) epochs")
      }
      laboratory.train("within", options + " --steps 17 --keep 0").expectSuccess()
      laboratory.train("within", options + " --keep 0 --resume auto").expectSuccess()
      #expect(linked("best", "within") == linked("best", "whole"))
      for file in ["metrics.jsonl", "samples.npy"] {
        #expect(
          try FileSystem.read(laboratory.path("within/\(file)"))
            == FileSystem.read(laboratory.path("whole/\(file)")))
      }
    }

    /// The best may be in the folder that a run comes from; where it is gone, the run says so and goes on.
    @Test func theBestComesAlongToAnotherFolder() throws {
      let options = "--epochs 12 --patience 2"
      laboratory.train("whole", options).expectSuccess()
      let best = try #require(linked("best", "whole"))
      let last = laboratory.path("whole/checkpoints/last")
      laboratory.train("other", ranks: 2, options + " --resume \(last)").expectSuccess()
      #expect(linked("best", "other") == best)
      for file in ["metrics.jsonl", "samples.npy", "checkpoints/best/model.safetensors"] {
        #expect(
          try FileSystem.read(laboratory.path("other/\(file)"))
            == FileSystem.read(laboratory.path("whole/\(file)")))
      }
      try FileSystem.remove(laboratory.path("whole/checkpoints/\(CheckpointFolder.name(ofStep: best))"))
      let result = laboratory.train("third", ranks: 2, "--epochs 12 --patience 2 --resume \(last)")
      result.expectSuccess()
      #expect(result.standardOutput.contains("of step \(best), is gone"), "\(result)")
      #expect(
        try linked("best", "third")
          == validationLosses("third").filter { $0.step > best + 14 }
          .min { $0.loss < $1.loss }?.step)
    }

    /// A fall of less than `--min-delta` makes a checkpoint the best, but does not count for the patience.
    @Test func smallFallsDoNotCount() throws {
      laboratory.train("run", ranks: 2, "--epochs 9 --lr 1e-4 --patience 2 --min-delta 10").expectSuccess()
      #expect(linked("last", "run") == 21 && linked("best", "run") == 21)
    }

    @Test(arguments: [1, 2]) func theBestIsSavedWhateverTheCadence(ranks: Int) throws {
      laboratory.train("run", ranks: ranks, "--epochs 12 --checkpoint-every 0 --keep 0").expectSuccess()
      var least = Double.infinity
      let falls = try validationLosses("run").filter { row in
        defer { least = min(least, row.loss) }
        return row.loss < least
      }
      #expect(try steps("run") == Set([0, 84] + falls.map(\.step)).sorted())
      #expect(falls.count < 12 && linked("best", "run") == falls.last?.step)
      // Evaluated after it was saved: the best all the same, as there is no other.
      laboratory.train("end", ranks: ranks, "--epochs 2 --evaluate-every 0").expectSuccess()
      #expect(linked("best", "end") == 14)
      laboratory.train("none", ranks: ranks, "--epochs 0").expectSuccess()
      #expect(linked("best", "none") == 0)
    }

    @Test(arguments: [(0, [0, 7, 14, 21, 28, 35, 42]), (1, [42]), (2, [35, 42])])
    func theNewestCheckpointsAreKept(count: Int, expected: [Int]) throws {
      laboratory.train("run", ranks: 2, "--epochs 6 --keep \(count)").expectSuccess()
      let best = try #require(linked("best", "run"))
      #expect(try steps("run") == Set(expected + [best]).sorted())
      #expect(linked("last", "run") == 42 && best < 35)
    }

    @Test(arguments: [1, 4]) func patienceNeedsEvaluations(ranks: Int) throws {
      laboratory.train("run", ranks: ranks, "--patience 1 --evaluate-every 0").expectFailure(
        64, "--patience needs --evaluate-every above 0")
      let other = try Laboratory(options: "--patience 3")
      other.train("run", ranks: ranks).expectFailure(
        64, "--patience needs validation images, and there are none")
      #expect(!FileSystem.exists(laboratory.path("run")) && !FileSystem.exists(other.path("run")))
      other.train("run", ranks: ranks, "--patience 0 --epochs 2").expectSuccess()
      #expect(CheckpointStore(other.path("run/checkpoints")).linked("best") == nil)
    }
  }
}
