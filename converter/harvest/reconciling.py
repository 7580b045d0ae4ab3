"""What is held, compared with what a repository lists: what has vanished, and what never came."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from converter.harvest import Held
from converter.harvest.answers import Header
from converter.harvest.rescue import gone
from converter.record import Record


def vanished(listed: Mapping[str, Header], held: Iterable[Held], source: str) -> tuple[list[Record], list[Header], str]:
    """The records to mark as deleted, the headers of those that are not held, and why nothing is marked ("" if it is).

    A repository that lists nothing at all is not believed.
    """
    living = {item.identifier for item in held if not item.deleted}
    there = {identifier for identifier, header in listed.items() if not header.deleted}
    if living and not there:
        return [], [], f"nothing is reconciled: the repository lists no record, and {len(living)} are held"
    lost = [
        gone(identifier, header.datestamp if (header := listed.get(identifier)) else None, source)
        for identifier in sorted(living - there)
    ]
    return lost, [listed[identifier] for identifier in sorted(there - living)], ""
