"""What the benchmark scripts share: commands on given cores, the time they take, and what to say of the machine."""

import datetime
import json
import os
import platform
import resource
import shlex
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
TORCH_PYTHON = os.environ.get("TORCH_PYTHON", HERE / ".venv-torch/bin/python")
KERAS_PYTHON = os.environ.get("KERAS_PYTHON", HERE / ".venv-keras/bin/python")


def run(command: list[str], cores: str | None = None, environment: dict[str, str] = {}) -> dict:
    """The JSON object in the last such line of a command's output, with the command's `wall_seconds` and `cpu_seconds`."""
    environment = dict(os.environ, PYTHONDONTWRITEBYTECODE="1", **environment)
    pinned = ["taskset", "-c", cores, *command] if cores else command
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    result = subprocess.run(pinned, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    if result.returncode != 0:
        sys.exit(f"{shlex.join(command)}\nexited {result.returncode}:\n{result.stderr[-2000:]}")
    lines = [line for line in result.stdout.splitlines() if line.startswith("{")]
    if not lines:
        sys.exit(f"{shlex.join(command)}\nprinted no JSON line:\n{result.stdout[-2000:]}")
    cpu = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return dict(json.loads(lines[-1]), wall_seconds=wall, cpu_seconds=cpu)


def warn_of_load() -> float:
    """The load average before measuring."""
    load = os.getloadavg()[0]
    if load > 0.5:
        print(f"warning: load average {load:.2f}; measure on a calm machine", file=sys.stderr)
    return load


def machine(load: float) -> str:
    """A sentence on where and when something was measured; `load` is what `warn_of_load` gave."""
    return (f"{processor()}, {os.cpu_count()} cores; load average before {load:.2f}, "
            f"after {os.getloadavg()[0]:.2f}; {datetime.date.today()}; commit {revision()}.")


def processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def revision() -> str:
    git = ["git", "-C", str(HERE), "describe", "--always", "--dirty"]
    return subprocess.run(git, stdout=subprocess.PIPE, text=True).stdout.strip() or "unknown"
