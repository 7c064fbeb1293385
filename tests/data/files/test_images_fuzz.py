"""Any bytes at all in place of a picture."""

import io
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.data.files.fuzz import check_reads_or_refuses, mutated
from tests.data.files.pictures_support import COLOURS, GREYS, pets
from tui_nn.data.files.images import images


@pytest.fixture
def here(here: Path) -> Path:
    pets()
    return here


def content(array: Any, form: str, **options: Any) -> bytes:
    file = io.BytesIO()
    Image.fromarray(array).save(file, form, **options)
    return file.getvalue()


def good_pictures() -> list[bytes]:
    exif = Image.Exif()
    exif[0x0112] = 6
    files = [
        content(COLOURS, form) for form in ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "PPM")
    ]
    files += [content(COLOURS, form, exif=exif) for form in ("PNG", "JPEG", "TIFF", "WEBP")]
    files += [content(GREYS.astype(np.uint16), form) for form in ("PNG", "TIFF", "PPM")]
    return files


@pytest.mark.usefixtures("here")
@settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(st.binary(max_size=100), mutated(good_pictures())))
def test_any_bytes_are_a_dataset_or_a_refusal(picture: bytes) -> None:
    Path("pets/cat/2.png").write_bytes(picture)
    check_reads_or_refuses(lambda: images("pets", size=8))


@pytest.mark.usefixtures("here")
def test_pillow_writes_nothing_of_its_own_about_a_broken_file() -> None:
    samples = struct.pack("<HHI", 277, 3, 1)
    picture = content(COLOURS, "TIFF")
    assert picture.count(samples) == 1
    at = picture.index(samples) + len(samples)
    Path("pets/cat/2.tif").write_bytes(picture[:at] + b"\xcf" + picture[at + 1 :])
    code = "from tui_nn.data.files.images import images\nimages('pets')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    [*_, last] = done.stderr.splitlines()
    assert "pets/cat/2.tif: isn't a picture" in last
    assert not done.stderr.startswith("More samples")
