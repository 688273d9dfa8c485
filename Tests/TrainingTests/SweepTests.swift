import Artifacts
import Glibc
import TestSupport
import Testing

extension EndToEnd {
  /// `atelier sweep`: the same files at any number of ranks, whatever was killed.
  @Suite struct SweepTests {
    /// Twelve trials of a moment each.
    private static let trials =
      "--epochs 2 --validation 31 --batch 32 --hidden 16 --grid lr=0.001,0.01,0.03 --grid latent=4,8 "
      + "--grid activation=relu,tanh"

    @Test func filesAreTheSameAtAnyNumberOfRanks() throws {
      let laboratory = try Laboratory()
      laboratory.sweep("reference", Self.trials).expectSuccess()
      let reference = try laboratory.results("reference")
      #expect(
        reference.paths.filter { !$0.hasPrefix("trials/0") }
          == [".lock", "best", "definition.json", "sweep.json", "sweep.md", "sweep.svg", "trials/"])
      #expect(reference.paths.count { $0.hasSuffix("/samples.npy") } == 12)
      for (ranks, ranksPerTrial) in [(2, 1), (2, 2), (4, 1), (4, 2)] {
        let name = "\(ranks)by\(ranksPerTrial)"
        laboratory.sweep(name, ranks: ranks, Self.trials + " --ranks-per-trial \(ranksPerTrial)")
          .expectSuccess()
        #expect(try laboratory.results(name).differences(from: reference) == [], "\(name)")
      }
      try laboratory.expectFigures("reference", "validation/loss")
    }

    @Test func aKilledSweepEndsWithTheTableOfAnUndisturbedOne() throws {
      let laboratory = try Laboratory()
      laboratory.sweep("reference", ranks: 2, Self.trials).expectSuccess()
      let reference = try laboratory.results("reference")
      let first = Self.trials.split(separator: ",0.01,0.03").joined()
      // The whole job, and one rank alone, which takes the job with it.
      for (name, killsAll) in [("job", true), ("rank", false)] {
        laboratory.sweep(name, ranks: 2, first).expectSuccess()
        // Nobody reads this trial's log, so that whoever trains it waits, and the sweep is not over before the kill.
        let obstacle = laboratory.path("\(name)/trials/009-lr=0.03,latent=4,activation=tanh/log.txt")
        try FileSystem.createFolder(FileSystem.folder(of: obstacle))
        #expect(mkfifo(obstacle, 0o600) == 0)
        let result = laboratory.sweep(name, ranks: 2, Self.trials + " --resume") { job in
          #expect(job.wait { FileSystem.exists(laboratory.path("\(name)/claims/006.done")) })
          if killsAll {
            job.killWithDescendants()
          } else if let rank = job.descendants.last {
            kill(rank, SIGKILL)
          }
        }
        #expect(result.exitCode != 0 && !result.timedOut, "\(result)")
        let finished = try FileSystem.names(in: laboratory.path("\(name)/trials")).filter {
          let status = try? laboratory.json("\(name)/trials/\($0)/status.json")
          return status?["state"] == "finished"
        }
        #expect(finished.count >= 5 && finished.count < 12)
        try FileSystem.remove(obstacle)
        let before = try finished.map { try laboratory.text("\(name)/trials/\($0)/environment.json") }

        let resumed = laboratory.sweep(name, ranks: 2, Self.trials + " --resume")
        resumed.expectSuccess()
        #expect(resumed.standardOutput.contains("trials done\n"), "\(resumed)")
        #expect(try laboratory.results(name).differences(from: reference) == [], "\(name)")
        // What was finished did not run again.
        #expect(try finished.map { try laboratory.text("\(name)/trials/\($0)/environment.json") } == before)
      }
    }

    @Test func whatIsKnownIsWrittenWhereTheSweepCannotGoOn() throws {
      let laboratory = try Laboratory()
      let options = "--epochs 1 --validation 31 --hidden 16 --grid lr=0.001"
      laboratory.sweep("run", options).expectSuccess()
      // The second trial waits for a reader of its log; meanwhile the place to report to vanishes.
      let log = laboratory.path("run/trials/001-lr=0.01/log.txt")
      try FileSystem.createFolder(FileSystem.folder(of: log))
      #expect(mkfifo(log, 0o600) == 0)
      var reader: Int32 = -1
      laboratory.sweep("run", options + ",0.01,0.03 --resume") { job in
        #expect(job.wait { FileSystem.exists(laboratory.path("run/claims/001")) })
        try? FileSystem.remove(laboratory.path("run/claims"))
        reader = open(log, O_RDONLY | O_NONBLOCK)
      }.expectFailure(73, "run/claims/001.done")
      close(reader)
      let trials = try laboratory.json("run/sweep.json")["trials"]?.arrayValue
      #expect(trials?.map { $0["state"] } == ["finished", "finished", "open"])
      #expect(try laboratory.text("run/sweep.md").contains("| 002 | 0.03 | - | - | not finished |"))
      #expect(!FileSystem.exists(laboratory.path("run/claims")))
      try FileSystem.remove(log)
      laboratory.sweep("run", options + ",0.01,0.03 --resume").expectSuccess()
    }

