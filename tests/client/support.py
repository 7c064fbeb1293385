"""Engines that are none: small scripts that speak the protocol."""

import sys
from pathlib import Path

from tui_nn.spec.protocol import VERSION

BEGINNING = f"""
import json, os, signal, sys, time

def say(**line):
    sys.stdout.write(json.dumps(line) + "\\n")
    sys.stdout.flush()

def complain(words):
    sys.stderr.write(words + "\\n")
    sys.stderr.flush()

def hello(version={VERSION}, **more):
    say(type="hello", version=version, nn_tui="0.1.0", pid=os.getpid(), **more)

def answer(command, state="ready"):
    say(type="answer", id=command["id"], present=dict(type="present", state=state))

def notice(message):
    say(type="noticed", step=1, message=message)

commands = map(json.loads, sys.stdin)
"""

ECHO = """
hello()
for command in commands:
    notice(json.dumps(command))
    answer(command)
"""
"""Tells each command, answers it, ends with its input."""

SOON = 20.0


def fake(folder: Path, script: str) -> list[str]:
    """A command that runs the script; it needs no site packages, so it starts quickly."""
    path = folder / "engine.py"
    path.write_text(BEGINNING + script)
    return [sys.executable, "-I", "-S", str(path)]
