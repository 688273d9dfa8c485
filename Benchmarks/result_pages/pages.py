"""The pages of Docs/results/, written from what has finished; the rest is left out."""

import array
import gzip
import shutil
import subprocess
import tempfile
from pathlib import Path

from sitting import processor

from .catalogue import GENERATORS, PUBLISHED_TUNING, RUNS, SWEEPS, TORCH_DCGAN, Run, Sweep
from .charts import image_table, line_chart
from .figures import (NETWORK, REPOSITORY, Finished, Generated, evaluation, finished, generated, generated_by_peer,
                      sweep_results, test_figure)
from .training import run_command, sweep_command

PAGES = REPOSITORY / "Docs/results"
REMADE = "All of this is made by `Benchmarks/results train` and `Benchmarks/results write`; what is not finished is left out."


def write(runs: Path) -> None:
    done = {run.name: finished(run, runs) for run in RUNS}
    shutil.rmtree(PAGES, ignore_errors=True)
    PAGES.mkdir(parents=True)
    generators = generated_rows(runs)
    save("README.md", front_page(done, generators, runs))
    save("autoencoders.md", autoencoder_page(done, runs))
    save("generation.md", generation_page(done, generators))
    for page in dict.fromkeys(sweep.page for sweep in SWEEPS if sweep_results(sweep, runs)):
        save(f"{page}.md", sweep_page(page, runs))
    missing = [run.folder(seed) for run in [*RUNS, TORCH_DCGAN] for seed in run.seeds[len(finished_seeds(run, runs)):]]
    missing += [sweep.name for sweep in SWEEPS if not sweep_results(sweep, runs)]
    print(f"{PAGES}: written; not finished: {' '.join(missing) or 'nothing'}")


def finished_seeds(run: Run, runs: Path) -> list:
    if run is TORCH_DCGAN:
        row = generated_by_peer(run, runs)
        return row.seeds if row else []
    return finished(run, runs)


def save(name: str, lines: list[str]) -> None:
    (PAGES / name).write_text("\n".join(lines).rstrip() + "\n")


def machine() -> str:
    return f"Trained on Fashion-MNIST with two cores ({processor()})."


# MARK: The front page


def front_page(done: dict[str, list[Finished]], generators: list[Generated], runs: Path) -> list[str]:
    lines = ["# Results", ""]
    picture = front_picture(done, runs)
    if picture:
        (PAGES / "front.svg").write_text(picture)
        lines += ["![Test images, what models make of them, and images that models draw](front.svg)", ""]
    lines += ["| what | published, or PyTorch | the same model here | our preset |", "|---|---|---|---|"]

    def similarity(name: str) -> str:
        items = done.get(name, [])
        return f"{items[0].last('test/ssim'):.4f}" if items else ""

    def preset(name: str) -> str:
        items = done.get(name, [])
        return f"**{similarity(name)}**, `--preset {name}`, {items[0].core_minutes / 2:.0f} minutes" if items else ""

    tuned = published_tuning_figures(runs)
    lines += [
        f"| SSIM of rebuilt test images, 128 numbers a code | 0.9180 | {similarity('modified-ae')} | {preset('ssim-128')} |",
        f"| the same, 64 numbers | 0.8737 | {tuned.get((64, 0.001), '')} | {preset('ssim-64')} |",
        f"| the same, 32 numbers | | | {preset('ssim-32')} |"]
    by_run = {(row.run, row.options): row for row in generators}

    def distance(run: str, options: str = "") -> str:
        row = by_run.get((run, options))
        return row.text("fid", 1) if row else ""

    def best_distance(run: str) -> str:
        row = by_run.get((run, ""))
        return f"**{distance(run)}**, `--preset {run}`, {row.core_minutes / 2:.0f} minutes" if row else ""

    lines += [
        f"| FID[{NETWORK}] of 10,000 images drawn by a DCGAN | {distance(TORCH_DCGAN.name)} | {distance('dcgan')} | {best_distance('fid-dcgan')} |",
        f"| the same, by an autoencoder with a mixture as prior | | {distance('dense-ae-linear', '--prior mixture:50')} | {best_distance('fid-mixture')} |",
        "",
        "SSIM is scikit-image's on the test images of the published 80/10/10 split; more is better. FID is against the 10,000 test images in features of "
        f"our own network (`{NETWORK}`), not Inception's; less is better, ± is the standard deviation over seeds. Minutes are of both "
        "cores, training alone.", "",
        f"{machine()} {REMADE}", "",
        "- [Autoencoders](autoencoders.md): the published ones and our presets, with curves, pictures, MSE and PSNR",
        "- [Generated images](generation.md): priors, VAEs and GANs"]
    titles = {"tuning": "[Tuning](tuning.md): the published tuning as a sweep; autoencoders against VAEs",
              "scaling": "[Larger batches](scaling.md): GANs at equal images under each learning-rate rule"}
    shown = dict.fromkeys(sweep.page for sweep in SWEEPS if sweep_results(sweep, runs))
    return lines + [f"- {titles[page]}" for page in shown]


