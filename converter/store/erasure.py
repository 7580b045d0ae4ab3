"""What is forgotten is erased from archive and store, wherever a run that was killed left off."""

from __future__ import annotations

import time

from converter.store.forgotten import FOLLOWED, of_source
from converter.store.loader import Loader

_LEFT, _LOG = "left of the forgotten", "log"
"""The note of what still holds what was erased: everything, or only what waits beside the archive."""
_PAUSE = 0.1


class Erasure:
    """Erases what is on the list of what is forgotten, by the one writer."""

    def __init__(self, loader: Loader) -> None:
        self._loader, self._archive, self._forgotten = loader, loader.archive, loader.forgotten

    @property
    def is_due(self) -> bool:
        """Whether something that is forgotten may be in archive, store or generations still."""
        left = self._archive.note(_LEFT) not in {None, _LOG}
        return left or (self._archive.note(FOLLOWED) or "") != self._forgotten.digest

    def erase(self) -> tuple[int, bool]:
        """How many records were erased because they are forgotten, and whether archive and store were written anew.

        They are where something was erased, now or by a run that was killed; a generation must follow them.
        """
        archive, forgotten = self._archive, self._forgotten
        named = (address for address, record in archive.records() if forgotten.entry_of(record, address))
        count = self._loader.erase(named, (_LEFT, "everything"))
        for name in [source.name for source in archive.sources() if forgotten.entry_named(of_source(source.name))]:
            archive.drop_source(name)
            archive.drop_notes(f"harvest {name} ")
        stays = archive.note(_LEFT) not in {None, _LOG}
        if stays:
            self._loader.write_anew()
        self.keep_followed()
        return count, stays

    def keep_followed(self) -> None:
        """Keep that the archive follows the list as it is."""
        self._archive.keep_note(FOLLOWED, self._forgotten.digest)

    def keep_published(self) -> None:
        """Keep that a generation has followed, so that only what waits beside the archive holds what was erased."""
        self._archive.keep_note(_LEFT, _LOG)

    def finish(self, wait: float) -> bool:
        """Whether nothing is left of what was erased; who reads the archive as it was has so many seconds to end."""
        end = time.monotonic() + wait
        while self._archive.note(_LEFT) == _LOG:
            if self._archive.empty_log():
                self._archive.drop_notes(_LEFT)
            elif time.monotonic() > end:
                return False
            else:
                time.sleep(_PAUSE)
        return True
