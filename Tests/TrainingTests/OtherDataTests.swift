import Artifacts
import TestSupport
import Testing
import Training

/// Data of other sizes and kinds than Fashion-MNIST, small enough to be quick.
private enum OtherData: String, CaseIterable, CustomTestStringConvertible {
  case idx = "IDX files of 32x32 pixels"
  case packedIDX = "IDX files of 8x8 pixels, packed"
  case bytes = "npy file of 12x20 bytes"
  case floats = "npy file of 24x8 floats"

  var testDescription: String { rawValue }

  var size: (height: Int, width: Int) {
    switch self {
    case .idx: (32, 32)
    case .packedIDX: (8, 8)
    case .bytes: (12, 20)
    case .floats: (24, 8)
    }
  }

  var hasLabels: Bool { self == .idx || self == .packedIDX }
  private static let count = 70
  /// In each part that is not trained on.
  static let heldOut = 10

  /// Writes the data to a folder and gives the path for `--data`.
  func write(to folder: TemporaryFolder) throws -> String {
    let (height, width) = size
    let pixels = SyntheticImages.pixels(count: Self.count, height: height, width: width)
    switch self {
    case .bytes:
      let array = TensorData(shape: [Self.count, height, width], elements: pixels)
      return try folder.write("images.npy", NumPyFile.serialized(array))
    case .floats:
      let array = TensorData(
        shape: [Self.count, height, width], elements: pixels.map { Float($0) / 255 })
      return try folder.write("images.npy", NumPyFile.serialized(array))
    case .idx, .packedIDX:
      let train = Self.count - Self.heldOut
      for (part, images) in [("train", 0..<train), ("t10k", train..<Self.count)] {
        let elements = pixels[images.lowerBound * height * width..<images.upperBound * height * width]
        for (name, content) in [
          (
            "images-idx3-ubyte",
            SyntheticData.idx(shape: [images.count, height, width], elements: Array(elements))
          ), ("labels-idx1-ubyte", SyntheticData.labels(count: images.count)),
        ] {
          if self == .idx {
            try folder.write("\(part)-\(name)", content)
          } else {
            try folder.write(
              "\(part)-\(name).gz", SyntheticData.gzip(content, in: TemporaryFolder()))
          }
        }
      }
      return folder.path
    }
  }
}

extension EndToEnd {
  /// Every model there is on data that is not Fashion-MNIST, with the model's own widths.
  @Suite struct OtherDataTests {
    /// All that is written is of the data's size, and every command takes it.
    @Test(arguments: ModelName.allCases, OtherData.allCases)
    fileprivate func everyModelTakesOtherData(model: ModelName, data: OtherData) throws {
      let laboratory = try Laboratory(model: model.rawValue, images: nil)
      let folder = TemporaryFolder()
      let path = try data.write(to: folder)
      let words =
        ["--data", path]
        + "--epochs 1 --batch 32 --split official --validation \(OtherData.heldOut)".split(separator: " ")
        .map(String.init)
      func train(_ run: String, ranks: Int) -> ShellResult {
        laboratory.atelier(laboratory.trainWords(run) + words, ranks: ranks)
      }
      if model.needsLabels && !data.hasLabels {
        train("run", ranks: 1).expectFailure(66, "holds no labels, which are needed here")
        return
      }
      train("run", ranks: 1).expectSuccess()
      train("shared", ranks: 2).expectSuccess()
      #expect(try laboratory.payload("shared").differences(from: laboratory.payload("run")) == [])
      let (height, width) = data.size
      if model.kind == .adversarial {
        let result = laboratory.atelier(["evaluate", "run"])
        #expect(result.exitCode == 0 && result.standardError.contains("takes 28x28 pixels"), "\(result)")
        let samples = try NumPyFile.read(laboratory.path("run/samples.npy"))
        #expect(samples.shape == [100, height, width])
      } else {
        laboratory.atelier(["evaluate", "run", "--count", "0"]).expectSuccess()
      }
      if !model.hasCodes {
        let reason =
          model.generatesImages ? "has no codes of images" : "has no codes and makes no images"
        for command in ["encode", "reconstruct", "interpolate", "traverse", "manifold", "scatter"] {
          laboratory.atelier([command, "run"]).expectFailure(64, reason)
        }
        return
      }

      for words in [
        ["encode", "run", "--out", "codes.npy"], ["decode", "run", "--out", "decoded.npy"],
        ["sample", "run", "--count", "3", "--out", "samples.npy"],
        ["reconstruct", "run", "--count", "\(OtherData.heldOut)", "--out", "rebuilt.npy"],
        ["interpolate", "run", "--count", "2", "--path", "both", "--steps", "3", "--out", "path.npy"],
        ["interpolate", "run", "--out", "path.png"],
        ["traverse", "run", "--image", "1", "--steps", "3", "--out", "traversal.npy"],
        ["scatter", "run", "--out", "scatter.svg"],
      ] { laboratory.atelier(words).expectSuccess() }
      func array(_ file: String) throws -> (shape: [Int], elements: [Float]) {
        let array = try NumPyFile.read(laboratory.path(file))
        return (array.shape, try #require(array.elements(of: Float.self)))
      }
      #expect(try array("run/samples.npy").shape == [100, height, width])
      let picture = try FileSystem.read(laboratory.path("run/reconstructions.png"))
      #expect(try GreyImage(png: picture, path: "reconstructions.png").width > 5 * width)
      #expect(try array("samples.npy").shape == [3, height, width])
      #expect(try array("decoded.npy").shape == [OtherData.heldOut, height, width])
      #expect(try array("decoded.npy").elements == array("rebuilt.npy").elements)
      let chart = try String(decoding: FileSystem.read(laboratory.path("scatter.svg")), as: UTF8.self)
      #expect(
        chart.contains(">class 9<") == data.hasLabels && chart.contains(">test images<") != data.hasLabels)
      #expect(try array("traversal.npy").shape == [10, 3, height, width])
      // The first way begins at what the model makes of image 0.
      let ways = try array("path.npy")
      #expect(ways.shape == [4, 3, height, width])
      let rebuilt = try array("rebuilt.npy").elements
      #expect(ways.elements.prefix(height * width) == rebuilt.prefix(height * width))
    }
  }
}