def published_tuning_figures(runs: Path) -> dict[tuple[int, float], str]:
    """The SSIM on the test images of each setting of the published tuning that has been tried, by latent and rate."""
    figures = {}
    for latent, rate in PUBLISHED_TUNING:
        for folder in (runs / "published-tuning/trials").glob(f"*-latent={latent},lr={rate:g}"):
            value = Finished(RUNS[0], folder).last("test/ssim") if (folder / "metrics.jsonl").exists() else None
            if value is not None:
                figures[latent, rate] = f"{value:.4f}"
    return figures


def array_images(path: Path, indices: list[int]) -> list[bytes]:
    """Images of an `.npy` file of float32 in [0, 1] as bytes, without numpy."""
    data = path.read_bytes()
    values = array.array("f", data[10 + int.from_bytes(data[8:10], "little"):])
    return [bytes(round(255 * min(max(value, 0), 1)) for value in values[784 * index:784 * (index + 1)]) for index in indices]


def front_picture(done: dict[str, list[Finished]], runs: Path) -> str | None:
    """Test images, what each model makes of them, and the first images that each model draws."""
    rows = []
    with tempfile.TemporaryDirectory() as scratch:

        def rebuilt(folder: Path, count: int) -> list[bytes]:
            out = Path(scratch) / "rebuilt.npy"
            words = ["launch/run", "reconstruct", str(folder), "--count", str(count), "--out", str(out), "--quiet"]
            subprocess.run(words, cwd=REPOSITORY, check=True, stdin=subprocess.DEVNULL)
            return array_images(out, list(range(count)))

        count = 10
        labels = {"modified-ae": "the published model, 128 numbers", "ssim-128": "ssim-128", "ssim-64": "ssim-64",
                  "ssim-32": "ssim-32"}
        for name, label in labels.items():
            if done[name]:
                item = done[name][0]
                rows.append((f"{label}: SSIM {item.last('test/ssim'):.3f}", rebuilt(item.folder, count)))
        if rows:
            rows.insert(0, ("test images", originals(count)))
        for name in ("dcgan", "fid-dcgan", "fid-mixture"):
            if done[name]:
                rows.append((f"drawn by {name}", array_images(done[name][0].folder / "samples.npy", list(range(count)))))
    return image_table(rows) if rows else None


def originals(count: int) -> list[bytes]:
    """The first test images of the published 80/10/10 split, whose indices the program holds: of 32 bits, the test part last."""
    indices = array.array("I", (REPOSITORY / "Sources/CPublishedSplit/indices.bin").read_bytes())[63_000:63_000 + count]
    images = b""
    for part in ("train", "t10k"):
        with gzip.open(f"/usr/share/datasets/fashion-mnist/{part}-images-idx3-ubyte.gz") as file:
            images += file.read()[16:]
    return [images[784 * index:784 * (index + 1)] for index in indices]


# MARK: Autoencoders


def autoencoder_page(done: dict[str, list[Finished]], runs: Path) -> list[str]:
    items = [group[0] for group in done.values() if group and group[0].last("test/ssim") is not None]
    lines = ["# Autoencoders", "",
             "Means over the test images; `ssim` is scikit-image's with its 7x7 windows, `ssim-gaussian` TensorFlow's with its 11x11. "
             f"{machine()}", "",
             "| model | ssim | published | ssim-gaussian | MSE | published | PSNR | epochs | minutes |", "|---|---|---|---|---|---|---|---|---|"]
    for item in sorted(items, key=lambda item: -item.last("test/ssim")):
        published = item.run.published
        lines.append(
            f"| [`{item.run.name}`](#{item.run.name}) | {item.last('test/ssim'):.4f} | {figure(published.get('ssim'), 4)} | "
            f"{item.last('test/ssim-gaussian'):.4f} | {item.last('test/mse'):.5f} | {figure(published.get('mse'), 4)} | "
            f"{item.last('test/psnr'):.2f} | {item.epochs} | {item.core_minutes / 2:.1f} |")
    lines += ["", "Published MSE is that of the validation images. The minutes of both cores are half of those that training took on one, "
              "or of the sum over two ranks, other work beside it included.", ""]
    for item in items:
        lines += section(item)
    return lines


