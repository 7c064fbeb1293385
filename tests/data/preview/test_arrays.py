"""A look at arrays and pictures."""

from pathlib import Path

import numpy as np
import pytest

from tests.data.files.pictures_support import pets
from tests.data.files.test_idx import LABELS, RAW, write
from tui_nn.data.files.images import images
from tui_nn.data.preview import arrays
from tui_nn.data.preview.look import look_into
from tui_nn.spec.errors import InvalidInput

RNG = np.random.default_rng(0)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_arrays_of_an_npz_have_their_shapes_and_the_target_its_classes() -> None:
    np.savez("a.npz", x=RNG.normal(size=(30, 5)), y=np.arange(30) % 3, note=np.array(["a", "b"]))
    seen = look_into("a.npz", limit=2)
    assert [(c.name, c.kind, c.shape) for c in seen.columns] == [
        ("x", "numbers", (30, 5)), ("y", "numbers", (30,)), ("note", "texts", (2,)),
    ]  # fmt: skip
    assert (seen.samples, seen.input_shape, seen.target) == (30, (5,), ("y",))
    assert (seen.classes, seen.class_counts) == (("0", "1", "2"), (10, 10, 10))
    assert len(seen.rows) == 2


def test_values_of_an_npz_have_their_shape() -> None:
    np.savez("a.npz", x=RNG.normal(size=(30, 5)), y=RNG.normal(size=(30, 2)))
    assert (look_into("a.npz").values, look_into("a.npz").classes) == ((2,), ())


def test_pickled_objects_are_named_and_never_loaded(here: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return Path.touch, (here / "sprung",)  # type: ignore[return-value]

    np.savez("a.npz", x=np.array([Trap(), 1], dtype=object), y=np.arange(2), allow_pickle=True)
    seen = look_into("a.npz")
    assert "x holds pickled objects, which are not read" in seen.notices
    assert seen.problem == "x holds pickled objects, which are not read"
    assert not (here / "sprung").exists()


def test_of_a_large_npz_only_the_headers_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrays, "MOST_BYTES", 1_000)
    np.savez("a.npz", x=np.zeros((300, 5)), y=np.arange(300))
    seen = look_into("a.npz")
    assert (seen.samples, seen.sampled) == (None, "the headers alone, of 14 kB of numbers")
    assert len(seen.columns) == 2


def test_arrays_that_do_not_go_together_are_a_problem_with_a_way_out() -> None:
    np.savez("a.npz", a=np.zeros((30, 5)), b=np.arange(30))
    seen = look_into("a.npz")
    assert seen.problem == "holds no array x; it has a, b"
    assert "x='a', y='b'" in seen.hint


def test_mnists_files_give_their_labels_and_the_first_pictures() -> None:
    write()
    seen = look_into("mnist", limit=3)
    assert (seen.reader, seen.samples, seen.input_shape) == ("idx", 12, (1, 4, 5))
    assert (seen.classes, seen.class_counts) == (("0", "1", "2"), (4, 4, 4))
    assert seen.pictures is not None
    assert np.array_equal(seen.pictures.numpy()[:, 0], RAW[:3].astype(np.float32) / 255)
    assert seen.labels == tuple(map(str, LABELS[:3].tolist()))


def test_a_packed_file_of_mnists_is_looked_at_too() -> None:
    write(form="-{}-ubyte.gz")
    assert look_into("mnist").class_counts == (4, 4, 4)


def test_a_file_of_pictures_without_labels_is_refused_with_a_way_out() -> None:
    write()
    with pytest.raises(InvalidInput) as caught:
        look_into("mnist/train-images-idx3-ubyte")
    assert "labels=" in caught.value.hint


def test_a_folder_of_pictures_shows_each_class() -> None:
    pets(count=4)
    Path("pets/cat/notes.txt").write_text("")
    seen = look_into("pets", limit=3)
    assert (seen.reader, seen.classes, seen.class_counts) == ("images", ("cat", "dog"), (4, 4))
    assert (seen.samples, seen.labels) == (8, ("cat", "dog", "cat"))
    assert seen.pictures is not None
    assert np.array_equal(seen.pictures.numpy()[0], images("pets").x[0])


def test_files_of_a_large_class_are_counted_up_to_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrays, "MOST_A_CLASS", 3)
    pets(count=5)
    seen = look_into("pets")
    assert (seen.samples, seen.class_counts) == (None, (3, 3))
    assert seen.sampled == "the first 3 files of a class"


def test_a_broken_picture_is_named_and_the_others_shown() -> None:
    pets()
    Path("pets/cat/0.png").write_bytes(b"no picture")
    seen = look_into("pets")
    assert seen.notices == ("0.png isn't a picture",)
    assert len(seen.labels) == 3


def test_without_pillow_the_classes_are_told_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pets()

    def lacking(where: str) -> None:
        raise InvalidInput("pictures need pillow", where=where, hint="pip install it")

    monkeypatch.setattr("tui_nn.data.files.images.need_pillow", lacking)
    seen = look_into("pets")
    assert (seen.problem, seen.class_counts, seen.pictures) == (
        "pictures need pillow",
        (2, 2),
        None,
    )


def test_a_folder_without_data_is_refused_with_a_way_out() -> None:
    Path("nothing").mkdir()
    with pytest.raises(InvalidInput) as caught:
        look_into("nothing")
    assert caught.value.hint


@pytest.mark.parametrize("folder", ["mnist/raw", "mnist/MNIST/raw"])
def test_mnists_files_are_found_where_torchvision_puts_them(folder: str) -> None:
    write(folder)
    assert look_into("mnist").reader == "idx"


def test_a_folder_that_takes_long_is_refused_with_a_way_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pets()
    monkeypatch.setattr(arrays, "LOOKING_S", -1.0)
    with pytest.raises(InvalidInput) as caught:
        look_into("pets")
    assert caught.value.message == "holds too many files to be looked through quickly"
    assert caught.value.hint
