"""`check`: whether what a lesson asks for has happened."""

from pathlib import Path

import click

from tui_nn.cli import completing
from tui_nn.cli.group import commands, verbose


@commands.command()
@click.argument("lesson", nargs=-1, required=True, shell_complete=completing.lessons)
@click.option("--run", metavar="RUN", help="Hold it against this run.",
              shell_complete=completing.runs)  # fmt: skip
@click.option("--runs", default="runs", metavar="DIR", show_default=True, help="Where runs are.")
@verbose
def check(lesson: tuple[str, ...], run: str | None, runs: str) -> int:
    """Check a lesson: by its own solution, or in a run.

    LESSON is a preset's name, or a file NAME.lesson.toml beside NAME.toml. Without --run its
    solution is played and every slide's check has to happen; with --run the records of somebody's
    run are asked. RUN is a run's folder, its name or how that alone begins or ends, or `latest`.

    Exit codes: 0 every check is met, 2 bad input, 3 one is not.
    """
    from tui_nn.headless.lesson import check_lessons, check_run
    from tui_nn.runs.folder import need_run

    if run is None:
        return check_lessons(lesson)
    if len(lesson) > 1:
        raise click.UsageError("--run goes with one lesson", click.get_current_context())
    return check_run(lesson[0], need_run(run, Path(runs)))
