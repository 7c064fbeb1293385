"""Whatever bytes a new file holds, the answer is samples or a line that a person can read."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.data.files.fuzz import mutated
from tests.data.fresh.support import read, recipe
from tests.spec.support import error_of, is_readable
from tui_nn.data.recipe import Recipe

TABLE = "a,b,c\nx,1.5,0\ny,2,1\nx,NA,1\nz,3,1\n"
quick = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with TemporaryDirectory() as name:
        (Path(name) / "t.csv").write_text(TABLE)
        np.savez(Path(name) / "t.npz", x=np.eye(4, 3), y=np.array([0, 1, 1, 0]))
        yield Path(name)


def check(path: Path, made: Recipe) -> None:
    for with_targets in (False, True):

        def ask(wanted: bool = with_targets) -> None:
            fresh = read(str(path), made, with_targets=wanted)
            assert fresh.x.shape[1:] == made.input_shape
            assert (fresh.y is not None) == wanted

        error = error_of(ask)
        assert error is None or (is_readable(error) and error.hint)


@quick
@given(mutated([TABLE.encode()]) | st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_any_table_is_samples_or_a_refusal(folder: Path, data: bytes) -> None:
    (folder / "new.csv").write_bytes(data)
    check(folder / "new.csv", recipe(f"csv('{folder}/t.csv')"))


@quick
@given(st.data())
def test_any_archive_is_samples_or_a_refusal(folder: Path, data: st.DataObject) -> None:
    content = data.draw(mutated([(folder / "t.npz").read_bytes()]))
    (folder / "new.npz").write_bytes(content)
    check(folder / "new.npz", recipe(f"npz('{folder}/t.npz')"))
