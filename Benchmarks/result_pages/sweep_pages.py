"""The pages of sweeps: tuning, and larger batches."""

import shutil
from pathlib import Path

from .catalogue import LARGE_BATCHES, PUBLISHED_TUNING, SWEEPS, Run, Sweep
from .figures import NETWORK, PAGES, Finished, evaluation, machine, read_json, sweep_results, test_figure
from .training import sweep_command

# What the front page says of each.
SWEEP_PAGES = {"tuning": "[Tuning](tuning.md): the published tuning as a sweep; autoencoders against VAEs",
               "scaling": "[Larger batches](scaling.md): GANs at equal images under each learning-rate rule"}

# Images.
TEN_EPOCHS = 600_000


def finished_pages(runs: Path) -> list[str]:
    return list(dict.fromkeys(sweep.page for sweep in SWEEPS if sweep_results(sweep, runs)))


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
    return lines + (speed_table(runs) if page == "scaling" else [])


def speed_table(runs: Path) -> list[str]:
    speeds = read_json(runs / "large-batches-speed.json")
    if not speeds:
        return []
    lines = ["## Speed", "", f"    launch/run -n 2 bench train {LARGE_BATCHES} --batch 512 --threads 1", "",
             "Images a second, medians of three rounds in turns, and minutes of the training steps of ten epochs at that speed:", "",
             "| batch | one rank | two ranks | ratio | minutes on one | on two |", "|---|---|---|---|---|---|"]
    for batch in dict.fromkeys(key.split()[0] for key in speeds):
        one, two = speeds[f"{batch} 1"], speeds[f"{batch} 2"]
        minutes = [TEN_EPOCHS / speed / 60 for speed in (one, two)]
        lines.append(f"| {batch} | {one:,.0f} | {two:,.0f} | {two / one:.2f} | {minutes[0]:.1f} | {minutes[1]:.1f} |")
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
        item = Finished(Run(trial["name"], ""), folder, runs)
        cells = [str(value) for value in trial["settings"].values()] + [f"{item.last(key):.5g}" for key in sweep.figures]
        if sweep.name == "published-tuning":
            cells.append(f"{PUBLISHED_TUNING[tuple(trial['settings'].values())]:.4f}")
        if sweep.prior is not None:
            cells.append(f"{test_figure(evaluation(folder, sweep.prior), 'fid'):.1f}")
        lines.append("| " + " | ".join(cells) + " |")
    return lines
