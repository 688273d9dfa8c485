import Artifacts
import TensorCore
import TestSupport
import Testing

extension EndToEnd {
  /// `--d-norm spectral` through training.
  @Suite struct AdversarialSpectralRunTests {
    private func laboratory(_ model: String) throws -> Laboratory {
      // Wide enough for the discriminator's weights to lie on several ranks, and for a rank to have several.
      let size = model == "gan" ? "--hidden 16,24" : "--channels 8,16"
      return try Laboratory(model: model, images: 67, options: "\(size) --latent 6 --batch 32 --seed 7")
    }

    /// The bytes of one rank on any other number, and of a run that another number of ranks went on with.
    @Test(arguments: [
      ("gan", "--clip-norm 0.5"), ("dcgan", "--accumulate 2 --d-steps 2 --adversarial-loss hinge"),
    ])
    func anyNumberOfRanksAndAnyResumeGiveTheSameBytes(model: String, variant: String) throws {
      let laboratory = try laboratory(model)
      let options = "--d-norm spectral --epochs 2 --log-every 2 --fid-samples 0 --check-every 1 \(variant)"
      laboratory.train("reference", options + " --threads 1").expectSuccess()
      let reference = try laboratory.payload("reference")
      for (ranks, threads) in [(1, 2), (2, 1), (4, 1), (8, 1), (16, 1)] {
        let run = "\(ranks)x\(threads)"
        laboratory.train(run, ranks: ranks, options + " --threads \(threads)").expectSuccess()
        #expect(try laboratory.payload(run).differences(from: reference) == [], "\(run)")
      }
      let halves = options.replacing("--epochs 2", with: "--epochs 1")
      laboratory.train("halves", ranks: 4, halves).expectSuccess()
      laboratory.train("halves", ranks: 2, options + " --resume auto").expectSuccess()
      #expect(try laboratory.payload("halves").differences(from: reference) == [])
    }

    /// u and v move in training, are PyTorch's by name, and belong to what a run goes on from.
    @Test func theVectorsAreInTheCheckpoint() throws {
      let laboratory = try laboratory("dcgan")
      let options = "--d-norm spectral --fid-samples 0"
      laboratory.train("new", options + " --epochs 0").expectSuccess()
      laboratory.train("run", options + " --epochs 1").expectSuccess()
      let files = try ["new", "run"].map {
        try SafeTensorsFile(reading: laboratory.path("\($0)/checkpoints/last/model.safetensors"))
      }
      for (layer, shape) in [("conv1", [8, 16]), ("conv2", [16, 128]), ("dense1", [1, 784])] {
        let prefix = "discriminator.\(layer).parametrizations.weight"
        #expect(files[1]["\(prefix).original"]?.shape.first == shape[0])
        #expect(files[1]["discriminator.\(layer).weight"] == nil)
        for (place, name) in ["_u", "_v"].enumerated() {
          let vectors = try files.map {
            try #require($0["\(prefix).0.\(name)"]?.elements(of: Float.self))
          }
          #expect(vectors[1].count == shape[place])
          // Of one number of length 1 there is nothing to move.
          #expect(vectors[0] != vectors[1] || shape[place] == 1, "\(prefix).0.\(name)")
          let length = vectors[1].reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
          #expect(abs(length - 1) < 1e-5)
        }
      }
      laboratory.train("run", "--d-norm none --fid-samples 0 --epochs 2 --resume auto")
        .expectFailure(64, "--d-norm is none, but was spectral")
      laboratory.train("plain", "--d-norm none --fid-samples 0 --epochs 1").expectSuccess()
      let plain = try SafeTensorsFile(
        reading: laboratory.path("plain/checkpoints/last/model.safetensors"))
      #expect(plain["discriminator.conv1.weight"]?.elements(of: Float.self) != nil)
      // The first draw of the weights is the same.
      laboratory.train("plain-new", "--d-norm none --fid-samples 0 --epochs 0").expectSuccess()
      let drawn = try SafeTensorsFile(
        reading: laboratory.path("plain-new/checkpoints/last/model.safetensors"))
      #expect(
        drawn["discriminator.conv1.weight"]?.elements(of: Float.self)
          == files[0]["discriminator.conv1.parametrizations.weight.original"]?.elements(of: Float.self))
    }

