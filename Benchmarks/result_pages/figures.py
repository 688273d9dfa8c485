"""What the pages say of the records: minutes, and the rows of the table of generated images."""

import statistics
from dataclasses import dataclass

from .catalogue import GENERATORS, RUNS, TORCH_DCGAN, Run
from .records import Record, Records, read_json
from .speeds import TWO_CORE_SPEEDS

MINUTES = ("Minutes are those of the training steps on two cores: images trained over the speed of `bench train` with two ranks of one thread, "
           "the median of three rounds; PyTorch's with two threads in the fastest of its settings, compiled ones too.")


def machine() -> str:
    return f"Trained on Fashion-MNIST with two cores ({read_json(TWO_CORE_SPEEDS)['processor']})."


def minutes(name: str, record: Record) -> float | None:
    """What the run's training takes on two cores; None until the speed is measured."""
    speed = read_json(TWO_CORE_SPEEDS)["images a second"].get(name)
    return record.images / speed / 60 if speed else None


def minutes_text(name: str, record: Record) -> str:
    value = minutes(name, record)
    return "" if value is None else f"{value:.1f}"


@dataclass(frozen=True)
class Generated:
    """A row of the table of generated images: the figures of each seed, and the minutes of one of them."""

    label: str
    run: str
    # Of `evaluate`.
    options: str
    records: list[Record]

    def values(self, name: str) -> list[float]:
        return [record.evaluations[self.options][name] for record in self.records]

    def mean(self, name: str) -> float:
        return statistics.fmean(self.values(name))

    def text(self, name: str, digits: int) -> str:
        """The mean, and the standard deviation over seeds where there are several."""
        values = self.values(name)
        spread = f" ± {statistics.stdev(values):.{digits}f}" if len(values) > 1 else ""
        return f"{statistics.fmean(values):.{digits}f}{spread}"


def generated_rows(records: Records) -> list[Generated]:
    """The least distance first; rows of which no seed is recorded are left out."""
    by_name = {run.name: run for run in RUNS}

    def row(label: str, run: Run, options: str) -> Generated:
        seeds = [records.runs[run.folder(seed)] for seed in run.seeds if run.folder(seed) in records.runs]
        return Generated(label, run.name, options, [record for record in seeds if options in record.evaluations])

    rows = [row(item.label, by_name[item.run], item.options) for item in GENERATORS]
    rows.append(row("PyTorch's DCGAN, the layers of `dcgan`", TORCH_DCGAN, ""))
    return sorted((row for row in rows if row.records), key=lambda row: row.mean("fid"))
