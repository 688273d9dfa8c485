import Artifacts
import TestSupport
import Testing

extension EndToEnd {
  /// `vae` and `conv-vae` through training and evaluation.
  @Suite struct VariationalRunTests {
    enum Model: String, CaseIterable, Sendable {
      case dense = "vae"
      case convolutional = "conv-vae"

      func laboratory(_ likelihood: String = "bernoulli") throws -> Laboratory {
        let width = self == .dense ? "--hidden 24" : "--channels 16,16,16"
        return try Laboratory(
          model: rawValue, images: 67,
          options:
            "\(width) --likelihood \(likelihood) --latent 3 --batch 32 --seed 7 --beta 0.5 --kl-warmup 4 --free-bits 0.05"
        )
      }
    }

    @Test(arguments: [
      (Model.dense, "bernoulli"), (.convolutional, "bernoulli"), (.dense, "gaussian"),
    ])
    func anyNumberOfRanksAndThreadsGivesTheSameBytes(model: Model, likelihood: String) throws {
      let laboratory = try model.laboratory(likelihood)
      let options = "--epochs 2 --log-every 2"
      let reference = try laboratory.expectEqualBytes(options)
      laboratory.train("halves", ranks: 2, "--epochs 1 --log-every 2").expectSuccess()
      laboratory.train("halves", ranks: 4, options + " --resume auto").expectSuccess()
      #expect(try laboratory.payload("halves").differences(from: reference) == [])

      let row = try #require(laboratory.metrics("reference").last)
      for ranks in [1, 2] {
        let result = laboratory.atelier(
          ["evaluate", "reference", "--json", "--count", "0"] + laboratory.dataWords, ranks: ranks)
        #expect(result.standardOutput == row.compactText + "\n", "\(result)")
      }
      try expectWeightedBound(laboratory, row, isDensity: likelihood == "gaussian")
    }

