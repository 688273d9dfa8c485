"""Images trained a second by one and two ranks: measured in turns, on a calm machine and apart from the trainings, beside which
others may have run."""

import statistics
from dataclasses import dataclass
from pathlib import Path

import sitting

from .catalogue import LARGE_BATCHES, RUNS, TORCH_DCGAN
from .records import PAGES, REPOSITORY, read_json, write_json

# Kept with the pages, so that all speeds of a file are of one machine.
TWO_CORE_SPEEDS = PAGES / "two-core-speed.json"
LARGE_BATCH_SPEEDS = PAGES / "large-batches-speed.json"
LARGE_BATCH_SIZES = (128, 512, 2048)
ROUNDS = 3
SECONDS = 5


def bench_words(ranks: int, options: str) -> list[str]:
    return [str(REPOSITORY / "launch/run"), *f"-n {ranks} bench train {options} --threads 1 --seconds {SECONDS} --json".split()]


@dataclass(frozen=True)
class MeasuredSpeeds:
    """A file of medians by name; what is in it already is not measured again."""

    file: Path
    what: str
    commands: dict[str, list[str]]

    @property
    def name(self) -> str:
        return self.file.stem

    @property
    def medians(self) -> dict[str, float]:
        return read_json(self.file).get("images a second", {})

    @property
    def missing(self) -> list[str]:
        return [key for key in self.commands if key not in self.medians]

    @property
    def progress(self) -> str:
        return "finished" if self.is_finished else f"{len(self.missing)} speeds missing"

    @property
    def is_finished(self) -> bool:
        return not self.missing

    def train(self, ranks: int) -> None:
        """Measures; how many ranks is part of what is measured."""
        missing = self.missing
        if not missing:
            print(f"{self.name}: finished already")
            return
        sitting.warn_of_load()
        speeds: dict[str, list[float]] = {key: [] for key in missing}
        for number in range(ROUNDS):
            for key in missing:
                speeds[key].append(sitting.run(self.commands[key])["images_per_second"])
                print(f"{self.name}: {key}, round {number + 1}: {speeds[key][-1]:,.0f} images a second", flush=True)
        medians = self.medians | {key: statistics.median(values) for key, values in speeds.items()}
        write_json(self.file, {"processor": sitting.processor(), "images a second": medians})


def measured_speeds() -> list[MeasuredSpeeds]:
    two_cores = {run.name: bench_words(2, run.options) for run in RUNS}
    two_cores[TORCH_DCGAN.name] = [str(sitting.TORCH_PYTHON), str(sitting.HERE / "peers/torch_peer.py"), "--model", "dcgan",
                                   "--threads", "2", "--seconds", str(SECONDS)]
    batches = {f"{batch} {ranks}": bench_words(ranks, f"{LARGE_BATCHES} --batch {batch}")
               for batch in LARGE_BATCH_SIZES for ranks in (1, 2)}
    return [MeasuredSpeeds(TWO_CORE_SPEEDS, "bench train of every run, on two ranks", two_cores),
            MeasuredSpeeds(LARGE_BATCH_SPEEDS, f"bench train {LARGE_BATCHES}, on one and two ranks", batches)]
