"""Folders of pictures: which layouts are understood, what becomes of a picture, what is refused."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.data.files.pictures_support import COLOURS, GREYS, one, pets, save
from tests.spec.support import refusal
from tui_nn.data.files.images import images
from tui_nn.spec.targets import Classes

pytestmark = pytest.mark.usefixtures("here")


def test_a_folder_a_class_in_the_order_of_its_numbers() -> None:
    for name, level in (("10", 30), ("2", 20), ("1", 10)):
        for i in (10, 9):
            save(f"digits/{name}/{i}.png", np.full((4, 4), level + i, np.uint8))
    data = images("digits")
    assert data.class_names == ("1", "2", "10")
    assert data.kind == Classes(3)
    assert data.y.tolist() == [0, 0, 1, 1, 2, 2]
    levels = (data.x[:, 0, 0, 0] * 255).round().tolist()
    assert levels == [19, 20, 29, 30, 39, 40]
    assert (data.sample_name, data.source, data.apart) == ("picture", "digits", 0)
    assert data.notices == ("target: the folder, 3 classes (1, 2, 10)",)


def test_grey_pictures_have_one_channel_and_colours_three() -> None:
    pets()
    assert np.array_equal(images("pets").x[0, 0], GREYS.astype(np.float32) / 255)
    save("pets/cat/0.png", COLOURS)
    data = images("pets")
    assert data.x.shape == (4, 3, 6, 8)
    assert np.array_equal(data.x[0], np.moveaxis(COLOURS, -1, 0).astype(np.float32) / 255)
    assert np.array_equal(data.x[1], np.stack([GREYS] * 3).astype(np.float32) / 255)


def test_channels_can_be_chosen() -> None:
    pets()
    assert images("pets", colour=True).input_shape == (3, 6, 8)
    pets(COLOURS)
    assert images("pets", colour=False).input_shape == (1, 6, 8)


@pytest.mark.parametrize("suffix", ["png", "bmp", "gif", "tif", "TIFF", "ppm", "pgm"])
def test_formats_without_loss_give_the_pixels_themselves(suffix: str) -> None:
    pets(255 - GREYS)
    save(f"pets/ant/0.{suffix}", GREYS)
    assert np.array_equal(images("pets").x[0, 0], GREYS.astype(np.float32) / 255)


@pytest.mark.parametrize("suffix", ["jpg", "JPEG", "webp"])
def test_formats_with_loss_give_nearly_the_pixels(suffix: str) -> None:
    pets()
    smooth = np.add.outer(np.arange(16) * 6, np.arange(16) * 6).astype(np.uint8)
    save(f"pets/ant/0.{suffix}", smooth, quality=95)
    x = images("pets", size=16, colour=False).x[0, 0]
    assert np.abs(x - smooth / 255).max() < 0.03


def test_of_a_moving_picture_the_first_frame_is_read() -> None:
    first, second = (Image.fromarray(np.full((6, 8), level, np.uint8)) for level in (51, 204))
    x = one(first, "a.gif", save_all=True, append_images=[second])
    assert np.allclose(x, 51 / 255)


def test_transparent_parts_are_white_and_half_transparent_ones_lighter() -> None:
    rgba = np.zeros((1, 3, 4), np.uint8)
    rgba[0, :, 3] = (0, 51, 255)
    x = one(Image.fromarray(rgba))
    assert x.shape == (3, 1, 3)
    assert np.allclose(x[:, 0], np.array([1, 0.8, 0]), atol=1e-6)


def test_palettes_become_their_colours() -> None:
    palette = Image.new("P", (2, 1))
    palette.putpalette([0, 0, 0, 255, 0, 102])
    palette.putpixel((1, 0), 1)
    assert np.allclose(one(palette)[:, 0], np.array([[0, 1], [0, 0], [0, 0.4]]))


@pytest.mark.parametrize("name", ["a.png", "a.tif", "a.pgm"])
def test_16_bits_keep_their_share_of_white(name: str) -> None:
    levels = np.array([[0, 257 * 51, 65535]], np.uint16)
    assert np.allclose(one(Image.fromarray(levels), name), [[[0, 0.2, 1]]], atol=1 / 255)


def test_cmyk_becomes_red_green_and_blue() -> None:
    cyan = Image.new("CMYK", (2, 2), (255, 0, 0, 0))
    assert np.allclose(one(cyan, "a.tif")[:, 0, 0], [0, 1, 1])


def test_black_and_white_are_0_and_1() -> None:
    assert one(Image.fromarray(np.array([[True, False]]))).tolist() == [[[1, 0]]]


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.tif", "a.webp"])
@pytest.mark.parametrize(
    ("orientation", "upright"),
    [
        (1, lambda a: a),
        (2, np.fliplr),
        (3, lambda a: np.rot90(a, 2)),
        (4, np.flipud),
        (5, np.transpose),
        (6, lambda a: np.rot90(a, -1)),
        (7, lambda a: np.rot90(a, 2).T),
        (8, lambda a: np.rot90(a, 1)),
    ],
)
def test_a_picture_taken_on_its_side_is_turned_upright(
    name: str, orientation: int, upright: Callable[[Any], Any]
) -> None:
    corner = np.zeros((16, 32), np.uint8)
    corner[:8, :16] = 255
    exif = Image.Exif()
    exif[0x0112] = orientation
    pets(upright(corner))
    save(f"pets/ant/{name}", corner, exif=exif)
    data = images("pets", colour=False)
    assert len(data.notices) == 1
    assert data.input_shape == (1, *upright(corner).shape)
    assert np.abs(data.x[0, 0] - upright(corner) / 255).mean() < 0.02


def test_all_get_the_commonest_size_with_the_middle_kept() -> None:
    pets()
    wide = np.zeros((6, 24), np.uint8)
    wide[:, 8:16] = GREYS
    save("pets/dog/1.png", wide)
    data = images("pets")
    assert data.input_shape == (1, 6, 8)
    assert np.array_equal(data.x[3, 0], GREYS.astype(np.float32) / 255)
    assert data.notices[1:] == ("brought to 6x8: 1 of 4 pictures (scaled, their middle kept)",)


def test_of_sizes_equally_common_the_largest_is_taken() -> None:
    pets()
    for name in ("cat", "dog"):
        save(f"pets/{name}/1.png", np.zeros((9, 9), np.uint8))
    assert images("pets").input_shape == (1, 9, 9)


def test_large_pictures_are_reduced_to_64_and_keep_their_form() -> None:
    pets(np.full((100, 200), 51, np.uint8))
    data = images("pets")
    assert data.input_shape == (1, 32, 64)
    assert np.allclose(data.x, 0.2)
    assert "brought to 32x64: 4 of 4 pictures" in data.notices[1]


@pytest.mark.parametrize(("size", "expected"), [(5, (5, 5)), ((3, 7), (3, 7)), (100, (100, 100))])
def test_the_size_can_be_chosen(size: int | tuple[int, int], expected: tuple[int, int]) -> None:
    pets()
    assert images("pets", size=size).input_shape == (1, *expected)


@pytest.mark.parametrize("train", ["train", "TRAIN", "Training"])
@pytest.mark.parametrize("part", ["val", "valid", "validation", "test", "Val", "Testing"])
def test_a_folder_of_train_and_one_of_validation_are_the_parts(train: str, part: str) -> None:
    pets(root=f"pets/{train}")
    save(f"pets/{part}/dog/7.png", 255 - GREYS)
    data = images("pets")
    assert data.class_names == ("cat", "dog")
    assert data.y.tolist() == [0, 0, 1, 1, 1]
    assert (data.apart, data.apart_for_test) == (1, 0)
    assert np.array_equal(data.x[4, 0], (255 - GREYS).astype(np.float32) / 255)
    assert data.notices[1:] == (
        f"validation part: 1 picture of {part} (the test part where train.val is set)",
    )


def test_of_val_and_test_each_is_its_part() -> None:
    pets(root="pets/train")
    pets(255 - GREYS, root="pets/test")
    pets(root="pets/val", count=1)
    data = images("pets")
    assert data.y.tolist() == [0, 0, 1, 1, 0, 1, 0, 0, 1, 1]
    assert (data.apart, data.apart_for_test) == (2, 4)
    assert np.array_equal(data.x[6:, 0], np.stack([255 - GREYS] * 4).astype(np.float32) / 255)
    assert data.notices[1:] == (
        "validation part: 2 pictures of val",
        "test part: 4 pictures of test",
    )


def test_empty_folders_and_those_of_a_packer_beside_the_parts_are_passed_over() -> None:
    for part in ("train", "test"):
        pets(root=f"pets/{part}")
    save("pets/__MACOSX/train/1.png")
    Path("pets/other").mkdir()
    data = images("pets")
    assert data.class_names == ("cat", "dog")
    assert data.apart == 4


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        (("train", "test", "other"), "holds parts (test, train) and other folders of pictures (ot"),
        (("val", "test"), "holds no train, only test, val"),
        (("train", "val", "valid"), "holds a part twice: train, val, valid"),
    ],
)
def test_parts_that_are_none_are_refused_with_the_layout_that_is_needed(
    parts: tuple[str, ...], reason: str
) -> None:
    for part in parts:
        pets(root=f"pets/{part}")
    said = refusal(lambda: images("pets"))
    assert said.startswith(f"pets: {reason}")
    assert "pets/train/cat/1.png and pets/val/cat/2.png" in said


def test_train_is_a_class_where_other_classes_lie_beside_it() -> None:
    for name in ("train", "car"):
        save(f"traffic/{name}/1.png")
        save(f"traffic/{name}/2.png")
    assert images("traffic").class_names == ("car", "train")


def test_a_class_that_train_lacks_is_refused() -> None:
    pets(root="pets/train")
    save("pets/val/dogs/1.png")
    assert "val has a class dogs, train has none: did you mean dog?" in refusal(
        lambda: images("pets")
    )


def test_folders_in_a_class_are_searched_and_what_is_hidden_is_not() -> None:
    pets()
    save("pets/dog/more/still/3.png", 255 - GREYS)
    save("pets/dog/.hidden/4.png")
    save("pets/dog/.5.png")
    save("pets/.git/6.png")
    data = images("pets")
    assert data.y.tolist() == [0, 0, 1, 1, 1]
    assert len(data.notices) == 1


def test_other_files_and_empty_folders_are_left_out_and_told() -> None:
    pets()
    for name in ("pets/labels.csv", "pets/dog/notes.txt"):
        Path(name).write_text("x")
    for name in ("mouse", "bird"):
        Path(f"pets/{name}").mkdir()
    Path("pets/bird/1.heic").write_text("x")
    data = images("pets")
    assert data.class_names == ("cat", "dog")
    assert data.notices[1:] == (
        "not read: folders without pictures, bird (1 file, as 1.heic), mouse",
        "not read: 3 other files, 1.heic, notes.txt, labels.csv",
    )


def test_a_class_of_files_that_are_not_read_is_named_with_the_formats_that_are() -> None:
    pets()
    for path in Path("pets/cat").iterdir():
        path.rename(path.with_suffix(".heic"))
    said = refusal(lambda: images("pets"))
    assert (
        "holds no pictures that can be read in cat (2 files, as 0.heic): save them as png" in said
    )


def test_of_a_folder_above_the_one_that_is_needed_that_is_named() -> None:
    pets(root="mine/photos")
    assert refusal(lambda: images("mine")).endswith(": name mine/photos")
