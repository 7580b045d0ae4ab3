"""What is held, compared with what a repository lists: what has vanished, and what never came."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from converter.harvest import Held
from converter.harvest.rescue import gone
from converter.harvest.responses import Header
from converter.record import Record


def vanished(listed: Mapping[str, Header], held: Iterable[Held], source: str) -> tuple[list[Record], list[Header], str]:
    """The records to mark as deleted, the headers of those that are not held, and why nothing is marked ("" if it is).

    A repository that lists nothing at all is not believed.
    """
    living, buried = set(), set()
    for item in held:
        if item.deleted:
            buried.add((item.identifier, item.datestamp))
        else:
            living.add(item.identifier)
    there = {identifier for identifier, header in listed.items() if not header.deleted}
    if living and not there:
        return [], [], f"nothing is reconciled: the repository lists no record, and {len(living)} are held"
    lost = [
        gone(identifier, header.datestamp if (header := listed.get(identifier)) else None, source)
        for identifier in sorted(living - there)
    ]
    # A tombstone that comes as a record is listed like one that lives, and is held as it is.
    new = [listed[identifier] for identifier in sorted(there - living)]
    return lost, [header for header in new if (header.identifier, header.datestamp) not in buried], ""
