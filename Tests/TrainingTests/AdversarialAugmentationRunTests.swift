import Artifacts
import TestSupport
import Testing

extension EndToEnd {
  /// `--augment` and `--minibatch-stddev` through training.
  @Suite struct AdversarialAugmentationRunTests {
    private func laboratory(_ model: String) throws -> Laboratory {
      // Five batches an epoch, the last of 3 images: most shards have none of them.
      try Laboratory(
        model: model, images: 131,
        options: (model == "gan" ? "--hidden 16,24" : "--channels 8,16")
          + " --latent 6 --batch 32 --seed 7 --fid-samples 0 --log-every 2")
    }

    private func files(_ laboratory: Laboratory, _ run: String) throws -> [[UInt8]] {
      try ["model", "optimizer"].map {
        try FileSystem.read(laboratory.path("\(run)/checkpoints/last/\($0).safetensors"))
      }
    }

    /// The bytes of one rank on any other number, and of two halves of a run on different ones.
    @Test(arguments: [
      ("dcgan", "--augment translation,cutout --minibatch-stddev --d-steps 2"),
      ("gan", "--augment cutout,translation --minibatch-stddev --accumulate 2"),
    ])
    func anyNumberOfRanksAndAnyResumeGiveTheSameBytes(model: String, variant: String) throws {
      let laboratory = try laboratory(model)
      let options = variant + " --epochs 2"
      laboratory.train("reference", options + " --threads 1").expectSuccess()
      let reference = try laboratory.payload("reference")
      for (ranks, threads) in [(1, 2), (2, 2), (4, 1), (8, 1), (16, 1)] {
        let run = "\(ranks)x\(threads)"
        laboratory.train(run, ranks: ranks, options + " --threads \(threads)").expectSuccess()
        #expect(try laboratory.payload(run).differences(from: reference) == [], "\(run)")
      }
      laboratory.train("halves", ranks: 4, options + " --steps 2").expectSuccess()
      laboratory.train("halves", ranks: 2, options + " --resume auto").expectSuccess()
      #expect(try files(laboratory, "halves") == files(laboratory, "reference"))
    }

    /// Each of them makes another run, and no order of `--augment` does.
    @Test func everyChangeIsAChange() throws {
      let laboratory = try laboratory("gan")
      let variants = [
        "", "--augment translation", "--augment cutout", "--augment translation,cutout", "--minibatch-stddev",
      ]
      let models = try variants.enumerated().map { place, variant in
        laboratory.train("\(place)", variant + " --epochs 1").expectSuccess()
        return try files(laboratory, "\(place)")[0]
      }
      for (place, model) in models.enumerated() {
        for other in models[..<place] { #expect(model != other, "\(variants[place])") }
      }
      laboratory.train("order", "--augment cutout,translation --epochs 1").expectSuccess()
      #expect(try files(laboratory, "order")[0] == models[3])
      laboratory.train("0", "--epochs 2 --augment cutout --resume auto").expectFailure(64, "--augment")
      laboratory.train("0", "--epochs 2 --minibatch-stddev --resume auto")
        .expectFailure(64, "--minibatch-stddev")
      // A trained model is read back with all its layers.
      laboratory.atelier(["sample", "4", "--seed", "7", "--out", "drawn.npy"]).expectSuccess()
      #expect(
        try FileSystem.read(laboratory.path("drawn.npy")) == FileSystem.read(laboratory.path("4/samples.npy"))
      )
    }
  }
}
