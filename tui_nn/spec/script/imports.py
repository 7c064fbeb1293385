"""The lines that import what a text uses."""

import re
from collections.abc import Sequence

from tui_nn.spec.script.layout import Block, join, plain

IMPORTS = (
    (r"\bdeepcopy\(", "from copy import deepcopy", 0),
    (r"\bPath\(", "from pathlib import Path", 0),
    (r"\bnp\.", "import numpy as np", 1),
    (r"\btorch\.", "import torch", 1),
    (r"\bF\.", "import torch.nn.functional as F", 1),
    (r"\bnn\.", "from torch import nn", 1),
    (r"\blr_scheduler\.", "from torch.optim import lr_scheduler", 1),
    (r"\bDataLoader\(", "from torch.utils.data import DataLoader, TensorDataset", 1),
)
"""What a text uses, the line that imports it, and whether it is of others."""


def import_blocks(body: Sequence[Block]) -> list[Block]:
    """Those of Python's own, then those of others."""
    text = join(body)
    groups: tuple[list[str], list[str]] = ([], [])
    for pattern, line, group in IMPORTS:
        if re.search(pattern, text):
            groups[group].append(line)
    return [plain(*group) for group in groups if group]
