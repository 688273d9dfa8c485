"""Training whatever the catalogue lists, each where it was stopped."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

from sitting import HERE, TORCH_PYTHON

from .catalogue import RUNS, SWEEPS, TORCH_DCGAN, Run, Sweep
from .collect import is_finished, sweep_results
from .records import REPOSITORY, Records, read_json
from .speeds import MeasuredSpeeds, measured_speeds


def run_command(run: Run, seed: int) -> str:
    """As the pages show it, for two cores."""
    seed_option = f" --seed {seed}" if seed else ""
    return f"launch/run -n 2 train {run.options}{seed_option} --threads 1"


def sweep_command(sweep: Sweep) -> str:
    return f"launch/run -n 2 sweep {sweep.options} --threads 1"


def begin(name: str, words: list[str]) -> None:
    print(f"{name}: {' '.join(words)}", flush=True)
    subprocess.run(words, cwd=REPOSITORY, check=True, stdin=subprocess.DEVNULL)


@dataclass(frozen=True)
class TrainedRun:
    run: Run
    seed: int
    runs: Path

    @property
    def name(self) -> str:
        return self.run.folder(self.seed)

    @property
    def folder(self) -> Path:
        return self.runs / self.name

    @property
    def what(self) -> str:
        return f"train {self.run.options}" + (f" --seed {self.seed}" if self.seed else "")

    @property
    def progress(self) -> str:
        status = read_json(self.folder / "status.json")
        return f"{status['state']}, epoch {status['epoch']}" if status else "not begun"

    @property
    def is_finished(self) -> bool:
        return is_finished(self.folder)

    def train(self, ranks: int) -> None:
        if self.is_finished:
            print(f"{self.name}: finished already")
        else:
            words = run_command(self.run, self.seed).replace("-n 2", f"-n {ranks}").split()
            begin(self.name, words + ["--run-dir", str(self.folder), "--resume", "auto"])


@dataclass(frozen=True)
class TrainedSweep:
    sweep: Sweep
    runs: Path

    @property
    def name(self) -> str:
        return self.sweep.name

    @property
    def what(self) -> str:
        return f"sweep {self.sweep.options}"

    @property
    def progress(self) -> str:
        folders = list((self.runs / self.name / "trials").glob("*"))
        return f"{sum(map(is_finished, folders))} trials finished" if folders else "not begun"

    @property
    def is_finished(self) -> bool:
        return sweep_results(self.sweep, self.runs) is not None

    def train(self, ranks: int) -> None:
        folder = self.runs / self.name
        if self.is_finished:
            print(f"{self.name}: finished already")
            return
        words = sweep_command(self.sweep).replace("-n 2", f"-n {ranks}").split() + ["--sweep-dir", str(folder)]
        begin(self.name, words + (["--resume"] if (folder / "definition.json").exists() else []))


@dataclass(frozen=True)
class TrainedPeer:
    run: Run
    seed: int
    runs: Path

    @property
    def name(self) -> str:
        return self.run.folder(self.seed)

    @property
    def what(self) -> str:
        return f"peers/torch_dcgan.py --seed {self.seed}"

    @property
    def progress(self) -> str:
        begun = (self.runs / self.name / "state.pt").exists()
        return "finished" if self.is_finished else "begun" if begun else "not begun"

    @property
    def is_finished(self) -> bool:
        return (self.runs / self.name / "training.json").exists()

    def train(self, ranks: int) -> None:
        """With as many threads as ranks are asked for."""
        folder = self.runs / self.name
        if self.is_finished:
            print(f"{self.name}: finished already")
            return
        begin(self.name, [str(TORCH_PYTHON), str(HERE / "peers/torch_dcgan.py"), "--out", str(folder.resolve()),
                          "--seed", str(self.seed), "--threads", str(ranks)])


def everything(runs: Path) -> list[TrainedRun | TrainedSweep | TrainedPeer | MeasuredSpeeds]:
    runs = runs.resolve()
    return [*(TrainedRun(run, seed, runs) for run in RUNS for seed in run.seeds),
            *(TrainedPeer(TORCH_DCGAN, seed, runs) for seed in TORCH_DCGAN.seeds),
            *(TrainedSweep(sweep, runs) for sweep in SWEEPS), *measured_speeds()]


def unrecorded(runs: Path) -> list[str]:
    """The names of all that the pages cannot show yet."""
    records = Records.load()
    return [item.name for item in everything(runs)
            if not (item.is_finished or item.name in records.runs or item.name in records.sweeps)]
