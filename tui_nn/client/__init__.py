"""Reaches an engine by command line only: a child, any command, a recording of one."""

from tui_nn.client.child import engine_command, split_command
from tui_nn.client.client import Client
from tui_nn.client.recording import Recording

__all__ = ["Client", "Recording", "engine_command", "split_command"]
