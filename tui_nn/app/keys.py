"""Every action: its name, its keys, where it stands in the list of all."""

from dataclasses import dataclass
from typing import Literal

Head = Literal["Run", "Back", "Change", "Show", "Compare", "Save", "Help"]


@dataclass(frozen=True)
class Action:
    """Something a person can have done."""

    name: str
    """The method of the app: `action_` and this."""
    words: str
    """What it does, as the list of all actions says it."""
    head: Head
    keys: tuple[str, ...]
    """As Textual names them; the first is shown."""
    shown: str = ""
    """The key as a person reads it, where Textual's name is not it."""

    @property
    def key(self) -> str:
        return self.shown or next(iter(self.keys), "")


ACTIONS = (
    Action("run_pause", "run / pause", "Run", ("space",)),
    Action("go('phase')", "next phase", "Run", ("p",)),
    Action("go('step')", "next step", "Run", ("s",)),
    Action("go('epoch')", "next epoch", "Run", ("e",)),
    Action("layer(1)", "next layer", "Run", ("n",)),
    Action("pace(-1)", "slower", "Run", ("minus",), "-"),
    Action("pace(1)", "faster", "Run", ("plus", "equals_sign"), "+"),
    Action("go_back('phase')", "back a phase", "Back", ("P", "upper_p")),
    Action("go_back('step')", "back a step", "Back", ("S", "upper_s")),
    Action("go_back('epoch')", "back an epoch", "Back", ("E", "upper_e")),
    Action("layer(-1)", "back a layer", "Back", ("N", "upper_n")),
    Action("reset", "reset to the same weights", "Back", ("r",)),
    Action("new_seed", "reset with a new seed", "Back", ("R", "upper_r")),
    Action("undo", "undo reset, new seed or change of lr", "Back", ("u",)),
    Action("redo", "redo", "Back", ("U", "upper_u")),
    Action("rate(-1)", "lr down", "Change", ("comma", "left_square_bracket"), ","),
    Action("rate(1)", "lr up", "Change", ("full_stop", "right_square_bracket"), "."),
    Action("edit_here", "change what is in focus, in 1 to 4", "Change", (), "enter"),
    Action("edit(1)", "edit the network", "Change", ()),
    Action("edit(2)", "change data, batches and split", "Change", ()),
    Action("draw", "draw points, or a picture to be classified", "Change", ()),
    Action("edit(3)", "change the loss", "Change", ()),
    Action("edit(4)", "change optimizer, schedule and epochs", "Change", ()),
    Action("edit", "change any setting", "Change", ()),
    *(
        Action(f"panel({number})", f"{number} {name}", "Show", (str(number),))
        for number, name in enumerate(
            ("Network", "Data", "Loss", "Optimizer", "Forward", "Gradient", "Update", "Evaluate"), 1
        )
    ),
    Action("panel(0)", "Look for", "Show", ("0",)),
    Action("next_panel(1)", "next panel", "Show", ("tab",)),
    Action("next_panel(-1)", "previous panel", "Show", ("shift+tab",)),
    Action("full", "this panel on the whole screen", "Show", ("f",)),
    Action("open_number", "open the number at the cursor: what it came of", "Show", (), "enter"),
    Action("view(1)", "next view of this panel", "Show", ("v",)),
    Action("view(-1)", "previous view", "Show", ("V", "upper_v")),
    Action("slide(1)", "next slide of the lesson", "Show",
           ("right_parenthesis", "pagedown"), ")"),
    Action("slide(-1)", "slide before", "Show", ("left_parenthesis", "pageup"), "("),
    Action("mark", "mark this moment with a sentence, as a slide", "Show", ("m",)),
    Action("marks", "marks: the slides, to go to or remove", "Show", ()),
    Action("theme", "next theme: dark, light, contrast, safe", "Show",
           ("T", "upper_t")),
    Action("open", "open a preset, a run or a file", "Show", ("ctrl+o",)),
    Action("save_as", "save this experiment as a file", "Save", ()),
    Action("save", "save now", "Save", ("w", "ctrl+s")),
    Action("bring_back", "bring back unsaved changes", "Save", ()),
    Action("discard", "discard unsaved changes", "Save", ()),
    Action("capture", "save a picture of the screen", "Save", ("C", "upper_c")),
    Action("explain", "explain what the cursor is on; again: the keys", "Help",
           ("question_mark", "f1"), "?"),
    Action("diagnose", "diagnose: what is wrong, and what helps", "Help", ("i",)),
    Action("list_all", "every action by name", "Help", ("colon", "ctrl+p"), ":"),
    Action("close", "leave", "Help", ("q",)),
)  # fmt: skip

MOVES = (
    ("up,k", "up"), ("down,j", "down"), ("left,h", "left"), ("right,l", "right"),
    ("enter", "enter"), ("escape", "escape"), ("a", "a"), ("A,upper_a", "A"), ("x", "x"),
    ("z", "z"), ("d", "d"), ("less_than_sign", "<"), ("greater_than_sign", ">"),
    ("home", "home"), ("end", "end"),
)  # fmt: skip
"""Keys that the view in focus answers, and how it knows them."""

CAPITALS = frozenset(
    key
    for keys in (*(action.keys for action in ACTIONS), *(keys.split(",") for keys, _ in MOVES))
    for key in keys
    if len(key) == 1 and key.isupper()
)
"""Those that do something."""
