"""What the screen writes where a terminal has no characters but those of ASCII."""

import pytest

from tests.views.neuron_run import at_the_sixth_gradient
from tests.views.support import ASCII, painted
from tui_nn.views.canvas import Canvas, in_ascii
from tui_nn.views.panels.neuron.forward import FORWARD
from tui_nn.views.rules import RULES


@pytest.mark.parametrize(
    ("text", "wide", "narrow"),
    [
        ("w − lr·m/√v", "w - lr*m/sqrt(v)", "w - lr*m/v^.5"),
        ("lr·g·√u/√v", "lr*g*sqrt(u)/sqrt(v)", "lr*g*u^.5/v^.5"),
        ("|gradient| = √Σ g²", "|gradient| = sqrt(S g^2)", "|gradient| = (S g^2)^.5"),
        ("√v' + ε", "sqrt(v') + eps", "v'^.5 + eps"),
        ("√0.25 + 1", "sqrt(0.25) + 1", "0.25^.5 + 1"),
        ("√1.5e−05", "sqrt(1.5e-05)", "1.5e-05^.5"),
        ("lr·|w|·g/√v", "lr*|w|*g/sqrt(v)", "lr*|w|*g/v^.5"),
    ],
)
def test_a_root_is_written_out_or_as_a_power(text: str, wide: str, narrow: str) -> None:
    assert in_ascii(text) == in_ascii(text, len(wide)) == wide
    assert in_ascii(text, len(wide) - 1) == narrow


@pytest.mark.parametrize("rule", RULES.values())
def test_every_rule_of_an_optimizer_fits_its_panel(rule: str) -> None:
    canvas = Canvas(34, 1, ASCII)
    assert canvas.put(0, 1, rule) <= 34


def test_what_is_longer_in_ascii_ends_where_it_should() -> None:
    canvas = Canvas(20, 1, ASCII)
    canvas.right(0, "√v ≥ ½")
    assert canvas.text() == f"{'sqrt(v) >= 1/2':>20}"


def test_what_torch_has_too_is_no_letter() -> None:
    rows = painted(FORWARD, at_the_sixth_gradient().world, (47, 16), palette=ASCII)
    assert rows[12] == "  z = 0*1 + 1*1 + 0 = +1          = torch +"
    assert in_ascii("4 of 4 ✓") == "4 of 4 +"
