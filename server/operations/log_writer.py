"""The log: lines on standard error, written by a thread of their own, so that no request waits for their reader."""

from __future__ import annotations

import logging
import os
import queue
import sys
import threading
import time
import traceback
from multiprocessing.util import Finalize
from typing import Literal

from server.operations.log_lines import Event, Value, as_json, as_text, loggable
from server.operations.observed_request import current

Form = Literal["json", "text", "none"]
FORMS: tuple[Form, ...] = ("text", "json", "none")
_MOST_WAITING = 5_000
"""Lines that wait for a slow reader; those that come then are counted, and dropped."""
_AT_ONCE, _PAUSE = 2_000, 0.02
"""Lines in one piece, and seconds between two: a busy site must not wake its log for every request."""
_LONGEST_TRACE = 8_000


class Log:
    """The log of one application; `slow` is how many seconds make a query slow, `descriptor` where the lines go.

    The form `none` has faults of ours and nothing else.
    """

    def __init__(self, form: Form, slow: float = 1.0, descriptor: int | None = None) -> None:
        self.slow = slow
        self.dropped = 0
        """Lines that nobody took in time."""
        self._all = form != "none"
        self._line = as_json if form == "json" else as_text
        self._descriptor = sys.stderr.fileno() if descriptor is None else descriptor
        self._waiting: queue.SimpleQueue[Event | None] = queue.SimpleQueue()
        self._written = threading.Event()
        threading.Thread(target=self._write_lines, name="log", daemon=True).start()
        # The serving process is a child of another, at whose end atexit is not heard.
        Finalize(None, self.finish, exitpriority=10)

    def write(self, event: str, level: str = "info", **values: Value) -> None:
        """Log an event, where there is room for it."""
        if not self._all and event != "fault":
            return
        if self._waiting.qsize() >= _MOST_WAITING:
            self.dropped += 1
            return
        self._waiting.put({"time": time.time(), "level": level, "event": event, **values})

    def finish(self, wait: float = 0.5) -> None:
        """Let what waits be written, but wait no longer than that for whoever reads it."""
        self._waiting.put(None)
        self._written.wait(wait)

    def handler(self) -> logging.Handler:
        """What brings the faults that an application logs into this log."""
        return _Faults(self)

    def _write_lines(self) -> None:
        """Write what waits, many lines at a time; the life of the writing thread."""
        going = True
        while going:
            events = [self._waiting.get()]
            while len(events) < _AT_ONCE and not self._waiting.empty():
                events.append(self._waiting.get())
            going = None not in events
            self._put("".join(f"{self._line(event)}\n" for event in events if event).encode("utf-8", "replace"))
            if going:
                time.sleep(_PAUSE)
        self._written.set()

    def _put(self, data: bytes) -> None:
        view = memoryview(data)
        try:
            while view:
                view = view[os.write(self._descriptor, view) :]
        except OSError:
            # Whoever read the log has gone; the site goes on.
            self.dropped += data.count(b"\n")


class _Faults(logging.Handler):
    """A handler of Python's own logging whose records become events."""

    def __init__(self, log: Log) -> None:
        super().__init__(logging.ERROR)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        """Log the fault under the name of the request that met it."""
        seen = current()
        trace = "".join(traceback.format_exception(*record.exc_info)) if record.exc_info else ""
        # The end of a traceback says most.
        self._log.write(
            "fault",
            "error",
            id=seen.id if seen else "",
            message=loggable(record.getMessage()),
            trace=loggable(trace[-_LONGEST_TRACE:], _LONGEST_TRACE),
        )
