import keyword
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.spec.support import error_of, is_readable, refusal
from tui_nn.spec.call import MAX_CHARACTERS, MAX_INTEGER, MAX_LEVELS, Call, Value, parse

NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,20}", fullmatch=True).filter(
    lambda name: not keyword.iskeyword(name)
)
PLAIN = (
    st.none()
    | st.booleans()
    | st.integers(1 - MAX_INTEGER, MAX_INTEGER - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
    | st.characters(categories=["Cs"])
)


def calls(values: st.SearchStrategy[Value]) -> st.SearchStrategy[Call]:
    return st.builds(
        Call,
        NAMES,
        st.lists(values, max_size=3).map(tuple),
        st.dictionaries(NAMES, values, max_size=3).map(lambda found: tuple(found.items())),
    )


VALUES: st.SearchStrategy[Value] = st.recursive(
    PLAIN, lambda part: st.lists(part, max_size=3).map(tuple) | calls(part), max_leaves=8
)

FRAGMENTS = (
    "Linear(", "nn.", "f(", "(", ")", "[", "]", "{", "}", ",", "=", ":", ":=", "*", "**", "-", "+",
    "~", "not ", "lambda: ", "lambda x: ", "x", "1", "1e999", "0x", "9" * 30, "1j", "'", '"', "'''",
    "f'", "b'", "\\", "\\q", "\\\n", "\n", "\r", "\t", " ", "#", ";", "\0", "é", "\ud800", "∞",
    "True", "None", "...", "in ", "for x in ", "if ", "else ", "await ", "yield ", "import ", "@",
    "__import__('os')", ".system", "a=", "a.", "<", "==", " and ",
)  # fmt: skip


@given(calls(VALUES))
def test_a_call_that_is_written_reads_back_the_same(call: Call) -> None:
    again = parse(str(call))
    assert again == call
    assert repr(again) == repr(call)  # 1, 1.0 and True are equal; −0.0 and 0.0 too


def read_quickly(text: str) -> None:
    started = time.perf_counter()
    error = error_of(lambda: parse(text))
    assert time.perf_counter() - started < 1
    assert error is None or (is_readable(error) and error.hint)


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    read_quickly(text)


@given(st.lists(st.sampled_from(FRAGMENTS), max_size=60).map("".join))
def test_any_mixture_of_likely_fragments_is_read_or_refused(text: str) -> None:
    read_quickly(text)


@given(st.sampled_from(FRAGMENTS), st.integers(0, 4000), st.sampled_from(["", "1", ")", "]", "x"]))
def test_any_repeated_fragment_is_read_or_refused(part: str, times: int, end: str) -> None:
    read_quickly(part * times + end)
    read_quickly(f"f({part * times}{end})")


@pytest.mark.parametrize(
    ("text", "call"),
    [
        ("Linear(2, 4)", Call("Linear", (2, 4))),
        ("  Tanh()\n", Call("Tanh")),
        ("Adam(lr=1e-3)", Call("Adam", (), (("lr", 0.001),))),
        ("f((1, 2), [3, 'a'], g(h()))", Call("f", ((1, 2), (3, "a"), Call("g", (Call("h"),))))),
        ("f(-1, +2, -0.5, None, True)", Call("f", (-1, 2, -0.5, None, True))),
        ("f((1,), ())", Call("f", ((1,), ()))),
        ("f(1_000)", Call("f", (1000,))),
        (f"f('{'(' * 100}')", Call("f", ("(" * 100,))),
    ],
)
def test_literals_tuples_and_calls_are_read(text: str, call: Call) -> None:
    assert parse(text) == call


@pytest.mark.parametrize(
    "prefix",
    ["nn.", "torch.nn.", "optim.", "torch.optim.", "lr_scheduler.", "optim.lr_scheduler.",
     "torch.optim.lr_scheduler.", "init.", "nn.init.", "torch.nn.init."],
)  # fmt: skip
def test_what_torch_users_write_before_a_name_is_accepted(prefix: str) -> None:
    assert parse(f"{prefix}Linear(2, 4)") == Call("Linear", (2, 4))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "'' can't be read: write Name(value, key=value)"),
        ("Tanh", "'Tanh' is a name, not a call: write Tanh()"),
        ("nn.Tanh", "'nn.Tanh' is a name, not a call: write Tanh()"),
        ("3", "'3' is not a call: write Name(value, key=value)"),
        ("Linear(2, 4", "'Linear(2, 4' can't be read at character 7: a bracket is open: "
                        "write Name(value, key=value)"),
        ("Linear(2 4)", "'Linear(2 4)' can't be read at character 8: is a comma missing there? "
                        "write Name(value, key=value)"),
        ("os.system('x')", "'os.' can't stand before a name: write system(…)"),
        ("f(x)", "'x' is a name, not a value: write x() or 'x'"),
        ("f(bias=false)", "'false' is a name, not a value: write False"),
        ("f(a=1, a=2)", "a is given twice: keep one"),
        ("f(1 + 2)", "'1 + 2' is not a plain value: write a number, a text in quotes"),
        ("f(1j)", "'1j' is not a plain value"),
        ("f(b'x')", "is not a plain value"),
        ("f(f'{x}')", "is not a plain value"),
        ("f(...)", "is not a plain value"),
        ("f(-True)", "is not a plain value"),
        ("f({'a': 1})", "is not a plain value"),
        ("f(lambda: 1)", "is not a plain value"),
        ("f([x for x in y])", "is not a plain value"),
        ("f(*args)", "* and ** can't be used: write each value out"),
        ("f(**args)", "* and ** can't be used"),
        ("f(1e999)", "a number is infinite: write a finite one"),
        ("f(-1e999)", "a number is infinite"),
        (f"f({MAX_INTEGER})", "a whole number is too large: stay below 2**63"),
        (f"f(-{MAX_INTEGER})", "a whole number is too large"),
        (f"f({'9' * 5000})", "can't be read"),
        (f"f(0x{'f' * 5000})", "a whole number is too large"),
        ("f()()", "only a plain name can be called"),
        ("f().g()", "only a plain name can be called"),
        ("f(); g()", "can't be read"),
        ("x := f()", "can't be read"),
        ("f(\0)", "can't be read"),
        ("f('\ud800')", "can't be read"),
        ("f(\x1b[31m)", r"\x1b[31m"),
        ("f(" * (MAX_LEVELS + 1) + ")" * (MAX_LEVELS + 1), "nested too deep: at most 50 levels"),
        ("f(" + "(" * 1000 + ")" * 1000 + ")", "nested too deep"),
        ("f(" + "-" * 3000 + "1)", "nested too deep"),
        ("f(" + "not " * 1000 + "1)", "nested too deep"),
        ("-" * 9000, "nested too deep"),
        ("f(" + "lambda: " * 1000 + "1)", "can't be read"),
        ("f(" + "1+" * 4000 + "1)", "can't be read"),
        ("f('" + "a" * MAX_CHARACTERS + "')", "a call of 10,005 characters is too long: at most"),
        ("é" * 5000 + "()", "a name of 5,000 characters is too long: at most 100"),
        (f"f({'k' * 5000}=1)", "a name of 5,000 characters is too long"),
        ("a." * 400 + "b()", "can't stand before a name"),
    ],
)  # fmt: skip
def test_a_refusal_says_why_and_what_to_write(text: str, message: str) -> None:
    said = refusal(lambda: parse(text))
    assert message in said
    assert ": " in said


def test_the_place_stands_before_the_reason() -> None:
    said = refusal(lambda: parse("Tanh", "x.toml: network[1]"))
    assert said == "x.toml: network[1]: 'Tanh' is a name, not a call: write Tanh()"


def test_calls_nested_to_the_limit_are_read() -> None:
    assert parse("f(" * MAX_LEVELS + ")" * MAX_LEVELS).name == "f"


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('touch {}')",
        "f(__import__('os').system('touch {}'))",
        "f([__import__('os').system('touch {}')])",
        "f(a=open('{}', 'w'))",
        "(lambda: open('{}', 'w'))()",
        "f(open('{}', 'w').name)",
        'f(f\'{{open("{}", "w")}}\')',
    ],
)
def test_nothing_is_ever_evaluated(text: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    trace = tmp_path_factory.mktemp("trace") / "made"
    error_of(lambda: parse(text.format(trace)))
    assert not trace.exists()


def test_an_import_is_no_call_of_a_name() -> None:
    assert "write Name" in refusal(lambda: parse("__import__('os').system('x')"))


def test_a_strange_escape_is_read_without_a_warning() -> None:
    assert parse(r"f('\q')") == Call("f", (r"\q",))
