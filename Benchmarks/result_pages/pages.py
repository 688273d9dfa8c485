"""The pages of Docs/results/, written from what has finished; the rest is left out."""

import shutil
from pathlib import Path

from .catalogue import GENERATORS, RUNS, TORCH_DCGAN
from .charts import line_chart
from .figures import (MINUTES, NETWORK, PAGES, Finished, Generated, finished, generated, generated_by_peer, machine, test_figure)
from .front_page import front_page
from .sweep_pages import finished_pages, sweep_page
from .training import everything, run_command


def write(runs: Path) -> None:
    done = {run.name: finished(run, runs) for run in RUNS}
    shutil.rmtree(PAGES, ignore_errors=True)
    PAGES.mkdir(parents=True)
    generators = generated_rows(runs)
    save("README.md", front_page(done, generators, runs))
    save("autoencoders.md", autoencoder_page(done, runs))
    save("generation.md", generation_page(done, generators))
    for page in finished_pages(runs):
        save(f"{page}.md", sweep_page(page, runs))
    missing = [item.name for item in everything(runs) if not item.is_finished]
    print(f"{PAGES}: written; not finished: {' '.join(missing) or 'nothing'}")


def save(name: str, lines: list[str]) -> None:
    (PAGES / name).write_text("\n".join(lines).rstrip() + "\n")


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
            f"{item.last('test/psnr'):.2f} | {item.epochs} | {item.minutes} |")
    lines += ["", "Published MSE is that of the validation images. " + MINUTES, ""]
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
    time = f", {item.minutes} minutes" if item.minutes else ""
    lines += [f"{item.epochs} epochs, seed 0{time}.", ""]
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
                     f"{row.text('precision', 3)} | {row.text('recall', 3)} | {row.minutes} |")
    if rows:
        floor, ceiling = (test_figure(rows[0].seeds[0], name) for name in ("fid_floor", "fid_ceiling"))
        lines += ["", f"Two halves of the test images are {floor:.1f} apart, noise {ceiling:.0f}. " + MINUTES, ""]
    for group in done.values():
        if group and group[0].last("test/ssim") is None:
            lines += section(group[0])
    return lines
