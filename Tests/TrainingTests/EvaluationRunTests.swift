import Artifacts
import TestSupport
import Testing

extension EndToEnd {
  /// `atelier evaluate`, and the same scores during training.
  @Suite struct EvaluationRunTests {
    let laboratory: Laboratory

    init() throws {
      laboratory = try Laboratory(images: 211, options: "--hidden 16 --latent 5 --batch 64 --seed 7")
    }

    private func evaluate(
      _ target: String, _ options: String = "", ranks: Int = 1, cache: String = "none"
    ) -> ShellResult {
      laboratory.atelier(
        ["evaluate", target, "--cache", cache] + laboratory.dataWords
          + options.split(separator: " ").map(String.init),
        ranks: ranks)
    }

    private func figures(
      _ target: String, _ options: String = "", ranks: Int = 1, cache: String = "none"
    ) throws -> JSONValue {
      let result = evaluate(target, options + " --json", ranks: ranks, cache: cache)
      result.expectSuccess()
      return try JSONValue(parsing: Array(result.standardOutput.utf8), file: "evaluate")
    }

    /// Every key of a row of metrics has the value that `evaluate` gives.
    private func expectEqual(_ row: JSONValue, _ figures: JSONValue) throws {
      for member in try #require(row.objectValue) {
        #expect(figures[member.name] == member.value, "\(member.name)")
      }
    }

    @Test func generatedImagesHaveTheScoresOfTrainingAtAnyNumberOfRanks() throws {
      let caches = ["XDG_CACHE_HOME": laboratory.path("caches")]
      try laboratory.expectEqualBytes("--epochs 2 --fid-samples 130 --log-every 3", environment: caches)
      let row = try #require(laboratory.metrics("reference").last)
      #expect(row["test/fid[fashion-cnn-v1]"]?.doubleValue ?? 0 > 0)
      for (ranks, cache) in [(1, "none"), (1, "kept"), (2, "kept"), (4, "none"), (8, "other")] {
        try expectEqual(row, figures("reference", "--count 130", ranks: ranks, cache: laboratory.path(cache)))
      }
      // Other seeds draw other images.
      let other = try figures("reference", "--count 130 --seed 8")
      #expect(other["test/fid[fashion-cnn-v1]"] != row["test/fid[fashion-cnn-v1]"])
      #expect(other["test/loss"] == row["test/loss"])
    }

    @Test func aStaleOrDamagedCacheIsNoticedAndRemade() throws {
      laboratory.train("run", "--epochs 1").expectSuccess()
      let cache = laboratory.path("cache")
      let first = evaluate("run", "--count 120", cache: cache)
      let file = try #require(FileSystem.names(in: cache).first)
      let good = try FileSystem.read("\(cache)/\(file)")
      let last = good.count - 1
      for damage in [Array(good.dropLast(9)), Array(good[..<last]) + [good[last] ^ 1], []] {
        try laboratory.folder.write("cache/\(file)", damage)
        let again = evaluate("run", "--count 120", cache: cache)
        #expect(again.exitCode == 0 && again.standardOutput == first.standardOutput)
        #expect(again.standardError.contains("\(file) is damaged: made anew"), "\(again)")
        #expect(try FileSystem.read("\(cache)/\(file)") == good)
      }
      let silent = evaluate("run", "--count 120", cache: cache)
      #expect(silent.standardOutput == first.standardOutput && !silent.standardError.contains("anew"))
      // A cache that can't be written costs time, nothing else.
      try laboratory.folder.write("file", [])
      let unwritable = evaluate("run", "--count 120", cache: laboratory.path("file/cache"))
      #expect(unwritable.exitCode == 0 && unwritable.standardOutput == first.standardOutput)
      #expect(unwritable.standardError.contains("are not kept"), "\(unwritable)")
    }

    @Test func imagesOfAnyOriginAreScoredAlike() throws {
      laboratory.train("run", "--epochs 1").expectSuccess()
      laboratory.atelier(["sample", "run", "--count", "110", "--seed", "7", "--out", "images.npy", "-q"])
        .expectSuccess()
      let images = try NumPyFile.read(laboratory.path("images.npy"))
      let pixels = try #require(images.elements(of: Float.self))
      try FileSystem.createFolder(laboratory.path("pngs"))
      for image in 0..<110 {
        let bytes = pixels[image * 784..<(image + 1) * 784].map {
          UInt8(($0 * 255).rounded(.toNearestOrEven))
        }
        let digits = String(image)
        try laboratory.folder.write(
          "pngs/\(String(repeating: "0", count: 4 - digits.count) + digits).png",
          GreyImage(width: 28, height: 28, pixels: bytes).png)
      }
      let run = try figures("run", "--count 110")
      for target in ["images.npy", "pngs"] {
        for ranks in [1, 4] {
          let own = try figures(target, "--count 110", ranks: ranks)
          for key in ["test/fid[fashion-cnn-v1]", "test/kid[fashion-cnn-v1]", "test/recall[fashion-cnn-v1]"] {
            #expect(own[key] != nil && own[key] == run[key], "\(target), \(key)")
          }
        }
      }
      // Against themselves.
      let result = laboratory.atelier(
        ["evaluate", "images.npy", "--against", "pngs", "--density", "--json", "--cache", "none"])
      let own = try JSONValue(parsing: Array(result.standardOutput.utf8), file: "evaluate")
      #expect(abs(own["other/fid[fashion-cnn-v1]"]?.doubleValue ?? 1) < 1e-6)
      #expect(own["other/precision[fashion-cnn-v1]"] == .double(1))
      #expect(own["other/coverage[fashion-cnn-v1]"] != nil)
    }

