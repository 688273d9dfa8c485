import Artifacts
import TestSupport
import Testing

extension EndToEnd {
  /// What a run leaves for people and tools, and what the other commands make of it.
  @Suite struct RunFilesTests {
    let laboratory: Laboratory

    init() throws {
      laboratory = try Laboratory(options: "--batch 16 --seed 5 --hidden 48")
    }

    private func samples(_ file: String) throws -> (shape: [Int], pixels: [Float]) {
      let array = try NumPyFile.read(laboratory.path(file))
      return (array.shape, try #require(array.elements(of: Float.self)))
    }

    private func size(ofPicture file: String) throws -> [Int] {
      let image = try GreyImage(png: FileSystem.read(laboratory.path(file)), path: file)
      #expect(Set(image.pixels).count > 20, "\(file) shows nothing")
      return [image.height, image.width]
    }

    @Test func samplesAndPicturesOpen() throws {
      laboratory.train("run", "--epochs 2").expectSuccess()
      let (shape, pixels) = try samples("run/samples.npy")
      #expect(shape == [100, 28, 28])
      #expect(pixels.allSatisfy { $0 >= 0 && $0 <= 1 })
      let images = (0..<100).map { Array(pixels[$0 * 784..<($0 + 1) * 784]) }
      #expect(Set(images).count == 100)
      #expect(try size(ofPicture: "run/samples.png")[0] >= 280)
      #expect(try size(ofPicture: "run/samples-row.png")[0] >= 28)
      #expect(try size(ofPicture: "run/reconstructions.png")[0] >= 56)
      #expect(try laboratory.json("run/status.json")["state"] == .string("finished"))
      #expect(try laboratory.json("run/status.json")["exit_code"] == .integer(0))
      #expect(try !FileSystem.read(laboratory.path("run/timing.jsonl")).isEmpty)
    }

    @Test func metricsTellEveryIntervalEpochAndEvaluation() throws {
      laboratory.train("run", "--epochs 2 --log-every 6").expectSuccess()
      let rows = try laboratory.metrics("run").map { $0.objectValue?.map(\.name) ?? [] }
      let position = ["step", "epoch", "images"]
      let interval = ["train/loss", "train/grad_norm", "lr"]
      let scores = ["loss", "mse", "psnr", "ssim", "ssim-gaussian"].map { "test/\($0)" }
      let epoch = ["train/epoch_loss"]
      // Steps 6, 9 (the first epoch's end) and 12; the second epoch ends together with an interval.
      let expected: [[String]] = [
        interval, interval + epoch, scores, interval, interval, ["lr"] + epoch, scores,
      ]
      #expect(rows == expected.map { position + $0 })
    }

    @Test func evaluateGivesTheFiguresOfTrainingToTheBit() throws {
      laboratory.train("run", "--epochs 2").expectSuccess()
      let rows = try FileSystem.read(laboratory.path("run/metrics.jsonl")).split(
        separator: UInt8(ascii: "\n")
      )
      .map { String(decoding: $0, as: UTF8.self) }.filter { $0.contains("test/loss") }
      #expect(rows.count == 2)
      for ranks in [1, 2, 4] {
        let result = laboratory.atelier(
          ["evaluate", "run", "--json", "--count", "0"] + laboratory.dataWords, ranks: ranks)
        result.expectSuccess()
        #expect(result.standardOutput.hasPrefix(rows[1].dropLast() + ",\"classes\":"), "\(ranks) ranks")
      }
      let earlier = laboratory.atelier(
        ["evaluate", "run/checkpoints/step-00000009", "--json", "--count", "0", "--threads", "1"]
          + laboratory.dataWords)
      #expect(earlier.standardOutput.hasPrefix(rows[0].dropLast()))
      let other = laboratory.atelier(["evaluate", "run", "--data", laboratory.folder.path])
      other.expectFailure(66)
    }

    @Test func sampleGivesTheSameImagesAtAnyNumberOfRanksAndAnyCount() throws {
      laboratory.train("run", "--epochs 1").expectSuccess()
      let own = try samples("run/samples.npy")
      for ranks in [1, 2, 4] {
        laboratory.atelier(
          ["sample", "run", "--count", "250", "--seed", "5", "--out", "\(ranks).npy", "-q"], ranks: ranks
        ).expectSuccess()
      }
      let alone = try samples("1.npy")
      #expect(alone.shape == [250, 28, 28])
      #expect(Array(alone.pixels[..<own.pixels.count]) == own.pixels)
      for ranks in [2, 4] { #expect(try samples("\(ranks).npy") == alone) }
      laboratory.atelier(["sample", "run", "--count", "7", "--seed", "6", "--out", "other.npy"])
        .expectSuccess()
      #expect(try samples("other.npy").shape == [7, 28, 28])
      #expect(try samples("other.npy").pixels != Array(own.pixels[..<(7 * 784)]))
    }

    @Test func noEpochsWriteTheUntrainedModel() throws {
      let result = laboratory.train("run", "--epochs 0")
      result.expectSuccess()
      let checkpoints = try FileSystem.names(in: laboratory.path("run/checkpoints"))
      #expect(checkpoints == ["last", "step-00000000"])
      #expect(try samples("run/samples.npy").shape == [100, 28, 28])
      #expect(try size(ofPicture: "run/reconstructions.png")[0] >= 56)
      #expect(try laboratory.metrics("run").map { $0["step"] } == [.integer(0)])
      // The very weights that a longer run starts from.
      laboratory.train("longer", "--epochs 1").expectSuccess()
      let weights = try ["run", "longer"].map {
        try FileSystem.read(laboratory.path("\($0)/checkpoints/step-00000000/model.safetensors"))
      }
      #expect(weights[0] == weights[1])
    }

    /// Under mpirun every rank's output is a terminal that mpirun made; a file must see lines only all the same.
    @Test(arguments: [1, 2]) func outputThatNoTerminalShowsIsLines(ranks: Int) throws {
      let result = laboratory.train("run", ranks: ranks, "--epochs 3 --log-every 1")
      result.expectSuccess()
      #expect(!result.standardOutput.contains("\u{1B}"), "\(result)")
      let lines = result.standardOutput.split(whereSeparator: \.isNewline)
      #expect(lines.count { $0.hasPrefix("epoch ") } == 3)
      let log = try String(decoding: FileSystem.read(laboratory.path("run/log.txt")), as: UTF8.self)
      #expect(log.split(separator: "\n") == lines)
      #expect(laboratory.train("quiet", ranks: ranks, "--epochs 1 -q").standardOutput == "")
    }
  }
}
