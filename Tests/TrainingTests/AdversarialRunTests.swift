import Artifacts
import TestSupport
import Testing

extension EndToEnd {
  /// `gan` and `dcgan` through training and evaluation.
  @Suite struct AdversarialRunTests {
    enum Model: String, CaseIterable, Sendable {
      case dense = "gan"
      case convolutional = "dcgan"

      /// Five batches an epoch, the last of 3 images: most shards have none of them.
      func laboratory() throws -> Laboratory {
        try Laboratory(
          model: rawValue, images: 131,
          options: (self == .dense ? "--hidden 16,24" : "--channels 8,16") + " --latent 6 --batch 32 --seed 7"
        )
      }
    }

    private static let score = "--fid-samples 120 --evaluate-every 1"

    private func caches(_ laboratory: Laboratory) -> [String: String?] {
      ["XDG_CACHE_HOME": laboratory.path("caches")]
    }

    private func model(_ laboratory: Laboratory, _ run: String) throws -> [UInt8] {
      try FileSystem.read(laboratory.path("\(run)/checkpoints/last/model.safetensors"))
    }

    /// Scored at each epoch, gone on with on other ranks, and scored again afterwards.
    @Test(arguments: Model.allCases) func anyNumberOfRanksAndAnyResumeGiveTheSameBytes(model: Model) throws {
      let laboratory = try model.laboratory()
      let caches = caches(laboratory)
      let options = "--epochs 2 --log-every 3 \(Self.score)"
      let reference = try laboratory.expectEqualBytes(options, environment: caches)
      laboratory.train("halves", ranks: 4, "--epochs 1 --log-every 3 \(Self.score)", environment: caches)
        .expectSuccess()
      laboratory.train("halves", ranks: 2, options + " --resume auto", environment: caches).expectSuccess()
      #expect(try laboratory.payload("halves").differences(from: reference) == [])

      let rows = try laboratory.metrics("reference")
      let last = try #require(rows.last)
      for ranks in [1, 2] {
        let result = laboratory.atelier(
          ["evaluate", "reference", "--json", "--count", "120", "--cache", laboratory.path("c")]
            + laboratory.dataWords, ranks: ranks)
        let figures = try JSONValue(parsing: Array(result.standardOutput.utf8), file: "evaluate")
        for member in try #require(last.objectValue) { #expect(figures[member.name] == member.value) }
        #expect(last["test/fid[fashion-cnn-v1]"]?.doubleValue ?? 0 > 0)
      }

      // The rows say how each of the two networks does.
      let training = try #require(rows.first { $0["train/g_loss"] != nil })
      for name in ["g_loss", "d_loss", "g_grad_norm", "d_grad_norm"] {
        #expect(training["train/\(name)"]?.doubleValue ?? 0 > 0, "\(name)")
      }
      for name in ["d_real_accuracy", "d_fake_accuracy"] {
        #expect((0...1).contains(try #require(training["train/\(name)"]?.doubleValue)), "\(name)")
      }
      #expect(
        reference.paths.filter { $0.hasPrefix("progress") } == [
          "progress.png", "progress/", "progress/fakes-00001.png", "progress/fakes-00002.png",
        ])
      // The best is that of the least distance from training images.
      let distances = rows.compactMap { row in
        row["train/fid[fashion-cnn-v1]"]?.doubleValue.map { (step: row["step"]?.integerValue, value: $0) }
      }
      #expect(distances.count == 2)
      let state = try laboratory.json("reference/checkpoints/best/state.json")
      #expect(state["step"]?.integerValue == distances.min { $0.value < $1.value }?.step)
    }

