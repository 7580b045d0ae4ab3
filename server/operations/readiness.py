"""Whether a query can be answered now."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from dataclasses import dataclass

from converter.errors import QueryError
from server.sparql import Endpoint, Request

# The time makes it a question that no memory answers.
_QUESTION = Request("ASK { BIND(NOW() AS ?now) }", "json", inside=True)


@dataclass
class Freshness:
    """What a site shows: `fault` is why it cannot show the newest generation, empty where it does."""

    fault: str = ""


class Probe:
    """Asks an endpoint, one question at a time however many want to know."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._lock = threading.Lock()
        self._asked: Future[str] | None = None

    def obstacle(self, wait: float) -> str:
        """Why no query can be answered, empty where one was answered within so many seconds."""
        with self._lock:
            if self._asked is None or self._asked.done():
                self._asked = Future()
                threading.Thread(target=self._ask, args=(self._asked,), name="probe", daemon=True).start()
            asked = self._asked
        try:
            return asked.result(wait)
        except TimeoutError:
            return f"no query was answered within {wait:g} seconds"

    def _ask(self, asked: Future[str]) -> None:
        try:
            with self._endpoint.ask(_QUESTION) as answer:
                b"".join(answer)
        except (QueryError, OSError) as fault:
            asked.set_result(str(fault))
        except Exception as fault:
            # Whatever it is: who waits for the answer would wait in vain; he meets the fault, and logs it.
            asked.set_exception(fault)
        else:
            asked.set_result("")
