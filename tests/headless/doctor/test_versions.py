import tomllib
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

from tui_nn.headless.doctor import versions

ROOT = Path(__file__).parents[3]


def installed(monkeypatch: pytest.MonkeyPatch, **found: str) -> None:
    """Those versions alone; in place of all others, what pyproject.toml asks for at least."""

    def version(name: str) -> str:
        if found.get(name) == "":
            raise PackageNotFoundError(name)
        asked = next(r for r in [*versions.REQUIRED, *extras()] if versions.package(r) == name)
        return found.get(name) or asked.split(">=")[1].split(",")[0]

    monkeypatch.setattr(versions, "version", version)


def extras() -> list[str]:
    return [requirement for _, some in versions.EXTRAS.values() for requirement in some]


def test_the_doctor_asks_for_what_the_package_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert list(versions.REQUIRED) == project["dependencies"]
    optional = {name: tuple(r) for name, r in project["optional-dependencies"].items()}
    del optional["test"]
    assert {name: some for name, (_, some) in versions.EXTRAS.items()} == optional


def test_the_least_versions_are_good_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    installed(monkeypatch)
    assert {finding.state for finding in versions.versions()} == {"fine"}


@pytest.mark.parametrize(
    ("package", "found", "fix"),
    [
        ("torch", "", "-m pip install 'torch>=2.9'"),
        ("torch", "2.8.1+cu126", "nn-tui needs >=2.9: "),
        ("textual", "9.0.1", "nn-tui needs >=8.2,<9: "),
        ("numpy", "1.26.4", "pip install 'numpy>=2'"),
    ],
)
def test_a_package_that_does_not_do_is_broken_and_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, package: str, found: str, fix: str
) -> None:
    installed(monkeypatch, **{package: found})
    [wrong] = [finding for finding in versions.versions() if finding.state != "fine"]
    assert (wrong.name, wrong.state) == (package, "broken")
    assert fix in wrong.fix


@pytest.mark.parametrize("found", ["2.13.0+cpu", "2.10.0a0+git1", "2.9"])
def test_a_version_is_read_up_to_what_is_no_number(
    monkeypatch: pytest.MonkeyPatch, found: str
) -> None:
    installed(monkeypatch, torch=found)
    assert [f.state for f in versions.versions() if f.name == "torch"] == ["fine"]


def test_a_missing_extra_is_told_and_breaks_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    installed(monkeypatch, onnx="", pillow="")
    found = {finding.name: finding for finding in versions.versions()}
    assert "pip install 'nn-tui[images]'" in found["pillow"].value
    assert {finding.state for finding in found.values()} == {"fine"}
