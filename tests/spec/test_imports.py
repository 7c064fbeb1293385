"""What a room needs to start: in a process of its own, for imports leave traces."""

import subprocess
import sys

import pytest

WALK = """
import importlib, pkgutil, sys
room = importlib.import_module("tui_nn.ROOM")
for module in pkgutil.walk_packages(room.__path__, room.__name__ + "."):
    importlib.import_module(module.name)
heavy = {name.partition(".")[0] for name in sys.modules} & {"torch", "textual", "rich", "tomlkit"}
sys.exit(", ".join(sorted(heavy)) or None)
"""


@pytest.mark.parametrize("room", ["spec", "data", "plot", "runs"])
def test_a_room_of_plain_data_imports_neither_torch_nor_textual(room: str) -> None:
    code = WALK.replace("ROOM", room)
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (result.returncode, result.stderr) == (0, "")
