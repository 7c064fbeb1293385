"""The home screen is what it was, to the cell and its ink; `paint --write` renews the pictures."""

import pytest

from tests.golden.paint import SHOWN, pictures


@pytest.mark.parametrize("name", SHOWN)
def test_the_home_screen_looks_as_it_did(name: str) -> None:
    for path, picture in pictures(name):
        kept = path.read_text().split("\n")
        changed = [
            f"{number:2} was {old}\n   is  {new}"
            for number, (old, new) in enumerate(zip(kept, picture.split("\n"), strict=False))
            if old != new
        ]
        assert not changed, f"{path.name} has changed:\n" + "\n".join(changed)
        assert len(kept) == picture.count("\n") + 1
