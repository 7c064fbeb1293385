"""Where a user's files are, what is told while they are read, how much memory there is."""

from pathlib import Path

import pytest

from tests.spec.support import refusal
from tui_nn.data.files import source
from tui_nn.data.files.source import Source, tell_memory


@pytest.mark.parametrize(("limit", "refused"), [("1000", True), ("max\n", False), (None, False)])
def test_a_containers_limit_counts_as_the_machines_memory(
    limit: str | None, refused: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "memory.max"
    if limit is not None:
        path.write_text(limit)
    monkeypatch.setattr(source, "_GROUP_LIMIT", path)
    if refused:
        said = refusal(lambda: tell_memory(Source(), "3 rows", 600))
        assert "3 rows take 1 kB of memory, this machine has 1 kB" in said
    else:
        tell_memory(Source(), "3 rows", 600)


def test_a_file_is_told_when_its_reading_begins(tmp_path: Path) -> None:
    (tmp_path / "a\x1b.csv").write_bytes(b"x")
    told: list[str] = []
    Source(tell=told.append).identify([tmp_path / "a\x1b.csv"], None)
    assert told == ["reading a\\x1b.csv"]


def test_progress_is_told_at_most_ten_times_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([0.0, 0.05, 0.2, 0.2, 0.25, 0.29, 0.31, 0.31])
    monkeypatch.setattr(source, "monotonic", lambda: next(clock))
    told: list[str] = []
    progress = Source(tell=told.append).progress("reading a")
    for share in (0.1, 0.2, 0.3, 0.4, 0.5):
        progress(share)
    assert told == ["reading a: 20 %", "reading a: 50 %"]
