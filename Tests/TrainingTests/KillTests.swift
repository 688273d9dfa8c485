import Artifacts
import Glibc
import TestSupport
import Testing

extension EndToEnd {
  /// Ends that nobody planned.
  @Suite struct KillTests {
    @Test func aKilledRunGoesOnAsIfNothingHadHappened() throws {
      let laboratory = try Laboratory(
        options: "--batch 16 --seed 9 --hidden 24 --latent 8 --log-every 4 --epochs 20")
      laboratory.train("reference").expectSuccess()
      let reference = try laboratory.payload("reference")
      var killed = 0
      for (number, (ranks, moment)) in [
        (2, "command.txt"), (1, "checkpoints/step-00000000"), (2, "checkpoints/step-00000009/DONE"),
        (1, "checkpoints/.step-00000054.partial/DONE"), (4, "checkpoints/step-00000099"),
      ].enumerated() {
        let run = "run\(number)"
        let path = laboratory.path("\(run)/\(moment)")
        let result = laboratory.train(run, ranks: ranks) { job in
          job.wait { FileSystem.exists(path) }
          job.killWithDescendants()
        }
        // A job that was faster than this test would prove nothing.
        if result.exitCode == 128 + SIGKILL { killed += 1 }
        laboratory.train(run, ranks: 3 - min(ranks, 2), "--resume auto").expectSuccess()
        #expect(try laboratory.payload(run).differences(from: reference) == [], "killed at \(moment)")
      }
      #expect(killed >= 3)
    }

    @Test func aKilledRankEndsTheJobAndTheRunCanGoOn() throws {
      let laboratory = try Laboratory(options: "--batch 16 --hidden 24 --latent 8 --epochs 25 --keep 0")
      laboratory.train("reference").expectSuccess()
      let path = laboratory.path("run/checkpoints/step-00000009")
      let result = laboratory.train("run", ranks: 4) { job in
        #expect(job.wait { FileSystem.exists(path) })
        if let rank = job.descendants.last { kill(rank, SIGKILL) }
      }
      #expect(result.exitCode != 0 && !result.timedOut, "\(result)")
      laboratory.train("run", ranks: 2, "--resume auto").expectSuccess()
      #expect(try laboratory.payload("run").differences(from: laboratory.payload("reference")) == [])
    }

    @Test(arguments: [1, 4]) func aLossThatIsNotFiniteKeepsTheLastGoodCheckpoint(ranks: Int) throws {
      let laboratory = try Laboratory(options: "--epochs 2")
      laboratory.train("run", ranks: ranks, "--lr 1e30").expectFailure(85, "no longer finite at step 2")
      #expect(try laboratory.json("run/status.json")["state"] == .string("failed"))
      #expect(try laboratory.json("run/status.json")["exit_code"] == .integer(85))
      let log = try String(decoding: FileSystem.read(laboratory.path("run/log.txt")), as: UTF8.self)
      #expect(log.hasSuffix("Error: the gradient is no longer finite at step 2 (epoch 1)\n"))
      #expect(!FileSystem.exists(laboratory.path("run/samples.npy")))
      // The checkpoint is whole, and what it holds is finite.
      laboratory.atelier(["sample", "run", "--out", "samples.npy"]).expectSuccess()
      let samples: [Float]? = try NumPyFile.read(laboratory.path("samples.npy")).elements()
      #expect(samples?.allSatisfy(\.isFinite) == true)
    }

    @Test func ranksOfDifferentConfigurationsAreRefused() throws {
      let laboratory = try Laboratory()
      let program = BuiltExecutable.path("atelier")
      let result = laboratory.atelier(
        laboratory.trainWords("run", "--seed 1") + [":", "-n", "1", program]
          + laboratory.trainWords("run", "--seed 2"),
        underLauncher: true)
      result.expectFailure(70, "the configuration of rank 1 on ", " differs from that of rank 0 on ")
      #expect(!FileSystem.exists(laboratory.path("run")))
    }
  }
}
