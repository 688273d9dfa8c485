import Artifacts
import TestSupport
import Testing

extension EndToEnd {
  /// Runs with everything on: AdamW, a schedule midway, clipping, micro-batches of which some are smaller than the shards,
  /// and a loss of windows.
  @Suite struct OptimisationTests {
    private let everything =
      "--epochs 3 --batch 50 --log-every 2 --hidden 16 --latent 4 --optimizer adamw --weight-decay 0.05 "
      + "--keep 0 --schedule cosine --warmup 3 --min-lr 1e-5 --clip-norm 0.01 --accumulate 4 --loss mix --shift 1"

    @Test func everyRankCountGivesTheSameBytes() throws {
      let laboratory = try Laboratory(images: 203, options: everything)
      laboratory.train("reference", "--threads 1").expectSuccess()
      let reference = try laboratory.payload("reference")
      laboratory.train("threads", "--threads 2").expectSuccess()
      #expect(try laboratory.payload("threads").differences(from: reference) == [])
      for ranks in [2, 4, 16] {
        laboratory.train("\(ranks)", ranks: ranks, "--threads 1").expectSuccess()
        #expect(try laboratory.payload("\(ranks)").differences(from: reference) == [], "\(ranks) ranks")
      }
    }

    @Test func aResumedScheduleGoesOnWhereItWas() throws {
      let laboratory = try Laboratory(images: 203, options: everything)
      laboratory.train("reference").expectSuccess()
      let rates = try laboratory.metrics("reference").compactMap { $0["lr"]?.doubleValue }
      #expect(Set(rates).count >= 6 && rates.max()! <= 0.001)
      // Back to the end of the first epoch, and on from there to its end.
      let checkpoint = laboratory.path("reference/checkpoints/step-00000005")
      laboratory.train("resumed", ranks: 2, "--resume \(checkpoint)").expectSuccess()
      let (whole, resumed) = try (laboratory.payload("reference"), laboratory.payload("resumed"))
      let earlier = whole.paths.filter { path in
        ["00", "05"].contains { path.hasPrefix("checkpoints/step-000000\($0)/") }
      }
      #expect(resumed.differences(from: whole) == earlier.map { "\($0) is missing" })

      laboratory.train("longer", "--epochs 4 --resume \(checkpoint)").expectFailure(
        64, "--epochs and --steps ask for 20 steps", "laid out for 15")
      #expect(!FileSystem.exists(laboratory.path("longer")))
      laboratory.train("shorter", "--epochs 2 --resume \(checkpoint)").expectSuccess()
      let beginning = laboratory.path("reference/checkpoints/step-00000000")
      laboratory.train("anew", "--epochs 4 --resume \(beginning)").expectSuccess()
      #expect(try laboratory.json("anew/checkpoints/last/state.json")["schedule_horizon"] == .integer(20))
    }

    @Test func shiftsChangeWhatIsLearntAndNotWhatIsScored() throws {
      let laboratory = try Laboratory(options: "--epochs 1 --hidden 16 --latent 4")
      for shift in [0, 1] { laboratory.train("\(shift)", "--shift \(shift)").expectSuccess() }
      laboratory.train("plain").expectSuccess()
      let plain = try laboratory.payload("plain")
      #expect(try laboratory.payload("0").differences(from: plain) == [])
      #expect(try laboratory.payload("1").differences(from: plain) != [])
      laboratory.train("away", "--shift 99").expectFailure(64, "--shift 99 could move all of an image of")
      #expect(!FileSystem.exists(laboratory.path("away")))
    }

    /// Two thirds of a batch go through the model after the first; the sums are the whole batch's but for their order.
    @Test func microBatchesTakeTheStepsOfWholeBatches() throws {
      let laboratory = try Laboratory(options: "--epochs 1 --batch 60 --log-every 1 --hidden 16 --latent 4")
      laboratory.train("whole").expectSuccess()
      laboratory.train("parts", "--accumulate 3").expectSuccess()
      for (whole, parts) in zip(try laboratory.metrics("whole"), try laboratory.metrics("parts")) {
        for key in ["train/loss", "train/grad_norm", "test/loss"] {
          guard let expected = whole[key]?.doubleValue else { continue }
          #expect(abs(try #require(parts[key]?.doubleValue) - expected) < 1e-5 * expected, "\(key)")
        }
      }
    }

    @Test(arguments: [
      "--optimizer sgd", "--weight-decay 0.1", "--beta1 0.8", "--schedule constant", "--warmup 2",
      "--clip-norm 2",
      "--accumulate 2", "--loss l1",
    ])
    func resumingWithAnotherOptimisationIsRefused(option: String) throws {
      let laboratory = try Laboratory(images: 20, options: "--epochs 1 --hidden none --latent 2")
      laboratory.train("run", "--schedule cosine").expectSuccess()
      laboratory.train("run", "--schedule cosine \(option) --resume auto")
        .expectFailure(64, String(option.split(separator: " ")[0]), "for the checkpoint, and can't change")
    }

    @Test func windowsNeedLargeEnoughImages() throws {
      let laboratory = try Laboratory(images: nil, options: "")
      let small = TemporaryFolder()
      try SyntheticImages.write(to: small, train: 9, test: 3, side: 8)
      // Windows of 7 fit into 8 pixels; 4 are too few.
      laboratory.train("fits", "--loss ssim --epochs 1 --data \(small.path)").expectSuccess()
      let tiny = TemporaryFolder()
      for name in ["train", "t10k"] {
        try tiny.write(
          "\(name)-images-idx3-ubyte",
          [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 4, 0, 0, 0, 4] + [UInt8](repeating: 9, count: 32))
        try tiny.write("\(name)-labels-idx1-ubyte", [0, 0, 8, 1, 0, 0, 0, 2, 0, 1])
      }
      laboratory.train("run", "--loss ssim --data \(tiny.path)").expectFailure(
        64, "--loss ssim compares windows of 7x7 pixels, but the images have 4x4")
      #expect(!FileSystem.exists(laboratory.path("run")))
    }

    @Test(arguments: ["adam --lr 0.01", "adamw --lr 0.01", "sgd --momentum 0.9 --lr 1", "rmsprop --lr 0.003"])
    func everyOptimizerLearns(optimizer: String) throws {
      let laboratory = try Laboratory(options: "--epochs 6 --batch 16 --schedule step --step-size 30")
      laboratory.train("run", "--hidden none --latent 8 --optimizer \(optimizer)").expectSuccess()
      let losses = try laboratory.metrics("run").compactMap { $0["train/epoch_loss"]?.doubleValue }
      #expect(losses.count == 6 && losses.last! < 0.9 * losses[0], "\(losses)")
    }
  }
}
