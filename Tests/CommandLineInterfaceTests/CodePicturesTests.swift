import Artifacts
import TestSupport
import Testing

private let pixels = TrainedRun.pixels
private let latent = TrainedRun.latent

extension TrainedRun {
  /// The images that the model makes of some codes.
  fileprivate func decode(_ codes: [Float], latent: Int) throws -> [Float] {
    let array = TensorData(shape: [codes.count / latent, latent], elements: codes)
    try folder.write("own.npy", NumPyFile.serialized(array))
    run(["decode", "run", "--codes", "own.npy", "--out", "own-images.npy"])
    return try self.array("own-images.npy").elements
  }
}

@Test func picturesOfCodesHaveTheSameBytesAtAnyNumberOfRanks() throws {
  let run = try TrainedRun()
  let flat = try TrainedRun(model: "vae", ["--latent", "2"])
  for (run, command) in [
    (run, ["interpolate", "run", "--path", "both", "--out", "path.png"]),
    (run, ["interpolate", "run", "--pairs", "229-0,3-3", "--steps", "60", "--out", "path.npy"]),
    (run, ["traverse", "run", "--out", "traversal.png"]),
    (run, ["traverse", "run", "--image", "7", "--steps", "40", "--out", "traversal.npy"]),
    (run, ["scatter", "run", "--out", "scatter.svg"]), (run, ["scatter", "run", "--out", "scatter.csv"]),
    (flat, ["manifold", "run", "--out", "manifold.png"]),
    (flat, ["manifold", "run", "--steps", "11", "--out", "manifold.npy"]),
  ] {
    let alone = run.run(command)
    #expect(alone.exitCode == 0 && alone.standardError == "", "\(alone)")
    let expected = try run.bytes(command.last!)
    for ranks in [2, 4] {
      try FileSystem.remove(run.folder.path(command.last!))
      let shared = run.run(command, ranks: ranks)
      #expect(shared.exitCode == 0 && shared.standardOutput == alone.standardOutput, "\(shared)")
      #expect(try run.bytes(command.last!) == expected, "\(command) on \(ranks) ranks")
    }
  }
}

@Test func interpolationDecodesTheCodesBetween() throws {
  let run = try TrainedRun()
  run.run(["encode", "run"])
  let codes = try run.array("codes.npy").elements
  let said = run.run(["interpolate", "run", "--pairs", "4-120", "--steps", "3", "--out", "path.npy"])
  #expect(said.standardOutput == "path.npy: test images 4-120 in 3 steps, linear\n")
  let path = try run.array("path.npy")
  #expect(path.shape == [1, 3, TrainedRun.height, TrainedRun.width])
  let (first, last) = (codes[4 * latent..<5 * latent], codes[120 * latent..<121 * latent])
  let middle = zip(first, last).map { Float(0.5 * Double($0) + 0.5 * Double($1)) }
  #expect(try path.elements == run.decode(first + middle + last, latent: latent))
  // Both ways of a pair are rows, and meet at the ends; without labels images are taken two and two.
  run.run(["interpolate", "run", "--count", "2", "--path", "both", "--steps", "3", "--out", "both.npy"])
  let both = try run.array("both.npy")
  #expect(both.shape == [4, 3, TrainedRun.height, TrainedRun.width])
  func image(_ row: Int, _ step: Int) -> ArraySlice<Float> {
    both.elements[(row * 3 + step) * pixels..<(row * 3 + step + 1) * pixels]
  }
  #expect(image(0, 0) == image(1, 0) && image(0, 2) == image(1, 2) && image(0, 1) != image(1, 1))
  let rebuilt = try run.decode(Array(codes.prefix(4 * latent)), latent: latent)
  #expect(Array(image(0, 2) + image(2, 0)) == Array(rebuilt[pixels..<3 * pixels]))
}

