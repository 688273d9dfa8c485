"""The pages of Docs/results/, written from the records; what has not finished anywhere is left out."""

import sys
from pathlib import Path

from .catalogue import LEAST_SSIM, MOST_FID_TRACE, RUNS, Run
from .collect import NETWORK, collect
from .figures import MINUTES, generated_rows, machine, minutes_text
from .front_page import front_page, front_picture
from .records import PAGES, Record, Records
from .sweep_pages import TUNING_BARS, scaling_page, tuning_bars, tuning_page
from .training import run_command, unrecorded


def write(runs: Path) -> None:
    records = Records.load()
    collect(records, runs)
    records.save()
    for name, text in made_of(records).items():
        (PAGES / name).write_text(text)
    print(f"{PAGES}: written; not finished: {' '.join(unrecorded(runs)) or 'nothing'}")


def check() -> None:
    """Ends with an error where a page is not what the records make of it, or a record has fallen behind what it must reach."""
    records = Records.load()
    other = [name for name, text in made_of(records).items() if not (PAGES / name).exists() or (PAGES / name).read_text() != text]
    if other:
        sys.exit(f"not what Docs/results/records.json makes of them: {' '.join(other)}; 'Benchmarks/results write' writes them")
    if behind := shortfalls(records):
        sys.exit("; ".join(behind))
    print("Docs/results/: what its records make of it, and nothing behind what it must reach")


def shortfalls(records: Records) -> list[str]:
    """Runs behind the figures that are published for them, and presets behind what is promised of them."""
    found = []
    for run, record in first_seeds(records):
        least = run.published.get("ssim", LEAST_SSIM.get(run.name))
        if least is not None and record.figures["test/ssim"] < least:
            found.append(f"{run.name} has an SSIM of {record.figures['test/ssim']:.4f}, which must be at least {least}")
    for row in generated_rows(records):
        most = MOST_FID_TRACE.get(row.run) if not row.options else None
        if most is not None and row.mean("fid_trace") > most:
            found.append(f"{row.run} has an FID / trace of {row.mean('fid_trace'):.4f}, which must be at most {most}")
    return found


def made_of(records: Records) -> dict[str, str]:
    """The text of each file that follows from the records and the pictures alone."""
    pages = {"README.md": front_page(records), "autoencoders.md": autoencoder_page(records), "generation.md": generation_page(records),
             "tuning.md": tuning_page(records), "scaling.md": scaling_page(records)}
    return {name: "\n".join(lines).rstrip() + "\n" for name, lines in pages.items()} | {
        "front.svg": front_picture(records), TUNING_BARS: tuning_bars(records)}


def first_seeds(records: Records) -> list[tuple[Run, Record]]:
    return [(run, records.runs[run.name]) for run in RUNS if run.name in records.runs]


# MARK: Autoencoders


def autoencoder_page(records: Records) -> list[str]:
    items = [item for item in first_seeds(records) if "test/ssim" in item[1].figures]
    lines = ["# Autoencoders", "",
             "Means over the test images; `ssim` is scikit-image's with its 7x7 windows, `ssim-gaussian` TensorFlow's with its 11x11. "
             f"{machine()}", "",
             "| model | ssim | published | ssim-gaussian | MSE | published | PSNR | epochs | minutes |", "|---|---|---|---|---|---|---|---|---|"]
    for run, record in sorted(items, key=lambda item: -item[1].figures["test/ssim"]):
        values = record.figures
        lines.append(
            f"| [`{run.name}`](#{run.name}) | {values['test/ssim']:.4f} | {figure(run.published.get('ssim'), 4)} | "
            f"{values['test/ssim-gaussian']:.4f} | {values['test/mse']:.5f} | {figure(run.published.get('mse'), 4)} | "
            f"{values['test/psnr']:.2f} | {record.epochs} | {minutes_text(run.name, record)} |")
    lines += ["", "Published MSE is that of the validation images. " + MINUTES, ""]
    for run, record in items:
        lines += section(run, record)
    return lines


def figure(value: float | None, digits: int) -> str:
    return "" if value is None else f"{value:.{digits}f}"


def section(run: Run, record: Record) -> list[str]:
    """A run's command, curve and pictures."""
    name = run.name
    time = minutes_text(name, record)
    lines = [f"## {name}", "", f"    {run_command(run, 0)}", "", *([run.note, ""] if run.note else []),
             f"{record.epochs} epochs, seed 0{f', {time} minutes' if time else ''}.", ""]
    pictures = {f"{name}.svg": "curve by epoch"} | {
        f"{name}-{picture}.png": f"{picture} of {name}" for picture in ("reconstructions", "progress", "samples")}
    for file, words in pictures.items():
        if (PAGES / file).exists():
            lines += [f"![{words}]({file})", ""]
    return lines


# MARK: Generated images


def generation_page(records: Records) -> list[str]:
    rows = generated_rows(records)
    lines = ["# Generated images", "",
             f"10,000 images each against the 10,000 test images, features of `{NETWORK}` "
             "([what the figures mean](../evaluation.md#generated-images)); the least distance first. ± is the standard deviation "
             f"over seeds 0, 1, … where there are several. {machine()}", "",
             "| model | seeds | FID | FID / trace | KID | precision | recall | minutes |", "|---|---|---|---|---|---|---|---|"]
    for row in rows:
        lines.append(f"| {row.label} | {len(row.records)} | {row.text('fid', 1)} | {row.text('fid_trace', 4)} | {row.text('kid', 1)} | "
                     f"{row.text('precision', 3)} | {row.text('recall', 3)} | {minutes_text(row.run, row.records[0])} |")
    if rows:
        floor, ceiling = (rows[0].mean(name) for name in ("fid_floor", "fid_ceiling"))
        lines += ["", f"Two halves of the test images are {floor:.1f} apart, noise {ceiling:.0f}. " + MINUTES, ""]
    for run, record in first_seeds(records):
        if "test/ssim" not in record.figures:
            lines += section(run, record)
    return lines
