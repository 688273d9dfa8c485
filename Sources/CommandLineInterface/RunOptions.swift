import Diagnostics
import Training

/// The options that fill a ``RunConfiguration``: the one place that names, explains and checks them.
package enum RunOptions {
  package typealias Entry = OptionSpecification<RunConfiguration>

  /// In the order of the help and of `config.toml`.
  package static let table: [Entry] = model + optimisation + data + parallelism + watching + runFolder

  /// The options that concern a run's folder, which commands without one leave out.
  static var runFolderNames: [String] { runFolder.map(\.description.name) }

  private static let model: [Entry] = [
    .argument("model", \.model, .choice, .arithmetic, "The model to train."),
    .option(
      "hidden", "widths", \.hidden, .integers(atLeast: 1), .model, .arithmetic,
      "Widths of the hidden layers of dense-ae's encoder, from the image inwards, which the decoder mirrors, of gan's "
        + "generator, from the noise to the image, which the discriminator mirrors, or of classifier's, the last of "
        + "which makes the features."
    ),
    .option(
      "channels", "widths", \.channels, .integers(atLeast: 1), .model, .arithmetic,
      "For convolutional models: channels of the convolutions of encoder or discriminator, from the image inwards; decoder "
        + "or generator mirror them. conv-ae, conv-vae and modified-ae halve the image with each but the first, dcgan with each, "
        + "baseline-ae once after all, classifier after every second one."
    ),
    .option(
      "latent", "n", \.latent, .integer(atLeast: 1), .model, .arithmetic,
      "Numbers in the code of an image, or in the noise that a GAN makes it of."),
    .option(
      "activation", "function", \.activation, .choice, .model, .arithmetic,
      "Function after each hidden layer."),
    .option(
      "latent-activation", "function", \.latentActivation, .choice, .model, .arithmetic,
      "Function after the layer that makes the code."),
    .option(
      "dropout", "part", \.dropout, .fraction, .model, .arithmetic,
      "Part of the values after each pool and before the logits of classifier that training sets to zero."),
    .option(
      "batch-norm", "images", \.batchNormScope, .choice, .model, .arithmetic,
      "Images whose statistics batch normalization of dcgan uses: all of the global batch, or those of each shard."
    ),
    .option(
      "d-norm", "norm", \.discriminatorNorm, .choice, .model, .arithmetic,
      "What keeps a GAN's discriminator from growing too steep: batch normalization (dcgan only), spectral "
        + "normalization of every weight, or nothing."
    ),
    .flag(
      "conditional", \.isConditional, .model, .arithmetic,
      "Let a GAN draw images of a given class, and judge them by it; the data needs labels."),
    .flag(
      "minibatch-stddev", \.hasMinibatchStandardDeviation, .model, .arithmetic,
      "Let a GAN's discriminator see how much the images of a batch differ."),
    .option(
      "conventions", "library", \.conventions, .choice, .model, .arithmetic,
      "Library whose initial weights and Adam are followed."),
    .option(
      "prior", "distribution", \.prior, .prior, .model, .recorded,
      "What the codes of generated images are drawn from: N(0, I), or after training the Gaussian of the training "
        + "images' codes, or a mixture of n Gaussians fitted to them: normal, gaussian or mixture:<n>.",
      defaultText: "normal"),
  ]

  private static let optimisation: [Entry] = [
    .option(
      "loss", "loss", \.loss, .choice, .optimisation, .arithmetic,
      "What training makes small: binary cross-entropy, squared or absolute error, 1 - SSIM, or a mix of SSIM and "
        + "absolute error."),
    .option(
      "mix-alpha", "part", \.mixAlpha, .share, .optimisation, .arithmetic,
      "The part of SSIM in the loss 'mix'.",
      defaultText: "0.84"),
    .option(
      "likelihood", "distribution", \.likelihood, .choice, .optimisation, .arithmetic,
      "Distribution of the pixels given a variational autoencoder's code: Bernoulli, or Gaussian with one variance that is learnt."
    ),
    .option(
      "beta", "factor", \.beta, .number(), .optimisation, .arithmetic,
      "What the divergence of a variational autoencoder's code from N(0, I) counts beside the pixels' likelihood."
    ),
    .option(
      "kl-warmup", "steps", \.divergenceWarmup, .integer(atLeast: 1), .optimisation, .arithmetic,
      "Updates over which --beta rises from 0.", defaultText: "0"),
    .option(
      "free-bits", "nats", \.freeBits, .number(above: true), .optimisation, .arithmetic,
      "Nats of divergence that each number of a code may have for nothing.", defaultText: "0"),
    .option(
      "adversarial-loss", "loss", \.adversarialLoss, .choice, .optimisation, .arithmetic,
      "What the two networks of a GAN make small."),
    .option(
      "label-smoothing", "part", \.labelSmoothing, .fraction, .optimisation, .arithmetic,
      "What the target of real images is below 1.", defaultText: "0"),
    .option(
      "d-lr", "rate", \.discriminatorRate, .positiveNumber, .optimisation, .arithmetic,
      "The learning rate of a GAN's discriminator, at its highest.", defaultText: "as --lr"),
    .option(
      "d-steps", "n", \.discriminatorSteps, .integer(atLeast: 1), .optimisation, .arithmetic,
      "Updates of a GAN's discriminator, each with a batch of its own, before one of the generator.",
      defaultText: "1"),
    .option(
      "r1", "weight", \.realGradientPenalty, .number(), .optimisation, .arithmetic,
      "Weight of the discriminator's squared gradient at real images; needs --d-norm spectral or none.",
      defaultText: "0"),
    .option(
      "gradient-penalty", "weight", \.gradientPenalty, .number(), .optimisation, .arithmetic,
      "Weight of the discriminator's squared distance from slope 1 between real and generated images; needs --d-norm "
        + "spectral or none.", defaultText: "0"),
    .option(
      "augment", "changes", \.augmentation, .choices(), .optimisation, .arithmetic,
      "Random changes of every image that a GAN's discriminator sees, through which gradients pass back: shifts by up "
        + "to an eighth of the image, squares of half its size cut out.", defaultText: "none"),
    .option(
      "ema", "part", \.averageDecay, .fraction, .optimisation, .arithmetic,
      "Keep a moving average of a GAN's generator, of which this part stays at each step, less in the beginning; samples and "
        + "scores come from it, and checkpoints have it beside the generator.",
      defaultText: "0: no average"),
    .option(
      "shift", "pixels", \.shift, .integer(atLeast: 0), .optimisation, .arithmetic,
      "Move each training image at random by up to so many pixels each way, anew in every epoch; for all models but GANs.",
      defaultText: "0"),
    .option(
      "optimizer", "optimizer", \.optimizer.name, .choice, .optimisation, .arithmetic,
      "What turns gradients into steps, as --conventions has it."),
    .option(
      "lr", "rate", \.learningRate, .positiveNumber, .optimisation, .arithmetic,
      "The learning rate, at its highest."),
    .option(
      "lr-rule", "rule", \.learningRateRule, .choice, .optimisation, .arithmetic,
      "How learning rates follow the global batch: not at all, or multiplied by batch/128 or by its square root."
    ),
    .option(
      "weight-decay", "rate", \.optimizer.weightDecay, .number(), .optimisation, .arithmetic,
      "Weight decay: decoupled for adamw and in Keras, otherwise added to the gradient.",
      defaultText: "0; adamw: 0.004 in Keras, 0.01 in PyTorch"),
    .option(
      "momentum", "part", \.optimizer.momentum, .fraction, .optimisation, .arithmetic,
      "Momentum of sgd and rmsprop.", defaultText: "0"),
    .flag("nesterov", \.optimizer.isNesterov, .optimisation, .arithmetic, "Nesterov's momentum for sgd."),
    .option(
      "beta1", "part", \.optimizer.beta1, .fraction, .optimisation, .arithmetic,
      "What adam and adamw keep of the mean gradient at each update.", defaultText: "0.9"),
    .option(
      "beta2", "part", \.optimizer.beta2, .fraction, .optimisation, .arithmetic,
      "What adam and adamw keep of the mean squared gradient at each update.", defaultText: "0.999"),
    .option(
      "epsilon", "number", \.optimizer.epsilon, .number(above: true), .optimisation, .arithmetic,
      "What adam, adamw and rmsprop add before they divide.", defaultText: "1e-7 in Keras, 1e-8 in PyTorch"),
    .option(
      "alpha", "part", \.optimizer.alpha, .fraction, .optimisation, .arithmetic,
      "What rmsprop keeps of the mean squared gradient at each update.",
      defaultText: "0.9 in Keras, 0.99 in PyTorch"),
    .option(
      "schedule", "schedule", \.schedule, .choice, .optimisation, .arithmetic,
      "How the learning rate moves after the warm-up: stays, falls to --min-lr along half a cosine by the end of the "
        + "run, or is multiplied by --gamma every --step-size updates."),
    .option(
      "warmup", "steps", \.warmup, .integer(atLeast: 0), .optimisation, .arithmetic,
      "Updates over which the learning rate first rises from 0."),
    .option(
      "step-size", "steps", \.stepSize, .integer(atLeast: 1), .optimisation, .arithmetic,
      "Updates between steps of the schedule 'step'."),
    .option(
      "gamma", "factor", \.gamma, .number(above: true), .optimisation, .arithmetic,
      "Factor of each step of the schedule 'step'.", defaultText: "0.1"),
    .option(
      "min-lr", "rate", \.minimumLearningRate, .number(), .optimisation, .arithmetic,
      "Where the schedule 'cosine' ends.", defaultText: "0"),
    .option(
      "clip-norm", "norm", \.clipNorm, .number(above: true), .optimisation, .arithmetic,
      "Scale gradients down where the norm of all together exceeds this.", defaultText: "no limit"),
    .option(
      "batch", "n", \.batch, .integer(atLeast: 1), .optimisation, .arithmetic,
      "Images in a global batch, over all ranks together."),
    .option(
      "batch-per-rank", "n", \.batchPerRank, .integer(atLeast: 1), .optimisation, .local,
      "Set --batch to n times the number of ranks; kept when the run resumes on other ranks.",
      defaultText: "not used"),
    .option(
      "accumulate", "n", \.accumulate, .integer(atLeast: 1), .optimisation, .arithmetic,
      "Parts that a batch goes through the model in, one after another, to need less memory."),
    .option(
      "epochs", "n", \.epochs, .integer(atLeast: 0), .optimisation, .recorded,
      "Passes over the training images; 0 writes the untrained model and its samples."),
    .option(
      "steps", "n", \.steps, .integer(atLeast: 1), .optimisation, .recorded,
      "End after this many updates, if that is sooner.", defaultText: "no limit"),
    .option(
      "patience", "n", \.patience, .integer(atLeast: 0), .optimisation, .recorded,
      "End after this many evaluations without a lower validation loss, of a GAN without a lower Fréchet distance, and make "
        + "samples and test figures from the best checkpoint; 0 never."),
    .option(
      "min-delta", "loss", \.minimumDelta, .number(), .optimisation, .recorded,
      "What that figure has to fall by to count for --patience.", defaultText: "0"),
    .option(
      "seed", "n", \.seed, .integer(0...UInt32.max), .optimisation, .arithmetic,
      "Decides initial weights, the order of images and all other chance."),
  ]

  private static let data: [Entry] = [
    .option(
      "data", "path", \.data, .path, .data, .recorded,
      "Folder of IDX files, plain or .gz, or an .npy file (images, height, width) of uint8, or float32 in [0, 1].",
      defaultText: "/usr/share/datasets/fashion-mnist, else ./data"),
    .option(
      "split", "scheme", \.split, .choice, .data, .arithmetic,
      "The published training and test images; or of Fashion-MNIST's 70,000 images 56,000 to train on, 7,000 to "
        + "validate and 7,000 to test. Of an .npy file the last two sevenths validate and test."),
    .option(
      "validation", "n", \.validation, .integer(atLeast: 1), .data, .arithmetic,
      "Take the last n of the training images for validation, to select on.", defaultText: "the split's own"),
    .option(
      "limit", "n", \.limit, .integer(atLeast: 1), .data, .arithmetic,
      "Train on the first n training images only; other splits stay whole.", defaultText: "all"),
  ]

  private static let parallelism: [Entry] = [
    .option(
      "shards", "n", \.shards, .powerOfTwo(upTo: 1024), .parallelism, .arithmetic,
      "Slices of a batch for ranks and threads to share, a power of two; they fix the order of sums, so that any "
        + "number of ranks up to it gives the same bytes."),
    .option(
      "threads", "n", \.threads, .integer(1...1024), .parallelism, .local, "Threads of each rank.",
      defaultText: "this host's cores, divided among its ranks"),
    .option(
      "allreduce", "algorithm", \.allreduce, .choice, .parallelism, .arithmetic,
      "How ranks add gradients: in the shards' fixed tree, or by MPI_Allreduce for comparison, which gives up equal "
        + "bytes."),
  ]

  private static let watching: [Entry] = [
    .option(
      "hang-timeout", "seconds", \.hangTimeout, .integer(atLeast: 0), .parallelism, .local,
      "Seconds that a rank waits for another before it ends the job and names it; 0 waits for ever.")
  ]

  private static let runFolder: [Entry] = [
    .option(
      "run-dir", "path", \.runDirectory, .path, .runFolder, .local,
      "Folder to create for all that the run writes.",
      defaultText: "the next runs/<number>-<model>"),
    .option(
      "resume", "auto|path", \.resume, .path, .runFolder, .local,
      "Continue, at any number of ranks, from a checkpoint's folder, or with 'auto' from the last checkpoint in "
        + "--run-dir if there is one."),
    .option(
      "evaluate-every", "epochs", \.evaluateEvery, .integer(atLeast: 0), .runFolder, .recorded,
      "Epochs between evaluations; 0 evaluates at the end only."),
    .option(
      "fid-samples", "n", \.fidSamples, .integer(0...10_000_000), .runFolder, .recorded,
      "Images to generate at each evaluation and compare with the held-out ones, for GANs the training ones: Fréchet and kernel distance, precision, "
        + "recall; 0 compares none."),
    .option(
      "features", "network", \.features, .choice, .runFolder, .recorded,
      "Network in whose features they are compared: the one in the program, for 28x28 pixels, or InceptionV3 with "
        + "--weights.", defaultText: "fashion-cnn-v1"),
    .option(
      "weights", "file", \.featureWeights, .path, .runFolder, .recorded,
      "Safetensors file with the weights of --features inception.", defaultText: "none"),
    .option(
      "checkpoint-every", "epochs", \.checkpointEvery, .integer(atLeast: 0), .runFolder, .recorded,
      "Epochs between checkpoints; 0 saves at the end only."),
    .option(
      "keep", "n", \.keep, .integer(atLeast: 0), .runFolder, .recorded,
      "Newest checkpoints to keep, beside the best; 0 keeps all."),
    .option(
      "log-every", "steps", \.logEvery, .integer(atLeast: 1), .runFolder, .recorded,
      "Steps between rows of metrics.jsonl."),
    .option(
      "check-every", "steps", \.checkEvery, .integer(atLeast: 0), .runFolder, .recorded,
      "Steps between comparisons of the ranks' parameters; 0 never compares."),
  ]
}

