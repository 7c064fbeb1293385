"""New pictures in training's size and colours, from files and from MNIST's format."""

import gzip
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.data.files.pictures_support import COLOURS, GREYS, pets, save
from tests.data.files.test_idx import encoded
from tests.data.fresh.support import read, ready, recipe, refused, told
from tui_nn.data.recipe import Recipe

pytestmark = pytest.mark.usefixtures("here")

RAW = np.random.default_rng(0).integers(0, 256, (6, 4, 5)).astype(np.uint8)
LABELS = np.array([0, 1, 2, 0, 1, 2], np.uint8)


@pytest.fixture
def made() -> Recipe:
    pets(COLOURS)
    return recipe("images('pets')")


def mnist(images: Any = RAW, labels: Any = LABELS) -> Recipe:
    Path("images.idx3").write_bytes(encoded(images))
    Path("labels.idx1").write_bytes(encoded(labels))
    return recipe("idx('images.idx3', labels='labels.idx1')", 3)


def test_the_training_folder_gives_the_samples_of_training(made: Recipe) -> None:
    fresh = read("pets", made, with_targets=True)
    own = ready("images('pets')").split.train
    assert fresh.y is not None
    assert np.array_equal(fresh.x, own.x)
    assert np.array_equal(fresh.y, own.y)
    assert fresh.names == ("cat/0.png", "cat/1.png", "dog/0.png", "dog/1.png")


def test_a_flat_folder_and_a_single_picture_are_read(made: Recipe) -> None:
    save("flat/b10.png", COLOURS)
    save("flat/b9.png", COLOURS)
    fresh = read("flat", made)
    assert (fresh.names, fresh.x.shape) == (("b9.png", "b10.png"), (2, 3, 6, 8))
    assert np.array_equal(read("flat/b9.png", made).x[0], fresh.x[0])


def test_other_sizes_and_colours_are_brought_to_training_s(made: Recipe) -> None:
    save("flat/grey.png", np.full((12, 16), 51, np.uint8))
    fresh = read("flat", made)
    assert np.array_equal(fresh.x, np.full((1, 3, 6, 8), np.float32(51) / np.float32(255)))


def test_grey_training_makes_colours_grey() -> None:
    pets(GREYS)
    made = recipe("images('pets')")
    save("red.png", np.full((6, 8, 3), 255, np.uint8))
    assert np.array_equal(read("red.png", made).x, np.ones((1, 1, 6, 8), np.float32))


def test_broken_files_are_left_out_and_told(made: Recipe) -> None:
    save("flat/a.png", COLOURS)
    Path("flat/b.png").write_bytes(b"no picture")
    fresh = read("flat", made)
    assert fresh.names == ("a.png",)
    assert "left out: 1 file that can't be read, b.png" in told(fresh)
    Path("flat/a.png").unlink()
    assert "b.png: isn't a picture" in refused("flat", made)


def test_folders_that_hold_no_pictures_are_refused(made: Recipe) -> None:
    Path("empty").mkdir()
    assert "empty: holds no pictures" in refused("empty", made)


def test_classes_are_the_folders_names(made: Recipe) -> None:
    save("more/dog/1.png", COLOURS)
    save("more/loose.png", COLOURS)
    fresh = read("more", made, with_targets=True)
    assert fresh.y is not None
    assert fresh.y.tolist() == [1]
    assert "left out: 1 picture in no folder of a class" in told(fresh)
    save("more/cow/1.png", COLOURS)
    assert "wasn't trained on: cow: it knows cat, dog" in refused("more", made, with_targets=True)
    save("flat/1.png", COLOURS)
    assert "their classes aren't known" in refused("flat", made, with_targets=True)


def test_numbers_take_no_pictures(made: Recipe) -> None:
    assert "holds pictures, the run was trained on 2 numbers" in refused("pets", recipe("moons()"))


def test_a_file_of_pictures_needs_no_labels() -> None:
    made = mnist()
    fresh = read("images.idx3", made)
    assert np.array_equal(fresh.x[:, 0], RAW / np.float32(255))
    Path("new-idx3-ubyte.gz").write_bytes(gzip.compress(encoded(RAW[:1])))
    assert np.array_equal(read("new-idx3-ubyte.gz", made).x, fresh.x[:1])


def test_labels_are_matched_by_their_numbers() -> None:
    made = mnist(labels=LABELS + 5)
    assert made.names == ("5", "6", "7")
    Path("l.idx1").write_bytes(encoded(np.array([7, 5], np.uint8)))
    Path("i.idx3").write_bytes(encoded(RAW[:2]))
    fresh = read("idx('i.idx3', labels='l.idx1')", made, with_targets=True)
    assert fresh.y is not None
    assert fresh.y.tolist() == [2, 0]
    Path("l.idx1").write_bytes(encoded(np.array([7, 9], np.uint8)))
    error = refused("idx('i.idx3', labels='l.idx1')", made, with_targets=True)
    assert "wasn't trained on: 9" in error
    assert "pictures need their labels" in refused("i.idx3", made, with_targets=True)


def test_a_folder_in_mnist_s_format_is_read_whole_and_told() -> None:
    made = mnist()
    Path("m").mkdir()
    for part, cut in (("train", slice(0, 4)), ("t10k", slice(4, 6))):
        Path(f"m/{part}-images-idx3-ubyte").write_bytes(encoded(RAW[cut]))
        Path(f"m/{part}-labels-idx1-ubyte").write_bytes(encoded(LABELS[cut]))
    fresh = read("m", made, with_targets=True)
    assert fresh.y is not None
    assert (fresh.x.shape, fresh.y.tolist()) == ((6, 1, 4, 5), LABELS.tolist())
    assert "4 pictures of train-images-idx3-ubyte\n2 pictures of t10k-images-idx3" in told(fresh)


def test_pictures_of_another_size_and_labels_alone_are_refused() -> None:
    made = mnist()
    Path("i.idx3").write_bytes(encoded(RAW[:, 1:]))
    error = refused("i.idx3", made)
    assert "holds pictures 1x3x5, the run was trained on pictures 1x4x5" in error
    assert "labels.idx1: holds a row of numbers, no pictures" in refused("labels.idx1", made)


def test_picture_files_can_be_asked_of_a_run_on_mnist_s_format() -> None:
    save("a.png", RAW[0])
    assert np.array_equal(read("a.png", mnist()).x[0, 0], RAW[0] / np.float32(255))
