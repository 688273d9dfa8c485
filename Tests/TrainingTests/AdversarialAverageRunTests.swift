import Artifacts
import TestSupport
import Testing

extension EndToEnd {
  /// The moving average of a GAN's generator, and how GANs follow the batch, warn and stop.
  @Suite struct AdversarialAverageRunTests {
    private func laboratory(_ model: String = "dcgan") throws -> Laboratory {
      try Laboratory(
        model: model, images: 131,
        options: (model == "gan" ? "--hidden 16,24" : "--channels 8,16") + " --latent 6 --batch 32 --seed 7")
    }

    private func tensors(_ laboratory: Laboratory, _ file: String) throws -> SafeTensorsFile {
      try SafeTensorsFile(reading: laboratory.path(file))
    }

    private func elements(_ file: SafeTensorsFile, _ name: String) throws -> [Float] {
      let tensor = try #require(file[name])
      return try #require(tensor.elements())
    }

    @Test(arguments: ["gan", "dcgan"]) func theAverageHasTheSameBytesOnAnyNumberOfRanks(model: String) throws
    {
      let laboratory = try laboratory(model)
      let caches: [String: String?] = ["XDG_CACHE_HOME": laboratory.path("caches")]
      let options = "--epochs 2 --ema 0.8 --fid-samples 120 --evaluate-every 1 --log-every 3"
      let reference = try laboratory.expectEqualBytes(options, environment: caches)
      let epoch = options.replacing("--epochs 2", with: "--epochs 1")
      laboratory.train("halves", ranks: 4, epoch, environment: caches).expectSuccess()
      laboratory.train("halves", ranks: 2, options + " --resume auto", environment: caches).expectSuccess()
      #expect(try laboratory.payload("halves").differences(from: reference) == [])

      // The run's samples, its scores and later ones are the average's; training does not know of it.
      laboratory.atelier(["sample", "reference", "--seed", "7", "--out", "again.npy"], ranks: 2)
        .expectSuccess()
      let samples = try FileSystem.read(laboratory.path("reference/samples.npy"))
      #expect(try FileSystem.read(laboratory.path("again.npy")) == samples)
      laboratory.train("plain", options.replacing(" --ema 0.8", with: ""), environment: caches)
        .expectSuccess()
      #expect(try FileSystem.read(laboratory.path("plain/samples.npy")) != samples)
      let models = try ["plain", "reference"].map {
        try FileSystem.read(laboratory.path("\($0)/checkpoints/last/model.safetensors"))
      }
      #expect(models[0] == models[1])
      let distances = try ["plain", "reference"].map {
        try #require(laboratory.metrics($0).last?["test/fid[fashion-cnn-v1]"]?.doubleValue)
      }
      #expect(distances[0] != distances[1])

      laboratory.train("reference", "--epochs 3 --fid-samples 120 --resume auto", environment: caches)
        .expectFailure(64, "--ema is not given, but was 0.8")
      try FileSystem.remove(laboratory.path("halves/checkpoints/last/ema.safetensors"))
      laboratory.atelier(["sample", "halves", "--out", "no.npy"])
        .expectFailure(65, "ema.safetensors is missing")
    }

    /// Recomputed from the checkpoints of every step.
    @Test func theAverageFollowsEveryStep() throws {
      let laboratory = try laboratory()
      let options = "--epochs 7 --d-steps 5 --ema 0.4 --fid-samples 0 --keep 0"
      laboratory.train("run", options).expectSuccess()
      func file(_ step: Int, _ name: String) throws -> SafeTensorsFile {
        try tensors(laboratory, "run/checkpoints/step-0000000\(step)/\(name).safetensors")
      }
      let names = [
        "generator.dense1.weight", "generator.deconv2.bias", "generator.norm1.weight",
        "generator.norm2.running_var",
      ]
      for name in names {
        var average = try elements(file(0, "model"), name).map(Double.init)
        for step in 1...7 {
          let decay = min(0.4, Double(step) / Double(step + 9))
          let values = try elements(file(step, "model"), name)
          average = zip(average, values).map { $0 + (1 - decay) * (Double($1) - $0) }
          try expectClose(
            "\(name) after \(step)", elements(file(step, "ema"), name).map(Double.init), average,
            tolerance: 1e-5)
        }
        #expect(try elements(file(7, "ema"), name) != elements(file(7, "model"), name))
      }
      let last = try file(7, "ema")
      #expect(last["discriminator.conv1.weight"] == nil)
      let counts: [Int64]? = last["generator.norm1.num_batches_tracked"]?.elements()
      #expect(counts == [35])
    }

