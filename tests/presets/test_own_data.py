"""The presets that are templates, trained on files that somebody brings."""

import gzip
import struct
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from tests.presets.support import HERE, text
from tests.support import run
from tui_nn.data.tables import digits


def write_idx(path: Path, array: NDArray[np.uint8]) -> None:
    """MNIST's format: two zeros, the type, the dimensions, their sizes, the bytes."""
    header = struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape)
    path.write_bytes(gzip.compress(header + array.tobytes()))


@pytest.fixture(scope="module")
def mnist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as MNIST's, of the small digits enlarged: 1,500 to train on, 297 to test."""
    folder = tmp_path_factory.mktemp("mnist")
    data = digits(size=28)
    pictures = (data.x[:, 0] * 255).round().astype(np.uint8)
    labels = data.y.astype(np.uint8)
    for name, part in (("train", slice(1500)), ("t10k", slice(1500, None))):
        write_idx(folder / f"{name}-images-idx3-ubyte.gz", pictures[part])
        write_idx(folder / f"{name}-labels-idx1-ubyte.gz", labels[part])
    return folder


@pytest.mark.slow
def test_lenet_learns_to_read_a_folder_of_mnists_form(mnist: Path) -> None:
    done = run(text("lenet"), *HERE, f"data=idx('{mnist}')")
    assert done.ended.reason == "goal"
    counts = (done.ended.train_count, done.ended.val_count, done.ended.test_count)
    assert counts == (1200, 300, 297)
    assert done.ended.test is not None
    assert (done.ended.test["accuracy"] or 0) > 0.9


def test_the_table_template_trains_any_table(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    rows = ["a;b;c;colour;kind"]
    for i in range(120):
        a, b, c = rng.normal(i % 3, 0.2, 3)
        rows.append(f"{a:.3f};{b:.3f};{c:.3f};{'red' if i % 2 else 'blue'};{'xyz'[i % 3]}")
    path = tmp_path / "mine.csv"
    path.write_text("\n".join(rows).replace(".", ","))
    done = run(text("csv"), *HERE, f"data=csv('{path}')")
    assert done.ended.reason == "goal"
    assert str(done.session.training.plan.rows[0].layer.call) == "Linear(4, 16)"


def test_the_picture_template_trains_any_folder(tmp_path: Path) -> None:
    for place, name in enumerate(("left", "middle", "right")):
        (tmp_path / name).mkdir()
        for i in range(30):
            picture = np.zeros((20, 30), np.uint8)
            picture[i % 12 : i % 12 + 6, 10 * place + 2 : 10 * place + 8] = 255
            Image.fromarray(picture).save(tmp_path / name / f"{i}.png")
    done = run(text("pictures"), *HERE, f"data=images('{tmp_path}')")
    assert done.ended.reason == "goal"
    assert done.session.training.plan.facts.input_shape == (1, 20, 30)
