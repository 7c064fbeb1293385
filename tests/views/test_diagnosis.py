"""The box that tells what is wrong, painted."""

from tests.views.layer_frames import SPIRAL, bends, layers, learns, show, sigmoids, trained_on
from tests.views.support import NO_COLOUR, present, world_of
from tui_nn.spec.protocol.frames import LayersFrame
from tui_nn.views.canvas import Canvas
from tui_nn.views.diagnosis import all_remedies, found, lines, paint
from tui_nn.views.world import World


def world_with(frame: LayersFrame) -> World:
    return show(world_of(trained_on(frame), present(1)), frame)


def painted(world: World, width: int, cursor: int = 0) -> list[str]:
    rows = lines(found(world), cursor, width, NO_COLOUR, world.present.step)
    canvas = Canvas(width, len(rows), NO_COLOUR)
    paint(canvas, rows, cursor)
    return canvas.text().split("\n")


def test_each_finding_has_its_numbers_its_reason_and_what_helps() -> None:
    dead = bends("5", "ReLU()", dead=0.5)
    rest = bends("3", "Sigmoid()"), learns("4", "Linear(8, 8)"), dead, learns("6", "Linear(8, 8)")
    world = world_with(layers(*sigmoids(1e-9, 1.0), *rest))
    assert painted(world, 68, cursor=1) == [
        " ✗ 0 Linear vanishes: |gradient| is 1e-9 of the last layer's.",
        "   On the way back each layer multiplies the gradient by its weights",
        "   and slopes, and they are small.",
        "     1 ReLU() with init='kaiming_normal_()'   begins anew",
        "   ▸ 2 BatchNorm   begins anew",
        "     3 Residual   begins anew",
        "",
        " ! 50% of the units of 5 ReLU are dead: they give 0 for every",
        "   sample, and the weights before them get gradient 0.",
        "   They wake only if the layers before them change.",
        "     4 LeakyReLU(0.1) in place of ReLU()   begins anew",
    ]
    assert len(all_remedies(found(world))) == 4


def test_a_run_that_is_well_and_one_that_has_not_begun_are_told_apart() -> None:
    healthy = world_with(layers(*SPIRAL))
    assert painted(healthy, 60) == [" ✓ Nothing is found to be wrong."]
    healthy.take(present(0, "ready"))
    assert painted(healthy, 80) == [
        "   Nothing is trained yet: there is no gradient and no loss to look at."
    ]
