"""The update rule of every optimizer as named terms, worked out in numbers.

`terms` works out one update from plain data, `upcoming` that of a live optimizer; `Asked` hears
what LBFGS asks. Terms have the same names in every rule and come in one order (`WORDS`): two rules
can be laid side by side.
"""

from tui_nn.engine.rules.live import Asked, agree, ulps, upcoming
from tui_nn.engine.rules.table import RULES, terms
from tui_nn.engine.rules.term import WORDS, Rule, Start, Term, Update, Worked

__all__ = [
    "RULES",
    "WORDS",
    "Asked",
    "Rule",
    "Start",
    "Term",
    "Update",
    "Worked",
    "agree",
    "terms",
    "ulps",
    "upcoming",
]  # fmt: skip
