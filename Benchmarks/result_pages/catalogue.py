"""What Docs/results/ shows: runs, sweeps, the peers' runs, and the rows of the tables made of them."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Run:
    """A run by its folder's name, and what comes after `atelier train`."""

    name: str
    options: str
    note: str = ""
    published: dict[str, float] = field(default_factory=dict)
    seeds: tuple[int, ...] = (0,)

    def folder(self, seed: int) -> str:
        return self.name if seed == 0 else f"{self.name}-seed-{seed}"


@dataclass(frozen=True)
class Sweep:
    """A sweep by its folder's name, and what comes after `atelier sweep`."""

    name: str
    options: str
    page: str
    title: str
    # What it teaches, in the words of those who have looked at it.
    lesson: str = ""
    # Keys of `metrics.jsonl` that the table shows, at the end of each trial.
    figures: tuple[str, ...] = ("validation/ssim", "validation/mse")
    # Options of `evaluate` with which images are drawn and scored after each trial; None draws none.
    prior: str | None = None


@dataclass(frozen=True)
class Generator:
    """A row of the table of generated images: a run of which images are drawn, and options of `evaluate`."""

    label: str
    run: str
    options: str = ""


RUNS = [
    Run("dense-ae", "dense-ae"),
    Run("dense-ae-linear", "dense-ae --latent-activation linear", "A code whose distribution can be fitted."),
    Run("conv-ae", "conv-ae"),
    Run("baseline-ae", "baseline-ae", published={"ssim": 0.8991, "mse": 0.0037}),
    Run("modified-ae", "modified-ae", published={"ssim": 0.9180, "mse": 0.0031}),
    Run("modified-ae-slow", "modified-ae --lr 0.0001", published={"ssim": 0.9038, "mse": 0.0036}),
    Run("modified-ae-64", "modified-ae --latent 64", published={"ssim": 0.8737, "mse": 0.0047}),
    Run("modified-ae-64-slow", "modified-ae --latent 64 --lr 0.0001", published={"ssim": 0.8585, "mse": 0.0054}),
    Run("ssim-128", "--preset ssim-128"),
    Run("ssim-64", "--preset ssim-64"),
    Run("ssim-32", "--preset ssim-32"),
    Run("fid-mixture", "--preset fid-mixture"),
    Run("vae", "vae"),
    Run("fid-vae", "--preset fid-vae"),
    Run("conv-vae", "conv-vae"),
    Run("gan", "gan", seeds=(0, 1, 2)),
    Run("gan-classes", "gan --conditional --ema 0.999", "A column for each class; drawn by the generator's average.",
        seeds=(0, 1, 2)),
    Run("dcgan", "dcgan", seeds=(0, 1, 2)),
    Run("fid-dcgan", "--preset fid-dcgan", "A column for each class; drawn by the generator's average.", seeds=(0, 1, 2)),
]

# Trained by Benchmarks/peers/torch_dcgan.py.
TORCH_DCGAN = Run("torch-dcgan", "", seeds=(0, 1, 2))

GENERATORS = [
    Generator("`dense-ae`, N(0, I)", "dense-ae", "--prior normal"),
    Generator("`dense-ae`, linear code, N(0, I)", "dense-ae-linear", "--prior normal"),
    Generator("`dense-ae`, linear code, Gaussian", "dense-ae-linear", "--prior gaussian"),
    Generator("`dense-ae`, linear code, mixture of 50", "dense-ae-linear", "--prior mixture:50"),
    Generator("`fid-mixture`, mixture of 50", "fid-mixture"),
    Generator("the layers of `fid-mixture`, N(0, I)", "fid-mixture", "--prior normal"),
    Generator("`vae`", "vae"),
    Generator("`vae`, mixture of 50", "vae", "--prior mixture:50"),
    Generator("`fid-vae`, mixture of 50", "fid-vae"),
    Generator("the layers of `fid-vae`, N(0, I)", "fid-vae", "--prior normal"),
    Generator("`conv-vae`", "conv-vae"),
    Generator("`conv-vae`, mixture of 50", "conv-vae", "--prior mixture:50"),
    Generator("`gan`", "gan"),
    Generator("`gan --conditional --ema 0.999`", "gan-classes"),
    Generator("`dcgan`", "dcgan"),
    Generator("`fid-dcgan`", "fid-dcgan"),
]

# What presets must keep to when they are recorded again: SSIM of the test images at least, FID / trace (mean over seeds) at most.
LEAST_SSIM = {"ssim-128": 0.935, "ssim-64": 0.90, "ssim-32": 0.83}
MOST_FID_TRACE = {"fid-mixture": 0.03, "fid-vae": 0.10, "fid-dcgan": 0.01}

