"""Every dataset of the catalog, and the call that loads it."""

import inspect
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.data.files.test_idx import LABELS, RAW, encoded
from tui_nn.data.clouds import spiral
from tui_nn.data.files.source import Source
from tui_nn.data.load import load
from tui_nn.data.tables import digits
from tui_nn.spec.call import Call, parse
from tui_nn.spec.catalog import bind_call
from tui_nn.spec.catalog.datasets import DATASETS, PICTURES
from tui_nn.spec.catalog.entry import REQUIRED, Bound, Entry, bind
from tui_nn.spec.catalog.files import FILES
from tui_nn.spec.errors import InvalidInput

ENTRIES = {entry.name: entry for entry in DATASETS}
each = pytest.mark.parametrize("entry", DATASETS, ids=lambda entry: entry.name)


CALLS = {
    "csv": "csv('table.csv')",
    "npz": "npz('arrays.npz')",
    "idx": "idx('pictures', 'labels')",
    "images": "images('pets')",
    "points": "points([(0, 1, 0), (1, 0, 1)])",
    "edited": "edited(xor_gate())",
}


@pytest.fixture
def files(tmp_path: Path) -> Source:
    """A folder with a small file for each reader."""
    (tmp_path / "table.csv").write_text("a,b,kind\n1,2,x\n3,4,y\n5,7,x\n")
    np.savez(tmp_path / "arrays.npz", x=np.arange(12.0).reshape(6, 2), y=np.arange(6) % 2)
    (tmp_path / "pictures").write_bytes(encoded(RAW))
    (tmp_path / "labels").write_bytes(encoded(LABELS))
    for name in ("cat", "dog"):
        (tmp_path / "pets" / name).mkdir(parents=True)
        Image.fromarray(RAW[0]).save(tmp_path / "pets" / name / "1.png")
    return Source(tmp_path)


def bound(text: str) -> Bound:
    return bind_call("dataset", parse(text))


@each
def test_the_catalog_has_the_functions_own_parameters_and_defaults(entry: Entry) -> None:
    module, _, name = entry.target.rpartition(".")
    assert name == entry.name
    signature = inspect.signature(getattr(import_module(module), name))
    theirs = [p for p in signature.parameters.values() if p.name != "source"]
    assert [(p.name, p.default) for p in entry.parameters] == [
        (p.name, REQUIRED if p.default is p.empty else p.default) for p in theirs
    ]
    assert ("source" in signature.parameters) == (entry in FILES)
    assert not entry.left_out


@each
def test_every_default_passes_its_own_rule(entry: Entry) -> None:
    for parameter in entry.parameters:
        if parameter.default is not REQUIRED:
            parameter.rule.check(parameter.default)


@each
def test_every_dataset_loads_with_no_more_than_it_requires(entry: Entry, files: Source) -> None:
    data = load(bound(CALLS.get(entry.name, f"{entry.name}()")), files)
    assert len(data.x) >= 2
    assert (len(data.sha256) == 64) == (entry in FILES)
    assert np.isfinite(data.x).all()
    assert np.isfinite(data.y).all()
    assert len(data.input_names) == (data.x.shape[1] if data.x.ndim == 2 else 0)


def test_names_are_told_apart() -> None:
    assert len(ENTRIES) == len(DATASETS)


def test_a_call_loads_what_the_function_returns() -> None:
    loaded = load(bound("spiral(n=20, noise=0.1, seed=3, features=('sin(x1)', 'x2'))"))
    direct = spiral(n=20, noise=0.1, seed=3, features=("sin(x1)", "x2"))
    assert np.array_equal(loaded.x, direct.x)
    assert loaded.input_names == direct.input_names


def test_whole_numbers_are_numbers_too() -> None:
    assert len(load(bound("line(5, 3, 1, 0)")).x) == 5


def test_the_catalog_offers_as_many_pictures_as_there_are() -> None:
    assert len(digits().x) == PICTURES


@pytest.mark.parametrize(
    "text",
    [
        "spiral(n=1)",
        "spiral(n=1000001)",
        "spiral(noise=-0.1)",
        "spiral(seed=-1)",
        "spiral(features=('x1', 'x1'))",
        "spiral(features=('x3',))",
        "spiral(features=())",
        "blobs(classes=1)",
        "blobs(classes=21)",
        "blobs(n=3, classes=4)",
        "rings(classes=6)",
        "rings(n=2)",
        "checkerboard(squares=1)",
        "imbalanced(share=0)",
        "imbalanced(share=0.6)",
        "imbalanced(n=20)",
        "modular_addition(p=1)",
        "modular_addition(p=201)",
        "edges(n=1798)",
        "and_gate(n=4)",
        "iris(standardize=1)",
        "points([(0, 1, 0)])",
        "points([(0, 1, 0), (1, 0)])",
        "points([(0, 1, 0), (1, 0, 2, 3)])",
        "points([(0, 1, 0), (1, 0, 10)])",
        "points([(0, 1, 0), (1, 0, -1)])",
        "points([(0, 1, 0), (1, 0, 2)], classes=2)",
        "points([(0, 1, 0.5), (1, 0, 1)], classes=2)",
        "points([(0, 0), (1, 1)], features=['x1'])",
        "edited(csv('mine.csv'))",
        "edited(mons())",
        "edited(edited(moons()))",
        "edited(moons(n=1))",
        "edited(moons(), add=[(1,)])",
        "edited(moons(), add=[('0h', 1)])",
        "edited(moons(), remove=[-1])",
    ],
)
def test_absurd_values_are_refused_with_a_way_out(text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        bound(text)
    assert caught.value.hint


def test_what_is_not_a_dataset_is_never_imported() -> None:
    entry = Entry("optimizer", "Adam", "torch.optim.Adam", "")
    with pytest.raises(InvalidInput, match="Adam is not a dataset"):
        load(bind(entry, Call("Adam")))
