import TestSupport
import Testing

extension EndToEnd {
  /// The contract: the same bytes at any number of ranks and threads.
  @Suite struct EqualBytesTests {
    @Test func fashionMNISTGivesTheSameBytesAtAnyNumberOfRanksAndThreads() throws {
      let laboratory = try Laboratory(images: nil, options: "--epochs 2 --seed 7 --limit 1003")
      laboratory.train("reference", ranks: 1, "--threads 1").expectSuccess()
      let reference = try laboratory.payload("reference")
      #expect(
        reference.paths.filter { !$0.hasPrefix("checkpoints/step") } == [
          "checkpoints/", "checkpoints/last", "config.toml", "metrics.jsonl", "reconstructions.png",
          "samples-row.png", "samples.npy", "samples.png", "status.json",
        ])
      let checkpoint = "checkpoints/step-00000016/"
      #expect(
        reference.paths.filter { $0.hasPrefix(checkpoint) }
          == ["", "DONE", "model.safetensors", "optimizer.safetensors", "state.json"].map { checkpoint + $0 })
      for (ranks, threads) in [(1, 2), (2, 1), (2, 2), (4, 1), (4, 2), (8, 1), (8, 2), (16, 1)] {
        let run = "\(ranks)x\(threads)"
        laboratory.train(run, ranks: ranks, "--threads \(threads)").expectSuccess()
        #expect(try laboratory.payload(run).differences(from: reference) == [], "\(run)")
      }
    }

    /// Batches with a rest that leaves most shards empty, batches smaller than the number of shards, rows of metrics inside
    /// epochs, other numbers of shards, other layers.
    @Test(arguments: [
      ("--batch 130 --limit 262 --log-every 2 --check-every 2", [2, 4, 16]),
      ("--batch 5 --limit 48 --log-every 3", [4, 8]), ("--batch 128 --shards 1 --log-every 4", []),
      ("--batch 100 --shards 8 --loss mse", [2, 8]),
      ("--batch 128 --shards 32 --conventions torch", [4, 8]),
      ("--batch 64 --hidden 7 --latent 3 --evaluate-every 0 --checkpoint-every 0", [2, 4]),
    ])
    func raggedBatchesAndOtherShardsDoToo(options: String, rankCounts: [Int]) throws {
      let laboratory = try Laboratory(images: 419, options: "--epochs 2 --seed 3 " + options)
      laboratory.train("reference", "--threads 1").expectSuccess()
      let reference = try laboratory.payload("reference")
      laboratory.train("threads", "--threads 2").expectSuccess()
      #expect(try laboratory.payload("threads").differences(from: reference) == [])
      for ranks in rankCounts {
        laboratory.train("\(ranks)", ranks: ranks).expectSuccess()
        #expect(try laboratory.payload("\(ranks)").differences(from: reference) == [], "\(ranks) ranks")
      }
    }

    /// What the tests above compare does tell orders of summation apart: other shards add the same gradients in another
    /// tree, and a ring of 4 or 8 ranks adds them in no tree at all.
    @Test func anotherOrderOfSummationGivesOtherBytes() throws {
      let laboratory = try Laboratory(images: 419, options: "--epochs 3 --seed 7 --keep 0")
      laboratory.train("reference").expectSuccess()
      laboratory.train("shards", "--shards 8").expectSuccess()
      let ring = [
        "OMPI_MCA_coll_tuned_use_dynamic_rules": "1", "OMPI_MCA_coll_tuned_allreduce_algorithm": "4",
      ]
      for ranks in [4, 8] {
        laboratory.train("ring\(ranks)", ranks: ranks, "--allreduce mpi", environment: ring).expectSuccess()
      }
      let reference = try laboratory.payload("reference")
      for run in ["shards", "ring4", "ring8"] {
        let differences = try laboratory.payload(run).differences(from: reference)
        for file in ["checkpoints/step-00000012/model.safetensors", "metrics.jsonl", "samples.npy"] {
          #expect(differences.contains("\(file) differs"), "\(run)")
        }
        // From the same initial weights to the same end, but for rounding.
        #expect(!differences.contains("checkpoints/step-00000000/model.safetensors differs"), "\(run)")
        let losses = try [run, "reference"].map { name in
          try #require(laboratory.metrics(name).last?["test/loss"]?.doubleValue)
        }
        #expect(abs(losses[0] - losses[1]) < 1e-5 * losses[1], "\(run)")
      }
    }
  }
}
