import Artifacts
import TestSupport
import Testing

extension EndToEnd {
  /// `--conditional` through training, generation and evaluation.
  @Suite struct AdversarialConditionalRunTests {
    enum Model: String, CaseIterable, Sendable {
      case dense = "gan"
      case convolutional = "dcgan"

      /// Five batches an epoch, the last of 3 images: most shards have none of them.
      func laboratory() throws -> Laboratory {
        try Laboratory(
          model: rawValue, images: 131,
          options: (self == .dense ? "--hidden 16,24" : "--channels 8,16")
            + " --latent 6 --batch 32 --seed 7 --fid-samples 0"
        )
      }
    }

    /// On any ranks and threads, and gone on with on others; the classes of micro-batches are those of the batch.
    @Test func anyNumberOfRanksAndAnyResumeGiveTheSameBytes() throws {
      let laboratory = try Model.convolutional.laboratory()
      let options = "--conditional --epochs 2 --log-every 2 --d-steps 2 --accumulate 2"
      let reference = try laboratory.expectEqualBytes(options)
      laboratory.train("halves", ranks: 4, "\(options) --epochs 1").expectSuccess()
      laboratory.train("halves", ranks: 2, "\(options) --resume auto").expectSuccess()
      #expect(try laboratory.payload("halves").differences(from: reference) == [])
      laboratory.train("halves", "\(options) --no-conditional --resume auto")
        .expectFailure(64, "--conditional is false, but was true for the checkpoint")
    }

    @Test func denseNetworksDoToo() throws {
      let laboratory = try Model.dense.laboratory()
      laboratory.train("reference", "--conditional --epochs 1 --threads 1").expectSuccess()
      for ranks in [2, 8] {
        laboratory.train("\(ranks)", ranks: ranks, "--conditional --epochs 1").expectSuccess()
        #expect(
          try laboratory.payload("\(ranks)").differences(from: laboratory.payload("reference")) == [])
      }
    }

    @Test func samplesAreOfTheClassesAskedFor() throws {
      let laboratory = try Model.dense.laboratory()
      laboratory.train("run", "--conditional --epochs 1 --evaluate-every 1").expectSuccess()
      func sample(_ words: String, ranks: Int = 1) throws -> [[Float]] {
        laboratory.atelier(
          ["sample", "run", "--seed", "7", "--out", "drawn.npy"]
            + words.split(separator: " ").map(String.init), ranks: ranks
        ).expectSuccess()
        let pixels = try #require(NumPyFile.read(laboratory.path("drawn.npy")).elements(of: Float.self))
        return stride(from: 0, to: pixels.count, by: 784).map { Array(pixels[$0..<$0 + 784]) }
      }
      let all = try sample("--count 215")
      let samples = try NumPyFile.read(laboratory.path("run/samples.npy")).elements(of: Float.self)
      #expect(Array(all.prefix(100).joined()) == samples)
      // A column of a picture of progress for each class.
      let picture = try FileSystem.read(laboratory.path("run/progress/fakes-00001.png"))
      let page = try GreyImage(png: picture, path: "fakes")
      #expect(page.width > page.height && page.width * 6 / 10 <= page.height, "\(page.width)x\(page.height)")
      let third = try sample("--count 215 --class 3", ranks: 2)
      #expect(all.indices.filter { all[$0] == third[$0] } == Array(stride(from: 3, to: 215, by: 10)))

      for ranks in [1, 2] {
        laboratory.atelier(["sample", "run", "--class", "10"], ranks: ranks)
          .expectFailure(64, "--class 10 is none of the run's 10 classes")
      }
      laboratory.train("plain", "--epochs 0").expectSuccess()
      laboratory.atelier(["sample", "plain", "--class", "1"])
        .expectFailure(64, "--class 1 is for runs of gan or dcgan with --conditional", "this gan")
      laboratory.atelier(
        ["evaluate", "run", "--json", "--count", "40", "--cache", laboratory.path("c")] + laboratory.dataWords
      )
      .expectFigure("test/fid[fashion-cnn-v1]")
    }

    /// Images of every class are generated in training, and what makes them is learnt.
    @Test(arguments: Model.allCases) func everyClassIsLearnt(model: Model) throws {
      let laboratory = try model.laboratory()
      func columns(_ run: String, _ options: String) throws -> [[Float]] {
        laboratory.train(run, "--conditional " + options).expectSuccess()
        let file = try SafeTensorsFile(
          reading: laboratory.path("\(run)/checkpoints/last/model.safetensors"))
        let weight = try #require(file["generator.dense1.weight"])
        let elements = try #require(weight.elements(of: Float.self))
        #expect(weight.shape[1] == 16)
        return (6..<16).map { column in
          stride(from: column, to: elements.count, by: 16).map { elements[$0] }
        }
      }
      let (first, last) = (try columns("first", "--epochs 0"), try columns("last", "--epochs 2"))
      for (label, (before, after)) in zip(first, last).enumerated() { #expect(before != after, "\(label)") }
    }

    /// One line before anything starts, and nothing written.
    @Test(arguments: [1, 2]) func dataWithoutItsClassesIsRefused(ranks: Int) throws {
      let laboratory = try Model.convolutional.laboratory()
      let folder = TemporaryFolder()
      try SyntheticImages.write(to: folder, train: 40, test: 20)
      func train(_ data: String) -> ShellResult {
        laboratory.atelier(
          ["train", "dcgan", "--conditional", "--data", data, "--run-dir", laboratory.path("run")],
          ranks: ranks)
      }
      try folder.write("train-labels-idx1-ubyte", SyntheticData.idx(shape: [40], elements: Array(0..<40)))
      train(folder.path).expectFailure(65, "image 10 has label 10, but the conditional GAN knows 10 classes")
      try FileSystem.remove(folder.path("train-labels-idx1-ubyte"))
      let without = train(folder.path)
      without.expectFailure(66, "has no file train-labels-idx1-ubyte", "--conditional draws images by class")
      let array = TensorData(
        shape: [40, 28, 28], elements: SyntheticImages.pixels(count: 40, height: 28, width: 28))
      let data = try laboratory.folder.write("images.npy", NumPyFile.serialized(array))
      let result = train(data)
      result.expectFailure(66, "images.npy holds no labels, and --conditional draws images by class")
      for output in [without, result] {
        #expect(output.standardError.contains("or leave --conditional out"), "\(output)")
        #expect(output.standardOutput == "", "\(output)")
      }
      #expect(!FileSystem.exists(laboratory.path("run")))
      laboratory.atelier(["train", "vae", "--conditional"]).expectFailure(
        64, "--conditional is for gan or dcgan, not vae")
    }
  }
}

extension ShellResult {
  /// Expects one JSON object with that figure, above 0.
  fileprivate func expectFigure(_ key: String) {
    let figures = try? JSONValue(parsing: Array(standardOutput.utf8), file: "evaluate")
    #expect(exitCode == 0 && figures?[key]?.doubleValue ?? 0 > 0, "\(self)")
  }
}
