"""Imports of others' packages without what they don't need here."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without(*names: str) -> Iterator[None]:
    """Whatever is imported meanwhile finds no modules of these names: it has to do without.

    For packages that say how they go on without an optional one; what is imported already stays,
    and later imports find everything again.
    """
    absent = [name for name in names if name not in sys.modules]
    sys.modules.update(dict.fromkeys(absent))  # type: ignore[arg-type]
    try:
        yield
    finally:
        for name in absent:
            del sys.modules[name]
