"""Which of the long queries run: so many at one time, each for a turn; the others stand still until it is theirs."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from server.sparql.queues import Lane
from server.sparql.result_stream import PoolAnswer

_SHARE, _MOST_OWED = 0.8, 0.5
"""The part of the time that those have that had no turn yet, and the seconds that either may be owed."""


class Rotation(Lane):
    """The foreground of long queries, for `size` of them; whoever asks holds the lock of the pool.

    Where some have had a turn and others none, these have four fifths of the time, so that many short ones are answered
    beside few that never end, and nobody waits for ever.
    """

    def __init__(self, size: int) -> None:
        super().__init__()
        self._size = size
        self._fresh: deque[PoolAnswer] = deque()
        """Those that stand still and have had no turn; who is in line comes after them."""
        self._still: deque[PoolAnswer] = deque()
        """Those that stand still and have had one."""
        self._first_turns: set[PoolAnswer] = set()
        self._balance = 0.0
        """Seconds of the processor that those without a turn had, less what they were due."""

    @property
    def has_room(self) -> bool:
        """Whether one that has not begun may begin."""
        return len(self.running) < self._size and not self._fresh and self._first_turn_is_next

    @property
    def is_wanted(self) -> bool:
        """Whether there are others than those that run."""
        return bool(self._fresh or self._still or self.line)

    def enter(self, answer: PoolAnswer) -> None:
        """One that has not begun has room."""
        self._begin(answer, first=True)

    def join(self, answer: PoolAnswer) -> None:
        """One that has begun in another foreground stands still until its turn."""
        answer.worker.pause()
        self._fresh.append(answer)

    def leave(self, answer: PoolAnswer) -> None:
        """One has ended."""
        if answer in self.running:
            self._end(answer)
        for ones in (self._fresh, self._still):
            if answer in ones:
                ones.remove(answer)
                # All of it had been made before it stood still.
                answer.worker.resume()

    def change(self, now: float, *, line_moves: bool) -> Iterator[PoolAnswer]:
        """End the turns that are over, begin others, and yield those that are in the foreground no more.

        `line_moves` says that whoever is first in line could begin.  One that sends is not kept waiting: it has what
        its reader takes of the time that nobody else wants.
        """
        moves = line_moves and bool(self.line)
        if self._turns_end(line_moves=line_moves):
            for answer in [one for one in self.running if one.left_of_turn(now) <= 0]:
                self._end(answer)
                if answer.sends:
                    answer.step_back()
                else:
                    answer.worker.pause()
                    self._still.append(answer)
                yield answer
        while len(self.running) < self._size:
            first = bool(self._fresh or moves) and self._first_turn_is_next
            if not (ones := self._fresh if first else self._still):
                return
            answer = ones.popleft()
            answer.worker.resume()
            self._begin(answer, first=first)

    def next_change(self, now: float, *, line_moves: bool) -> float | None:
        """Seconds until a turn is over that another could have; None where nobody could, or nothing runs."""
        if not self._turns_end(line_moves=line_moves):
            return None
        return min((max(0.0, one.left_of_turn(now)) for one in self.running), default=None)

    def _turns_end(self, *, line_moves: bool) -> bool:
        """Whether others could have the turn of those that run."""
        return bool(self._fresh or self._still or (line_moves and self.line))

    @property
    def _first_turn_is_next(self) -> bool:
        """Whether one that has had no turn comes before those that have had one."""
        return not self._still or self._balance <= 0

    def _begin(self, answer: PoolAnswer, *, first: bool) -> None:
        if first:
            self._first_turns.add(answer)
        answer.begin_turn()
        self.running.append(answer)

    def _end(self, answer: PoolAnswer) -> None:
        self.running.remove(answer)
        first, spent = answer in self._first_turns, answer.spent_in_turn
        self._first_turns.discard(answer)
        # It was at the expense of others only where there were some.
        if first and self._still:
            self._balance = min(_MOST_OWED, self._balance + spent * (1 - _SHARE))
        elif not first and (self._fresh or self.line):
            self._balance = max(-_MOST_OWED, self._balance - spent * _SHARE)
