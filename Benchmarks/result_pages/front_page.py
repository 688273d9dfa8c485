"""Docs/results/README.md: one picture, one table, and where the rest is."""

import array
import gzip

from .catalogue import FRONT_DRAWN, FRONT_REBUILT, TORCH_DCGAN
from .charts import strip_table
from .collect import NETWORK, save_strip, strip_path
from .figures import MINUTES, generated_rows, machine, minutes
from .records import REPOSITORY, Record, Records
from .sweep_pages import SWEEP_PAGES

REMADE = ("`Benchmarks/results train` trains all of this, and `Benchmarks/results write` makes these pages; what is not finished is left "
          "out. [records.json](records.json) has the figures.")


def front_page(records: Records) -> list[str]:
    rows = {(row.run, row.options): row for row in generated_rows(records)}

    def cell(value: str, name: str, record: Record, preset: bool) -> str:
        shown = f"**{value}** `{name}`" if preset else value
        time = minutes(name, record)
        return shown if time is None else f"{shown}, {round(time) or 'under 1'} min"

    def similarity(name: str, preset: bool = False) -> str:
        record = records.runs.get(name)
        return cell(f"{record.figures['test/ssim']:.4f}", name, record, preset) if record else ""

    def distance(name: str, options: str = "", preset: bool = False) -> str:
        row = rows.get((name, options))
        return cell(row.text("fid", 1), name, row.records[0], preset) if row else ""

    return [
        "# Results", "",
        "![Test images, what models make of them, and images that models draw](front.svg)", "",
        "| what | published, or PyTorch | the same model here | our `--preset` |", "|---|---|---|---|",
        f"| SSIM of rebuilt test images, `baseline-ae` | 0.8991 | {similarity('baseline-ae')} | |",
        f"| the same, `modified-ae`, 128 numbers a code | 0.9180 | {similarity('modified-ae')} | {similarity('ssim-128', preset=True)} |",
        f"| the same, 64 numbers | 0.8737 | {similarity('modified-ae-64')} | {similarity('ssim-64', preset=True)} |",
        f"| the same, 32 numbers | | | {similarity('ssim-32', preset=True)} |",
        f"| FID[{NETWORK}] of 10,000 images drawn by a DCGAN | {distance(TORCH_DCGAN.name)} | {distance('dcgan')} | {distance('fid-dcgan', preset=True)} |",
        f"| the same, by a VAE | | {distance('vae')} | {distance('fid-vae', preset=True)} |",
        f"| the same, by an autoencoder with a mixture as prior | | {distance('dense-ae-linear', '--prior mixture:50')} | {distance('fid-mixture', preset=True)} |",
        "",
        "SSIM is scikit-image's on the test images of the published 80/10/10 split; more is better. FID is against the 10,000 test images in features of "
        f"our own network (`{NETWORK}`), not Inception's; less is better, ± is the standard deviation over seeds. " + MINUTES, "",
        f"{machine()} {REMADE}", "",
        "- [Autoencoders](autoencoders.md): the published ones and our presets, with curves, pictures, MSE and PSNR",
        "- [Generated images](generation.md): priors, VAEs and GANs",
        *(f"- {line}" for line in SWEEP_PAGES.values())]


def front_picture(records: Records) -> str:
    """Test images, what each model makes of them, and the first images that each model draws."""
    if not strip_path("test-images").exists():
        save_strip("test-images", test_images(10))
    labels = {"test-images": "test images"}
    for name in FRONT_REBUILT:
        if name in records.runs:
            labels[name] = f"{name}: SSIM {records.runs[name].figures['test/ssim']:.3f}"
    for name in FRONT_DRAWN:
        if name in records.runs:
            labels[name] = f"{name}: FID {records.runs[name].evaluations['']['fid']:.0f}"
    return strip_table([(label, strip_path(name).read_bytes()) for name, label in labels.items()])


def test_images(count: int) -> list[bytes]:
    """The first test images of the published 80/10/10 split, whose indices the program holds: of 32 bits, the test part last."""
    indices = array.array("I", (REPOSITORY / "Sources/CPublishedSplit/indices.bin").read_bytes())[63_000:63_000 + count]
    images = b""
    for part in ("train", "t10k"):
        with gzip.open(f"/usr/share/datasets/fashion-mnist/{part}-images-idx3-ubyte.gz") as file:
            images += file.read()[16:]
    return [images[784 * index:784 * (index + 1)] for index in indices]
