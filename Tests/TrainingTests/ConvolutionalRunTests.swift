import Artifacts
import TestSupport
import Testing

extension EndToEnd {
  /// The convolutional models through every command, small enough to be quick.
  @Suite struct ConvolutionalRunTests {
    enum Model: String, CaseIterable, Sendable {
      case convolutional = "conv-ae"
      case baseline = "baseline-ae"
      case modified = "modified-ae"

      var channels: String { self == .baseline ? "16,16" : "16,16,32" }

      /// 67 images, of which batches of 32 leave 3 for the last: most of its shards are empty.
      func laboratory() throws -> Laboratory {
        try Laboratory(
          model: rawValue, images: 67, options: "--channels \(channels) --latent 6 --batch 32 --seed 7")
      }
    }

    @Test(arguments: Model.allCases) func anyNumberOfRanksAndThreadsGivesTheSameBytes(model: Model) throws {
      let laboratory = try model.laboratory()
      let options = "--epochs 1 --split official --patience 0 --log-every 2"
      let reference = try laboratory.expectEqualBytes(options)
      laboratory.train("shards", options + " --shards 4").expectSuccess()
      // What is compared does tell orders of summation apart.
      #expect(
        try laboratory.payload("shards").differences(from: reference).contains(
          "checkpoints/step-00000003/model.safetensors differs"))
    }

