import Artifacts
import TestSupport
import Testing

extension EndToEnd {
  /// GANs whose discriminator pays for its slope, from training to checkpoints.
  @Suite struct AdversarialPenaltyRunTests {
    /// Five batches an epoch, the last of 3 images: most shards have none of them.
    private func laboratory(_ model: String) throws -> Laboratory {
      try Laboratory(
        model: model, images: 131,
        options: (model == "gan" ? "--hidden 16,24" : "--channels 8,16 --d-norm none")
          + " --latent 6 --batch 32 --seed 7 --fid-samples 0 --log-every 2 --epochs 2")
    }

    /// The bytes of one rank on any other number, and of two halves of a run.
    @Test(arguments: [
      ("gan", "--adversarial-loss wasserstein --gradient-penalty 10 --d-steps 2"),
      ("dcgan", "--r1 3 --accumulate 2"),
    ])
    func anyNumberOfRanksAndAnyResumeGiveTheSameBytes(model: String, options: String) throws {
      let laboratory = try laboratory(model)
      laboratory.train("reference", options + " --threads 1").expectSuccess()
      let reference = try laboratory.payload("reference")
      for (ranks, threads) in [(1, 2), (2, 1), (4, 1), (8, 1), (16, 1)] {
        let run = "\(ranks)x\(threads)"
        laboratory.train(run, ranks: ranks, options + " --threads \(threads)").expectSuccess()
        #expect(try laboratory.payload(run).differences(from: reference) == [], "\(run)")
      }
      laboratory.train("halves", ranks: 2, options + " --epochs 1").expectSuccess()
      laboratory.train("halves", options + " --resume auto").expectSuccess()
      #expect(try laboratory.payload("halves").differences(from: reference) == [])

      let training = try #require(laboratory.metrics("reference").first { $0["train/d_loss"] != nil })
      #expect(training["train/d_penalty"]?.doubleValue ?? 0 > 0)
    }

    /// Without a penalty there is no figure of one; one that weighs more is another run.
    @Test func aPenaltyIsMeteredBesideTheLoss() throws {
      let laboratory = try laboratory("gan")
      for (run, options) in [("none", ""), ("light", "--r1 0.001"), ("heavy", "--r1 100")] {
        laboratory.train(run, options + " --steps 1 --log-every 1").expectSuccess()
      }
      let rows = try ["none", "light", "heavy"].map { try #require(laboratory.metrics($0).first) }
      #expect(rows[0]["train/d_penalty"] == nil)
      let penalties = try rows[1...].map { try #require($0["train/d_penalty"]?.doubleValue) }
      // Of the same weights, before the first update, at the same images.
      #expect(abs(penalties[1] / penalties[0] - 1e5) <= 1)
      #expect(rows[1]["train/d_loss"] == rows[0]["train/d_loss"])
      #expect(rows[2]["train/d_loss"] == rows[0]["train/d_loss"])
      let norms = rows.map { $0["train/d_grad_norm"]?.doubleValue }
      #expect(norms[0] != norms[1] && norms[1] != norms[2])
    }
  }
}
