import Artifacts
import TestSupport
import Testing
import Training

extension EndToEnd {
  /// Each preset for an epoch on few images, with narrow layers.
  @Suite struct PresetRunTests {
    @Test(arguments: Preset.all.map(\.name))
    func everyPresetTrainsToTheSameBytesOnTwoRanks(name: String) throws {
      let preset = try #require(Preset.all.first { $0.name == name })
      var options =
        "--preset \(name) --latent 6 --epochs 1 --split official --patience 0 --fid-samples 0 --threads 1"
      if let channels = preset.configuration.channels {
        options += " --channels " + channels.map { _ in "4" }.joined(separator: ",")
      }
      if preset.configuration.prior != nil { options += " --prior mixture:2" }
      let laboratory = try Laboratory(model: preset.model.rawValue, images: 67, options: options)
      laboratory.train("one").expectSuccess()
      laboratory.train("two", ranks: 2).expectSuccess()
      #expect(try laboratory.payload("two").differences(from: laboratory.payload("one")) == [])
    }

    /// The preset's parameters and first loss, not those of the model as published.
    @Test func benchTrainsThePreset() throws {
      let laboratory = try Laboratory()
      func parameters(_ words: [String]) throws -> Int? {
        let words =
          ["bench", "train"] + words + laboratory.dataWords + ["--split", "official", "--threads", "1"]
        let result = laboratory.atelier(words + ["--seconds", "1", "--json"])
        result.expectSuccess()
        return try JSONValue(parsing: Array(result.standardOutput.utf8), file: "bench")["parameters"]?
          .integerValue
      }
      // 784-128-784 with their biases.
      #expect(try parameters(["--preset", "dense-784-128"]) == 2 * 784 * 128 + 128 + 784)
      #expect(try parameters(["dense-ae"]) != parameters(["--preset", "dense-784-128"]))
    }
  }
}