    @Test func aTrialThatFailsIsToldAndStopsNoOther() throws {
      let laboratory = try Laboratory()
      let options = "--epochs 2 --validation 31 --hidden 16 --grid lr=0.001,1e30,0.01"
      laboratory.sweep("one", options).expectFailure(
        85, "1 of 3 trials failed, first 001 lr=1e+30: the gradient is no longer finite at step 2 (epoch 2)")
      let one = try laboratory.json("one/sweep.json")
      #expect(one["trials"]?.arrayValue?.map { $0["state"] } == ["finished", "failed", "finished"])
      #expect(one["trials"]?.arrayValue?[1]["exit_code"] == 85)
      #expect(one["best"] == "002-lr=0.01")
      #expect(try laboratory.text("one/sweep.md").contains("| 001 | 1e+30 | - | - | failed: the gradient"))
      laboratory.sweep("two", ranks: 2, options).expectFailure(85, "1 of 3 trials failed")
      #expect(try laboratory.results("two").differences(from: laboratory.results("one")) == [])
      // It is tried again, and fails in the same way.
      laboratory.sweep("two", options + " --resume").expectFailure(85, "1 of 3 trials failed")
      #expect(try laboratory.results("two").differences(from: laboratory.results("one")) == [])
    }

    @Test func moreTrialsMayFollowAndTheFirstStayTheSame() throws {
      let laboratory = try Laboratory()
      let options =
        "--epochs 1 --validation 31 --hidden 16 --range lr=0.0001..0.1:log --grid latent=4,8 --metric validation/ssim"
      laboratory.sweep("five", options + " --random 5").expectSuccess()
      laboratory.sweep("three", options + " --random 3").expectSuccess()
      laboratory.sweep("three", options + " --random 5 --resume").expectSuccess()
      #expect(try laboratory.results("three").differences(from: laboratory.results("five")) == [])
      try laboratory.expectFigures("five", "validation/ssim")
      laboratory.sweep("five", options + " --random 4 --resume").expectFailure(
        64, "trial 004 is not given, but was ")
    }

    @Test func whatCannotBeSweptIsRefusedBeforeAnythingStarts() throws {
      let laboratory = try Laboratory()
      let grid = "--epochs 1 --grid lr=0.001,0.01"
      laboratory.sweep("run", grid).expectFailure(64, "a sweep needs validation images to choose by")
      let sweep = "--validation 31 " + grid
      laboratory.sweep("run", sweep + " --metric test/ssim").expectFailure(
        64, "test/ssim is no figure of the validation images")
      laboratory.sweep("run", sweep + " --metric validation/elbo").expectFailure(
        64, "validation/elbo is no figure of dense-ae")
      laboratory.sweep("run", sweep + " --metric validation/fid[fashion-cnn-v1]").expectFailure(
        64, "the trials generate none")
      laboratory.sweep("run", sweep + " --metric validation/entropy").expectFailure(64, "less or more")
      laboratory.sweep("run", ranks: 2, sweep + " --ranks-per-trial 4").expectFailure(
        64, "2 ranks can't be cut into groups of --ranks-per-trial 4")
      let shards = laboratory.sweep("run", ranks: 2, sweep + " --grid shards=4,1 --ranks-per-trial 2")
      shards.expectFailure(64, "trial 001 lr=0.001 shards=1: 2 ranks can't share --shards 1 evenly")
      #expect(shards.standardError.contains("Help:  give --ranks-per-trial 1, or more --shards\n"))
      laboratory.sweep("run", "--validation 131 --grid lr=0.001,0.01").expectFailure(
        64, "trial 000 lr=0.001: --validation 131 leaves none")
      laboratory.sweep("run", sweep + " --grid optimizer=adam,sgd --beta1 0.8").expectFailure(
        64, "trial 001 lr=0.001 optimizer=sgd: --beta1 needs --optimizer adam or adamw")
      #expect(!FileSystem.exists(laboratory.path("run")))

      laboratory.sweep("run", sweep + " --hidden 16").expectSuccess()
      laboratory.sweep("run", sweep + " --hidden 16").expectFailure(73, "exists already")
      laboratory.sweep("run", sweep + " --hidden 8 --resume").expectFailure(
        64, "--hidden is 8, but was 16 when the sweep began")
      try FileSystem.createFolder(laboratory.path("other/things"))
      laboratory.sweep("other", sweep + " --resume").expectFailure(73, "holds no sweep")
    }

