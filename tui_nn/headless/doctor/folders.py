"""Whether what nn-tui keeps can be written."""

import shutil
import tempfile
from pathlib import Path

from tui_nn.headless.doctor.finding import Finding


def folder(name: str, path: Path, way_out: str) -> Finding:
    """Try to write where `path` is or would be made; nothing is left there."""
    wanted = place = path.absolute()
    while not place.exists() and place != place.parent:
        place = place.parent
    try:
        with tempfile.TemporaryFile(dir=place) as file:
            file.write(b"tried")
        free = shutil.disk_usage(place).free
    except OSError as error:
        fix = f"{place} must be a folder that can be written; {way_out}"
        return Finding(name, f"{wanted}: can't be written ({error.strerror})", "broken", fix)
    made = "can be written" if place == wanted else "can be made"
    return Finding(name, f"{wanted}: {made}, {free / 1e9:,.1f} GB free")
