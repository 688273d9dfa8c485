import Artifacts
import TestSupport
import Testing

extension EndToEnd {
  /// `vae` and `conv-vae` through training and evaluation.
  @Suite struct VariationalRunTests {
    enum Model: String, CaseIterable, Sendable {
      case dense = "vae"
      case convolutional = "conv-vae"

      func laboratory() throws -> Laboratory {
        let width = self == .dense ? "--hidden 24" : "--channels 16,16,16"
        return try Laboratory(
          model: rawValue, images: 67,
          options: "\(width) --latent 3 --batch 32 --seed 7 --beta 0.5 --kl-warmup 4 --free-bits 0.05")
      }
    }

    @Test(arguments: Model.allCases) func anyNumberOfRanksAndThreadsGivesTheSameBytes(model: Model) throws {
      let laboratory = try model.laboratory()
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
