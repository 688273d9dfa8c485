import CommandLineInterface
import Testing

@Test func helpOfTheProgram() {
  let expected = """
    OVERVIEW: Data-parallel training of image autoencoders, VAEs and GANs, with the
    same bytes at any number of ranks.

    USAGE: atelier <subcommand>

    OPTIONS:
      --generate-completion-script <shell>
                              Print a completion script. (values: bash, zsh, fish)
      --version               Show the version.
      -h, --help              Show help information.

    SUBCOMMANDS:
      train                   Train a model, alone or on all ranks of mpirun or
                              srun.
      sweep                   Train a model with many settings, side by side on
                              groups of ranks, and find the best.
      sample                  Draw images from a trained decoder or generator.
      encode                  Write the codes that a trained model gives images.
      decode                  Write the images that a trained model makes of codes.
      reconstruct             Draw images above what a trained model makes of them.
      interpolate             Draw the images on the way between the codes of two
                              images.
      traverse                Draw what each number of a code does to the image.
      manifold                Draw the images of all codes of a model with --latent
                              2, on a grid.
      scatter                 Draw the codes of images on a plane, with a colour for
                              each class.
      evaluate                Score a trained model, or images that any program has
                              made.
      compare                 Score trained models side by side: table, bars and
                              pictures.
      export                  Write the weights of the feature network inside the
                              program.
      data                    Describe a data set: sizes, splits, classes, order and
                              shards.
      bench                   Measure how fast a model trains on this machine.

      See 'atelier help <subcommand>' for detailed help.

    """
  for words in [[], ["help"], ["--help"], ["-h"], ["help", "--help"]] {
    let result = runAtelier(words)
    #expect(result.code == 0 && result.error == "")
    #expect(result.output == expected)
  }
}

