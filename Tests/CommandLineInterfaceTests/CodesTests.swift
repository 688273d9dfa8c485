import Artifacts
import TestSupport
import Testing

@Test func commandsOnARunGiveTheSameBytesAtAnyNumberOfRanks() throws {
  let run = try TrainedRun()
  let commands = [
    ["encode", "run", "--out", "codes.npy"], ["encode", "run", "--split", "train", "--out", "train.npy"],
    ["decode", "run", "--codes", "codes.npy", "--out", "images.npy"],
    ["reconstruct", "run", "--count", "212", "--out", "rebuilt.npy"],
    ["reconstruct", "run", "--count", "12", "--out", "rebuilt.png"],
    ["sample", "run", "--count", "212", "--out", "samples.npy"],
    ["sample", "run", "--count", "12", "--out", "samples.png"],
  ]
  for command in commands {
    let alone = run.run(command)
    #expect(alone.exitCode == 0, "\(alone)")
    let expected = try run.bytes(command.last!)
    for ranks in command[0] == "decode" ? [2, 4] : [2] {
      try FileSystem.remove(run.folder.path(command.last!))
      let shared = run.run(command, ranks: ranks)
      #expect(shared.exitCode == 0 && shared.standardOutput == alone.standardOutput, "\(shared)")
      #expect(try run.bytes(command.last!) == expected, "\(command) on \(ranks) ranks")
    }
  }
}

@Test func decodedCodesAreTheReconstructions() throws {
  let run = try TrainedRun()
  run.run(["encode", "run"])
  run.run(["decode", "run"])
  run.run(["reconstruct", "run", "--count", "\(TrainedRun.testCount)", "--out", "all.npy"])
  run.run(["reconstruct", "run", "--out", "five.npy"])
  #expect(try run.array("codes.npy").shape == [TrainedRun.testCount, TrainedRun.latent])
  #expect(try run.array("all.npy").shape == [TrainedRun.testCount, TrainedRun.height, TrainedRun.width])
  #expect(try run.bytes("images.npy") == run.bytes("all.npy"))
  let all = try run.array("all.npy").elements
  let first = try run.array("five.npy").elements
  #expect(first.count == 5 * TrainedRun.pixels && first == Array(all.prefix(first.count)))
  #expect(all.allSatisfy { $0 >= 0 && $0 <= 1 } && all.contains { $0 != all[0] })
}

/// The codes by hand, from the weights that the checkpoint holds.
@Test func codesAreThoseOfTheEncoder() throws {
  let run = try TrainedRun()
  run.run(["encode", "run"])
  let codes = try run.array("codes.npy").elements
  let weights = try SafeTensorsFile(reading: run.folder.path("run/checkpoints/last/model.safetensors"))
  func layer(_ name: String, _ input: [Double]) throws -> [Double] {
    let weight: [Float] = try #require(weights["\(name).weight"]?.elements())
    let bias: [Float] = try #require(weights["\(name).bias"]?.elements())
    return bias.indices.map { output in
      let products = input.indices.map { Double(weight[output * input.count + $0]) * input[$0] }
      return max(0, products.reduce(Double(bias[output]), +))
    }
  }
  let images = try run.bytes("data/t10k-images-idx3-ubyte").dropFirst(16)
  for image in [0, 99, 100, 229] {
    let pixels = images.dropFirst(image * TrainedRun.pixels).prefix(TrainedRun.pixels).map {
      Double($0) / 255
    }
    let expected = try layer("encoder.dense2", layer("encoder.dense1", pixels))
    for (position, value) in expected.enumerated() {
      #expect(abs(Double(codes[image * TrainedRun.latent + position]) - value) < 1e-5)
    }
  }
}

