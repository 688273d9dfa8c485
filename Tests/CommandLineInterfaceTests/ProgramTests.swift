import CommandLineInterface
import Diagnostics
import Testing

@Test func usageErrorsLookLikeThoseOfSwiftTools() {
  let result = runAtelier(["train", "dense-ae", "--epocs", "3"])
  #expect(result.code == 64)
  #expect(result.output == "")
  #expect(
    result.error == """
      Error: Unknown option '--epocs'. Did you mean '--epochs'?
      Usage: atelier train [<options>] <model>
        See 'atelier train --help' for more information.

      """)
}

@Test func aFaultyValueIsExplained() {
  let result = runAtelier(["sample", "run", "--count", "0"])
  #expect(result.code == 64)
  #expect(
    result.error == """
      Error: The value '0' is invalid for '--count <n>'. Please provide an integer from 1 to 10000000.
      Help:  --count <n>  Images to draw.
      Usage: atelier sample [--count <n>] [--seed <n>] [--class <n>] [--prior <distribution>] [--data <path>] [--out <file>] [--quiet] [--verbose] <run>
        See 'atelier sample --help' for more information.

      """)
}

@Test func anUnknownModelListsTheModels() {
  let result = runAtelier(["train", "dens"])
  #expect(result.code == 64)
  #expect(
    result.error.hasPrefix(
      "Error: The value 'dens' is invalid for '<model>'. Please provide one of 'dense-ae', 'conv-ae', 'baseline-ae', 'modified-ae', 'vae', 'conv-vae', 'gan', 'dcgan' and 'classifier'.\n"
    ))
}

@Test func aMissingModelListsTheModels() {
  let result = runAtelier(["train", "--epochs", "3"])
  #expect(result.code == 64)
  #expect(
    result.error.hasPrefix(
      "Error: Missing expected argument '<model>'\nHelp:  <model>  The model to train. (values: dense-ae, conv-ae, baseline-ae, modified-ae, vae, conv-vae, gan, dcgan, classifier)\n"
    ))
}

@Test func unknownSubcommandsAreCorrected() {
  for words in [["trian"], ["help", "trian"]] {
    let result = runAtelier(words)
    #expect(result.code == 64)
    #expect(
      result.error == """
        Error: Unknown subcommand 'trian'. Did you mean 'train'?
        Help:  The subcommands are 'train', 'sweep', 'sample', 'encode', 'decode', 'reconstruct', 'interpolate', 'traverse', 'manifold', 'scatter', 'evaluate', 'compare', 'export', 'data', 'bench', 'help'.
        Usage: atelier <subcommand>
          See 'atelier --help' for more information.

        """)
  }
}

@Test(arguments: [
  ["--versoin"], ["-x"], ["--generate-completion-script"], ["--generate-completion-script", "csh"],
])
func faultyProgramOptionsExit64(words: [String]) {
  let result = runAtelier(words)
  #expect(result.code == 64)
  #expect(result.output == "" && result.error.hasPrefix("Error: "))
}

@Test func failuresOfACommandAreReportedWithTheirCode() {
  func command(failing error: any Error) -> CommandSpecification {
    CommandSpecification(
      name: "fail", overview: "Fail.", table: [OptionSpecification<Int>](),
      defaults: { _ throws(Failure) in 0 }, helpDefaults: { _ in [0] }, body: { _, _ in throw error })
  }
  let failure = Failure(.badData, "The file 'x' is cut short", help: "Copy it again.")
  let result = runAtelier(["fail"], commands: [command(failing: failure)])
  #expect(result.code == 65)
  #expect(result.error == "Error: The file 'x' is cut short\nHelp:  Copy it again.\n")
  #expect(runAtelier(["fail"], commands: [command(failing: CancellationError())]).code == 1)
}

@Test func theCommandsBodyGetsTheCodeOut() {
  let command = CommandSpecification(
    name: "stop", overview: "Stop.", table: [OptionSpecification<Int>](),
    defaults: { _ throws(Failure) in 0 }, helpDefaults: { _ in [0] }, body: { _, _ in .preempted })
  #expect(runAtelier(["stop"], commands: [command]).code == 75)
}

@Test func theRankComesFromTheLauncher() {
  func rank(_ variables: [String: String]) -> Int { LauncherRank.rank { variables[$0] } }
  #expect(rank([:]) == 0)
  #expect(rank(["OMPI_COMM_WORLD_RANK": "3"]) == 3)
  #expect(rank(["PMIX_RANK": "2"]) == 2)
  #expect(rank(["SLURM_PROCID": "5", "SLURM_STEP_ID": "0"]) == 5)
  #expect(rank(["SLURM_PROCID": "5"]) == 0)
  #expect(rank(["OMPI_COMM_WORLD_RANK": "1", "SLURM_PROCID": "0", "SLURM_STEP_ID": "0"]) == 1)
}

@Test func theFirstOnAHostComesFromTheLauncher() {
  func isFirst(_ variables: [String: String]) -> Bool { LauncherRank.isFirstOnHost { variables[$0] } }
  #expect(isFirst([:]))
  #expect(isFirst(["OMPI_COMM_WORLD_RANK": "4", "OMPI_COMM_WORLD_LOCAL_RANK": "0"]))
  #expect(!isFirst(["OMPI_COMM_WORLD_RANK": "1", "OMPI_COMM_WORLD_LOCAL_RANK": "1"]))
  #expect(isFirst(["SLURM_PROCID": "4", "SLURM_LOCALID": "0", "SLURM_STEP_ID": "0"]))
  #expect(!isFirst(["PMIX_RANK": "2"]))
  #expect(isFirst(["PMIX_RANK": "0"]))
}
