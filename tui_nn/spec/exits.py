"""How the process answers."""

from enum import IntEnum


class Exit(IntEnum):
    """Exit codes; a signal answers with 128 + its number."""

    DONE = 0
    FAILED = 1
    BAD_INPUT = 2
    GOAL_MISSED = 3
    DIVERGED = 4
    INTERRUPTED = 130
