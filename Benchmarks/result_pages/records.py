"""Docs/results/records.json: the figures of whatever has finished, kept beside the pages, which can so be remade where the runs
themselves are not."""

import dataclasses
import json
from dataclasses import dataclass, field
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent.parent
PAGES = REPOSITORY / "Docs/results"
RECORDS = PAGES / "records.json"


@dataclass
class Record:
    """What a run of one seed, or a trial of a sweep, came to."""

    epochs: int
    # That it was trained on, each as often as it was seen.
    images: int
    # The last values of keys of `metrics.jsonl`.
    figures: dict[str, float] = field(default_factory=dict)
    # Figures of 10,000 generated images against the test images, by the options of `evaluate` they were drawn with.
    evaluations: dict[str, dict[str, float]] = field(default_factory=dict)
    # Of a trial.
    settings: dict[str, float | str] = field(default_factory=dict)

    @property
    def kept(self) -> dict:
        return {name: value for name, value in dataclasses.asdict(self).items() if value}


@dataclass
class Records:
    # By folder.
    runs: dict[str, Record] = field(default_factory=dict)
    # The trials of each sweep whose trials are all done.
    sweeps: dict[str, list[Record]] = field(default_factory=dict)

    @staticmethod
    def load() -> "Records":
        kept = read_json(RECORDS)
        return Records({name: Record(**values) for name, values in kept.get("runs", {}).items()},
                       {name: [Record(**values) for values in trials] for name, trials in kept.get("sweeps", {}).items()})

    def save(self) -> None:
        write_json(RECORDS, {"runs": {name: record.kept for name, record in sorted(self.runs.items())},
                             "sweeps": {name: [trial.kept for trial in trials] for name, trials in sorted(self.sweeps.items())}})


def read_json(path: Path) -> dict:
    return json.loads(path.read_text()) if path.exists() else {}


def write_json(path: Path, value: dict) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=1) + "\n")