    @Test func learningRatesFollowTheBatch() throws {
      let laboratory = try laboratory("gan")
      let options = "--epochs 1 --fid-samples 0 --log-every 1"
      let result = laboratory.train("run", options + " --lr-rule sqrt --d-lr 0.0006 --warmup 2")
      result.expectSuccess()
      #expect(
        result.standardOutput.contains(
          "rate    0.0001 for the generator, 0.0003 for the discriminator by adam, 0.5 times --lr 0.0002 and --d-lr 0.0006 "
            + "for a batch of 32 instead of 128 (sqrt), after 2 steps of warm-up"), "\(result)")
      let rates = try laboratory.metrics("run").compactMap { $0["lr"]?.doubleValue }
      #expect(Array(rates.prefix(3)) == [5e-5, 1e-4, 1e-4])
      let discriminatorRates = try laboratory.metrics("run").compactMap { $0["d_lr"]?.doubleValue }
      #expect(Array(discriminatorRates.prefix(3)) == [1.5e-4, 3e-4, 3e-4])
      // The same run as one that was given those rates.
      laboratory.train("given", options + " --lr 0.0001 --d-lr 0.0003 --warmup 2").expectSuccess()
      let models = try ["run", "given"].map {
        try FileSystem.read(laboratory.path("\($0)/checkpoints/last/model.safetensors"))
      }
      #expect(models[0] == models[1])
      // Also where Float has no exact factor.
      laboratory.train("tenth", options + " --lr-rule linear --batch 16").expectSuccess()
      #expect(try laboratory.metrics("tenth").first?["lr"]?.doubleValue == 2.5e-5)
      laboratory.train("run", options + " --epochs 2 --d-lr 0.0006 --warmup 2 --resume auto")
        .expectFailure(64, "--lr-rule is none, but was sqrt")
    }

    /// A hinge is flat where a logit is far off, and must not hide one that is no number.
    @Test(arguments: [1, 4]) func aLossThatIsNotFiniteKeepsTheLastGoodCheckpoint(ranks: Int) throws {
      for loss in ["hinge", "lsgan", "wasserstein --d-norm none --gradient-penalty 10"] {
        let laboratory = try laboratory("gan")
        laboratory.train(
          "run", ranks: ranks,
          "--epochs 3 --fid-samples 0 --log-every 1 --optimizer sgd --lr 1e25 --adversarial-loss \(loss)"
        ).expectFailure(85, "is no longer finite at step")
        #expect(try laboratory.json("run/status.json")["exit_code"] == .integer(85))
        laboratory.atelier(["sample", "run", "--out", "samples.npy"]).expectSuccess()
        let samples: [Float]? = try NumPyFile.read(laboratory.path("samples.npy")).elements()
        #expect(samples?.allSatisfy(\.isFinite) == true)
      }
    }

    /// The very last update, of which no gradient tells any more.
    @Test func parametersThatAreNotFiniteAreNeverSaved() throws {
      let laboratory = try Laboratory(model: "gan", images: 32, options: "--hidden 8 --latent 4 --batch 32")
      for options in ["", " --evaluate-every 1"] {
        let run = "run\(options.count)"
        laboratory.train(
          run, "--epochs 1 --fid-samples \(options.isEmpty ? 0 : 100) --lr 3e38 --d-lr 1e-4" + options
        ).expectFailure(85, "generator.dense", "is no longer finite at step 1")
        let state = try laboratory.json("\(run)/checkpoints/last/state.json")
        #expect(state["step"]?.integerValue == 0)
        #expect(!FileSystem.exists(laboratory.path("\(run)/samples.npy")))
      }
      laboratory.train(nil, "--epochs 1 --lr 3e38 --batch 256 --lr-rule linear --dry-run")
        .expectFailure(64, "--lr-rule linear makes")
    }

