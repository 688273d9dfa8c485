import CommandLineInterface
import Diagnostics
import TestSupport
import Testing

/// Writes the texts to files in a folder of their own and hands over their paths.
private func withFiles(_ texts: [String], _ body: ([String]) throws -> Void) throws {
  let folder = TemporaryFolder()
  let paths = try texts.enumerated().map { try folder.write("\($0.offset).toml", Array($0.element.utf8)) }
  try body(paths)
}

@Test func laterFilesOverrideEarlierOnesAndTheCommandLineAll() throws {
  try withFiles(["count = 11\nrate = 0.125\nvessel = \"bowl\"", "count = 12"]) { paths in
    let commands = [Workshop.command]
    func make(_ words: String...) -> String { runAtelier(["make"] + words, commands: commands).output }
    #expect(make("--config", paths[0]) == "bowl 11 0.125\n")
    #expect(make("--config", paths[0], "--config", paths[1]) == "bowl 12 0.125\n")
    #expect(make("--config", paths[1], "--config", paths[0]) == "bowl 11 0.125\n")
    #expect(make("--count", "13", "--config", paths[0]) == "bowl 13 0.125\n")
    #expect(make("cup", "--rate", "4", "--config", paths[1]) == "cup 12 4.0\n")
  }
}

@Test func defaultsAreThoseOfTheModelWhereverItIsNamed() throws {
  try withFiles(["vessel = \"bowl\""]) { paths in
    let commands = [Workshop.command]
    #expect(runAtelier(["make", "cup"], commands: commands).output == "cup 3 0.5\n")
    #expect(runAtelier(["make", "bowl"], commands: commands).output == "bowl 30 0.5\n")
    #expect(runAtelier(["make", "--config", paths[0]], commands: commands).output == "bowl 30 0.5\n")
  }
}

@Test(arguments: [
  ("batch = 64\nlatnet = 3", ":2: Unknown key 'latnet'. Did you mean 'latent'?"),
  ("[optimisation]\nbatch = 64", ":2: Unknown key 'optimisation.batch'. Did you mean 'batch'?"),
  ("dry-run = true", ":1: Unknown key 'dry-run'"),
  ("batch = \"64\"", ":1: 'batch' takes an integer, not a string"),
  ("batch = 6.4", ":1: 'batch' takes an integer, not a number with a fraction"),
  ("hidden = 64", ":1: 'hidden' takes an array of integers, not an integer"),
  ("lr = true", ":1: 'lr' takes a number, not a boolean"),
  ("batch = 0", ":1: The value '0' is invalid for 'batch'. Please provide an integer of at least 1."),
  ("lr = nan", ":1: The value 'nan' is invalid for 'lr'. Please provide a number above 0."),
  (
    "\nshards = 12",
    ":2: The value '12' is invalid for 'shards'. Please provide a power of two from 1 to 1024."
  ),
  ("loss = bce", ":1: 'bce' is not a value; strings need quotes"),
  ("batch = 64\nbatch = 64", ":2: the key 'batch' is defined twice"),
])
func faultsOfAConfigurationFileExit78(text: String, message: String) throws {
  try withFiles([text]) { paths in
    let result = runAtelier(["train", "dense-ae", "--config", paths[0]])
    #expect(result.code == 78)
    #expect(result.error.split(separator: "\n").first == "Error: \(paths[0])\(message)"[...])
    #expect(result.output == "" && !result.error.contains("Usage:"))
  }
}

@Test func aConfigurationFileThatIsNotThereExits66() {
  let result = runAtelier(["train", "dense-ae", "--config", "/nonexistent/c.toml"])
  #expect(result.code == 66)
  #expect(result.error == "Error: cannot read /nonexistent/c.toml: No such file or directory\n")
}

@Test func configTomlRunsWithoutNamingTheModel() throws {
  let dryRun = runAtelier(["train", "dense-ae", "-n", "--lr", "3e-4", "--hidden", "200,50", "--steps", "7"])
  try withFiles([dryRun.output]) { paths in
    #expect(runAtelier(["train", "--config", paths[0], "--dry-run"]).output == dryRun.output)
  }
}
