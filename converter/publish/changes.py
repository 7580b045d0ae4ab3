"""What a store elsewhere must take in and give up so that it holds what a generation holds, and what it holds by now.

    <folder>/published/<digest>.json       who is published to, and how far that is
    <folder>/published/<digest>-N.zst      every statement that may be there, sorted, each with a mark

A mark says what is done with a statement: `=` it stays, `-` it is removed, `+` it is added.  The file is written
before anything is sent, and the note that all was done after it.  So the next run after an interrupted one knows
which statements are certainly there (`=`) and which may be; it removes and adds again what is uncertain, and both are
harmless where they had been done.  Nothing else in the graph is touched.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import io
import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec

from converter.compression import QUICKEST, zstd, zstd_frame
from converter.errors import StoreError

STAYS, GOES, COMES = b"=", b"-", b"+"
_LAYOUT = 1
_BLOCK = 1 << 18


class Statement(NamedTuple):
    """A triple as a line of N-Triples, and the name of its graph as `<…>`, empty for the default graph."""

    graph: str
    line: str


class Deed(NamedTuple):
    """Statements to remove and then to add, at most so many as a store takes at one time."""

    removed: tuple[Statement, ...]
    added: tuple[Statement, ...]


class Size(NamedTuple):
    """How much is sent at one time, at the most."""

    statements: int
    bytes: int


class State(msgspec.Struct, frozen=True):
    """How far a publication is: the generation that is sent, by which plan, and whether all of it was."""

    layout: int
    target: str
    graph: str
    generation: int
    plan: int
    done: bool
    statements: int = 0
    removed: int = 0
    added: int = 0


class Publication:
    """What is known of one graph of one store elsewhere, kept below the data folder `data`.

    Raises StoreError where it cannot be read.
    """

    def __init__(self, data: Path, target: str, graph: str) -> None:
        self._folder = data / "published"
        self._name = hashlib.sha256(f"{target} {graph}".encode()).hexdigest()[:16]
        self._target, self._graph = target, graph
        self._file = self._folder / f"{self._name}.json"
        self.state = _state(self._file)

    @property
    def room(self) -> Path:
        """Where there is place to sort, while nobody else publishes."""
        return self._folder

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody else publishes there from here meanwhile.

        Raises StoreError where somebody does.
        """
        self._folder.mkdir(exist_ok=True)
        with (self._folder / f"{self._name}.lock").open("a", encoding="ascii") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise StoreError(f"{self._target}: another process publishes there; wait until it ends") from None
            self.state = _state(self._file)
            yield

    def holds(self, generation: int) -> bool:
        """Whether a generation is there already, as far as is known."""
        return bool(self.state and self.state.done and self.state.generation == generation)

    def plan(self, generation: int, wanted: Iterable[bytes], *, full: bool = False) -> State:
        """What is to be done so that the store holds the `wanted` lines (of a snapshot); kept before this returns.

        With `full` nothing is believed to be there, so that all of it is added again.
        """
        number = self.state.plan + 1 if self.state else 1
        counts = dict.fromkeys((STAYS, GOES, COMES), 0)
        held = ((line, sure and not full) for line, sure in self._held())
        self._write(self._plan(number), _counted(marked(held, wanted), counts))
        state = State(
            *(_LAYOUT, self._target, self._graph, generation, number, False),
            *(counts[STAYS] + counts[COMES], counts[GOES], counts[COMES]),
        )
        self._keep(state)
        for path in self._folder.glob(f"{self._name}-*.zst"):
            if path != self._plan(number):
                path.unlink()
        return state

    def deeds(self, size: Size, additions: Size | None = None) -> Iterator[Deed]:
        """Yield what the plan says, in parts that a store takes at one time; all removals come before all additions.

        Where everything is one part it is one deed, so that no reader sees the half of it.  `additions` is how much
        is added at one time where nothing is removed.
        """
        if self.state is None:
            return
        if self.state.removed + self.state.added <= size.statements:
            removed, added = tuple(self._marked(GOES)), tuple(self._marked(COMES))
            if sum(len(line) for _, line in removed + added) <= size.bytes:
                if removed or added:
                    yield Deed(removed, added)
                return
        yield from (Deed(part, ()) for part in _parts(self._marked(GOES), size))
        yield from (Deed((), part) for part in _parts(self._marked(COMES), additions or size))

    def finish(self) -> None:
        """Keep that all was done; of what was removed there, no line stays here."""
        if self.state is None:
            return
        if self.state.removed:
            plan = self._plan(self.state.plan)
            beside = plan.with_suffix(".new")
            self._write(beside, ((mark, line) for mark, line in self._lines() if mark != GOES))
            beside.replace(plan)
        self._keep(msgspec.structs.replace(self.state, done=True))

    def _held(self) -> Iterator[tuple[bytes, bool]]:
        """Yield the lines that may be there, and whether they certainly are."""
        if self.state is None:
            return
        for mark, line in self._lines():
            if self.state.done:
                if mark != GOES:
                    yield line, True
            else:
                yield line, mark == STAYS

    def _marked(self, wanted: bytes) -> Iterator[Statement]:
        for mark, line in self._lines():
            if mark == wanted:
                graph, _, triple = line[:-1].decode().partition("\t")
                yield Statement(graph, triple)

    def _lines(self) -> Iterator[tuple[bytes, bytes]]:
        path = self._plan(self.state.plan if self.state else 0)
        try:
            with zstd.ZstdFile(path) as packed:
                for line in io.BufferedReader(packed, _BLOCK):
                    yield line[:1], line[1:]
        except (OSError, EOFError, zstd.ZstdError) as fault:
            raise StoreError(f"{path}: cannot be read ({fault}); restore it, or remove {self._file}") from None

    def _write(self, path: Path, lines: Iterable[tuple[bytes, bytes]]) -> None:
        with path.open("wb") as file:
            with zstd_frame(file, QUICKEST) as packed, io.BufferedWriter(packed, _BLOCK) as out:
                for mark, line in lines:
                    out.write(mark + line)
            os.fsync(file.fileno())

    def _plan(self, number: int) -> Path:
        return self._folder / f"{self._name}-{number}.zst"

    def _keep(self, state: State) -> None:
        """Replace the note in one step."""
        beside = self._file.with_suffix(".new")
        with beside.open("w", encoding="utf-8") as file:
            file.write(json.dumps(msgspec.to_builtins(state), indent=1) + "\n")
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self._file)
        self.state = state