@Test func traversalChangesOneNumberARow() throws {
  let run = try TrainedRun()
  run.run(["encode", "run", "--split", "train"])
  let codes = try run.array("codes.npy").elements
  let words = [
    "traverse", "run", "--split", "train", "--dimensions", "5,0", "--range", "1.5", "--steps", "5", "--out",
  ]
  #expect(
    run.run(words + ["mean.npy"]).standardOutput == "mean.npy: dimensions 5, 0 around the mean code (train)\n"
  )
  run.run(words + ["image.npy", "--image", "9"])
  let rows = stride(from: 0, to: codes.count, by: latent).map { codes[$0..<$0 + latent].map(Double.init) }
  func mean(_ term: (Int) -> Double) -> Double {
    rows.indices.reduce(0) { $0 + term($1) } / Double(rows.count)
  }
  let means = (0..<latent).map { dimension in mean { rows[$0][dimension] } }
  for (file, base) in [("mean.npy", means), ("image.npy", rows[9])] {
    let changed = [5, 0].flatMap { dimension in
      let deviation = mean {
        (rows[$0][dimension] - means[dimension]) * (rows[$0][dimension] - means[dimension])
      }
      .squareRoot()
      return [-1.5, -0.75, 0, 0.75, 1.5].flatMap { shift in
        base.indices.map { Float(base[$0] + ($0 == dimension ? shift * deviation : 0)) }
      }
    }
    let expected = try run.decode(changed, latent: latent)
    let traversal = try run.array(file)
    #expect(traversal.shape == [2, 5, TrainedRun.height, TrainedRun.width])
    #expect(zip(traversal.elements, expected).allSatisfy { abs($0 - $1) < 1e-6 })
  }
  // By default all six numbers, those that vary most first.
  run.run(["traverse", "run", "--out", "all.npy"])
  #expect(try run.array("all.npy").shape == [6, 9, TrainedRun.height, TrainedRun.width])
}

@Test func theGridHasEqualStepsInProbability() throws {
  let variational = try TrainedRun(model: "vae", ["--latent", "2"])
  variational.run(["manifold", "run", "--steps", "2", "--out", "grid.npy"])
  let quartile: Float = 0.6744897501960817
  let corners: [Float] = [-quartile, quartile, quartile, quartile, -quartile, -quartile, quartile, -quartile]
  #expect(try variational.array("grid.npy").shape == [2, 2, TrainedRun.height, TrainedRun.width])
  #expect(try variational.array("grid.npy").elements == variational.decode(corners, latent: 2))

  let plain = try TrainedRun(["--latent", "2", "--latent-activation", "linear"])
  plain.run(["encode", "run"])
  let said = plain.run(["manifold", "run", "--steps", "2", "--out", "grid.npy"]).standardOutput
  #expect(said == "grid.npy: 2x2 images, 1 % to 99 % of the codes (test)\n")
  let codes = try plain.array("codes.npy").elements
  func quantile(_ share: Double, _ dimension: Int) -> Float {
    let values = stride(from: dimension, to: codes.count, by: 2).map { Double(codes[$0]) }.sorted()
    let place = share * Double(values.count - 1)
    let below = values[Int(place)]
    return Float(below + (place - place.rounded(.down)) * (values[Int(place) + 1] - below))
  }
  let (left, right, top, bottom) = (
    quantile(0.01, 0), quantile(0.99, 0), quantile(0.99, 1), quantile(0.01, 1)
  )
  let expected = try plain.decode([left, top, right, top, left, bottom, right, bottom], latent: 2)
  #expect(try zip(plain.array("grid.npy").elements, expected).allSatisfy { abs($0 - $1) < 1e-6 })
}

