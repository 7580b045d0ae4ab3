"""More lines than memory holds, sorted: runs of some megabytes are sorted and packed to disk, then merged."""

from __future__ import annotations

import contextlib
import heapq
import io
import tempfile
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Self

from converter.compression import QUICKEST, zstd, zstd_frame
from converter.store.leftovers import held

_RUN = 16 << 20
"""Bytes of a run: about a hundred thousand statements."""
_FAN = 64
"""Runs that are merged at one time, each with its file open."""
_BLOCK, _AT_ONCE = 1 << 16, 1_000


class Sorter:
    r"""A file in the eyes of whoever writes lines to it; they are read from it in the order of their bytes.

    Where no line is the beginning of another, that is the order of `LC_ALL=C sort`.  What does not fit in memory lies
    packed below `folder` until the end of the `with` block.  `note` hears how many lines a run has.

    >>> with Sorter() as sorter:
    ...     _ = sorter.write(b"b\nc\na\n")
    ...     [*sorter.lines()]
    [b'a\n', b'b\n', b'c\n']
    """

    def __init__(
        self, folder: Path | None = None, run: int = _RUN, fan: int = _FAN, note: Callable[[int], None] | None = None
    ) -> None:
        self._temporary = tempfile.TemporaryDirectory(prefix=".sorting-", dir=folder)
        self._hold = contextlib.ExitStack()
        self._hold.enter_context(held(Path(self._temporary.name)))
        self._run, self._fan, self._note = run, fan, note
        self._parts: list[bytes] = []
        self._size = 0
        self._runs: list[Path] = []
        self._made = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._hold.close()
        self._temporary.cleanup()

    def write(self, data: bytes) -> int:
        """Take in some bytes; a line may come in pieces."""
        self._parts.append(bytes(data))
        self._size += len(data)
        if self._size >= self._run:
            whole = self._sorted()
            self._runs.append(self._packed(whole))
        return len(data)

    def flush(self) -> None:
        """Nothing: what is written is read at the end alone."""

    def lines(self) -> Iterator[bytes]:
        """Yield the lines, each with its line end."""
        rest = self._sorted()
        while len(self._runs) > self._fan:
            first, self._runs = self._runs[: self._fan], self._runs[self._fan :]
            with _merged(first) as lines:
                self._runs.append(self._packed(lines))
            for path in first:
                path.unlink()
        with _merged(self._runs) as lines:
            yield from heapq.merge(lines, rest)

    def _sorted(self) -> list[bytes]:
        """The whole lines that are held, sorted; the beginning of one that is not whole stays."""
        text = io.BytesIO(b"".join(self._parts))
        self._parts.clear()
        # The text is there once beside its lines: of a run each copy counts.
        lines = text.readlines()
        del text
        if lines and not lines[-1].endswith(b"\n"):
            self._parts.append(lines.pop())
        self._size = sum(map(len, self._parts))
        if self._note:
            self._note(len(lines))
        lines.sort()
        return lines

    def _packed(self, pieces: Iterable[bytes]) -> Path:
        self._made += 1
        path = Path(self._temporary.name) / str(self._made)
        # The quickest level makes statements ten times smaller, in less time than the disk takes for the difference.
        left = iter(pieces)
        with zstd_frame(path, QUICKEST) as packed:
            while block := [*islice(left, _AT_ONCE)]:
                packed.write(b"".join(block))
        return path


@contextlib.contextmanager
def _merged(paths: Iterable[Path]) -> Iterator[Iterator[bytes]]:
    """The lines of sorted files, merged; they are open for the time of the block."""
    with contextlib.ExitStack() as stack:
        yield heapq.merge(*(stack.enter_context(_opened(path)) for path in paths))


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[io.BufferedReader]:
    with zstd.ZstdFile(path) as packed:
        yield io.BufferedReader(packed, _BLOCK)
