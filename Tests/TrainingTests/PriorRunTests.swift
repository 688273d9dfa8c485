import Artifacts
import TestSupport
import Testing

extension EndToEnd {
  /// `--prior`: fitted at a run's end, kept in its checkpoint, and used by whatever draws images.
  @Suite struct PriorRunTests {
    private func makeLaboratory(_ model: String = "dense-ae") throws -> Laboratory {
      let own = model == "dense-ae" ? "--hidden 16 --latent-activation linear" : "--hidden 16"
      return try Laboratory(
        model: model, images: 211, options: own + " --latent 3 --batch 64 --seed 7")
    }

    private func sample(_ laboratory: Laboratory, _ run: String, _ options: String = "", ranks: Int = 1)
      throws -> [UInt8]
    {
      let words =
        ["sample", run, "--seed", "7", "--out", "drawn.npy"] + options.split(separator: " ").map(String.init)
      laboratory.atelier(words + laboratory.dataWords, ranks: ranks).expectSuccess()
      return try FileSystem.read(laboratory.path("drawn.npy"))
    }

    @Test(arguments: ["dense-ae", "vae"]) func anyNumberOfRanksAndAnyResumeGiveTheSameBytes(model: String)
      throws
    {
      let laboratory = try makeLaboratory(model)
      let caches = ["XDG_CACHE_HOME": laboratory.path("caches")]
      let options = "--epochs 2 --prior mixture:3 --fid-samples 120"
      let reference = try laboratory.expectEqualBytes(options, environment: caches)
      #expect(
        FileSystem.exists(laboratory.path("reference/checkpoints/last/prior.safetensors")))
      // The prior of the first end is not the second's.
      laboratory.train("halves", "--epochs 1 --prior mixture:3 --fid-samples 120", environment: caches)
        .expectSuccess()
      let first = laboratory.path("halves/checkpoints/step-00000004")
      #expect(FileSystem.exists(first + "/prior.safetensors"))
      laboratory.train("halves", ranks: 2, options + " --resume auto", environment: caches).expectSuccess()
      #expect(!FileSystem.exists(first + "/prior.safetensors"))
      try CheckpointFolder(first).verify(requiring: ["model.safetensors"])
      // A run that is over already leaves the same again.
      laboratory.train("2x1", ranks: 1, options + " --resume auto", environment: caches).expectSuccess()
      #expect(try laboratory.payload("2x1").differences(from: reference) == [])

      let row = try #require(laboratory.metrics("reference").last)
      for ranks in [1, 2] {
        let result = laboratory.atelier(
          ["evaluate", "reference", "--json", "--count", "120", "--cache", laboratory.path("c")]
            + laboratory.dataWords, ranks: ranks)
        let figures = try JSONValue(parsing: Array(result.standardOutput.utf8), file: "evaluate")
        for member in row.objectValue! { #expect(figures[member.name] == member.value, "\(member.name)") }
        #expect(figures["comparison"]?["prior"]?.stringValue == "mixture:3")
      }
    }

    @Test func aPriorFittedLaterIsTheOneThatTrainingWouldHaveFitted() throws {
      let laboratory = try makeLaboratory()
      laboratory.train("plain", "--epochs 1").expectSuccess()
      laboratory.train("mixture", "--epochs 1 --prior mixture:2").expectSuccess()
      laboratory.train("gaussian", "--epochs 1 --prior gaussian").expectSuccess()
      let plain = try FileSystem.read(laboratory.path("plain/samples.npy"))
      let mixture = try FileSystem.read(laboratory.path("mixture/samples.npy"))
      let gaussian = try FileSystem.read(laboratory.path("gaussian/samples.npy"))
      #expect(plain != mixture && mixture != gaussian)
      #expect(try sample(laboratory, "plain") == plain)
      #expect(try sample(laboratory, "mixture", ranks: 2) == mixture)
      #expect(try sample(laboratory, "mixture", "--prior normal") == plain)
      #expect(try sample(laboratory, "plain", "--prior mixture:2", ranks: 2) == mixture)
      #expect(try sample(laboratory, "mixture", "--prior gaussian") == gaussian)
      // A finished run takes another prior when it is resumed.
      laboratory.train("mixture", "--epochs 1 --prior gaussian --resume auto").expectSuccess()
      #expect(try FileSystem.read(laboratory.path("mixture/samples.npy")) == gaussian)
      for file in try FileSystem.names(in: laboratory.path("gaussian/checkpoints/last")) {
        let (own, expected) = ("mixture/checkpoints/last/\(file)", "gaussian/checkpoints/last/\(file)")
        #expect(
          try FileSystem.read(laboratory.path(own)) == FileSystem.read(laboratory.path(expected)), "\(file)")
      }
    }

    /// Of a run with patience the prior belongs to the best state, as its samples do.
    @Test func thePriorIsOfTheStateThatTheSamplesComeFrom() throws {
      let laboratory = try makeLaboratory()
      laboratory.train(
        "run", "--epochs 6 --patience 1 --validation 60 --lr 0.3 --prior gaussian"
      ).expectSuccess()
      let best = laboratory.path("run/checkpoints/best")
      #expect(FileSystem.exists(best + "/prior.safetensors"))
      let drawn = try sample(laboratory, "run/checkpoints/best")
      #expect(try FileSystem.read(laboratory.path("run/samples.npy")) == drawn)
      // A finished run takes another prior, in that checkpoint too.
      laboratory.train(
        "run", "--epochs 6 --patience 1 --validation 60 --lr 0.3 --resume auto"
      ).expectSuccess()
      #expect(!FileSystem.exists(best + "/prior.safetensors"))
      let other = try sample(laboratory, "run/checkpoints/best")
      #expect(try FileSystem.read(laboratory.path("run/samples.npy")) == other && other != drawn)
    }

    @Test func whatCanNotBeFittedIsRefused() throws {
      let laboratory = try makeLaboratory()
      laboratory.train(nil, "--prior mixture").expectFailure(64, "'mixture'", "'--prior <distribution>'")
      laboratory.train(nil, "--prior mixture:0").expectFailure(64, "'mixture:0'")
      for ranks in [1, 2] {
        laboratory.train("run\(ranks)", ranks: ranks, "--epochs 1 --limit 20 --prior mixture:21")
          .expectFailure(64, "--prior mixture:21", "20")
      }
      laboratory.train("small", "--epochs 0 --limit 20").expectSuccess()
      for command in ["sample", "evaluate"] {
        laboratory.atelier([command, "small", "--prior", "mixture:30"] + laboratory.dataWords)
          .expectFailure(64, "--prior mixture:30", "20")
      }
      laboratory.train(
        "scored", "--epochs 1 --prior gaussian --fid-samples 9",
        environment: ["XDG_CACHE_HOME": laboratory.path("caches")]
      ).expectSuccess()
      laboratory.train("scored", "--epochs 2 --prior normal --fid-samples 9 --resume auto")
        .expectFailure(64, "--prior is normal", "gaussian")
      laboratory.train("damaged", "--prior gaussian --epochs 0").expectSuccess()
      let prior = laboratory.path("damaged/checkpoints/last/prior.safetensors")
      try laboratory.folder.write(
        "damaged/checkpoints/last/prior.safetensors", FileSystem.read(prior).dropLast(1))
      laboratory.atelier(["sample", "damaged"]).expectFailure(65, "prior.safetensors", "SHA-256")
    }
  }
}
