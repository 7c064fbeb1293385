"""A process of its own that loads packages, then tries every device: what breaks, breaks here.

It is run as a script with the modules' names, and writes a JSON object a line: `trying` a module,
`failed` with the reason; where torch is among them, at last what it sees.
"""

import importlib
import json
import os
import sys
import warnings
from typing import Any


def main() -> None:
    """Load each module, torch last, and look at its devices."""
    out = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # a library's own words are no answer
    loaded = {}
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        for name in sorted(sys.argv[1:], key="torch".__eq__):
            _tell(out, trying=name)
            try:
                loaded[name] = importlib.import_module(name)
            except BaseException as error:  # noqa: BLE001
                _tell(out, failed=_words(error))
        if "torch" in loaded:
            _tell(out, trying="devices")
            found = _devices(loaded["torch"])
            relevant = [str(each.message) for each in said if "cuda" in str(each.message).lower()]
            _tell(out, **found, warning=(relevant or [""])[0].split("\n")[0])


def _devices(torch: Any) -> dict[str, Any]:
    """What torch trains on, and the name, memory and trouble of every GPU."""
    gpus = []
    for index in range(torch.cuda.device_count()):
        gpu: dict[str, Any] = {"name": "", "memory": 0, "trouble": ""}
        try:
            known = torch.cuda.get_device_properties(index)
            gpu |= {"name": known.name, "memory": known.total_memory}
            torch.ones(2, device=f"cuda:{index}").sum().item()
        except Exception as error:  # noqa: BLE001
            gpu["trouble"] = _words(error)
        gpus.append(gpu)
    torch.ones(2).sum().item()
    return {
        "threads": torch.get_num_threads(),
        "cuda": torch.version.cuda or torch.version.hip,
        "gpus": gpus,
    }


def _words(error: BaseException) -> str:
    lines = str(error).strip().splitlines() or [""]
    return f"{type(error).__name__}: {lines[0]}"


def _tell(out: Any, **facts: Any) -> None:
    out.write(json.dumps(facts) + "\n")


if __name__ == "__main__":
    main()