    /// Images of another size, from an npy file with validation images, with the model's own split and patience.
    @Test(arguments: Model.allCases) func everyCommandTakesTheModel(model: Model) throws {
      let laboratory = try model.laboratory()
      let (count, height, width) = (140, 12, 20)
      let pixels = (0..<count * height * width).map { Float($0 * 37 % 251) / 250 }
      try laboratory.folder.write(
        "images.npy", NumPyFile.serialized(TensorData(shape: [count, height, width], elements: pixels)))
      let data = ["--data", "images.npy"]
      func train(_ run: String, ranks: Int, _ more: String) {
        laboratory.atelier(laboratory.trainWords(run, more) + data, ranks: ranks).expectSuccess()
      }

      train("whole", ranks: 1, "--epochs 2")
      train("run", ranks: 2, "--epochs 1")
      train("run", ranks: 4, "--epochs 2 --resume auto")
      #expect(try laboratory.payload("run").differences(from: laboratory.payload("whole")) == [])

      let rows = try FileSystem.read(laboratory.path("run/metrics.jsonl")).split(
        separator: UInt8(ascii: "\n"))
      let isPatient = model != .convolutional
      let evaluation = laboratory.atelier(
        ["evaluate", "run/checkpoints/\(isPatient ? "best" : "last")", "--json", "--count", "0"] + data,
        ranks: 2)
      evaluation.expectSuccess()
      #expect(evaluation.standardOutput == String(decoding: rows.last!, as: UTF8.self) + "\n")

      for words in [
        ["sample", "run", "--count", "130", "--out", "samples.npy"],
        ["encode", "run", "--out", "codes.npy"] + data,
        ["decode", "run", "--codes", "codes.npy", "--out", "decoded.npy"],
        ["reconstruct", "run", "--count", "20", "--out", "rebuilt.npy"] + data,
        ["reconstruct", "run", "--split", "validation", "--count", "3", "--out", "rebuilt.png"] + data,
      ] { laboratory.atelier(words, ranks: 2).expectSuccess() }
      func shape(_ file: String) throws -> [Int] { try NumPyFile.read(laboratory.path(file)).shape }
      #expect(try shape("samples.npy") == [130, height, width])
      #expect(try shape("codes.npy") == [20, 6])
      #expect(
        try FileSystem.read(laboratory.path("decoded.npy"))
          == FileSystem.read(laboratory.path("rebuilt.npy")))
    }

    @Test(arguments: Model.allCases) func benchTimesStepsAndLayers(model: Model) throws {
      let laboratory = try model.laboratory()
      let words = Array(laboratory.trainWords(nil).dropFirst()) + ["--json", "--seconds", "1"]
      let more = ["--split", "official", "--patience", "0", "--threads", "1"]
      func bench(_ subject: String) throws -> JSONValue {
        let result = laboratory.atelier(["bench", subject] + words + more)
        result.expectSuccess()
        return try JSONValue(parsing: Array(result.standardOutput.utf8), file: "bench")
      }
      #expect(try bench("train")["first_loss"]?.doubleValue ?? 0 > 0.05)
      // Of one channel there are no tiles; between 16 and more both algorithms are timed.
      let convolutions = try #require(try bench("convolutions")["convolutions"]?.arrayValue)
      #expect(convolutions[0]["correlate"]?["winograd_ms"] == .null)
      for product in ["correlate", "spread", "weight_gradient"] {
        #expect(convolutions[1][product]?["direct_ms"]?.doubleValue ?? 0 > 0)
        #expect(convolutions[1][product]?["winograd_ms"]?.doubleValue ?? 0 > 0)
      }
      let layers = try #require(try bench("layers")["layers"]?.arrayValue)
      let products = layers.filter { $0["gflop"] != .null }
      let encoder = ["conv1", "conv2"] + (model == .baseline ? [] : ["conv3"]) + ["dense1"]
      let decoder = ["dense1"] + (1...3).map { model == .baseline ? "conv\($0)" : "deconv\($0)" }
      #expect(
        products.map { $0["name"]?.stringValue }
          == encoder.map { "encoder.\($0)" } + decoder.map { "decoder.\($0)" })
      #expect(products[0]["input_gradient"] == .null && products[1]["input_gradient"] != .null)
      // Two for each multiplication: 32 images of 28x28 pixels, 16 channels, 3x3 taps.
      #expect(products[0]["gflop"] == .double(Double(2 * 32 * 784 * 16 * 9) / 1e9))
      let shares = layers.flatMap { layer in
        ["forward", "input_gradient", "weight_gradient"].compactMap { layer[$0]?["of_all"]?.doubleValue }
      }
      #expect(shares.allSatisfy { $0 >= 0 } && abs(shares.reduce(0, +) - 1) < 1e-9)
    }

    /// Both by default; a run that stays without validation images has to say so.
    @Test func patienceThatCannotBeKeptIsRefused() throws {
      let laboratory = try Laboratory(model: "modified-ae")
      laboratory.train("run", "--split official").expectFailure(
        64, "--patience needs validation images, and there are none")
      laboratory.train("run", "--evaluate-every 0").expectFailure(
        64, "--patience needs --evaluate-every above 0")
    }

    /// In one line, by rank 0 alone, and before a folder is made.
    @Test(arguments: [1, 4]) func sizesThatDoNotFitAreRefused(ranks: Int) throws {
      func expectRefusal(_ model: Model, _ options: String, _ message: String) throws {
        let laboratory = try Laboratory(model: model.rawValue, options: "--split official --patience 0")
        laboratory.train("run", ranks: ranks, options).expectFailure(64, message)
        laboratory.train(nil, ranks: ranks, options).expectFailure(64, message)
        #expect(try FileSystem.names(in: laboratory.folder.path) == [])
      }
      try expectRefusal(
        .convolutional, "--channels 8,8,8,8", "encoder.pool3: 7x7 pixels can't be divided by 2")
      try expectRefusal(
        .modified, "--channels 8,8,8,8", "encoder.conv4: 7x7 pixels can't be divided by 2")
    }

    @Test func layersAreTimedOnOneRank() throws {
      let laboratory = try Laboratory(model: "conv-ae")
      let words = Array(laboratory.trainWords(nil).dropFirst())
      laboratory.atelier(["bench", "layers"] + words, ranks: 2).expectFailure(
        64, "layers are timed on one rank, not on 2")
    }

    @Test func theRunSaysHowSimilarTheFirstImagesAre() throws {
      let laboratory = try Laboratory(options: "--hidden 16")
      let output = laboratory.train("run", "--epochs 1").standardOutput
      let line = try #require(
        output.split(separator: "\n").first { $0.hasPrefix("rebuilt test images 0 to 4 with ssim ") })
      let scores = line.split(separator: " ").suffix(5).compactMap { Double($0) }
      let log = try String(decoding: FileSystem.read(laboratory.path("run/log.txt")), as: UTF8.self)
      #expect(scores.count == 5 && log.contains(line))
      #expect(Set(scores).count > 1 && scores.allSatisfy { $0 > -1 && $0 < 1 })
    }
  }
}
