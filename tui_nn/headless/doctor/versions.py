"""The versions of what nn-tui is built on."""

import platform
import re
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version

from tui_nn import __version__
from tui_nn.headless.doctor.finding import Finding

REQUIRED = (
    "textual>=8.2,<9", "torch>=2.9", "numpy>=2", "plotext>=6.1,<7", "click>=8.1", "msgspec>=0.19",
    "tomlkit>=0.13", "platformdirs>=4", "safetensors>=0.5",
)  # fmt: skip
EXTRAS = {
    "images": ("to read pictures", ("pillow>=10",)),
    "onnx": ("to export ONNX", ("onnx>=1.17", "onnxscript>=0.5")),
    "serve": ("to open the app in a browser", ("textual-serve>=1.1",)),
}
"""By extra: what it is good for, and what it installs."""


def versions() -> list[Finding]:
    """nn-tui's, Python's, and every package's."""
    return [
        Finding("nn-tui", __version__),
        Finding("Python", f"{platform.python_version()}, {sys.executable}"),
        Finding("system", f"{platform.system()} {platform.release()}, {platform.machine()}"),
        *map(_required, REQUIRED),
        *_extras(),
    ]


def package(requirement: str) -> str:
    """`torch` of `torch>=2.9`."""
    return re.split("[<>=]", requirement, maxsplit=1)[0]


def _required(requirement: str) -> Finding:
    name = package(requirement)
    install = f"{sys.executable} -m pip install '{requirement}'"
    found = _installed(name)
    if found is None:
        return Finding(name, "not installed", "broken", install)
    if not _suits(found, requirement):
        bounds = requirement.removeprefix(name)
        return Finding(name, found, "broken", f"nn-tui needs {bounds}: {install}")
    return Finding(name, found)


def _extras() -> Iterator[Finding]:
    for extra, (use, requirements) in EXTRAS.items():
        for requirement in requirements:
            name = package(requirement)
            found = _installed(name)
            if found is None:
                yield Finding(name, f"not installed; {use}: pip install 'nn-tui[{extra}]'")
            elif not _suits(found, requirement):
                yield Finding(name, found, "better", f"{use}: pip install '{requirement}'")
            else:
                yield Finding(name, found)


def _installed(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _suits(found: str, requirement: str) -> bool:
    """Whether a version lies within all bounds."""
    have = _numbers(found)
    for sign, bound in re.findall(r"(>=|<)([\d.]+)", requirement):
        if (have >= _numbers(bound)) != (sign == ">="):
            return False
    return True


def _numbers(text: str) -> tuple[int, ...]:
    """2.13.0 of `2.13.0+cpu`."""
    return tuple(map(int, re.findall(r"\d+", re.split("[^0-9.]", text, maxsplit=1)[0])))
