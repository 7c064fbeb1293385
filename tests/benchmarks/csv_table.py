"""Wall time and peak memory of reading a table of 1,000,000 rows and 20 columns.

19 columns of numbers, a tenth of one of them missing, and a column of texts. Every run is a
process of its own. `python tests/benchmarks/csv_table.py`
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

ROWS, COLUMNS, BLOCK = 1_000_000, 20, 50_000
MOST_SECONDS, MOST_MB = 12, 2000
READ = "import sys; from tui_nn.data.files.csv_table import csv; csv(sys.argv[1], target='c19')"


def write(path: Path) -> None:
    """The table, about 195 MB."""
    generator = np.random.default_rng(0)
    cities = np.array(["Paris", "Rome", "Oslo", "New York", "São Paulo"])
    with path.open("w", encoding="utf-8") as file:
        file.write(",".join(f"c{i}" for i in range(COLUMNS)) + "\n")
        for _ in range(ROWS // BLOCK):
            numbers = generator.normal(0, 100, (BLOCK, COLUMNS))
            texts = np.char.mod("%.5f", numbers)
            texts[generator.random(BLOCK) < 0.1, 7] = ""
            texts[:, 3] = generator.choice(cities, BLOCK)
            file.writelines(",".join(row) + "\n" for row in texts.tolist())


def run(command: list[str]) -> tuple[float, float]:
    """Seconds and peak memory (MB) of a process that must end well."""
    began = time.perf_counter()
    process = subprocess.Popen(command)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - began
    assert os.waitstatus_to_exitcode(status) == 0, command
    unit = 1e6 if sys.platform == "darwin" else 1e3
    return seconds, usage.ru_maxrss / unit


def main() -> None:
    """Print both figures; exit code 1 where one is too large."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        write(path)
        seconds, peak = run([sys.executable, "-c", READ, str(path)])
    good = seconds < MOST_SECONDS and peak < MOST_MB
    print(
        f"{ROWS:,} rows of {COLUMNS} columns: {seconds:.1f} s (under {MOST_SECONDS}), "
        f"peak {peak:.0f} MB (under {MOST_MB}): {'pass' if good else 'FAIL'}"
    )
    sys.exit(not good)


if __name__ == "__main__":
    main()
