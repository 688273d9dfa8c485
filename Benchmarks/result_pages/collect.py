"""What finished runs, sweeps and peers have left in their folders, taken into the records and the pictures of the pages."""

import array
import json
import shutil
import subprocess
import tempfile
from pathlib import Path

from .catalogue import FRONT_DRAWN, FRONT_REBUILT, GENERATORS, RUNS, SWEEPS, TORCH_DCGAN, Run, Sweep
from .charts import line_chart, strip
from .records import PAGES, REPOSITORY, Record, Records, read_json

NETWORK = "fashion-cnn-v1"
KEPT_FIGURES = ("validation/ssim", "validation/mse", "test/ssim", "test/ssim-gaussian", "test/mse", "test/psnr",
                f"train/fid[{NETWORK}]")
KEPT_EVALUATIONS = ("fid", "fid_trace", "kid", "precision", "recall", "fid_floor", "fid_ceiling")
# The curve of a run is that of the first of these that it has by epoch.
CURVES = (f"train/fid[{NETWORK}]", "validation/ssim", "test/ssim", "validation/loss", "test/loss")


def collect(records: Records, runs: Path) -> None:
    """Whatever is finished in the folder of runs; what the records hold of others stays."""
    for run in RUNS:
        for seed in run.seeds:
            folder = runs / run.folder(seed)
            if is_finished(folder):
                records.runs[run.folder(seed)] = run_record(folder, [item.options for item in GENERATORS if item.run == run.name])
                if seed == 0:
                    collect_pictures(run, folder)
    for seed in TORCH_DCGAN.seeds:
        folder = runs / TORCH_DCGAN.folder(seed)
        if (folder / "training.json").exists():
            epochs = read_json(folder / "training.json")["epochs"]
            records.runs[TORCH_DCGAN.folder(seed)] = Record(epochs, 60_000 * epochs, evaluations={"": evaluation(folder / "images.npy")})
    for sweep in SWEEPS:
        results = sweep_results(sweep, runs)
        if results is not None:
            records.sweeps[sweep.name] = [trial_record(sweep, trial, runs) for trial in results["trials"]]
            shutil.copyfile(runs / sweep.name / "sweep.svg", PAGES / f"{sweep.name}.svg")


def is_finished(folder: Path) -> bool:
    return read_json(folder / "status.json").get("state") == "finished"


def sweep_results(sweep: Sweep, runs: Path) -> dict | None:
    """The sweep's `sweep.json`, once all of its trials are done."""
    results = read_json(runs / sweep.name / "sweep.json")
    trials = results.get("trials", [])
    return results if trials and all(trial["state"] == "finished" for trial in trials) else None


# MARK: Figures


def run_record(folder: Path, evaluations: list[str]) -> Record:
    rows = metric_rows(folder)
    last = {key: row[key] for row in rows for key in KEPT_FIGURES if row.get(key) is not None}
    return Record(max(row["epoch"] for row in rows), max(row["images"] for row in rows), last,
                  {options: evaluation(folder, options) for options in evaluations})


def trial_record(sweep: Sweep, trial: dict, runs: Path) -> Record:
    record = run_record(runs / sweep.name / "trials" / trial["name"], [] if sweep.prior is None else [sweep.prior])
    record.settings = trial["settings"]
    return record


def metric_rows(folder: Path) -> list[dict]:
    return [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]


def evaluation(images: Path, options: str = "") -> dict[str, float]:
    """The figures of 10,000 generated images, a run's or those of an `.npy` file, against the test images: computed once
    for each state of what is scored."""
    state = images / "status.json" if images.is_dir() else images
    name = "-".join(["evaluation", *options.replace("--", "").replace(":", "-").split()])
    kept = (images if images.is_dir() else images.parent) / f"{name}.json"
    if not kept.exists() or kept.stat().st_mtime < state.stat().st_mtime:
        words = ["launch/run", "-n", "2", "evaluate", str(images), "--json", "--threads", "1", *options.split()]
        result = subprocess.run(words, cwd=REPOSITORY, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        kept.write_text(result.stdout)
    # Files of unlabelled images have no part in their keys.
    values = {key.split("/")[-1]: value for key, value in json.loads(kept.read_text()).items()}
    return {name: values[f"{name}[{NETWORK}]"] for name in KEPT_EVALUATIONS}


# MARK: Pictures


def collect_pictures(run: Run, folder: Path) -> None:
    """The run's curve, its pictures, and its row of the front page."""
    rows = metric_rows(folder)
    for key in CURVES:
        points = curve(rows, key)
        if len(points) > 1:
            (PAGES / f"{run.name}.svg").write_text(line_chart(points, key))
            break
    for picture in ("reconstructions", "progress", "samples"):
        if (folder / f"{picture}.png").exists():
            shutil.copyfile(folder / f"{picture}.png", PAGES / f"{run.name}-{picture}.png")
    if run.name in FRONT_REBUILT:
        save_strip(run.name, rebuilt(folder))
    if run.name in FRONT_DRAWN:
        save_strip(run.name, array_images(folder / "samples.npy"))


def curve(rows: list[dict], key: str) -> list[tuple[int, float]]:
    """The figure by epoch; of a run with patience, the last row is that of its best epoch again, and left out."""
    points: dict[int, float] = {}
    for row in rows:
        if row.get(key) is not None:
            points.setdefault(row["epoch"], row[key])
    return sorted(points.items())


def save_strip(name: str, images: list[bytes]) -> None:
    path = strip_path(name)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(strip(images))


def strip_path(name: str) -> Path:
    """A run's row of the front page's picture."""
    return PAGES / "front" / f"{name}.png"


def rebuilt(folder: Path) -> list[bytes]:
    """The first test images as the run's model rebuilds them."""
    with tempfile.TemporaryDirectory() as scratch:
        out = Path(scratch) / "rebuilt.npy"
        words = ["launch/run", "reconstruct", str(folder), "--count", "10", "--out", str(out), "--quiet"]
        subprocess.run(words, cwd=REPOSITORY, check=True, stdin=subprocess.DEVNULL)
        return array_images(out)


def array_images(path: Path, count: int = 10) -> list[bytes]:
    """The first images of an `.npy` file of float32 in [0, 1] as bytes, without numpy."""
    data = path.read_bytes()
    values = array.array("f", data[10 + int.from_bytes(data[8:10], "little"):])
    return [bytes(round(255 * min(max(value, 0), 1)) for value in values[784 * index:784 * (index + 1)]) for index in range(count)]
