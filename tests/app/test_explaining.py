"""`?`: what the cursor is on, the panel's keys, all keys; in narrow terminals as well."""

from pathlib import Path

import numpy as np
import pytest
from textual.pilot import Pilot

from tests.app.support import on_screen, row
from tests.views.layer_frames import SPIRAL, layers, show, sigmoids, watch, weights
from tests.views.next_frames import beside
from tests.views.support import present, started, world_of
from tui_nn.app.app import Workbench
from tui_nn.app.explaining import all_keys, hung, pages
from tui_nn.app.keys import ACTIONS
from tui_nn.views.desk import Desk
from tui_nn.views.panels.registry import PANELS
from tui_nn.views.panels.update_next import NEXT
from tui_nn.views.world import World


def test_every_panel_is_explained_before_anything_is_known() -> None:
    for panel in PANELS.values():
        for title, text in pages(panel, panel.view(World(), Desk()), World(), Desk()):
            assert title
            assert text


def test_all_keys_names_every_action_that_has_one() -> None:
    text = all_keys()
    for action in (action for action in ACTIONS if action.key):
        assert action.words in text


def test_the_call_of_a_choice_is_explained(tmp_path: Path) -> None:
    async def script(app: Workbench, pilot: Pilot[int]) -> None:
        panel = PANELS[4]
        shown = pages(panel, panel.view(app.world, app.desk), app.world, app.desk)
        assert "SGD(" in shown[0][1]

    on_screen(tmp_path, script)


def shown(app: Workbench, number: int) -> list[str]:
    """The pages on a panel, without those on keys."""
    panel = PANELS[number]
    found = pages(panel, panel.view(app.world, app.desk), app.world, app.desk)
    return [text for title, text in found if title == panel.title]


@pytest.mark.parametrize(
    ("number", "heads"),
    [
        (1, ["Linear (layer, torch.nn.Linear)"]),
        (2, ["spiral (dataset, tui_nn.data.clouds.spiral)"]),
        (3, ["BCEWithLogitsLoss (loss, torch.nn.BCEWithLogitsLoss)"]),
        (4, ["SGD (optimizer, torch.optim.SGD)"]),
        (5, ["5 Forward (phase)"]),
        (6, ["6 Gradient (phase)"]),
        (7, ["7 Update (phase)"]),
        (8, ["8 Evaluate (phase)", "loss (metric, `loss`): lower is better"]),
    ],
)
def test_a_panel_explains_what_was_chosen_or_its_phase(
    tmp_path: Path, number: int, heads: list[str]
) -> None:
    async def script(app: Workbench, pilot: Pilot[int]) -> None:
        assert [text.partition("\n")[0] for text in shown(app, number)] == heads

    on_screen(tmp_path, script)


def test_the_layer_under_the_cursor_is_explained(tmp_path: Path) -> None:
    async def script(app: Workbench, pilot: Pilot[int]) -> None:
        await pilot.press("1", "down", "down")
        assert shown(app, 1)[0].startswith("Tanh (layer")

    on_screen(tmp_path, script)


def test_every_optimizer_and_the_schedule_have_a_page() -> None:
    world = World()
    experiment = {
        "optimizer": ["Muon(lr=0.02)", "AdamW()"],
        "schedule": "StepLR(step_size=2)",
    }
    world.take(started(experiment=experiment))
    panel = PANELS[4]
    found = pages(panel, panel.view(world, Desk()), world, Desk())
    heads = [text.partition(" ")[0] for _, text in found[:-2]]
    assert heads == ["Muon", "AdamW", "StepLR"]


def test_beside_all_others_the_optimizer_under_the_cursor_is_explained() -> None:
    world = show(world_of(started(), present(3)), layers(*SPIRAL, step=3))
    desk = Desk(focus=7, lent={7: NEXT.name})
    beside(watch(world, weights("0.weight", np.ones((8, 2)))), desk)
    heads = []
    for _ in range(3):
        heads.append(pages(PANELS[7], NEXT, world, desk)[0][1].partition("\n")[0])
        NEXT.press(world, desk, "down")
    assert heads == [
        f"{name} (optimizer, torch.optim.{name})" for name in ("Adam", "RMSprop", "Rprop")
    ]