@Test func scatterShowsCodesOfTwoNumbersAsTheyAre() throws {
  let run = try TrainedRun(["--latent", "2"])
  run.run(["encode", "run"])
  let said = run.run(["scatter", "run", "--out", "points.npy"]).standardOutput
  #expect(said == "points.npy: the codes of 230 images (test)\n")
  #expect(try run.bytes("points.npy") == run.bytes("codes.npy"))
  run.run(["scatter", "run", "--count", "3", "--out", "points.csv"])
  let codes = try run.array("codes.npy").elements
  let lines = (0..<3).map { "\($0),\(codes[2 * $0]),\(codes[2 * $0 + 1])\n" }
  #expect(try String(decoding: run.bytes("points.csv"), as: UTF8.self) == "image,z0,z1\n" + lines.joined())
}

@Test(arguments: [
  (["interpolate", "run", "--pairs", "0-230"], 64, "--pairs names image 230, but --split test has 230"),
  (
    ["interpolate", "run", "--count", "116"], 64, "the 230 images of --split test make 115 pairs of different"
  ),
  (["interpolate", "run", "--count", "1", "--pairs", "0-1"], 64, "--count has no place beside --pairs"),
  (["interpolate", "run", "--pairs", "0-1-2"], 64, "The value '0-1-2' is invalid for '--pairs <i-j,...>'"),
  (["interpolate", "run", "--steps", "1"], 64, "The value '1' is invalid for '--steps <n>'"),
  (["interpolate", "run", "--split", "validation"], 64, "the run's data has no validation images"),
  (
    ["interpolate", "run", "--steps", "1000", "--count", "40"], 64, "40,080 images are too many for a picture"
  ),
  (
    ["traverse", "run", "--dimensions", "2,6"], 64,
    "--dimensions names 6, but the model's codes have 6 numbers"
  ),
  (["traverse", "run", "--dimensions", "none"], 64, "--dimensions can't be none"),
  (["traverse", "run", "--image", "230"], 64, "--image names image 230, but --split test has 230"),
  (["traverse", "run", "--range", "0"], 64, "The value '0' is invalid for '--range <k>'"),
  (["traverse", "run", "--range", "1e308"], 64, "The value '1e308' is invalid for '--range <k>'"),
  (["manifold", "run"], 64, "a grid shows codes of 2 numbers, but the model's codes have 6"),
  (["scatter", "run", "--count", "231"], 64, "--count 231 is more than the 230 images of --split test"),
  (["scatter", "run", "--count", "12345"], 64, "--count 12,345 is more than the 230 images"),
  (["scatter", "run", "--out", "chart.png"], 64, "The value 'chart.png' is invalid for '--out <file>'"),
  (
    ["scatter", "run", "--out", "none/chart.svg"], 73, "cannot write none/chart.svg: there is no folder none"
  ),
  (["traverse", "absent"], 66, "absent"),
])
func requestsThatCannotBeDrawnAreRefusedInOneLine(words: [String], code: Int, message: String) throws {
  let run = try TrainedRun()
  for ranks in [1, 2] {
    let result = run.run(words, ranks: ranks)
    let errors = result.standardError.split(separator: "\n").filter { $0.hasPrefix("Error: ") }
    #expect(Int(result.exitCode) == code && errors.count == 1, "\(result)")
    #expect(errors.first?.hasPrefix("Error: \(message)") == true, "\(result)")
    #expect(result.standardError.contains("\nHelp:  "), "\(result)")
  }
  #expect(try FileSystem.names(in: run.folder.path) == ["data", "run"])
}

@Test(arguments: ["interpolate", "traverse", "manifold", "scatter"])
func codesThatAreNotFiniteAreRefused(command: String) throws {
  // After one step of this size codes are beyond any number.
  let run = try TrainedRun(["--latent", "2", "--lr", "1e30", "--steps", "1"])
  for ranks in [1, 2] {
    let result = run.run([command, "run"], ranks: ranks)
    #expect(result.exitCode == 65, "\(result)")
    #expect(
      result.standardError.hasPrefix("Error: the model's codes are not finite: one holds "), "\(result)")
  }
  #expect(try FileSystem.names(in: run.folder.path) == ["data", "run"])
}