@Test func encodeSaysHowMuchSmallerCodesAre() throws {
  let run = try TrainedRun()
  let result = run.run(["encode", "run", "--json"])
  let object = try JSONValue(parsing: Array(result.standardOutput.utf8), file: "output")
  let codes = try run.array("codes.npy").elements
  #expect(object["split"] == "test" && object["images"] == 230 && object["latent"] == 6)
  #expect(object["bytes_per_image"] == 24)
  #expect(object["compression_uint8"]?.doubleValue == 4 && object["compression_float32"]?.doubleValue == 16)
  #expect(object["code/max"] == .number(codes.max()!) && object["code/min"] == .number(codes.min()!))
  let zeros = Double(codes.count { $0 == 0 }) / Double(codes.count)
  #expect(object["code/zeros"]?.doubleValue == zeros && zeros > 0)
  let mean = codes.reduce(0.0) { $0 + Double($1) } / Double(codes.count)
  #expect(object["code/mean"]?.doubleValue == mean)
  let text = run.run(["encode", "run"]).standardOutput
  #expect(text.contains("24 bytes an image") && text.contains("96 bytes an image, 4.00 times the code"))
  #expect(run.run(["encode", "run", "--quiet"]).standardOutput == "")
}

@Test func picturesAreWrittenWhereThePathAsksForThem() throws {
  let run = try TrainedRun()
  run.run(["sample", "run", "--count", "25", "--out", "samples.png"])
  let samples = try GreyImage(png: run.bytes("samples.png"), path: "samples.png")
  // Ten columns and three rows of tiles seven times as large, 10 pixels apart, 20 from the margin.
  #expect(samples.width == 10 * 56 + 9 * 10 + 40 && samples.height == 3 * 84 + 2 * 10 + 40)
  run.run(["reconstruct", "run", "--out", "rebuilt.png"])
  #expect(try run.bytes("rebuilt.png") == run.bytes("run/reconstructions.png"))
  run.run(["encode", "run"])
  #expect(run.run(["decode", "run", "--out", "decoded.png"]).exitCode == 0)
  #expect(try GreyImage(png: run.bytes("decoded.png"), path: "decoded.png").width > 16 * 56)
}

@Test func theRunsOwnDataIsFoundAndRecognised() throws {
  let run = try TrainedRun()
  #expect(run.run(["evaluate", "run"]).exitCode == 0)
  run.run(["encode", "run"])
  let own = try run.bytes("codes.npy")
  try run.writeData(to: "other", shift: 3)
  #expect(run.run(["encode", "run", "--data", "other"]).exitCode == 0)
  #expect(try run.bytes("codes.npy") != own)
  try run.writeData(to: "data", shift: 3)
  let result = run.run(["reconstruct", "run"])
  #expect(result.exitCode == 65)
  #expect(result.standardError.hasPrefix("Error: the model was trained on other data than this\n"))
}

@Test func outputIsReplacedWholeOrNotAtAll() throws {
  let run = try TrainedRun()
  try run.folder.write("codes.npy", [1, 2, 3])
  #expect(run.run(["decode", "run"]).exitCode == 65)
  #expect(try run.bytes("codes.npy") == [1, 2, 3])
  #expect(run.run(["encode", "run"]).exitCode == 0)
  #expect(try run.array("codes.npy").shape == [230, 6])
  try FileSystem.createFolder(run.folder.path("full.npy"))
  try run.folder.write("full.npy/kept", [7])
  for command in ["encode", "decode", "reconstruct", "sample"] {
    let folder = run.run([command, "run", "--out", "full.npy"])
    #expect(folder.exitCode == 73)
    #expect(folder.standardError == "Error: cannot write full.npy: it is a folder\nHelp:  name a file\n")
    let nowhere = run.run([command, "run", "--out", "none/at/all.npy"])
    #expect(nowhere.exitCode == 73)
    #expect(
      nowhere.standardError.hasPrefix("Error: cannot write none/at/all.npy: there is no folder none/at\n"))
    #expect(run.run([command, "run", "--out", "codes.txt"]).exitCode == 64)
  }
  #expect(try run.bytes("full.npy/kept") == [7])
  #expect(try FileSystem.names(in: run.folder.path) == ["codes.npy", "data", "full.npy", "run"])
}