// MARK: - config.toml

extension RunOptions {
  /// `config.toml`: every setting that decides what the run computes and when it writes, the same at any number of
  /// ranks and threads. `atelier train --config config.toml` repeats the run.
  package static func configurationText(of configuration: RunConfiguration) -> String {
    "# Repeat this run with: atelier train --config config.toml\n\n"
      + ConfigurationFile.text(of: configuration, by: table) {
        $0.role == .arithmetic || $0.role == .recorded
      }
  }

  /// The configuration that such a text holds; `path` is for the messages.
  package static func configuration(from text: String, path: String) throws(Failure) -> RunConfiguration {
    let settings = try ConfigurationFile.settings(in: text, path: path, by: table.map(\.description))
    var configuration = try defaults(for: settings)
    for setting in settings { try apply(setting, to: &configuration, by: table) }
    return configuration
  }

  /// The defaults of the model that the settings name, with a preset's over them. Throws where two different models are
  /// named, as a configuration made for one model means nothing for another.
  package static func defaults(for settings: [Setting], preset: Preset? = nil) throws(Failure)
    -> RunConfiguration
  {
    var configuration = RunConfiguration.defaults(for: ModelName.allCases[0])
    let named = settings.filter { $0.name == "model" }
    for setting in named { try apply(setting, to: &configuration, by: table) }
    for setting in named where setting.value != configuration.model.rawValue {
      guard case .file(let path, let line) = setting.origin else { continue }
      throw Failure(
        .usage,
        "\(path):\(line): The configuration is for '\(setting.value)', not '\(configuration.model.rawValue)'",
        help: "Leave out the model, or take the line 'model' out of the file.")
    }
    guard let preset else { return .defaults(for: configuration.model) }
    guard preset.model == configuration.model else {
      throw Failure(
        .usage,
        "The preset '\(preset.name)' is for '\(preset.model.rawValue)', not '\(configuration.model.rawValue)'",
        help: "Leave out the model, or the preset.")
    }
    return preset.configuration
  }
}