def figure(value: float | None, digits: int) -> str:
    return "" if value is None else f"{value:.{digits}f}"


def section(item: Finished) -> list[str]:
    """A run's command, curve and pictures."""
    name = item.run.name
    lines = [f"## {name}", "", f"    {run_command(item.run, 0)}", ""]
    if item.run.note:
        lines += [item.run.note, ""]
    lines += [f"{item.epochs} epochs, seed 0, {item.core_minutes / 2:.1f} minutes on two cores.", ""]
    for key in (f"train/fid[{NETWORK}]", "validation/ssim", "test/ssim", "validation/loss", "test/loss"):
        points = item.curve(key)
        if len(points) > 1:
            (PAGES / f"{name}.svg").write_text(line_chart(points, key))
            lines += [f"![{key} by epoch]({name}.svg)", ""]
            break
    for picture in ("reconstructions", "progress", "samples"):
        if (item.folder / f"{picture}.png").exists():
            shutil.copyfile(item.folder / f"{picture}.png", PAGES / f"{name}-{picture}.png")
            lines += [f"![{picture} of {name}]({name}-{picture}.png)", ""]
    return lines


# MARK: Generated images


def generated_rows(runs: Path) -> list[Generated]:
    by_name = {run.name: run for run in RUNS}
    rows = [generated(item, by_name[item.run], runs) for item in GENERATORS] + [generated_by_peer(TORCH_DCGAN, runs)]
    return sorted((row for row in rows if row), key=lambda row: row.mean("fid"))


def generation_page(done: dict[str, list[Finished]], rows: list[Generated]) -> list[str]:
    lines = ["# Generated images", "",
             f"10,000 images each against the 10,000 test images, features of `{NETWORK}` "
             "([what the figures mean](../evaluation.md#generated-images)); the least distance first. ± is the standard deviation "
             f"over seeds 0, 1, … where there are several. {machine()}", "",
             "| model | seeds | FID | FID / trace | KID | precision | recall | minutes |", "|---|---|---|---|---|---|---|---|"]
    for row in rows:
        lines.append(f"| {row.label} | {len(row.seeds)} | {row.text('fid', 1)} | {row.text('fid_trace', 4)} | {row.text('kid', 1)} | "
                     f"{row.text('precision', 3)} | {row.text('recall', 3)} | {row.core_minutes / 2:.1f} |")
    if rows:
        floor, ceiling = (test_figure(rows[0].seeds[0], name) for name in ("fid_floor", "fid_ceiling"))
        lines += ["", f"Two halves of the test images are {floor:.1f} apart, noise {ceiling:.0f}. Minutes are of both cores, training alone.", ""]
    for group in done.values():
        if group and group[0].last("test/ssim") is None:
            lines += section(group[0])
    return lines


# MARK: Sweeps


def sweep_page(page: str, runs: Path) -> list[str]:
    lines = [{"tuning": "# Tuning", "scaling": "# Larger batches"}[page], "", machine(), ""]
    for sweep in SWEEPS:
        results = sweep_results(sweep, runs)
        if sweep.page != page or results is None:
            continue
        lines += [f"## {sweep.title}", "", f"    {sweep_command(sweep)}", ""]
        if sweep.lesson:
            lines += [sweep.lesson, ""]
        lines += sweep_table(sweep, results, runs) + [""]
        shutil.copyfile(runs / sweep.name / "sweep.svg", PAGES / f"{sweep.name}.svg")
        lines += [f"![Bars of the trials]({sweep.name}.svg)", ""]
    return lines


def sweep_table(sweep: Sweep, results: dict, runs: Path) -> list[str]:
    settings = list(results["trials"][0]["settings"])
    columns = [*settings, *sweep.figures]
    if sweep.name == "published-tuning":
        columns.append("published test/ssim")
    if sweep.prior is not None:
        columns += [f"test/fid[{NETWORK}]{', ' + sweep.prior if sweep.prior else ''}"]
    lines = ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    for trial in results["trials"]:
        folder = runs / sweep.name / "trials" / trial["name"]
        item = Finished(Run(trial["name"], ""), folder)
        cells = [str(value) for value in trial["settings"].values()] + [f"{item.last(key):.5g}" for key in sweep.figures]
        if sweep.name == "published-tuning":
            cells.append(f"{PUBLISHED_TUNING[tuple(trial['settings'].values())]:.4f}")
        if sweep.prior is not None:
            cells.append(f"{test_figure(evaluation(folder, sweep.prior), 'fid'):.1f}")
        lines.append("| " + " | ".join(cells) + " |")
    return lines