    /// One step of the power method for an update, however many passes it has: from u and v of the new run, by its weights.
    @Test(arguments: ["", "--accumulate 3"]) func anUpdateTakesOneStepOfThePowerMethod(variant: String) throws
    {
      let laboratory = try laboratory("gan")
      let options = "--d-norm spectral --fid-samples 0 --epochs 1 \(variant)"
      let files = try [0, 1].map { steps in
        laboratory.train("\(steps)", options + " --steps \(steps + 1)").expectSuccess()
        return try SafeTensorsFile(reading: laboratory.path("\(steps)/checkpoints/last/model.safetensors"))
      }
      for layer in 1...3 {
        let name = "discriminator.dense\(layer).parametrizations.weight"
        func elements(_ file: SafeTensorsFile, _ tensor: String) throws -> [Double] {
          try #require(file["\(name).\(tensor)"]?.elements(of: Float.self)).map(Double.init)
        }
        let shape = try #require(files[0]["\(name).original"]?.shape)
        var reference = SpectralNormalizationReference(
          rows: shape[0], columns: shape[1], v: try elements(files[0], "0._v"))
        reference.iterate(try elements(files[0], "original"))
        expectClose("u of \(name)", try elements(files[1], "0._u"), reference.u, tolerance: 1e-5)
        expectClose("v of \(name)", try elements(files[1], "0._v"), reference.v, tolerance: 1e-5)
      }
    }

    /// The first loss of `bench` is that of weights over sigma, which twice the weights leave as it is.
    @Test func benchmarksStartFromAFilesWeights() throws {
      let laboratory = try laboratory("gan")
      laboratory.train("run", "--d-norm spectral --fid-samples 0 --epochs 1").expectSuccess()
      let saved = laboratory.path("run/checkpoints/last/model.safetensors")
      let file = try SafeTensorsFile(reading: saved)
      let tensors = try file.tensors.map { entry in
        let factor: Float = entry.name.hasSuffix("original") ? 2 : 1
        let data = try #require(file[entry.name])
        let elements = try #require(data.elements(of: Float.self)).map { factor * $0 }
        return (name: entry.name, shape: data.shape, elements: AlignedBuffer(elements))
      }
      let doubled = try withExtendedLifetime(tensors) {
        let writer = SafeTensorsWriter(
          tensors.map {
            NamedTensor(name: $0.name, shape: $0.shape, elements: UnsafeBufferPointer($0.elements.elements))
          })
        return try laboratory.folder.write("doubled.safetensors", writer.serialized())
      }
      func bench(_ subject: String, _ more: [String], ranks: Int = 1) throws -> JSONValue {
        let options = "--hidden 16,24 --latent 6 --batch 32 --seed 7 --d-norm spectral --seconds 1 --json"
        let result = laboratory.atelier(
          ["bench", subject, "gan"] + laboratory.dataWords + options.split(separator: " ").map(String.init)
            + more, ranks: ranks)
        result.expectSuccess()
        return try JSONValue(parsing: Array(result.standardOutput.utf8), file: "bench")
      }
      let loss = try bench("train", ["--weights", saved])["first_loss"]?.doubleValue
      #expect(try #require(loss) > 0)
      #expect(try bench("train", ["--weights", doubled], ranks: 2)["first_loss"]?.doubleValue == loss)
      let layers = try #require(try bench("layers", ["--threads", "1"])["layers"]?.arrayValue)
      #expect(
        layers.suffix(3).map { $0["name"]?.stringValue }
          == (1...3).map { "discriminator.dense\($0)" })
    }
  }
}
