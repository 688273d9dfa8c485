import Artifacts
import TestSupport
import Testing

extension EndToEnd {
  /// `atelier compare`.
  @Suite struct CompareRunTests {
    let laboratory: Laboratory

    init() throws {
      laboratory = try Laboratory(
        images: 211, options: "--hidden 16 --latent 5 --batch 64 --epochs 1 --threads 1")
    }

    private func compare(_ words: String, ranks: Int = 1) -> ShellResult {
      laboratory.atelier(
        ["compare"] + words.split(separator: " ").map(String.init) + ["--cache", "none"], ranks: ranks)
    }

    private func train(_ run: String, model: String = "dense-ae", _ options: String = "") {
      let words = laboratory.trainWords(run, options).map { $0 == "dense-ae" ? model : $0 }
      laboratory.atelier(words).expectSuccess()
    }

    /// The second shares its shards in another way.
    @Test func anyNumberOfRanksWritesTheSameFiles() throws {
      train("ae")
      train("vae", model: "vae", "--shards 4 --seed 3")
      train("wide", "--hidden 24 --lr 3e-4")
      var texts: [String] = []
      for ranks in [1, 2, 4] {
        let result = compare("ae vae wide --count 150 --images 3 --out at-\(ranks)", ranks: ranks)
        #expect(result.exitCode == 0 && result.errorLines.isEmpty, "\(result)")
        texts.append(result.standardOutput.replacing("at-\(ranks)/", with: "at/"))
        let folder = try FolderContent(of: laboratory.path("at-\(ranks)"))
        #expect(try folder.differences(from: FolderContent(of: laboratory.path("at-1"))) == [])
      }
      #expect(Set(texts).count == 1, "\(texts)")

      let json = try laboratory.json("at-1/comparison.json")
      let runs = try #require(json["runs"]?.arrayValue)
      #expect(
        json["differing_settings"] == [
          "hidden", "latent-activation", "loss", "beta", "conventions", "lr", "seed", "shards",
        ])
      // The figures are those that `evaluate` gives, wherever the run stands in the list.
      for (run, name) in zip(runs, ["ae", "vae", "wide"]) {
        let own = laboratory.atelier(["evaluate", name, "--count", "150", "--cache", "none", "--json"])
        let figures = try JSONValue(parsing: Array(own.standardOutput.utf8), file: "evaluate")
        for member in try #require(figures.objectValue) where member.name != "warnings" {
          #expect(run[member.name] == member.value, "\(name): \(member.name)")
        }
        #expect(run["test/fid[fashion-cnn-v1]"]?.doubleValue ?? 0 > 0)
        #expect(run["training_seconds"]?.doubleValue ?? 0 > 0)
      }
      let svg = String(decoding: try FileSystem.read(laboratory.path("at-1/comparison.svg")), as: UTF8.self)
      #expect(svgElements(svg) != nil)
      let page = try GreyImage(
        png: FileSystem.read(laboratory.path("at-1/comparison.png")), path: "comparison.png")
      // Three images a row; input, three reconstructions, three rows of samples.
      #expect(page.width > 3 * 140 && page.height > 7 * 140)
    }

    @Test func figuresAndPicturesCanBeLeftOut() throws {
      train("ae")
      train("other", "--seed 2")
      let first = compare("ae other --out here")
      #expect(first.exitCode == 0 && first.errorLines.isEmpty, "\(first)")
      // Of a few test images.
      #expect(first.standardError.contains("warning ae: 107 "), "\(first)")
      #expect(FileSystem.exists(laboratory.path("here/comparison.png")))
      let result = compare("ae other/checkpoints/last --count 0 --images 0 --out here --json")
      result.expectSuccess()
      let json = try JSONValue(parsing: Array(result.standardOutput.utf8), file: "compare")
      #expect(try json == laboratory.json("here/comparison.json"))
      let names = json["runs"]?.arrayValue?.map { $0["name"]?.stringValue }
      #expect(names == ["ae", "other/last"])
      #expect(json["runs"]?.arrayValue?[0].objectValue?.contains { $0.name.hasPrefix("test/fid") } == false)
      // The picture of before does not belong to these files.
      #expect(try FileSystem.names(in: laboratory.path("here")).count == 3)
    }

    @Test func classifiersHaveFiguresButNoPictures() throws {
      let options = "--channels 4,4 --batch 64 --epochs 1 --threads 1 --hidden 8"
      for seed in [1, 2] {
        laboratory.atelier(
          ["train", "classifier", "--run-dir", laboratory.path("c\(seed)"), "--seed", "\(seed)"]
            + laboratory.dataWords + options.split(separator: " ").map(String.init)
        ).expectSuccess()
      }
      let result = compare("c1 c2 --out classes")
      result.expectSuccess()
      #expect(result.standardOutput.contains("accuracy ↑"))
      #expect(!FileSystem.exists(laboratory.path("classes/comparison.png")))
    }

    /// Both have test images, but not the same ones.
    @Test func runsOfDifferentSplitsAreRefused() throws {
      let fashion = try Laboratory(images: nil, options: "--hidden 4 --latent 2 --epochs 0")
      fashion.train("official").expectSuccess()
      fashion.train("cut", "--split 80-10-10").expectSuccess()
      fashion.atelier(["compare", "official", "cut"]).expectFailure(
        64, "the test images of official (--split official) are not those of cut (80-10-10)")
    }

    @Test(arguments: [1, 2]) func runsThatCannotBeComparedAreRefused(ranks: Int) throws {
      train("ae")
      train("cut", "--validation 40")
      train("less", "--validation 30")
      train("four", "--shards 1")
      let other = try Laboratory(images: 97)
      laboratory.atelier(
        ["train", "dense-ae", "--epochs", "0", "--run-dir", laboratory.path("other")] + other.dataWords
      ).expectSuccess()
      func refused(_ words: String, _ code: Int32, _ message: String...) {
        let result = compare(words + " --out refused", ranks: ranks)
        result.expectFailure(code)
        for part in message { #expect(result.errorLines.first?.contains(part) == true, "\(part): \(result)") }
      }
      refused("ae ae", 64, "ae is named twice")
      refused("ae cut ae/checkpoints/last", 64, "ae and ae/checkpoints/last are the same checkpoint")
      refused("ae missing", 66, "missing is neither a run's folder nor a checkpoint's")
      refused("ae other", 65, "ae and other were trained on different data")
      refused(
        "cut less --against validation", 64,
        "the validation images of cut (--validation 40) are not those of less (30)")
      refused("ae --against validation", 64, "no validation images")
      refused("ae --features inception", 64, "--features inception needs --weights")
      refused("ae --count 0 --features fashion-cnn-v1", 64, "--features needs --count above 0")
      if ranks == 2 { refused("ae four", 64, "2 ranks can't share --shards 1 evenly") }
      compare("", ranks: ranks).expectFailure(64, "Missing expected argument '<run>'")
      #expect(!FileSystem.exists(laboratory.path("refused")))
      try laboratory.folder.write("file", [])
      compare("ae --out file", ranks: ranks).expectFailure(73, "cannot write into file: it is a file")
      compare("ae --out no/where", ranks: ranks).expectFailure(73, "there is no folder no")
    }
  }
}
