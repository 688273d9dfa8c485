import Testing

@Test(arguments: [
  ("--momentum 0.9", "--momentum needs --optimizer sgd or rmsprop"),
  ("--optimizer adamw --momentum 0", "--momentum needs --optimizer sgd or rmsprop"),
  ("--nesterov", "--nesterov needs --optimizer sgd"),
  ("--optimizer sgd --nesterov", "--nesterov needs --momentum above 0"),
  ("--optimizer sgd --beta1 0.5", "--beta1 needs --optimizer adam or adamw"),
  ("--optimizer rmsprop --beta2 0.5", "--beta2 needs --optimizer adam or adamw"),
  ("--optimizer sgd --epsilon 1e-8", "--epsilon needs --optimizer adam, adamw or rmsprop"),
  ("--alpha 0.9", "--alpha needs --optimizer rmsprop"),
  ("--step-size 5", "--step-size needs --schedule step"),
  ("--schedule cosine --gamma 0.5", "--gamma needs --schedule step"),
  ("--schedule step --step-size 5 --min-lr 0", "--min-lr needs --schedule cosine"),
  ("--schedule step", "--schedule step needs --step-size"),
  ("--schedule cosine --min-lr 0.1", "--min-lr 0.1 is above --lr 0.001"),
  ("--loss ssim --mix-alpha 0.5", "--mix-alpha needs --loss mix"),
  ("--min-delta 0.1", "--min-delta needs --patience above 0"),
  ("--dropout 0.1", "--dropout is for classifier, not dense-ae"),
  ("--likelihood gaussian", "--likelihood is for vae or conv-vae, not dense-ae"),
  ("--beta 0.1", "--beta is for vae or conv-vae, not dense-ae"),
  ("--kl-warmup 9", "--kl-warmup is for vae or conv-vae, not dense-ae"),
  ("--adversarial-loss hinge", "--adversarial-loss is for gan or dcgan, not dense-ae"),
  ("--label-smoothing 0.1", "--label-smoothing is for gan or dcgan, not dense-ae"),
  ("--d-lr 0.1", "--d-lr is for gan or dcgan, not dense-ae"),
  ("--d-steps 2", "--d-steps is for gan or dcgan, not dense-ae"),
  ("--batch-norm shard", "--batch-norm is for dcgan, not dense-ae"),
  ("--hidden 8 --prior mixture:0", "The value 'mixture:0' is invalid for '--prior <distribution>'"),
  ("--batch 8 --accumulate 9", "--accumulate 9 cuts a batch of 8 into more parts than it has images"),
])
func optionsWithoutEffectAreRefused(words: String, message: String) {
  for command in [["train", "dense-ae", "-n"], ["bench", "train", "dense-ae"]] {
    let result = runAtelier(command + words.split(separator: " ").map(String.init))
    #expect(result.code == 64 && result.output == "", "\(result)")
    #expect(result.error.hasPrefix("Error: \(message)"), "\(result)")
  }
}

@Test(arguments: [
  (
    "dense-ae --channels 8",
    "--channels is for conv-ae, baseline-ae, modified-ae, conv-vae, dcgan or classifier, not dense-ae"
  ),
  (
    "dense-ae --channels none",
    "--channels is for conv-ae, baseline-ae, modified-ae, conv-vae, dcgan or classifier, not dense-ae"
  ),
  ("conv-ae --hidden 8", "--hidden is for dense-ae, vae, gan or classifier, not conv-ae"),
  ("modified-ae --hidden none", "--hidden is for dense-ae, vae, gan or classifier, not modified-ae"),
  ("baseline-ae --channels none", "--channels can't be none: baseline-ae is made of convolutions"),
])
func widthsOfOtherModelsAreRefused(words: String, message: String) {
  for command in [["train", "-n"], ["bench", "train"], ["bench", "layers"]] {
    let result = runAtelier(command + words.split(separator: " ").map(String.init))
    #expect(result.code == 64 && result.output == "", "\(result)")
    #expect(result.error.hasPrefix("Error: \(message)\n"), "\(result)")
  }
}

/// What the options of GANs ask of each other, before anything starts.
@Test(arguments: [
  ("gan --d-norm batch", "--d-norm batch is for convolutions, and gan has none"),
  ("gan --r1 1 --gradient-penalty 1", "--r1 and --gradient-penalty are two penalties of the same gradient"),
  ("dcgan --r1 1", "--r1 can't pass through the discriminator's batch normalization"),
  ("gan --r1 1 --minibatch-stddev", "--r1 can't pass through --minibatch-stddev"),
  ("gan --gradient-penalty 1 --activation tanh", "--gradient-penalty can't pass through --activation tanh"),
  ("gan --adversarial-loss wasserstein", "--adversarial-loss wasserstein needs a discriminator whose slope"),
  ("gan --adversarial-loss hinge --label-smoothing 0.1", "--label-smoothing moves a target"),
  ("gan --optimizer sgd --beta1 0.7", "--beta1 needs --optimizer adam or adamw"),
  (
    "gan --shift 1",
    "--shift is for dense-ae, conv-ae, baseline-ae, modified-ae, vae, conv-vae or classifier, not gan"
  ),
  ("vae --ema 0.9", "--ema is for gan or dcgan, not vae"),
])
func contradictoryOptionsOfGANsAreRefused(words: String, message: String) {
  let result = runAtelier(["train"] + words.split(separator: " ").map(String.init) + ["-n"])
  #expect(result.code == 64)
  #expect(result.error.hasPrefix("Error: \(message)"), "\(result)")
  #expect(result.error.contains("\nHelp:  "), "\(result)")
}

/// 0 and `none` leave something out, as a sweep needs it, and GANs take other optimisers than their own.
@Test(arguments: [
  "gan --r1 0", "gan --gradient-penalty 0", "gan --ema 0", "gan --augment none", "gan --optimizer sgd",
  "gan --adversarial-loss wasserstein --d-norm spectral",
])
func optionsThatAskForNothingAreTaken(words: String) {
  let result = runAtelier(["train"] + words.split(separator: " ").map(String.init) + ["-n"])
  #expect(result.code == 0, "\(result)")
  for name in ["r1", "gradient-penalty", "ema", "augment"] {
    #expect(!result.output.contains("\n\(name) = "))
  }
}
