"""What finished runs, sweeps and peers have left in their folders."""

import json
import statistics
import subprocess
from dataclasses import dataclass
from pathlib import Path

from sitting import processor

from .catalogue import Generator, Run, Sweep

REPOSITORY = Path(__file__).resolve().parent.parent.parent
PAGES = REPOSITORY / "Docs/results"
NETWORK = "fashion-cnn-v1"
TWO_CORE_SPEEDS = "two-core-speed"
MINUTES = ("Minutes are those of the training steps on two cores: images trained over the speed of `bench train` with two ranks of one thread, "
           "the median of three rounds; PyTorch's with two threads in the fastest of its settings, compiled ones too.")


def machine() -> str:
    return f"Trained on Fashion-MNIST with two cores ({processor()})."


def read_json(path: Path) -> dict:
    return json.loads(path.read_text()) if path.exists() else {}


def write_json(path: Path, value: dict) -> None:
    path.write_text(json.dumps(value, indent=2) + "\n")


def json_lines(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text().splitlines()]


@dataclass(frozen=True)
class Finished:
    """A run of one seed, at its end."""

    run: Run
    folder: Path
    # The folder of all runs.
    runs: Path

    @property
    def rows(self) -> list[dict]:
        return json_lines(self.folder / "metrics.jsonl")

    def last(self, key: str) -> float | None:
        return next((row[key] for row in reversed(self.rows) if row.get(key) is not None), None)

    def curve(self, key: str) -> list[tuple[int, float]]:
        """The figure by epoch; of a run with patience, the last row is that of its best epoch again, and left out."""
        points: dict[int, float] = {}
        for row in self.rows:
            if row.get(key) is not None and row["epoch"] not in points:
                points[row["epoch"]] = row[key]
        return sorted(points.items())

    @property
    def epochs(self) -> int:
        return max(row["epoch"] for row in self.rows)

    @property
    def minutes(self) -> str:
        return minutes(self.run, self.last("images"), self.runs)


def minutes(run: Run, images: float, runs: Path) -> str:
    """What training that many images takes on two cores; nothing until the speed is measured."""
    speed = read_json(runs / f"{TWO_CORE_SPEEDS}.json").get(run.name)
    return f"{images / speed / 60:.1f}" if speed else ""


def is_finished(folder: Path) -> bool:
    return read_json(folder / "status.json").get("state") == "finished"


def finished(run: Run, runs: Path) -> list[Finished]:
    """The run's finished seeds."""
    folders = [runs / run.folder(seed) for seed in run.seeds]
    return [Finished(run, folder, runs) for folder in folders if is_finished(folder)]


def sweep_results(sweep: Sweep, runs: Path) -> dict | None:
    """The sweep's `sweep.json`, once all of its trials are done."""
    results = read_json(runs / sweep.name / "sweep.json")
    trials = results.get("trials", [])
    return results if trials and all(trial["state"] == "finished" for trial in trials) else None


# MARK: Generated images


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
    return json.loads(kept.read_text())


def test_figure(values: dict[str, float], name: str) -> float:
    """`name` of generated images against test images; files of unlabelled images have no part in their keys."""
    return next(value for key, value in values.items() if key.split("/")[-1] == f"{name}[{NETWORK}]")


@dataclass(frozen=True)
class Generated:
    """A row of the table of generated images: the figures of each seed, and the minutes of one of them."""

    label: str
    run: str
    # Of `evaluate`.
    options: str
    seeds: list[dict[str, float]]
    minutes: str

    def values(self, name: str) -> list[float]:
        return [test_figure(values, name) for values in self.seeds]

    def mean(self, name: str) -> float:
        return statistics.fmean(self.values(name))

    def text(self, name: str, digits: int) -> str:
        """The mean, and the standard deviation over seeds where there are several."""
        values = self.values(name)
        spread = f" ± {statistics.stdev(values):.{digits}f}" if len(values) > 1 else ""
        return f"{statistics.fmean(values):.{digits}f}{spread}"


def generated(generator: Generator, run: Run, runs: Path) -> Generated | None:
    items = finished(run, runs)
    if not items:
        return None
    figures = [evaluation(item.folder, generator.options) for item in items]
    return Generated(generator.label, run.name, generator.options, figures, minutes(run, items[0].last("images"), runs))


def generated_by_peer(run: Run, runs: Path) -> Generated | None:
    folders = [runs / run.folder(seed) for seed in run.seeds]
    folders = [folder for folder in folders if (folder / "training.json").exists()]
    if not folders:
        return None
    images = 60_000 * read_json(folders[0] / "training.json")["epochs"]
    figures = [evaluation(folder / "images.npy") for folder in folders]
    return Generated("PyTorch's DCGAN, the layers of `dcgan`", run.name, "", figures, minutes(run, images, runs))
