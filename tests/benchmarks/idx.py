"""Time to read MNIST's 60,000 + 10,000 pictures: plain files, and packed by gzip.

The pictures are made up, in a temporary directory, with as much ink as MNIST's.
`python tests/benchmarks/idx.py`
"""

import gzip
import struct
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from tui_nn.data.files.idx import idx

ROUNDS = 5
LIMIT_S = {"plain": 1.5, "gzip": 4.0}
PARTS = {"train": 60_000, "t10k": 10_000}


def write(folder: Path, packed: bool) -> None:
    """The four files of MNIST; a fifth of each picture is ink."""
    rng = np.random.default_rng(0)
    folder.mkdir()
    for part, count in PARTS.items():
        pictures = np.zeros((count, 28, 28), np.uint8)
        pictures[:, 4:24, 8:16] = rng.integers(0, 256, (count, 20, 8), np.uint8)
        labels = (np.arange(count) % 10).astype(np.uint8)
        for name, array in (("images-idx3", pictures), ("labels-idx1", labels)):
            header = struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
            content = header + array.tobytes()
            path = folder / f"{part}-{name}-ubyte{'.gz' if packed else ''}"
            path.write_bytes(gzip.compress(content, 6) if packed else content)


def main() -> None:
    """Print both figures; exit 1 if one is over its limit."""
    passed = True
    with tempfile.TemporaryDirectory() as place:
        for form, limit in LIMIT_S.items():
            folder = Path(place, form)
            write(folder, packed=form == "gzip")
            seconds = []
            for _ in range(ROUNDS):
                began = time.perf_counter()
                data = idx(str(folder))
                seconds.append(time.perf_counter() - began)
                assert data.x.shape == (70_000, 1, 28, 28)
            slowest = max(seconds)
            passed = passed and slowest < limit
            verdict = "pass" if slowest < limit else "FAIL"
            print(f"70,000 pictures, {form}: {slowest:.2f} s (under {limit} s): {verdict}")
    sys.exit(0 if passed else 1)


if __name__ == "__main__":
    main()