    /// `--iwae` gives the same bits at any number of ranks, beside all that there is without it.
    private func expectWeightedBound(_ laboratory: Laboratory, _ row: JSONValue, isDensity: Bool) throws {
      func evaluate(_ samples: Int, ranks: Int) throws -> (text: String, figures: JSONValue) {
        let result = laboratory.atelier(
          ["evaluate", "reference", "--json", "--count", "0", "--iwae", "\(samples)"] + laboratory.dataWords,
          ranks: ranks)
        result.expectSuccess()
        let text = result.standardOutput
        return (text, try JSONValue(parsing: Array(text.utf8), file: "evaluate"))
      }
      let alone = try evaluate(7, ranks: 1)
      for ranks in [2, 4] { #expect(try evaluate(7, ranks: ranks).text == alone.text) }
      for member in try #require(row.objectValue) { #expect(alone.figures[member.name] == member.value) }
      let bound = try #require(alone.figures["test/iwae[7]"]?.doubleValue)
      let bits = alone.figures["test/iwae_bits_per_dimension[7]"]?.doubleValue
      #expect((bits != nil) == isDensity)
      if let bits { #expect(abs(bits - (8 - bound / (784 * 0.693_147_180_559_945))) < 1e-9) }
      // Of one sample it is the bound with a sampled divergence.
      let single = try #require(try evaluate(1, ranks: 1).figures["test/iwae[1]"]?.doubleValue)
      let evidence = try #require(row["test/elbo"]?.doubleValue)
      #expect(single < bound && abs(single - evidence) < 2, "\(single), \(bound), \(evidence)")
    }

    /// The rows hold the bound, and its parts make it up.
    @Test func theBoundIsReconstructionAndDivergence() throws {
      let laboratory = try Model.dense.laboratory()
      laboratory.train("run", "--epochs 1").expectSuccess()
      let row = try #require(laboratory.metrics("run").last)
      func value(_ name: String) throws -> Double { try #require(row["test/\(name)"]?.doubleValue) }
      let (reconstruction, divergence) = (try value("reconstruction"), try value("kl"))
      let (bound, loss, entropy) = (try value("elbo"), try value("loss"), try value("entropy"))
      #expect(abs(bound + reconstruction + divergence) < 1e-9)
      #expect(abs(loss - reconstruction - 0.5 * divergence) < 1e-9)
      #expect(divergence > 0 && reconstruction > entropy)
    }

    /// A density's bound, whose variance is learnt and kept.
    @Test func gaussianPixelsAreScoredInBits() throws {
      let laboratory = try Model.dense.laboratory("gaussian")
      laboratory.train("run", "--epochs 2 --accumulate 2").expectSuccess()
      let row = try #require(laboratory.metrics("run").last)
      func value(_ name: String) throws -> Double { try #require(row["test/\(name)"]?.doubleValue) }
      let (bound, bits) = (try value("elbo"), try value("bits_per_dimension"))
      #expect(abs(bound + (try value("reconstruction")) + (try value("kl"))) < 1e-9)
      #expect(abs(bits - (8 - bound / (784 * 0.693_147_180_559_945))) < 1e-9)
      #expect(row["test/entropy"] == nil && row["test/ssim"] != nil)
      let tensors = try SafeTensorsFile(
        parsing: FileSystem.read(laboratory.path("run/checkpoints/last/model.safetensors")), path: "model")
      let variance = try #require(tensors["decoder.log_variance"])
      #expect(variance.shape == [1])
      laboratory.train("start", "--epochs 0").expectSuccess()
      let start = try SafeTensorsFile(
        parsing: FileSystem.read(laboratory.path("start/checkpoints/last/model.safetensors")), path: "model")
      #expect(start["decoder.log_variance"]?.elements(of: Float.self) != variance.elements(of: Float.self))
      // Nothing else starts otherwise than with Bernoulli pixels.
      let bernoulli = try Model.dense.laboratory()
      bernoulli.train("start", "--epochs 0").expectSuccess()
      let other = try SafeTensorsFile(
        parsing: FileSystem.read(bernoulli.path("start/checkpoints/last/model.safetensors")), path: "model")
      #expect(other["decoder.log_variance"] == nil && start.tensors.count == other.tensors.count + 1)
      for tensor in other.tensors {
        #expect(start[tensor.name]?.elements(of: Float.self) == tensor.data.elements(of: Float.self))
      }
      // The likelihood belongs to the run.
      laboratory.train("run", "--epochs 3 --accumulate 2 --likelihood bernoulli --resume auto")
        .expectFailure(64, "--likelihood is bernoulli, but was gaussian")
    }

    @Test(arguments: [1, 2]) func aWeightedBoundThatThereIsNotIsRefused(ranks: Int) throws {
      let laboratory = try Laboratory(images: 40, options: "--hidden 8 --latent 3 --batch 32 --epochs 0")
      laboratory.train("run").expectSuccess()
      func evaluate(_ words: String...) -> ShellResult {
        laboratory.atelier(["evaluate"] + words + laboratory.dataWords, ranks: ranks)
      }
      evaluate("run", "--iwae", "5").expectFailure(64, "--iwae is for vae and conv-vae, not dense-ae")
      evaluate("run/samples.npy", "--iwae", "5").expectFailure(64, "--iwae is for runs of vae and conv-vae")
      let variational = try Model.dense.laboratory()
      variational.train("run", "--epochs 0").expectSuccess()
      variational.atelier(["evaluate", "run", "--iwae", "0"] + variational.dataWords, ranks: ranks)
        .expectFailure(64, "--iwae")
      variational.atelier(
        ["evaluate", "run", "--iwae", "5", "--against", "run/samples.npy"] + variational.dataWords,
        ranks: ranks
      ).expectFailure(64, "--iwae needs --against train, validation or test")
    }

    @Test func everyCommandTakesTheModel() throws {
      let laboratory = try Model.convolutional.laboratory()
      laboratory.train(
        "run", "--epochs 1 --fid-samples 110", environment: ["XDG_CACHE_HOME": laboratory.path("c")]
      )
      .expectSuccess()
      for words in [
        ["sample", "run", "--count", "130", "--out", "samples.npy"],
        ["encode", "run", "--out", "codes.npy"] + laboratory.dataWords,
        ["decode", "run", "--codes", "codes.npy", "--out", "decoded.npy"],
        ["reconstruct", "run", "--count", "20", "--out", "rebuilt.npy"] + laboratory.dataWords,
        ["bench", "layers", "conv-vae", "--channels", "16,16,16", "--seconds", "1"] + laboratory.dataWords,
      ] { laboratory.atelier(words).expectSuccess() }
      let codes = try NumPyFile.read(laboratory.path("codes.npy"))
      #expect(codes.shape == [107, 3])
      laboratory.train(nil, "--loss mse").expectFailure(64, "--loss is for", "not conv-vae")
    }
  }
}