    @Test func featuresAndNearestImagesAreWritten() throws {
      laboratory.train("run", "--epochs 1").expectSuccess()
      let result = evaluate(
        "run", "--count 120 --save-features f.npz --nearest near.png --repeat 3 --extrapolate")
      #expect(result.exitCode == 0, "\(result)")
      let archive = try FileSystem.read(laboratory.path("f.npz"))
      #expect(archive.starts(with: [0x50, 0x4B, 3, 4]) && archive.count > 120 * 128 * 4 + 128 * 128 * 8)
      let picture = try GreyImage(png: FileSystem.read(laboratory.path("near.png")), path: "near.png")
      #expect(picture.width >= 280)
      #expect(result.standardOutput.contains("test/fid_seed_std[fashion-cnn-v1]"), "\(result)")
      #expect(result.standardOutput.contains("test/fid_infinity[fashion-cnn-v1]"))
      #expect(result.standardOutput.contains("train/nearest_distance"))
    }

    @Test func tooFewImagesAreWarnedOf() throws {
      laboratory.train("run", "--epochs 1").expectSuccess()
      let result = evaluate("run/samples.npy")
      #expect(result.exitCode == 0, "\(result)")
      #expect(
        result.standardError.contains("warning 100 generated images are too few for 128 features"),
        "\(result)")
    }

    @Test(arguments: [1, 2]) func imagesThatCannotBeScoredAreRefused(ranks: Int) throws {
      func write(_ name: String, shape: [Int], _ pixels: [Float]) throws {
        try laboratory.folder.write(
          name, NumPyFile.serialized(TensorData(shape: shape, elements: pixels)))
      }
      let good = [Float](repeating: 0.5, count: 3 * 784)
      try write("nan.npy", shape: [3, 28, 28], [.nan] + good.dropFirst())
      try write("large.npy", shape: [3, 28, 28], good.dropLast() + [1.5])
      try write("flat.npy", shape: [3, 784], good)
      try write("one.npy", shape: [1, 28, 28], Array(good[..<784]))
      try write("small.npy", shape: [3, 12, 12], Array(good[..<432]))
      try write("good.npy", shape: [3, 28, 28], good)
      try FileSystem.createFolder(laboratory.path("empty"))
      evaluate("nan.npy", ranks: ranks).expectFailure(65, "nan.npy holds nan at [0, 0, 0]")
      evaluate("large.npy", ranks: ranks).expectFailure(65, "large.npy holds 1.5 at [2, 27, 27]")
      evaluate("flat.npy", ranks: ranks).expectFailure(65, "flat.npy has shape (3, 784)")
      evaluate("one.npy", ranks: ranks).expectFailure(65, "one.npy holds one image")
      evaluate("small.npy", "--features fashion-cnn-v1", ranks: ranks).expectFailure(
        65, "12x12", "28x28")
      evaluate("empty", ranks: ranks).expectFailure(66, "empty holds no PNG files")
      evaluate("good.npy", "--against validation", ranks: ranks).expectFailure(64, "no validation images")
      laboratory.atelier(["evaluate", "good.npy", "--against", "nowhere.npy"], ranks: ranks).expectFailure(
        66, "--against nowhere.npy does not exist")
      evaluate("good.npy", "--features inception", ranks: ranks).expectFailure(
        64, "--features inception needs --weights")
      evaluate("good.npy", "--features inception --weights nan.npy", ranks: ranks).expectFailure(
        65, "nan.npy")
      evaluate("good.npy", "--repeat 2", ranks: ranks).expectFailure(64, "--repeat is for models")
    }

    /// Sets of more images than are compared are drawn from on both sides, not pair by pair.
    @Test func sidesAreDrawnForThemselves() throws {
      let bytes = try FileSystem.read("\(laboratory.dataWords[1])/train-images-idx3-ubyte").dropFirst(16)
      let images = Array(bytes)
      try laboratory.folder.write(
        "train.npy", NumPyFile.serialized(TensorData(shape: [211, 28, 28], elements: images)))
      let whole = try figures("train.npy", "--against train")
      #expect(abs(whole["train/fid[fashion-cnn-v1]"]?.doubleValue ?? 1) < 1e-6)
      let part = try figures("train.npy", "--against train --count 150")
      #expect(part["train/fid[fashion-cnn-v1]"]?.doubleValue ?? 0 > 0.01)
      #expect(part["comparison"]?["images"]?.stringValue == "train.npy, 150 of 211 drawn at random")
    }

    /// More generated images than held-out ones.
    @Test func nearestImagesNeedNoHundredOfTheHeldOut() throws {
      let small = try Laboratory(images: 30)
      try SyntheticImages.write(to: laboratory.folder, train: 60, test: 20)
      let pixels = (0..<150 * 784).map { UInt8($0 * 37 % 251) }
      try small.folder.write(
        "images.npy", NumPyFile.serialized(TensorData(shape: [150, 28, 28], elements: pixels)))
      let result = small.atelier([
        "evaluate", "images.npy", "--data", laboratory.folder.path, "--nearest", "near.png", "--cache",
        "none",
      ])
      #expect(result.exitCode == 0, "\(result)")
      #expect(FileSystem.exists(small.path("near.png")))
    }

    @Test func whatWouldDoNothingIsRefused() throws {
      laboratory.train("run", "--epochs 0").expectSuccess()
      evaluate("run", "--count 0 --against run/samples.npy").expectFailure(64, "leaves nothing to score")
      evaluate("run", "--count 0 --density").expectFailure(64, "--density needs --count above 0")
      evaluate("run", "--count 1").expectFailure(64, "--count 1 has no spread")
      evaluate("run/samples.npy", "--against run/samples.npy").expectFailure(64, "--data means nothing")
      laboratory.atelier(
        ["evaluate", "run/samples.npy", "--against", "run/samples.npy", "--nearest", "n.png"]
      ).expectFailure(64, "--nearest means nothing with --against run/samples.npy")
      laboratory.train(nil, "--fid-samples 1").expectFailure(64, "--fid-samples 1 has no spread")
    }

    @Test func weightsOfAnotherNetworkAreRefusedByTheFirstTensorThatDoesNotFit() throws {
      laboratory.train("run", "--epochs 1").expectSuccess()
      laboratory.atelier(["export", "fashion-cnn-v1", "--out", "cnn.safetensors"]).expectSuccess()
      for weights in ["run/checkpoints/last/model.safetensors", "cnn.safetensors"] {
        evaluate("run", "--features inception --weights \(weights)").expectFailure(
          65, weights, "Conv2d_1a_3x3.conv.weight")
      }
    }
  }

  /// `atelier train classifier`.
  @Suite struct ClassifierRunTests {
    @Test func anyNumberOfRanksAndThreadsGivesTheSameBytes() throws {
      let laboratory = try Laboratory(
        model: "classifier", images: 67, options: "--channels 16,16,16,16 --hidden 12 --batch 32 --seed 7")
      let options = "--epochs 2 --log-every 2"
      let reference = try laboratory.expectEqualBytes(options)
      laboratory.train("shards", options + " --shards 4").expectSuccess()
      #expect(
        try laboratory.payload("shards").differences(from: reference).contains(
          "checkpoints/step-00000006/model.safetensors differs"))
      let row = try #require(laboratory.metrics("reference").last)
      let result = laboratory.atelier(["evaluate", "reference", "--json"] + laboratory.dataWords, ranks: 2)
      #expect(result.standardOutput == row.compactText + "\n", "\(result)")
      #expect(row["test/accuracy"]?.doubleValue ?? 2 <= 1)
    }

    @Test func whatAClassifierCannotDoIsRefused() throws {
      let laboratory = try Laboratory(model: "classifier", options: "--channels 8 --hidden 8")
      laboratory.train("run", "--epochs 0").expectSuccess()
      laboratory.atelier(["sample", "run"]).expectFailure(64, "a classifier has no codes and makes no images")
      laboratory.train(nil, "--loss mse").expectFailure(64, "--loss is for", "not classifier")
      laboratory.train(nil, "--fid-samples 10").expectFailure(64, "--fid-samples is for", "not classifier")
      let pixels = [Float](repeating: 0.5, count: 21 * 784)
      try laboratory.folder.write(
        "images.npy", NumPyFile.serialized(TensorData(shape: [21, 28, 28], elements: pixels)))
      laboratory.atelier(["train", "classifier", "--data", "images.npy"]).expectFailure(66, "labels")
      laboratory.atelier(["evaluate", "run", "--against", "images.npy"] + laboratory.dataWords).expectFailure(
        64, "leaves nothing to score")
      laboratory.atelier(["evaluate", "run", "--density"] + laboratory.dataWords).expectFailure(
        64, "--density is for models that make images")
    }
  }
}