# Rows of the front page's picture: runs that rebuild test images, and runs that draw.
FRONT_REBUILT = ("baseline-ae", "modified-ae", "ssim-128", "ssim-64", "ssim-32")
FRONT_DRAWN = ("dcgan", "fid-dcgan", "fid-vae", "fid-mixture")

# Runs that are the trials of the published tuning, by latent and learning rate.
PUBLISHED_TUNING = {(128, 0.001): "modified-ae", (128, 0.0001): "modified-ae-slow", (64, 0.001): "modified-ae-64",
                    (64, 0.0001): "modified-ae-64-slow"}
PUBLISHED_TUNING_OPTIONS = "modified-ae --grid latent=128,64 --grid lr=0.001,0.0001"
PUBLISHED_TUNING_LESSON = (
    "Half the numbers of the code cost 0.04 of SSIM, a tenth of the learning rate 0.01. The lower rate is only slower: with 64 numbers the "
    "higher one has 0.865 of the validation images after 21 epochs, where the lower one is after 100, still gaining.")

# The same layers, weights and loss of pixels, so that the code alone differs.
DENSE_AE = "dense-ae --hidden 400 --latent-activation linear --conventions torch --validation 10000 --epochs 15"
VAE = "vae --validation 10000 --epochs 15"
LARGE_BATCHES = "dcgan --channels 32,64 --conditional --ema 0.999"

SWEEPS = [
    Sweep("latent-ae", f"{DENSE_AE} --grid latent=2,8,16,32,64", "tuning", "Size of the code: autoencoder",
          "The autoencoder rebuilds better with every number more that its code has. With a Gaussian fitted to its codes it draws best with "
          "8 to 16 of them, and about as well as the VAE.", prior="--prior gaussian"),
    Sweep("latent-vae", f"{VAE} --grid latent=2,8,16,32,64", "tuning", "Size of the code: VAE",
          "The VAE stops gaining between 8 and 16 numbers: the divergence makes it leave the rest of the code at the prior. With 2 "
          "numbers it rebuilds nearly as well as the autoencoder, whose layers are the same.", prior=""),
    Sweep("activation-ae", f"{DENSE_AE} --latent 20 --grid activation=relu,leaky-relu,tanh", "tuning", "Activation: autoencoder",
          "The rectifiers are nearly equal; tanh is behind."),
    Sweep("activation-vae", f"{VAE} --grid activation=relu,leaky-relu,tanh", "tuning", "Activation: VAE",
          "In the same order as for the autoencoder."),
    Sweep("rate-ae", f"{DENSE_AE} --latent 20 --grid lr=0.0003,0.001,0.003", "tuning", "Learning rate: autoencoder",
          "Three times the published rate is slightly better after as many epochs."),
    Sweep("rate-vae", f"{VAE} --grid lr=0.0003,0.001,0.003", "tuning", "Learning rate: VAE",
          "Three times the published rate has the better bound (the bars) and the worse reconstructions: the bound alone does not tell "
          "which images are rebuilt better."),
    Sweep("loss-ae", f"{DENSE_AE} --latent 20 --metric validation/ssim --grid loss=bce,mse,l1,ssim,mix --grid optimizer=adam,rmsprop,sgd",
          "tuning", "Loss and optimiser: autoencoder",
          "Trained for SSIM, or for the mix of it and absolute error, it has more SSIM and more squared error; absolute error alone brings no "
          "more SSIM than cross-entropy. RMSprop stays behind Adam with every loss. Plain SGD learns nothing at this rate: losses are means "
          "over pixels, whose gradients are small."),
    Sweep("loss-vae", f"{VAE} --metric validation/ssim --grid likelihood=bernoulli,gaussian --grid optimizer=adam,rmsprop,sgd",
          "tuning", "Likelihood and optimiser: VAE",
          "Gaussian pixels with a variance that is learnt rebuild better than Bernoulli ones, because the variance shrinks and lets the code "
          "say more. A VAE's loss is a sum over pixels, so that plain SGD does learn at this rate, if slowly."),
    Sweep("large-batches", f"{LARGE_BATCHES} --epochs 10 --evaluate-every 10 --grid batch=128,512,2048 --grid lr-rule=none,linear,sqrt",
          "scaling", "FID at equal images",
          "Ten epochs are 4,690 updates of 128 images, 1,180 of 512, 300 of 2,048. With the published learning rate, fewer updates only "
          "mean less learning. The linear rule makes up for all of it at 512, where it is even slightly ahead; at 2,048, where it is "
          "sixteen times the published rate, for most, but not all. The square root is behind it at both, so that for this GAN the linear "
          "rule is the one to begin with. One seed each; no warm-up.", figures=("train/fid[fashion-cnn-v1]",), prior=""),
]
