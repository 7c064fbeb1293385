"""Folders of pictures that are broken, laid out otherwise, or kept from being read."""

import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import tui_nn.data.files
from tests.data.files.pictures_support import GREYS, RNG, pets, save
from tests.spec.support import refusal
from tui_nn.data.files.images import images
from tui_nn.data.files.source import Source

pytestmark = pytest.mark.usefixtures("here")


def test_one_broken_file_among_very_many_is_left_out_and_told() -> None:
    pets(count=60)
    Path("pets/cat/7.png").write_bytes(b"no picture")
    content = Path("pets/dog/0.png").read_bytes()
    data = images("pets")
    assert len(data.x) == 119
    assert data.y.tolist() == [0] * 59 + [1] * 60
    assert data.notices[1:] == ("left out: 1 broken file, cat/7.png",)
    Path("pets/cat/7.png").write_bytes(content[:-40])
    assert len(images("pets").x) == 119


def test_more_broken_files_are_refused_by_name() -> None:
    pets(count=60)
    for i in (3, 4):
        Path(f"pets/dog/{i}.png").write_bytes(b"no picture")
    said = refusal(lambda: images("pets"))
    assert said == "pets/dog/4.png: isn't a picture: mend it, or take it out of the folder"


def test_a_class_keeps_two_pictures_at_least() -> None:
    pets(count=60)
    save("pets/ant/1.png")
    Path("pets/ant/2.png").write_bytes(b"")
    assert "pets/ant/2.png: isn't a picture" in refusal(lambda: images("pets"))


@pytest.mark.parametrize("suffix", ["png", "jpg", "gif", "tif", "bmp", "webp", "ppm"])
def test_a_truncated_picture_is_refused_by_name(suffix: str) -> None:
    pets()
    save(f"pets/dog/7.{suffix}", RNG.integers(0, 256, (40, 40)).astype(np.uint8))
    path = Path(f"pets/dog/7.{suffix}")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert f"pets/dog/7.{suffix}: is" in refusal(lambda: images("pets"))


def test_pixels_that_are_fractions_are_refused() -> None:
    pets()
    save("pets/dog/0.tif", np.zeros((6, 8), np.float32))
    assert "pets/dog/0.tif: has fractions as pixels" in refusal(lambda: images("pets"))


def test_a_picture_of_very_many_pixels_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    pets()
    for most in (47, 23):
        monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", most)
        assert f"has more than {most} pixels" in refusal(lambda: images("pets"))


def test_memory_is_counted_before_pictures_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    pets()
    monkeypatch.setattr("tui_nn.data.files.source.os.sysconf", lambda name: 1000)
    assert "4 pictures of 300x400 take 4 MB of memory, this machine has 1 MB" in refusal(
        lambda: images("pets", size=(300, 400))
    )


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        (["pets/1.png", "pets/2.png"], "holds pictures, but no folders of them: make a folder"),
        (["pets/a.txt"], "holds no pictures: make a folder a class"),
        (["pets/cat/1.png", "pets/cat/2.png"], "holds one class only: make a folder a class"),
        (["pets/train/1.png"], "holds pictures, but no folders of them"),
    ],
)
def test_other_layouts_are_refused_with_the_one_that_is_needed(
    files: list[str], reason: str
) -> None:
    for name in files:
        save(name, format="png")
    assert refusal(lambda: images("pets")).startswith(f"pets: {reason}")


def test_what_is_no_folder_is_refused() -> None:
    assert "there is no such file or folder" in refusal(lambda: images("pets"))
    save("pets.png")
    assert "pets.png: is a file, not a folder" in refusal(lambda: images("pets.png"))


def test_without_pillow_the_line_that_installs_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    pets()
    monkeypatch.delitem(sys.modules, "tui_nn.data.files.pictures", raising=False)
    monkeypatch.delattr(tui_nn.data.files, "pictures", raising=False)
    monkeypatch.setitem(sys.modules, "PIL", None)
    assert refusal(lambda: images("pets")) == (
        "pets: pictures need pillow: pip install 'nn-tui[images]' -c constraints.txt"
    )


def test_a_file_that_the_system_refuses_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    pets()

    def denied(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", denied)
    assert (
        refusal(lambda: images("pets"))
        == "pets: can't be read (Permission denied): name a file that can"
    )


@pytest.mark.parametrize("folder", ["pets/cat", "pets/cat/more", "pets/train/dog"])
def test_a_folder_that_the_system_refuses_is_named(
    folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pets(root="pets/train" if "train" in folder else "pets")
    Path(folder).mkdir(exist_ok=True)
    listed = Path.iterdir

    def denied(path: Path) -> Any:
        if path == Path(folder):
            raise PermissionError(13, "Permission denied")
        return listed(path)

    monkeypatch.setattr(Path, "iterdir", denied)
    assert refusal(lambda: images("pets")).startswith(f"{folder}: can't be read (Permission")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_named() -> None:
    pets()
    Path("pets/dog/1.png").chmod(0)
    assert "pets/dog/1.png: can't be read (Permission denied): name a file that can" in refusal(
        lambda: images("pets")
    )


def test_rows_and_sha256_hold_the_data_to_what_it_was() -> None:
    pets()
    sha256 = images("pets").sha256
    assert images("pets", sha256=sha256, rows=4).sha256 == sha256
    assert "has 4 rows" in refusal(lambda: images("pets", rows=5))
    save("pets/cat/0.png", 255 - GREYS)
    assert "is other data" in refusal(lambda: images("pets", sha256=sha256))


def test_what_takes_long_is_told_as_it_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    pets()
    clock = iter(range(1000))
    monkeypatch.setattr("tui_nn.data.files.source.monotonic", lambda: next(clock))
    told: list[str] = []
    images("pets", source=Source(tell=told.append))
    assert told[:3] == ["reading pets", "looking at files: 0 %", "looking at files: 25 %"]
    assert told[5:7] == ["looking at pictures: 0 %", "looking at pictures: 25 %"]
    assert told[9] == "reading 4 pictures of 6x8: 1 kB in memory"
    assert told[-1] == "reading pictures: 75 %"
