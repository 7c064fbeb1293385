"""Looks at everything, and says what to fix."""

import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path

from tui_nn.headless.doctor.devices import Tried, devices, try_out
from tui_nn.headless.doctor.finding import Finding
from tui_nn.headless.doctor.folders import folder
from tui_nn.headless.doctor.terminal import Terminal, terminal
from tui_nn.headless.doctor.versions import REQUIRED, package, versions
from tui_nn.headless.output import print_text
from tui_nn.spec.errors import printable
from tui_nn.spec.exits import Exit

Findings = Mapping[str, Sequence[Finding]]
"""By what they are about."""


def doctor(config: Path | None, runs: Path, as_json: bool) -> int:
    """Look, print, and answer 1 where something is broken.

    `config` is where the app remembers its choices; None where nobody can tell.
    """
    findings = examine(config, runs)
    is_broken = any(f.state == "broken" for group in findings.values() for f in group)
    if as_json:
        flat = [{"about": about, **asdict(f)} for about, group in findings.items() for f in group]
        print_text(json.dumps({"broken": is_broken, "findings": flat}, indent=1))
    else:
        print_text("\n".join(page(findings)))
    return Exit.FAILED if is_broken else Exit.DONE


def examine(config: Path | None, runs: Path) -> Findings:
    """All that is looked at."""
    found = versions()
    names = [package(requirement) for requirement in REQUIRED]
    there = {finding.name for finding in found if finding.value != "not installed"}
    tried = try_out([name for name in names if name in there])
    folders = [folder("runs", runs, "--runs DIR keeps runs elsewhere")]
    if config is not None:
        way_out = "without it themes and views are forgotten"
        folders.append(folder("config", config, way_out))
    return {
        "versions": [_as_tried(finding, tried) for finding in found],
        "devices": devices(tried),
        "terminal": terminal(_here()),
        "folders": folders,
    }


def _as_tried(finding: Finding, tried: Tried) -> Finding:
    """A package that is there may still not load."""
    trouble = tried.broken.get(finding.name)
    if trouble is None:
        return finding
    install = f"{sys.executable} -m pip install --force-reinstall {finding.name}"
    return replace(
        finding, value=f"{finding.value}, does not load: {trouble}", state="broken", fix=install
    )


def _here() -> Terminal:
    size = None
    if sys.stdin.isatty() and sys.stdout.isatty():
        columns, rows = os.get_terminal_size(sys.stdout.fileno())
        size = columns, rows
    return Terminal(os.environ, sys.stdout.encoding or "", size)


def page(findings: Findings) -> list[str]:
    """What was found, then a line for each thing that can be mended."""
    lines: list[str] = []
    for about, group in findings.items():
        lines += [about, *(f"  {f.name:<13} {printable(f.value)}" for f in group), ""]
    everything = [finding for group in findings.values() for finding in group]
    for state, heading in (("broken", "to fix"), ("better", "could be better")):
        wrong = [finding for finding in everything if finding.state == state]
        if wrong:
            lines += [heading, *(f"  {f.name}: {printable(f.fix)}" for f in wrong), ""]
    is_broken = any(finding.state == "broken" for finding in everything)
    return [*lines, "something is broken" if is_broken else "nothing is broken"]