    /// Variants of a step: the bytes of one rank on any other number, and of two halves of a run.
    @Test(arguments: [
      (Model.convolutional, "--batch-norm shard"), (.convolutional, "--d-steps 3"), (.dense, "--d-steps 2"),
      (.convolutional, "--accumulate 2"),
      (.dense, "--adversarial-loss lsgan --label-smoothing 0.1 --clip-norm 1"),
      (.convolutional, "--adversarial-loss hinge --d-lr 0.0004 --schedule cosine --warmup 2"),
    ])
    func variantsOfAStepDoToo(model: Model, variant: String) throws {
      let laboratory = try model.laboratory()
      let options = variant + " --epochs 2 --log-every 2 --fid-samples 0"
      laboratory.train("reference", options + " --threads 1").expectSuccess()
      let reference = try laboratory.payload("reference")
      for (ranks, threads) in [(1, 2), (2, 1), (4, 1), (8, 1), (16, 1)] {
        let run = "\(ranks)x\(threads)"
        laboratory.train(run, ranks: ranks, options + " --threads \(threads)").expectSuccess()
        #expect(try laboratory.payload(run).differences(from: reference) == [], "\(run)")
      }
      let stop = variant.contains("--d-steps") ? 1 : 4
      if !variant.contains("cosine") {
        laboratory.train("halves", ranks: 2, options + " --steps \(stop)").expectSuccess()
        laboratory.train("halves", options + " --resume auto").expectSuccess()
        // But for the checkpoint within an epoch, which only this run has.
        let halves = try laboratory.payload("halves").removing { $0.hasPrefix("checkpoints/step") }
        let whole = reference.removing { $0.hasPrefix("checkpoints/step") }
        #expect(halves.differences(from: whole) == [])
        for file in ["model.safetensors", "optimizer.safetensors", "state.json"] {
          let contents = try ["halves", "reference"].map {
            try FileSystem.read(laboratory.path("\($0)/checkpoints/last/\(file)"))
          }
          #expect(contents[0] == contents[1], "\(file)")
        }
      }
      laboratory.train("plain", "--epochs 2 --log-every 2 --fid-samples 0").expectSuccess()
      #expect(try self.model(laboratory, "plain") != self.model(laboratory, "reference"))
    }

    /// The generator's updates are counted, and all real images, also where an epoch's batches do not fill its last step.
    @Test func aStepIsAnUpdateOfTheGenerator() throws {
      let laboratory = try Model.dense.laboratory()
      for (steps, perEpoch) in [(1, 5), (2, 3), (3, 2), (5, 1), (9, 1)] {
        laboratory.train(
          "\(steps)", "--epochs 2 --fid-samples 0 --log-every 1 --d-steps \(steps)"
        ).expectSuccess()
        let rows = try laboratory.metrics("\(steps)")
        let last = try #require(rows.last)
        #expect(last["step"]?.integerValue == 2 * perEpoch && last["images"]?.integerValue == 262)
        let state = try laboratory.json("\(steps)/checkpoints/last/state.json")
        #expect(state["g_optimizer_updates"]?.integerValue == 2 * perEpoch)
        #expect(state["d_optimizer_updates"]?.integerValue == 10)
      }
      laboratory.train("stopped", "--epochs 2 --fid-samples 0 --d-steps 2 --steps 4").expectSuccess()
      #expect(try laboratory.metrics("stopped").last?["images"]?.integerValue == 131 + 64)
    }

    /// Pictures are of the epochs that the run has been through, wherever and from whichever checkpoint it goes on.
    @Test func picturesOfProgressFollowTheRun() throws {
      let laboratory = try Model.dense.laboratory()
      let options = "--fid-samples 0 --evaluate-every 1 --checkpoint-every 1 --keep 0"
      func pictures(_ run: String) throws -> FolderContent {
        try laboratory.payload(run).removing { !$0.hasPrefix("progress") }
      }
      laboratory.train("whole", options + " --epochs 3").expectSuccess()
      laboratory.train("single", options + " --epochs 1").expectSuccess()
      laboratory.train("parts", options + " --epochs 2").expectSuccess()
      laboratory.train(
        "moved", ranks: 2, options + " --epochs 3 --resume \(laboratory.path("parts/checkpoints/last"))"
      ).expectSuccess()
      #expect(try pictures("moved").differences(from: pictures("whole")) == [])
      #expect(try pictures("whole").paths.count == 5)
      // Back to an earlier checkpoint: what came after it is gone.
      laboratory.train(
        nil, options + " --epochs 1 --resume \(laboratory.path("parts/checkpoints/step-00000005"))"
      ).expectSuccess()
      #expect(try pictures("parts").differences(from: pictures("single")) == [])
    }