def targets(data: Path) -> list[str]:
    """The stores elsewhere that were published to from a data folder."""
    states = (_state(file) for file in sorted((data / "published").glob("*.json")))
    return [state.target for state in states if state]


def marked(held: Iterable[tuple[bytes, bool]], wanted: Iterable[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Yield each line that is held or wanted with its mark; both come sorted, the held with whether they are certain.

    >>> list(marked([(b"a", True), (b"b", True), (b"c", False)], [b"b", b"c", b"d"]))
    [(b'-', b'a'), (b'=', b'b'), (b'+', b'c'), (b'+', b'd')]
    """
    olds, news = iter(held), iter(wanted)
    old, new = next(olds, None), next(news, None)
    while old is not None or new is not None:
        if new is None or (old is not None and old[0] < new):
            assert old is not None  # noqa: S101 - one of the two is there
            yield GOES, old[0]
            old = next(olds, None)
        elif old is None or new < old[0]:
            yield COMES, new
            new = next(news, None)
        else:
            yield (STAYS if old[1] else COMES), new
            old, new = next(olds, None), next(news, None)


def _counted(lines: Iterable[tuple[bytes, bytes]], counts: dict[bytes, int]) -> Iterator[tuple[bytes, bytes]]:
    for mark, line in lines:
        counts[mark] += 1
        yield mark, line


def _state(file: Path) -> State | None:
    """What is known of a publication, None where there was none."""
    try:
        state = msgspec.json.decode(file.read_bytes(), type=State)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.DecodeError) as fault:
        raise StoreError(f"{file}: cannot be read ({fault}); restore it, or remove it") from None
    if state.layout != _LAYOUT:
        raise StoreError(f"{file}: layout {state.layout}, and this version reads {_LAYOUT}")
    return state


def _parts(statements: Iterable[Statement], most: Size) -> Iterator[tuple[Statement, ...]]:
    """Yield so many at a time, and no more bytes than that unless one alone has them."""
    part: list[Statement] = []
    size = 0
    for statement in statements:
        length = len(statement.line) + len(statement.graph)
        if part and (len(part) >= most.statements or size + length > most.bytes):
            yield tuple(part)
            part, size = [], 0
        part.append(statement)
        size += length
    if part:
        yield tuple(part)
