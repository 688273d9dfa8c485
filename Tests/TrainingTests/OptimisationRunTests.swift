import Artifacts
import TestSupport
import Testing

/// Runs with everything on: AdamW, a schedule midway, clipping, micro-batches, and a loss of windows.
@Suite(.serialized) struct OptimisationRunTests {
  private let folder = TemporaryFolder()
  private let program = BuiltExecutable.path("atelier")

  init() throws {
    try writeImages(to: folder, train: 203, test: 20)
  }

  private func train(_ run: String, ranks: Int = 1, _ options: [String] = []) -> ShellResult {
    let words =
      [
        "train", "dense-ae", "--data", folder.path, "--run-dir", folder.path(run), "--threads", "1", "-q",
        "--hidden", "16", "--latent", "4", "--epochs", "3", "--batch", "50", "--log-every", "2",
        "--optimizer", "adamw", "--weight-decay", "0.05", "--schedule", "cosine", "--warmup", "3", "--min-lr",
        "1e-5", "--clip-norm", "0.01", "--accumulate", "3", "--loss", "mix",
      ] + options
    return ranks == 1 ? Shell.run(program, words) : MPIJob.run(ranks: ranks, program, words)
  }

  /// What a run leaves that holds no time and no host.
  private func result(_ run: String) throws -> [String: [UInt8]] {
    let root = folder.path(run)
    var names = ["metrics.jsonl", "samples.npy"]
    for step in ["00000000", "00000005", "00000010", "00000015"] {
      names += ["model.safetensors", "optimizer.safetensors", "state.json"].map {
        "checkpoints/step-\(step)/\($0)"
      }
    }
    return Dictionary(uniqueKeysWithValues: try names.map { ($0, try FileSystem.read("\(root)/\($0)")) })
  }

  @Test func allRankCountsGiveTheSameBytes() throws {
    let alone = train("1")
    #expect(alone.exitCode == 0, "\(alone)")
    let expected = try result("1")
    for ranks in [2, 4] {
      let job = train("\(ranks)", ranks: ranks)
      #expect(job.exitCode == 0, "\(job)")
      let bytes = try result("\(ranks)")
      for name in expected.keys.sorted() {
        #expect(bytes[name] == expected[name], "\(name) of \(ranks) ranks")
      }
    }
  }

  /// From a checkpoint amid warm-up and cosine, at another number of ranks.
  @Test func aResumedScheduleGoesOnWhereItWas() throws {
    #expect(train("whole").exitCode == 0)
    let checkpoint = folder.path("whole/checkpoints/step-00000005")
    let resumed = train("resumed", ranks: 2, ["--resume", checkpoint])
    #expect(resumed.exitCode == 0, "\(resumed)")
    let (whole, again) = (folder.path("whole"), folder.path("resumed"))
    for name in [
      "metrics.jsonl", "samples.npy", "checkpoints/step-00000015/model.safetensors",
      "checkpoints/step-00000015/optimizer.safetensors", "checkpoints/step-00000015/state.json",
    ] {
      #expect(try FileSystem.read("\(whole)/\(name)") == FileSystem.read("\(again)/\(name)"), "\(name)")
    }

    let longer = train("longer", ["--resume", checkpoint, "--epochs", "4"])
    #expect(longer.exitCode == 64)
    #expect(
      longer.standardError.contains("now ask for 20 steps, but the cosine schedule was laid out for 15"),
      "\(longer)")
    // Stopping sooner, or going on without a horizon, is nobody's loss.
    #expect(train("shorter", ["--resume", checkpoint, "--epochs", "2"]).exitCode == 0)
  }

  @Test(arguments: ["--optimizer sgd", "--clip-norm 0.02", "--accumulate 2", "--schedule constant"])
  func resumingWithAnotherOptimisationIsRefused(option: String) throws {
    // Settings that contradict the option given last would be refused as such.
    let base = ["--optimizer", "adam", "--schedule", "step", "--step-size", "9"]
    let words = option.split(separator: " ").map(String.init)
    let first = plain("first", base)
    #expect(first.exitCode == 0, "\(first)")
    let drop = words[1] == "constant" ? ["--optimizer", "adam"] : base
    let refused = plain("second", drop + words + ["--resume", folder.path("first")])
    #expect(refused.exitCode == 64 && refused.standardError.contains(words[0]), "\(refused)")
    #expect(!FileSystem.exists(folder.path("second/metrics.jsonl")))
  }

  private func plain(_ run: String, _ options: [String]) -> ShellResult {
    Shell.run(
      program,
      [
        "train", "dense-ae", "--data", folder.path, "--run-dir", folder.path(run), "-q", "--hidden", "none",
        "--latent", "2", "--epochs", "1", "--threads", "1",
      ] + options)
  }

  @Test func windowsNeedLargeEnoughImages() throws {
    let small = TemporaryFolder()
    try writeImages(to: small, train: 9, test: 3, side: 4)
    let result = Shell.run(
      program,
      ["train", "dense-ae", "--data", small.path, "--run-dir", small.path("run"), "--loss", "ssim", "-q"])
    #expect(result.exitCode == 64)
    #expect(
      result.standardError.contains(
        "--loss ssim compares windows of 7x7 pixels, but the images have 4x4"), "\(result)")
    #expect(!FileSystem.exists(small.path("run")))
  }

  @Test(arguments: ["adam --lr 0.01", "adamw --lr 0.01", "sgd --momentum 0.9 --lr 1", "rmsprop --lr 0.003"])
  func everyOptimizerLearns(optimizer: String) throws {
    let words = ["--epochs", "8", "--schedule", "step", "--step-size", "60", "--batch", "20"]
    let result = plain(
      "learns", words + ["--optimizer"] + optimizer.split(separator: " ").map(String.init))
    #expect(result.exitCode == 0, "\(result)")
    let losses = try FileSystem.read(folder.path("learns/metrics.jsonl")).split(separator: UInt8(ascii: "\n"))
      .compactMap { try JSONValue(parsing: Array($0), file: "metrics")["train/epoch_loss"]?.doubleValue }
    #expect(losses.count == 8 && losses.last! < 0.9 * losses[0], "\(losses)")
  }
}

/// Writes an IDX data set of bright rectangles of many sizes.
private func writeImages(to folder: TemporaryFolder, train: Int, test: Int, side: Int = 28) throws {
  func idx(_ shape: [Int], _ elements: [UInt8]) -> [UInt8] {
    [0, 0, 8, UInt8(shape.count)] + shape.flatMap { [0, 0, UInt8($0 >> 8), UInt8($0 & 255)] } + elements
  }
  for (name, count) in [("train", train), ("t10k", test)] {
    let pixels = (0..<count).flatMap { image in
      (0..<side * side).map { pixel in
        let isInside = pixel / side > image % (side - 2) && pixel % side > image * 7 % (side - 2)
        return isInside ? UInt8(90 + (image * 13 + pixel) % 160) : 0
      }
    }
    try folder.write("\(name)-images-idx3-ubyte", idx([count, side, side], pixels))
    try folder.write("\(name)-labels-idx1-ubyte", idx([count], (0..<count).map { UInt8($0 % 10) }))
  }
}