    /// Scoring a run changes nothing of it.
    @Test(arguments: Model.allCases) func scoresDoNotDisturbTraining(model: Model) throws {
      let laboratory = try model.laboratory()
      laboratory.train("scored", "--epochs 2 \(Self.score)", environment: caches(laboratory)).expectSuccess()
      laboratory.train("plain", "--epochs 2 --fid-samples 0").expectSuccess()
      #expect(try self.model(laboratory, "scored") == self.model(laboratory, "plain"))
      let samples = try ["scored", "plain"].map { try FileSystem.read(laboratory.path("\($0)/samples.npy")) }
      #expect(samples[0] == samples[1])
      #expect(!FileSystem.exists(laboratory.path("plain/checkpoints/best")))
      laboratory.atelier(["sample", "plain", "--seed", "7", "--out", "drawn.npy"], ranks: 2).expectSuccess()
      #expect(try FileSystem.read(laboratory.path("drawn.npy")) == samples[0])
      let pixels = try #require(
        NumPyFile.read(laboratory.path("drawn.npy")).elements(of: Float.self))
      #expect(pixels.count == 100 * 784 && pixels.allSatisfy { (0...1).contains($0) })
    }

    @Test func whatAGANCanNotDoIsRefused() throws {
      let laboratory = try Model.convolutional.laboratory()
      laboratory.train("run", "--epochs 0 --fid-samples 0").expectSuccess()
      for command in ["reconstruct", "interpolate", "traverse", "manifold", "scatter"] {
        laboratory.atelier([command, "run"] + laboratory.dataWords)
          .expectFailure(64, "a dcgan has no codes of images")
      }
      for ranks in [1, 2] {
        laboratory.atelier(["encode", "run"] + laboratory.dataWords, ranks: ranks)
          .expectFailure(64, "a dcgan has no codes of images")
        laboratory.atelier(["sample", "run", "--prior", "gaussian"] + laboratory.dataWords, ranks: ranks)
          .expectFailure(64, "--prior gaussian is for models with codes")
        laboratory.atelier(["evaluate", "run", "--count", "0"] + laboratory.dataWords, ranks: ranks)
          .expectFailure(64, "--count 0 leaves nothing to do")
        laboratory.train(nil, ranks: ranks, "--channels 8,8,8")
          .expectFailure(64, "discriminator.conv3: 28x28 pixels can't be halved 3 times")
      }
      laboratory.atelier(["sample", "run", "--prior", "normal", "--out", "s.npy"]).expectSuccess()
      laboratory.train(nil, "--prior gaussian").expectFailure(64, "--prior is for", "not dcgan")
      laboratory.train(nil, "--hidden 8").expectFailure(64, "--hidden is for", "not dcgan")
      laboratory.train(nil, "--loss mse").expectFailure(64, "--loss is for", "not dcgan")
      laboratory.train(nil, "--patience 2 --fid-samples 0").expectFailure(
        64, "--patience needs --fid-samples")
      laboratory.train(nil, "--adversarial-loss hinge --label-smoothing 0.1")
        .expectFailure(64, "--label-smoothing moves a target")
      laboratory.train(nil, "--d-steps 0").expectFailure(64, "'0'", "--d-steps")
      laboratory.train("run", "--epochs 1 --fid-samples 0 --d-steps 2 --resume auto")
        .expectFailure(64, "--d-steps is 2")

      let dense = try Model.dense.laboratory()
      dense.train(nil, "--batch-norm shard").expectFailure(64, "--batch-norm is for dcgan, not gan")
      try Laboratory(images: 60).train(nil, "--d-lr 0.1")
        .expectFailure(64, "--d-lr is for gan or dcgan, not dense-ae")
      let array = TensorData(
        shape: [40, 30, 28], elements: SyntheticImages.pixels(count: 40, height: 30, width: 28))
      let data = try laboratory.folder.write("odd.npy", NumPyFile.serialized(array))
      for model in Model.allCases {
        laboratory.atelier(["train", model.rawValue, "--data", data]).expectFailure(65, "30x28")
      }
    }
  }
}
