"""What a person sees of a long command: its stage, how much of it is done, and of how much; on a terminal alone."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from rich.progress import Progress, ProgressColumn

T = TypeVar("T")


class Bar:
    """The line that is shown, or nothing where nobody watches."""

    def __init__(self, progress: Progress | None) -> None:
        self._progress = progress
        self._task = progress.add_task("", total=None) if progress else None

    def stage(self, name: str, total: int | None = None) -> None:
        """Begin another stage, of which nothing is done yet; without a total it is not known how much there is."""
        if self._progress and self._task is not None:
            self._progress.reset(self._task, description=name, total=total)
            # `reset` leaves a total where it is given none.
            self._progress.update(self._task, total=total, refresh=True)

    def advance(self, count: int = 1) -> None:
        """Count so many more as done."""
        if self._progress and self._task is not None:
            self._progress.advance(self._task, count)

    def at(self, done: int, total: int | None) -> None:
        """So many are done, of so many."""
        if self._progress and self._task is not None:
            self._progress.update(self._task, completed=done, total=total)


@contextlib.contextmanager
def shown(stage: str, total: int | None = None, what: str = "records") -> Iterator[Bar]:
    """A line on standard error that begins with a stage and counts `what`, where that is a terminal."""
    if not sys.stderr.isatty():
        yield Bar(None)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    # A name of a file may have what rich takes for markup.
    name = TextColumn("{task.description}", markup=False)
    columns = (SpinnerColumn(), name, BarColumn(24), MofNCompleteColumn(), TextColumn(what), TimeElapsedColumn())
    with Progress(*columns, _speed(what), console=Console(stderr=True), transient=True) as progress:
        bar = Bar(progress)
        bar.stage(stage, total)
        yield bar


def counted(things: Iterable[T], what: str, stage: str) -> Iterator[T]:
    """Yield the things, each counted."""
    with shown(stage, what=what) as bar:
        for thing in things:
            yield thing
            bar.advance()


def followed(things: Iterable[T], bar: Bar, stage: str) -> Iterator[T]:
    """Yield the things; behind the last one begins another stage."""
    yield from things
    bar.stage(stage)


def _speed(what: str) -> ProgressColumn:
    """A column that says how many come in a second."""
    from rich.progress import ProgressColumn, Task
    from rich.text import Text

    class Speed(ProgressColumn):
        def render(self, task: Task) -> Text:
            rate = task.finished_speed or task.speed
            return Text("" if rate is None else f"{rate:,.0f} {what}/s")

    return Speed()