def test_evaluate_explains_the_metrics_of_this_kind_of_data() -> None:
    for main, others in (("accuracy", ["macro F1"]), ("r2", ["MAE", "RMSE"])):
        world = World()
        world.take(started(metric=main))
        panel = PANELS[8]
        text = pages(panel, panel.view(world, Desk()), world, Desk())[1][1]
        heads = [line.partition(" (metric")[0] for line in text.split("\n") if " (metric, " in line]
        assert set(heads) == {"loss", "R²" if main == "r2" else main, *others}


def test_before_anything_is_known_a_choice_is_explained_by_its_phase() -> None:
    for number in range(1, 9):
        panel = PANELS[number]
        title, text = pages(panel, panel.view(World(), Desk()), World(), Desk())[0]
        assert text.startswith(f"{title} (phase)\n")


def test_6_gradient_begins_with_what_its_verdict_means() -> None:
    world = show(world_of(started()), layers(*sigmoids(1e-10, 0.04)))
    text = pages(PANELS[6], PANELS[6].view(world, Desk()), world, Desk())[0][1]
    assert text.startswith("✗ 0 Linear vanishes")
    assert text.index("vanishing  ") < text.index("6 Gradient (phase)")


def test_words_of_a_key_go_on_below_them() -> None:
    assert hung(
        "left right < >  crosshair, by 1 or 10 columns\n\n  space      run or pause", 33
    ) == [
        "left right < >  crosshair, by 1",
        "                or 10 columns",
        "",
        "  space      run or pause",
    ]
    assert hung("all of it, in one line", 12) == ["all of it,", "in one line"]
    assert hung("a very long name for it  words", 26) == ["a very long name for it", "words"]


def test_at_forty_columns_no_line_of_keys_goes_on_at_the_edge(tmp_path: Path) -> None:
    async def script(app: Workbench, pilot: Pilot[int]) -> None:
        await pilot.press("7")
        for _ in range(3):
            await pilot.press("question_mark")
            await pilot.pause(0.05)
        lines = hung(all_keys(), 36)
        await pilot.press("pagedown")
        await pilot.pause(0.05)
        assert f"│ {lines[10]}" in row(app, 1)
        assert not any(line.startswith("backwards") for line in lines)
        keys = [line for line in lines if line.startswith(" ")]
        shown = [action for action in ACTIONS if action.key]
        assert len(keys) > len(shown)
        words = [line for line in keys if not line[2].isspace()]
        assert len(words) == len(shown)

    on_screen(tmp_path, script, size=(40, 20))


def test_the_box_alone_wraps_what_is_said_of_a_call(tmp_path: Path) -> None:
    async def script(app: Workbench, pilot: Pilot[int]) -> None:
        panel = PANELS[4]
        text = pages(panel, panel.view(app.world, app.desk), app.world, app.desk)[0][1]
        sentences = [line for line in text.split("\n") if line.startswith("SGD ")]
        assert [line.endswith(".") for line in sentences[1:]] == [True] * len(sentences[1:])
        await pilot.press("4", "question_mark")
        await pilot.resize_terminal(5, 20)
        await pilot.pause(0.05)
        assert len(app.screen_stack) == 2

    on_screen(tmp_path, script)


@pytest.mark.parametrize("number", "12345678")
def test_no_word_is_cut_off_at_forty_columns(tmp_path: Path, number: str) -> None:
    async def script(app: Workbench, pilot: Pilot[int]) -> None:
        await pilot.press(number)
        for _ in range(len(shown(app, int(number))) + 2):
            await pilot.press("question_mark")
            await pilot.pause(0.05)
            assert not any("…" in row(app, y) for y in range(20))
        await pilot.press("question_mark")
        await pilot.pause(0.05)
        assert len(app.screen_stack) == 1

    on_screen(tmp_path, script, size=(40, 20))
