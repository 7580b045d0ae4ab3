"""An endpoint whose questions are timed and counted, and logged where they are slow."""

from __future__ import annotations

import time
from collections.abc import Iterator

from server.operations.log_lines import loggable
from server.operations.log_writer import Log
from server.operations.metrics import Metrics
from server.operations.observed_request import ObservedRequest, current
from server.sparql import (
    Answer,
    ClientLeft,
    Endpoint,
    NotEvaluated,
    QuerySyntax,
    QueryTimeout,
    QueueFull,
    Refused,
    Request,
    WorkerDied,
)

_OUTCOMES: dict[type[Exception], str] = {
    QuerySyntax: "syntax",
    QueryTimeout: "timeout",
    QueueFull: "full",
    Refused: "refused",
    WorkerDied: "died",
    NotEvaluated: "not evaluated",
    ClientLeft: "left",
}


def outcome(fault: BaseException) -> str:
    """How a query ended that ended with a fault.

    >>> outcome(QueryTimeout("late")), outcome(KeyError("x"))
    ('timeout', 'fault')
    """
    return next((name for kind, name in _OUTCOMES.items() if isinstance(fault, kind)), "fault")


class TimedEndpoint:
    """The endpoint, watched."""

    def __init__(self, endpoint: Endpoint, metrics: Metrics, log: Log | None) -> None:
        self._endpoint, self._metrics, self._log = endpoint, metrics, log

    @property
    def version(self) -> str:
        """The version of the dataset."""
        return self._endpoint.version

    def ask(self, request: Request) -> Answer:
        """The answer, once its beginning is certain.

        Raises what the endpoint raises.
        """
        seen, started = current(), time.perf_counter()
        try:
            answer = self._endpoint.ask(request)
        except Exception as fault:  # counted, whatever it is, and raised
            self.ended(request, seen, outcome(fault), 0.0, time.perf_counter() - started)
            raise
        if seen and seen.queries == 0 and seen.generation and answer.version:
            # What is answered by one query is as new as that.
            seen.generation = answer.version
        return _TimedAnswer(self, request, seen, answer, time.perf_counter() - started)

    def close(self) -> None:
        """Close the endpoint."""
        self._endpoint.close()

    def ended(
        self, request: Request, seen: ObservedRequest | None, outcome: str, queued: float, evaluated: float
    ) -> None:
        """Count a query that has ended, and log it where it was slow."""
        self._metrics.query(outcome, queued, evaluated)
        if seen:
            seen.queries += 1
            seen.kept += outcome == "kept"
            seen.queued += queued
            seen.evaluated += evaluated
        if self._log and queued + evaluated >= self._log.slow:
            self._log.write(
                "slow query",
                "warning",
                id=seen.id if seen else "",
                seconds=round(queued + evaluated, 6),
                queued=round(queued, 6),
                outcome=outcome,
                query=loggable(request.query),
            )


class _TimedAnswer(Answer):
    """An answer whose making is timed; the time of a slow reader is not its own."""

    def __init__(
        self, timed: TimedEndpoint, request: Request, seen: ObservedRequest | None, answer: Answer, spent: float
    ) -> None:
        self._timed, self._request, self._seen, self._answer = timed, request, seen, answer
        self.hit, self.queued, self.serialised = answer.hit, answer.queued, answer.serialised
        self.version, self.whole = answer.version, answer.whole
        self._evaluated = max(0.0, spent - self.queued)
        self._outcome = "kept" if self.hit else "ok"
        self._ended = False

    def __iter__(self) -> Iterator[bytes]:
        """Yield the bytes."""
        parts = iter(self._answer)
        # Where the reader leaves before the end, this stands.
        made, self._outcome = self._outcome, "left"
        while True:
            started = time.perf_counter()
            try:
                part = next(parts)
            except StopIteration:
                self._outcome = made
                break
            except Exception as fault:  # counted, whatever it is, and raised
                self._outcome = outcome(fault)
                raise
            finally:
                self._evaluated += time.perf_counter() - started
            yield part
        self._end()

    def close(self) -> None:
        """Give the answer up."""
        self._answer.close()
        self._end()

    def _end(self) -> None:
        if not self._ended:
            self._ended = True
            self._timed.ended(self._request, self._seen, self._outcome, self.queued, self._evaluated)
