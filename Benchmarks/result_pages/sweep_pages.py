"""The pages of sweeps: tuning, and larger batches."""

from .catalogue import LARGE_BATCHES, PUBLISHED_TUNING, PUBLISHED_TUNING_LESSON, PUBLISHED_TUNING_OPTIONS, RUNS, SWEEPS, Sweep
from .charts import paired_bars
from .collect import NETWORK
from .figures import machine, minutes_text
from .records import Record, Records, read_json
from .speeds import LARGE_BATCH_SPEEDS
from .training import sweep_command

# What the front page says of each.
SWEEP_PAGES = {"tuning": "[Tuning](tuning.md): the published tuning as a sweep; autoencoders against VAEs",
               "scaling": "[Larger batches](scaling.md): GANs at equal images under each learning-rate rule"}

TUNING_BARS = "published-tuning.svg"

# Images.
TEN_EPOCHS = 600_000


def tuning_page(records: Records) -> list[str]:
    return ["# Tuning", "", machine(), "", *published_tuning(records), *sweep_sections("tuning", records)]


def scaling_page(records: Records) -> list[str]:
    return ["# Larger batches", "", machine(), "", *sweep_sections("scaling", records), *speed_table()]


def published_tuning(records: Records) -> list[str]:
    """The trials are runs of the catalogue, so that each is trained, and kept, on its own."""
    runs = {run.name: run for run in RUNS}
    lines = ["## The published tuning of modified-ae", "", f"    launch/run -n 2 sweep {PUBLISHED_TUNING_OPTIONS} --threads 1", "", PUBLISHED_TUNING_LESSON, "",
             "A trial of a sweep has the bytes of a run of its own; the figures are those of the runs below, MSE that of the validation images.", "",
             "| latent | lr | run | test/ssim | published | validation/mse | published | epochs | minutes |", "|---|---|---|---|---|---|---|---|---|"]
    for (latent, rate), name in tuning_trials(records).items():
        record, published = records.runs[name], runs[name].published
        lines.append(f"| {latent} | {rate} | [`{name}`](autoencoders.md#{name}) | {record.figures['test/ssim']:.4f} | {published['ssim']:.4f} | "
                     f"{record.figures['validation/mse']:.4f} | {published['mse']:.4f} | {record.epochs} | {minutes_text(name, record)} |")
    return lines + ["", f"![Bars of the trials]({TUNING_BARS})", ""]


def tuning_trials(records: Records) -> dict[tuple[int, float], str]:
    """The trials of the published tuning that are recorded: their runs by latent and rate."""
    return {settings: name for settings, name in PUBLISHED_TUNING.items() if name in records.runs}


def tuning_bars(records: Records) -> str:
    published = {run.name: run.published for run in RUNS}
    return paired_bars([(f"latent {latent}, lr {rate}", records.runs[name].figures["test/ssim"], published[name]["ssim"])
                        for (latent, rate), name in tuning_trials(records).items()], ("here", "published"), "SSIM on the test images")


def sweep_sections(page: str, records: Records) -> list[str]:
    lines = []
    for sweep in SWEEPS:
        if sweep.page == page and sweep.name in records.sweeps:
            lines += [f"## {sweep.title}", "", f"    {sweep_command(sweep)}", "", *([sweep.lesson, ""] if sweep.lesson else []),
                      *sweep_table(sweep, records.sweeps[sweep.name]), "", f"![Bars of the trials]({sweep.name}.svg)", ""]
    return lines


def sweep_table(sweep: Sweep, trials: list[Record]) -> list[str]:
    columns = [*trials[0].settings, *sweep.figures]
    if sweep.prior is not None:
        columns += [f"test/fid[{NETWORK}]{', ' + sweep.prior if sweep.prior else ''}"]
    lines = ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    for trial in trials:
        cells = [str(value) for value in trial.settings.values()] + [f"{trial.figures[key]:.5g}" for key in sweep.figures]
        if sweep.prior is not None:
            cells.append(f"{trial.evaluations[sweep.prior]['fid']:.1f}")
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def speed_table() -> list[str]:
    speeds = read_json(LARGE_BATCH_SPEEDS)["images a second"]
    lines = ["## Speed", "", f"    launch/run -n 2 bench train {LARGE_BATCHES} --batch 512 --threads 1", "",
             "Images a second, medians of three rounds in turns, and minutes of the training steps of ten epochs at that speed:", "",
             "| batch | one rank | two ranks | ratio | minutes on one | on two |", "|---|---|---|---|---|---|"]
    for batch in dict.fromkeys(key.split()[0] for key in speeds):
        one, two = speeds[f"{batch} 1"], speeds[f"{batch} 2"]
        minutes = [TEN_EPOCHS / speed / 60 for speed in (one, two)]
        lines.append(f"| {batch} | {one:,.0f} | {two:,.0f} | {two / one:.2f} | {minutes[0]:.1f} | {minutes[1]:.1f} |")
    return lines