/// The help is read more often than any guide: this text changes deliberately.
@Test func helpOfTrain() {
  let expected = """
    OVERVIEW: Train a model, alone or on all ranks of mpirun or srun.

      atelier train dense-ae
      mpirun -n 8 atelier train dense-ae --epochs 5 --seed 7 --run-dir runs/first

    The same options write the same checkpoints, metrics and samples at any number
    of ranks and threads.

    USAGE: atelier train [<options>] <model>

    ARGUMENTS:
      <model>                 The model to train. (values: dense-ae, conv-ae,
                              baseline-ae, modified-ae, vae, conv-vae, gan, dcgan,
                              classifier)

    MODEL:
      --preset <name>         Begin with settings of our own, which all other
                              options override: dense-784-128 (dense-ae: 784-128-784
                              on 80/10/10); ssim-128 (modified-ae: the most SSIM for
                              128 numbers); ssim-64 (modified-ae: the most SSIM for
                              64 numbers); ssim-32 (modified-ae: the most SSIM for
                              32 numbers); fid-mixture (modified-ae: ssim-64 on the
                              official split, a mixture of 50 as prior); fid-vae
                              (vae: a tenth of the divergence, wider, a mixture of
                              50 as prior); fid-dcgan (dcgan: wider, 16 numbers of
                              noise, classes, an average, small batches at a high
                              rate). (values: dense-784-128, ssim-128, ssim-64,
                              ssim-32, fid-mixture, fid-vae, fid-dcgan; default: the
                              model's published settings)
      --hidden <widths>       Widths of the hidden layers of dense-ae's encoder,
                              from the image inwards, which the decoder mirrors, of
                              gan's generator, from the noise to the image, which
                              the discriminator mirrors, or of classifier's, the
                              last of which makes the features. (default: the
                              model's)
      --channels <widths>     For convolutional models: channels of the convolutions
                              of encoder or discriminator, from the image inwards;
                              decoder or generator mirror them. conv-ae, conv-vae
                              and modified-ae halve the image with each but the
                              first, dcgan with each, baseline-ae once after all,
                              classifier after every second one. (default: the
                              model's)
      --latent <n>            Numbers in the code of an image, or in the noise that
                              a GAN makes it of. (default: the model's)
      --activation <function> Function after each hidden layer. (values: linear,
                              relu, leaky-relu, sigmoid, tanh; default: the model's)
      --latent-activation <function>
                              Function after the layer that makes the code. (values:
                              linear, relu, leaky-relu, sigmoid, tanh; default: the
                              model's)
      --dropout <part>        Part of the values after each pool and before the
                              logits of classifier that training sets to zero.
                              (default: the model's)
      --batch-norm <images>   Images whose statistics batch normalization of dcgan
                              uses: all of the global batch, or those of each shard.
                              (values: global, shard; default: the model's)
      --d-norm <norm>         What keeps a GAN's discriminator from growing too
                              steep: batch normalization (dcgan only), spectral
                              normalization of every weight, or nothing. (values:
                              batch, spectral, none; default: the model's)
      --conditional/--no-conditional
                              Let a GAN draw images of a given class, and judge them
                              by it; the data needs labels.
      --minibatch-stddev/--no-minibatch-stddev
                              Let a GAN's discriminator see how much the images of a
                              batch differ.
      --conventions <library> Library whose initial weights and Adam are followed.
                              (values: keras, torch; default: the model's)
      --prior <distribution>  What the codes of generated images are drawn from:
                              N(0, I), or after training the Gaussian of the
                              training images' codes, or a mixture of n Gaussians
                              fitted to them: normal, gaussian or mixture:<n>.
                              (default: normal)

    OPTIMISATION:
      --loss <loss>           What training makes small: binary cross-entropy,
                              squared or absolute error, 1 - SSIM, or a mix of SSIM
                              and absolute error. (values: bce, mse, l1, ssim, mix;
                              default: the model's)
      --mix-alpha <part>      The part of SSIM in the loss 'mix'. (default: 0.84)
      --likelihood <distribution>
                              Distribution of the pixels given a variational
                              autoencoder's code: Bernoulli, or Gaussian with one
                              variance that is learnt. (values: bernoulli, gaussian;
                              default: the model's)
      --beta <factor>         What the divergence of a variational autoencoder's
                              code from N(0, I) counts beside the pixels'
                              likelihood. (default: the model's)
      --kl-warmup <steps>     Updates over which --beta rises from 0. (default: 0)
      --free-bits <nats>      Nats of divergence that each number of a code may have
                              for nothing. (default: 0)
      --adversarial-loss <loss>
                              What the two networks of a GAN make small. (values:
                              non-saturating, lsgan, hinge, wasserstein; default:
                              the model's)
      --label-smoothing <part>
                              What the target of real images is below 1. (default:
                              0)
      --d-lr <rate>           The learning rate of a GAN's discriminator, at its
                              highest. (default: as --lr)
      --d-steps <n>           Updates of a GAN's discriminator, each with a batch of
                              its own, before one of the generator. (default: 1)
      --r1 <weight>           Weight of the discriminator's squared gradient at real
                              images; needs --d-norm spectral or none. (default: 0)
      --gradient-penalty <weight>
                              Weight of the discriminator's squared distance from
                              slope 1 between real and generated images; needs
                              --d-norm spectral or none. (default: 0)
      --augment <changes>     Random changes of every image that a GAN's
                              discriminator sees, through which gradients pass back:
                              shifts by up to an eighth of the image, squares of
                              half its size cut out. (values: translation, cutout,
                              translation,cutout, none; default: none)
      --ema <part>            Keep a moving average of a GAN's generator, of which
                              this part stays at each step, less in the beginning;
                              samples and scores come from it, and checkpoints have
                              it beside the generator. (default: 0: no average)
      --shift <pixels>        Move each training image at random by up to so many
                              pixels each way, anew in every epoch; for all models
                              but GANs. (default: 0)
      --optimizer <optimizer> What turns gradients into steps, as --conventions has
                              it. (values: adam, adamw, sgd, rmsprop; default: adam)
      --lr <rate>             The learning rate, at its highest. (default: the
                              model's)
      --lr-rule <rule>        How learning rates follow the global batch: not at
                              all, or multiplied by batch/128 or by its square root.
                              (values: none, linear, sqrt; default: none)
      --weight-decay <rate>   Weight decay: decoupled for adamw and in Keras,
                              otherwise added to the gradient. (default: 0; adamw:
                              0.004 in Keras, 0.01 in PyTorch)
      --momentum <part>       Momentum of sgd and rmsprop. (default: 0)
      --nesterov/--no-nesterov
                              Nesterov's momentum for sgd.
      --beta1 <part>          What adam and adamw keep of the mean gradient at each
                              update. (default: the model's)
      --beta2 <part>          What adam and adamw keep of the mean squared gradient
                              at each update. (default: 0.999)
      --epsilon <number>      What adam, adamw and rmsprop add before they divide.
                              (default: 1e-7 in Keras, 1e-8 in PyTorch)
      --alpha <part>          What rmsprop keeps of the mean squared gradient at
                              each update. (default: 0.9 in Keras, 0.99 in PyTorch)
      --schedule <schedule>   How the learning rate moves after the warm-up: stays,
                              falls to --min-lr along half a cosine by the end of
                              the run, or is multiplied by --gamma every --step-size
                              updates. (values: constant, cosine, step; default: the
                              model's)
      --warmup <steps>        Updates over which the learning rate first rises from
                              0. (default: 0)
      --step-size <steps>     Updates between steps of the schedule 'step'.
      --gamma <factor>        Factor of each step of the schedule 'step'. (default:
                              0.1)
      --min-lr <rate>         Where the schedule 'cosine' ends. (default: 0)
      --clip-norm <norm>      Scale gradients down where the norm of all together
                              exceeds this. (default: no limit)
      --batch <n>             Images in a global batch, over all ranks together.
                              (default: 128)
      --batch-per-rank <n>    Set --batch to n times the number of ranks; kept when
                              the run resumes on other ranks. (default: not used)
      --accumulate <n>        Parts that a batch goes through the model in, one
                              after another, to need less memory. (default: 1)
      --epochs <n>            Passes over the training images; 0 writes the
                              untrained model and its samples. (default: the
                              model's)
      --steps <n>             End after this many updates, if that is sooner.
                              (default: no limit)
      --patience <n>          End after this many evaluations without a lower
                              validation loss, of a GAN without a lower Fréchet
                              distance, and make samples and test figures from the
                              best checkpoint; 0 never. (default: the model's)
      --min-delta <loss>      What that figure has to fall by to count for
                              --patience. (default: 0)
      --seed <n>              Decides initial weights, the order of images and all
                              other chance. (default: 0)

    DATA:
      --data <path>           Folder of IDX files, plain or .gz, or an .npy file
                              (images, height, width) of uint8, or float32 in [0,
                              1]. (default: /usr/share/datasets/fashion-mnist, else
                              ./data)
      --split <scheme>        The published training and test images; or of
                              Fashion-MNIST's 70,000 images 56,000 to train on,
                              7,000 to validate and 7,000 to test. Of an .npy file
                              the last two sevenths validate and test. (values:
                              official, 80-10-10; default: the model's)
      --validation <n>        Take the last n of the training images for validation,
                              to select on. (default: the split's own)
      --limit <n>             Train on the first n training images only; other
                              splits stay whole. (default: all)

    PARALLELISM:
      --shards <n>            Slices of a batch for ranks and threads to share, a
                              power of two; they fix the order of sums, so that any
                              number of ranks up to it gives the same bytes.
                              (default: 16)
      --threads <n>           Threads of each rank. (default: this host's cores,
                              divided among its ranks)
      --allreduce <algorithm> How ranks add gradients: in the shards' fixed tree, or
                              by MPI_Allreduce for comparison, which gives up equal
                              bytes. (values: tree, mpi; default: tree)
      --hang-timeout <seconds>
                              Seconds that a rank waits for another before it ends
                              the job and names it; 0 waits for ever. (default: 60)

    RUN FOLDER:
      --run-dir <path>        Folder to create for all that the run writes.
                              (default: the next runs/<number>-<model>)
      --resume <auto|path>    Continue, at any number of ranks, from a checkpoint's
                              folder, or with 'auto' from the last checkpoint in
                              --run-dir if there is one.
      --evaluate-every <epochs>
                              Epochs between evaluations; 0 evaluates at the end
                              only. (default: the model's)
      --fid-samples <n>       Images to generate at each evaluation and compare with
                              the held-out ones, for GANs the training ones: Fréchet
                              and kernel distance, precision, recall; 0 compares
                              none. (default: the model's)
      --features <network>    Network in whose features they are compared: the one
                              in the program, for 28x28 pixels, or InceptionV3 with
                              --weights. (values: fashion-cnn-v1, inception;
                              default: fashion-cnn-v1)
      --weights <file>        Safetensors file with the weights of --features
                              inception. (default: none)
      --checkpoint-every <epochs>
                              Epochs between checkpoints; 0 saves at the end only.
                              (default: 1)
      --keep <n>              Newest checkpoints to keep, beside the best; 0 keeps
                              all. (default: 3)
      --log-every <steps>     Steps between rows of metrics.jsonl. (default: 50)
      --check-every <steps>   Steps between comparisons of the ranks' parameters; 0
                              never compares. (default: 100)
      --config <file>         Read options from a TOML file, as config.toml in a
                              run's folder; later files and the command line
                              override.

    OUTPUT:
      -n, --dry-run           Print the resolved configuration and end without
                              training.
      -q, --quiet             Print warnings and errors only.
      -v, --verbose           Print details of every rank too.

    OPTIONS:
      --version               Show the version.
      -h, --help              Show help information.

    """
  for words in [
    ["help", "train"], ["train", "--help"], ["train", "-vh"], ["train", "dense-ae", "--epocs", "-h"],
  ] {
    let result = runAtelier(words)
    #expect(result.code == 0 && result.error == "")
    #expect(result.output == expected)
  }
}

