import Artifacts
import CommandLineInterface
import TestSupport
import Testing
import Training

/// What each preset is for, by its size; the list grows deliberately.
@Test func thePresetsAreThese() {
  #expect(
    Preset.all.map(\.name) == [
      "dense-784-128", "ssim-128", "ssim-64", "ssim-32", "fid-mixture", "fid-vae", "fid-dcgan",
    ])
  let preset = Preset.all[0].configuration
  #expect(preset.model == .denseAutoencoder && preset.hidden == [] && preset.latent == 128)
  for (preset, latent) in zip(Preset.all[1...3], [128, 64, 32]) {
    let configuration = preset.configuration
    #expect(configuration.model == .modifiedAutoencoder && configuration.latent == latent)
    #expect(configuration.loss == .ssim && configuration.split == .published801010)
  }
}

@Test func aPresetBringsItsModel() {
  for preset in Preset.all {
    let expected = RunOptions.configurationText(of: preset.configuration)
    let words = ["train", "-n", "--preset", preset.name]
    #expect(runAtelier(words).output == expected)
    #expect(runAtelier(words + [preset.model.rawValue]).output == expected)
    #expect(expected != RunOptions.configurationText(of: .defaults(for: preset.model)))
  }
}

@Test func aPresetsConfigTomlReadsBackWithoutThePreset() throws {
  for preset in Preset.all {
    let text = RunOptions.configurationText(of: preset.configuration)
    #expect(!text.contains("preset"))
    #expect(try RunOptions.configuration(from: text, path: "config.toml") == preset.configuration)
  }
}

@Test func filesAndOptionsOverrideAPreset() throws {
  let folder = TemporaryFolder()
  let file = try folder.write("c.toml", Array("latent = 64\nbatch = 256\n".utf8))
  let result = runAtelier([
    "train", "--latent", "16", "-n", "--config", file, "--preset", "dense-784-128",
  ])
  #expect(result.code == 0)
  let lines = result.output.split(separator: "\n")
  #expect(lines.contains("hidden = []") && lines.contains("latent = 16") && lines.contains("batch = 256"))
}

@Test(arguments: [["train", "--preset", "dense"], ["train", "dense-ae", "--preset", "dense"]])
func anUnknownPresetListsThePresets(words: [String]) {
  let result = runAtelier(words)
  #expect(result.code == 64)
  #expect(
    result.error.hasPrefix(
      "Error: The value 'dense' is invalid for '--preset <name>'. Please provide one of 'dense-784-128', 'ssim-128', "
        + "'ssim-64', 'ssim-32', 'fid-mixture', 'fid-vae' and 'fid-dcgan'.\n"))
}

@Test(arguments: [["train"], ["bench", "train"], ["sweep"]])
func aPresetOfAnotherModelIsRefused(command: [String]) {
  let result = runAtelier(command + ["--preset", "ssim-64", "dcgan"])
  #expect(result.code == 64 && result.output == "")
  #expect(
    result.error.hasPrefix(
      "Error: The preset 'ssim-64' is for 'modified-ae', not 'dcgan'\nHelp:  Leave out the model, or the preset.\n"
    ))
}

@Test(arguments: [["train"], ["bench", "train"], ["sweep"]])
func helpShowsThePresetsDefaults(command: [String]) {
  let help = runAtelier(command + ["--preset", "dense-784-128", "--help"]).output
  #expect(
    help.contains("(default: none)") && help.contains("a GAN makes it of. (default: 128)"))
}

@Test func withoutHiddenLayersTwoLayersAreLeft() throws {
  let run = try TrainedRun(["--preset", "dense-784-128", "--split", "official", "--hidden", "none"])
  #expect(run.training.exitCode == 0, "\(run.training!)")
  let weights = try SafeTensorsFile(reading: run.folder.path("run/checkpoints/last/model.safetensors"))
  let shapes = weights.tensors.map { "\($0.name) \($0.data.shape)" }.sorted()
  #expect(
    shapes == [
      "decoder.dense1.bias [96]", "decoder.dense1.weight [96, 6]", "encoder.dense1.bias [6]",
      "encoder.dense1.weight [6, 96]",
    ])
  let evaluation = run.run(["evaluate", "run"])
  #expect(evaluation.exitCode == 0 && evaluation.standardOutput.contains("test/ssim"), "\(evaluation)")
}
