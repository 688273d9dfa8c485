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
      if let hidden = preset.configuration.hidden, !hidden.isEmpty {
        options += " --hidden " + hidden.map { _ in "8" }.joined(separator: ",")
      }
      if preset.configuration.prior != nil { options += " --prior mixture:2" }
      let laboratory = try Laboratory(model: preset.model.rawValue, images: 67, options: options)
      laboratory.train("one").expectSuccess()
      laboratory.train("two", ranks: 2).expectSuccess()
      #expect(try laboratory.payload("two").differences(from: laboratory.payload("one")) == [])
    }

    /// Without hidden layers, as the preset has it and `dense-ae` has not.
    @Test func benchTrainsThePreset() throws {
      let laboratory = try Laboratory()
      let result = laboratory.atelier(
        ["bench", "train", "--preset", "dense-784-128", "--latent", "4", "--split", "official"]
          + laboratory.dataWords + ["--threads", "1", "--seconds", "1", "--json"])
      result.expectSuccess()
      let values = try JSONValue(parsing: Array(result.standardOutput.utf8), file: "bench")
      #expect(values["parameters"]?.integerValue == 2 * 784 * 4 + 4 + 784)
    }
  }
}