@Test func helpShowsTheDefaultsThatAllModelsShare() {
  func help(_ words: String...) -> String {
    runAtelier(["make"] + words, commands: [Workshop.command]).output
  }
  #expect(help("--help").contains("How many. (default: the model's)\n"))
  #expect(help("--help").contains("How fast. (default: 0.5)\n"))
  #expect(help("bowl", "--help").contains("How many. (default: 30)\n"))
  #expect(help("cup", "-h").contains("How many. (default: 3)\n"))
  #expect(help("--help").contains("  -f, --fire/--no-fire    Fire it. (default: true)\n"))
  #expect(help("--help").contains("USAGE: atelier make [--count <n>] [--size <n>]"))
  #expect(help("--help").contains(" <vessel> [<second>]\n"))
}

@Test func helpFitsIntoTheTerminal() {
  for command in Program.commands {
    for width in [60, 80, 120] {
      let transcript = Transcript()
      let program = Program(commands: Program.commands, console: transcript.console(width: width))
      #expect(program.run(arguments: ["atelier", "help", command.name]) == 0)
      let lines = transcript.output.split(separator: "\n").filter {
        $0.hasPrefix(String(repeating: " ", count: 26))
      }
      #expect(lines.allSatisfy { $0.count <= width })
      #expect(command.name != "train" || lines.contains { $0.count > width - 10 })
    }
  }
}

@Test func everyOptionExplainsItselfInASentence() {
  for option in Program.commands.flatMap(\.options) {
    #expect(option.help.hasSuffix(".") && option.help.first!.isUppercase, "\(option.name)")
  }
}

@Test func versionIsShown() {
  for words in [["--version"], ["train", "--version"]] {
    let result = runAtelier(words)
    #expect(result.code == 0 && result.output == "\(Program.version)\n")
  }
}
