"""Docs/results/README.md: one picture, one table, and where the rest is."""

import array
import gzip
import subprocess
import tempfile
from pathlib import Path

from .catalogue import PUBLISHED_TUNING, RUNS, TORCH_DCGAN
from .charts import image_table
from .figures import MINUTES, NETWORK, PAGES, REPOSITORY, Finished, Generated, machine, test_figure
from .sweep_pages import SWEEP_PAGES, finished_pages

REMADE = "All of this is made by `Benchmarks/results train` and `Benchmarks/results write`; what is not finished is left out."


def front_page(done: dict[str, list[Finished]], generators: list[Generated], runs: Path) -> list[str]:
    lines = ["# Results", ""]
    picture = front_picture(done, generators)
    if picture:
        (PAGES / "front.svg").write_text(picture)
        lines += ["![Test images, what models make of them, and images that models draw](front.svg)", ""]
    lines += ["| what | published, or PyTorch | the same model here | our `--preset` |", "|---|---|---|---|"]

    def cell(value: str, item: Finished | Generated, preset: bool) -> str:
        shown = f"**{value}** `{item.run if isinstance(item, Generated) else item.run.name}`" if preset else value
        return f"{shown}, {round(float(item.minutes)) or 'under 1'} min" if item.minutes else shown

    def similarity(name: str, preset: bool = False) -> str:
        items = done.get(name, [])
        return cell(f"{items[0].last('test/ssim'):.4f}", items[0], preset) if items else ""

    tuned = published_tuning_figures(runs)
    lines += [
        f"| SSIM of rebuilt test images, `baseline-ae` | 0.8991 | {similarity('baseline-ae')} | |",
        f"| the same, `modified-ae`, 128 numbers a code | 0.9180 | {similarity('modified-ae')} | {similarity('ssim-128', preset=True)} |",
        f"| the same, 64 numbers | 0.8737 | {tuned.get((64, 0.001), '')} | {similarity('ssim-64', preset=True)} |",
        f"| the same, 32 numbers | | | {similarity('ssim-32', preset=True)} |"]
    by_run = {(row.run, row.options): row for row in generators}

    def distance(run: str, options: str = "", preset: bool = False) -> str:
        row = by_run.get((run, options))
        return cell(row.text("fid", 1), row, preset) if row else ""

    lines += [
        f"| FID[{NETWORK}] of 10,000 images drawn by a DCGAN | {distance(TORCH_DCGAN.name)} | {distance('dcgan')} | {distance('fid-dcgan', preset=True)} |",
        f"| the same, by a VAE | | {distance('vae')} | {distance('fid-vae', preset=True)} |",
        f"| the same, by an autoencoder with a mixture as prior | | {distance('dense-ae-linear', '--prior mixture:50')} | {distance('fid-mixture', preset=True)} |",
        "",
        "SSIM is scikit-image's on the test images of the published 80/10/10 split; more is better. FID is against the 10,000 test images in features of "
        f"our own network (`{NETWORK}`), not Inception's; less is better, ± is the standard deviation over seeds. " + MINUTES, "",
        f"{machine()} {REMADE}", "",
        "- [Autoencoders](autoencoders.md): the published ones and our presets, with curves, pictures, MSE and PSNR",
        "- [Generated images](generation.md): priors, VAEs and GANs"]
    return lines + [f"- {SWEEP_PAGES[page]}" for page in finished_pages(runs)]


def published_tuning_figures(runs: Path) -> dict[tuple[int, float], str]:
    """The SSIM on the test images of each setting of the published tuning that has been tried, by latent and rate."""
    figures = {}
    for latent, rate in PUBLISHED_TUNING:
        for folder in (runs / "published-tuning/trials").glob(f"*-latent={latent},lr={rate:g}"):
            value = Finished(RUNS[0], folder, runs).last("test/ssim") if (folder / "metrics.jsonl").exists() else None
            if value is not None:
                figures[latent, rate] = f"{value:.4f}"
    return figures


def array_images(path: Path, count: int) -> list[bytes]:
    """The first images of an `.npy` file of float32 in [0, 1] as bytes, without numpy."""
    data = path.read_bytes()
    values = array.array("f", data[10 + int.from_bytes(data[8:10], "little"):])
    return [bytes(round(255 * min(max(value, 0), 1)) for value in values[784 * index:784 * (index + 1)]) for index in range(count)]


def front_picture(done: dict[str, list[Finished]], generators: list[Generated]) -> str | None:
    """Test images, what each model makes of them, and the first images that each model draws."""
    rows = []
    with tempfile.TemporaryDirectory() as scratch:

        def rebuilt(folder: Path, count: int) -> list[bytes]:
            out = Path(scratch) / "rebuilt.npy"
            words = ["launch/run", "reconstruct", str(folder), "--count", str(count), "--out", str(out), "--quiet"]
            subprocess.run(words, cwd=REPOSITORY, check=True, stdin=subprocess.DEVNULL)
            return array_images(out, count)

        count = 10
        for name in ("baseline-ae", "modified-ae", "ssim-128", "ssim-64", "ssim-32"):
            if done[name]:
                item = done[name][0]
                rows.append((f"{name}: SSIM {item.last('test/ssim'):.3f}", rebuilt(item.folder, count)))
        if rows:
            rows.insert(0, ("test images", originals(count)))
        distances = {row.run: test_figure(row.seeds[0], "fid") for row in generators if not row.options}
        for name in ("dcgan", "fid-dcgan", "fid-vae", "fid-mixture"):
            if done[name]:
                rows.append((f"{name}: FID {distances[name]:.0f}", array_images(done[name][0].folder / "samples.npy", count)))
    return image_table(rows) if rows else None


def originals(count: int) -> list[bytes]:
    """The first test images of the published 80/10/10 split, whose indices the program holds: of 32 bits, the test part last."""
    indices = array.array("I", (REPOSITORY / "Sources/CPublishedSplit/indices.bin").read_bytes())[63_000:63_000 + count]
    images = b""
    for part in ("train", "t10k"):
        with gzip.open(f"/usr/share/datasets/fashion-mnist/{part}-images-idx3-ubyte.gz") as file:
            images += file.read()[16:]
    return [images[784 * index:784 * (index + 1)] for index in indices]