    @Test func aSweepGoesOnWithItsOwnDataOnly() throws {
      let laboratory = try Laboratory()
      let options = "--epochs 1 --validation 31 --hidden 16 --grid lr=0.001,0.01"
      laboratory.sweep("run", options).expectSuccess()
      let definition = try laboratory.text("run/definition.json")
      let other = try Laboratory(images: 141)
      laboratory.atelier(
        ["sweep", "dense-ae"] + other.dataWords + options.split(separator: " ").map(String.init) + [
          "--sweep-dir", "run", "--resume",
        ]
      ).expectFailure(65, "the sweep of run/definition.json began with other data")
      #expect(try laboratory.text("run/definition.json") == definition)

      // The same data may lie elsewhere, and the definition says nothing of where.
      let moved = TemporaryFolder()
      for name in try FileSystem.names(in: laboratory.dataWords[1]) {
        try moved.write(name, FileSystem.read("\(laboratory.dataWords[1])/\(name)"))
      }
      let before = try laboratory.results("run")
      laboratory.atelier(
        ["sweep", "dense-ae", "--data", moved.path] + options.split(separator: " ").map(String.init) + [
          "--sweep-dir", "run", "--resume",
        ]
      ).expectSuccess()
      #expect(try laboratory.results("run").differences(from: before) == [])
    }

    @Test func aDamagedDefinitionIsRefusedWithARemedy() throws {
      let laboratory = try Laboratory()
      let options = "--epochs 1 --validation 31 --hidden 16 --grid lr=0.001,0.01"
      for text in ["", "[]", "{\"format\": 1", "{\"format\": 2}", "{\"format\": 1, \"model\": \"dense-ae\"}"]
      {
        try FileSystem.createFolder(laboratory.path("run"))
        try laboratory.folder.write("run/definition.json", Array(text.utf8))
        let result = laboratory.sweep("run", options + " --resume")
        result.expectFailure(65, "run/definition.json is no")
        #expect(result.standardError.contains("Help:  put back a copy of the file, or start another sweep"))
      }
    }

    @Test func oneJobAtATimeWorksOnASweep() throws {
      let laboratory = try Laboratory()
      let options = "--epochs 1 --validation 31 --hidden 16 --grid lr=0.001,0.01"
      laboratory.sweep("run", options).expectSuccess()
      let lock = try #require(try FileLock(taking: laboratory.path("run/.lock")))
      for ranks in [1, 2] {
        laboratory.sweep("run", ranks: ranks, options + " --resume").expectFailure(
          73, "another job is at work on this sweep: run")
      }
      lock.release()
      laboratory.sweep("run", options + " --resume").expectSuccess()
    }

    @Test func aMetricThatATrialLacksIsNoticedAtTheStart() throws {
      let laboratory = try Laboratory(model: "vae")
      let words = ["--epochs", "1", "--validation", "31", "--hidden", "16", "--sweep-dir", "run"]
      func sweep(_ more: String...) -> ShellResult {
        laboratory.atelier(["sweep", "vae"] + laboratory.dataWords + words + more)
      }
      sweep("--grid", "likelihood=gaussian,bernoulli", "--metric", "validation/bits_per_dimension")
        .expectFailure(
          64, "trial 001 likelihood=bernoulli: --metric validation/bits_per_dimension is no figure of vae")
      #expect(!FileSystem.exists(laboratory.path("run")))
    }