    /// What a run says in words is said even to those who want to hear nothing else, and goes into its log.
    @Test func aDiscriminatorThatWinsIsSpokenOf() throws {
      let laboratory = try laboratory("gan")
      let result = laboratory.train(
        "run", "-q --epochs 120 --fid-samples 0 --evaluate-every 0 --lr 1e-7 --d-lr 0.01")
      result.expectSuccess()
      #expect(result.standardOutput.isEmpty)
      #expect(result.standardError.contains("warning the discriminator has told all images apart for"))
      let log = try String(decoding: FileSystem.read(laboratory.path("run/log.txt")), as: UTF8.self)
      #expect(log.contains("warning the discriminator has told all images apart for"), "\(log)")
    }

    /// Everything at once, with the best state at the end, gone on with on other ranks.
    @Test func allRecipesTogetherHaveTheSameBytesOnAnyNumberOfRanks() throws {
      let laboratory = try laboratory()
      let caches: [String: String?] = ["XDG_CACHE_HOME": laboratory.path("caches")]
      let options =
        "--conditional --d-norm spectral --adversarial-loss hinge --r1 1 --augment translation,cutout --ema 0.9 "
        + "--d-steps 2 --accumulate 2 --clip-norm 3 --lr-rule sqrt --warmup 2 --fid-samples 100 --evaluate-every 1 "
        + "--patience 2"
      laboratory.train("reference", options + " --epochs 4 --threads 1", environment: caches).expectSuccess()
      let reference = try laboratory.payload("reference")
      for (ranks, threads) in [(1, 2), (4, 1), (8, 1)] {
        let run = "\(ranks)x\(threads)"
        laboratory.train(run, ranks: ranks, options + " --epochs 4 --threads \(threads)", environment: caches)
          .expectSuccess()
        #expect(try laboratory.payload(run).differences(from: reference) == [], "\(run)")
      }
      laboratory.train("halves", ranks: 2, options + " --epochs 1", environment: caches).expectSuccess()
      laboratory.train("halves", ranks: 4, options + " --epochs 4 --resume auto", environment: caches)
        .expectSuccess()
      #expect(try laboratory.payload("halves").differences(from: reference) == [])
      // What the run reports of its end, evaluating its best state gives again.
      let last = try #require(laboratory.metrics("reference").last)
      let result = laboratory.atelier(
        [
          "evaluate", "reference/checkpoints/best", "--json", "--count", "100", "--cache",
          laboratory.path("c"),
        ]
          + laboratory.dataWords, ranks: 2)
      let figures = try JSONValue(parsing: Array(result.standardOutput.utf8), file: "evaluate")
      for member in try #require(last.objectValue) { #expect(figures[member.name] == member.value) }
    }

    @Test func aSweepOfGANsChoosesByTrainingImages() throws {
      let laboratory = try laboratory("gan")
      let caches: [String: String?] = ["XDG_CACHE_HOME": laboratory.path("caches")]
      func sweep(_ name: String, ranks: Int = 1, _ more: String) -> ShellResult {
        laboratory.atelier(
          ["sweep", "gan"] + laboratory.dataWords + ["--sweep-dir", laboratory.path(name), "--latent", "4"]
            + more.split(separator: " ").map(String.init), ranks: ranks, environment: caches)
      }
      let options = "--epochs 2 --evaluate-every 1 --fid-samples 100 --grid hidden=8;16 --batch 32"
      sweep("one", options).expectSuccess()
      sweep("two", ranks: 2, options).expectSuccess()
      let table = try FileSystem.read(laboratory.path("one/sweep.json"))
      #expect(try FileSystem.read(laboratory.path("two/sweep.json")) == table)
      let results = try laboratory.json("one/sweep.json")
      #expect(results["metric"]?.stringValue == "train/fid[fashion-cnn-v1]")
      sweep("no", options + " --metric test/fid[fashion-cnn-v1]")
        .expectFailure(64, "no figure of the training images")
      sweep("no", options + " --metric train/loss").expectFailure(64, "--metric train/loss is no figure of")
      sweep("no", options.replacing("hidden=8;16", with: "limit=40,50"))
        .expectFailure(64, "trials that differ in 'limit' can't be compared")
      sweep("no", "--epochs 1 --fid-samples 0 --grid hidden=8;16")
        .expectFailure(64, "is a figure of generated images, and the trials generate none")
      #expect(!FileSystem.exists(laboratory.path("no")))
    }
  }
}