    @Test func whatStandsInTheLinksPlaceCostsNoResults() throws {
      let laboratory = try Laboratory()
      let options = "--epochs 1 --validation 31 --hidden 16 --grid lr=0.001,0.01"
      laboratory.sweep("run", options).expectSuccess()
      let files = ["sweep.json", "sweep.md", "sweep.svg"].map { "run/\($0)" }
      let before = try files.map { try laboratory.text($0) }
      for file in files + ["run/best"] { try FileSystem.remove(laboratory.path(file)) }
      try FileSystem.createFolder(laboratory.path("run/best"))
      try laboratory.folder.write("run/best/own.txt", [1])
      let result = laboratory.sweep("run", options + " --resume")
      result.expectFailure(73, "cannot create run/best: ")
      #expect(
        result.standardOutput.contains("next    atelier sample run/trials/001-lr=0.01/checkpoints/best "))
      #expect(try files.map { try laboratory.text($0) } == before)
      #expect(FileSystem.exists(laboratory.path("run/best/own.txt")))
      #expect(!FileSystem.exists(laboratory.path("run/claims")))
    }

    @Test func aFolderThatHostsDoNotShareIsRefused() throws {
      let laboratory = try Laboratory()
      try FileSystem.createFolder(laboratory.path("elsewhere"))
      // A relative path in two working folders, as on two hosts.
      let words = laboratory.sweepWords("sweep", "--epochs 1 --validation 31 --grid lr=0.001,0.01")
      let program = BuiltExecutable.path("atelier")
      let result = laboratory.atelier(
        words + [":", "-n", "1", "--wdir", laboratory.path("elsewhere"), program] + words, underLauncher: true
      )
      result.expectFailure(
        73, "rank 1 on ", "the sweep's folder is not the one that rank 0 sees: sweep/claims")
    }

    @Test func foldersAreNumberedAndTheNewestIsResumed() throws {
      let laboratory = try Laboratory()
      let options = "--epochs 1 --validation 31 --hidden 16 --grid latent=4,8"
      for _ in 0..<2 { laboratory.sweep(nil, options).expectSuccess() }
      let resumed = laboratory.sweep(nil, options + " --resume")
      resumed.expectSuccess()
      #expect(resumed.standardOutput.contains("folder  sweeps/00001-dense-ae\nresumed with 2 trials done\n"))
      #expect(
        try FileSystem.names(in: laboratory.path("sweeps")) == ["00000-dense-ae", "00001-dense-ae"])
      // The command that the sweep proposes.
      let sample = "sample sweeps/00001-dense-ae/best/checkpoints/best --count 100 --out samples.png"
      #expect(resumed.standardOutput.contains("next    atelier \(sample)\n"))
      laboratory.atelier(sample.split(separator: " ").map(String.init)).expectSuccess()
    }
  }
}

extension Laboratory {
  @discardableResult
  func sweep(
    _ name: String?, ranks: Int = 1, _ options: String, meanwhile: (RunningProcess) -> Void = { _ in }
  ) -> ShellResult {
    atelier(sweepWords(name, options), ranks: ranks, meanwhile: meanwhile)
  }

  func sweepWords(_ name: String?, _ options: String) -> [String] {
    ["sweep", "dense-ae"] + dataWords + options.split(separator: " ").map(String.init)
      + (name.map { ["--sweep-dir", $0] } ?? [])
  }

  func text(_ file: String) throws -> String {
    String(decoding: try FileSystem.read(path(file)), as: UTF8.self)
  }

  /// All that a sweep's folder holds but what may differ between ranks, threads, hosts, starts and times.
  func results(_ name: String) throws -> FolderContent {
    let local = ["environment.json", "timing.jsonl", "log.txt", "command.txt"]
    return try FolderContent(of: path(name)).removing { entry in local.contains { entry.hasSuffix("/\($0)") }
    }
  }

  /// Expects the figures of `sweep.json` to be those of the trials' own files, and the link to point to the best.
  func expectFigures(_ name: String, _ metric: String) throws {
    let results = try json("\(name)/sweep.json")
    let trials = try #require(results["trials"]?.arrayValue)
    var best: (value: Double, name: String)?
    for trial in trials {
      let folder = try #require(trial["name"]?.stringValue)
      let rows = try metrics("\(name)/trials/\(folder)").filter { $0["validation/loss"] != nil }
      let row = try #require(
        rows.min { $0["validation/loss"]!.doubleValue! < $1["validation/loss"]!.doubleValue! })
      let value = try #require(row[metric]?.doubleValue)
      #expect(trial[metric]?.doubleValue == value && trial["epoch"] == row["epoch"])
      let isBetter =
        results["better"] == "lower" ? value < best?.value ?? .infinity : value > best?.value ?? 0
      if isBetter { best = (value, folder) }
    }
    #expect(results["best"]?.stringValue == best?.name && best != nil)
    let link = try FolderContent(of: path(name)).entries["best"]
    #expect(link.map { String(decoding: $0, as: UTF8.self) } == "-> trials/\(best?.name ?? "")")
  }
}
