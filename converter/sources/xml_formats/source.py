"""The format in which a site like ours passes on a record whole: its canonical JSON, as `/source/…` shows it."""

from __future__ import annotations

import msgspec
from lxml import etree

from converter.record import Record
from converter.sources.builder import Draft
from converter.values.iris import item_path


def read(metadata: etree._Element, draft: Draft) -> None:
    """Take the record as it is, provided that it stands at its provider where its identifier says.

    So no two records of a provider can be one here, whatever they say of themselves.
    """
    try:
        whole = msgspec.json.decode("".join(str(part) for part in metadata.itertext()), type=Record)
    except (msgspec.DecodeError, UnicodeError) as fault:
        draft.fault = f"no record can be read of it: {fault}"
        return
    # All of it is read, or the finding below says why not.
    draft.leaves = ()
    place = draft.identifier.split(":", 2)[-1]
    if draft.identifier and place != item_path(whole.handle, whole.identifier):
        draft.unread("source", whole.identifier, f"it says to be another record than {draft.identifier}")
        draft.fields, draft.files, draft.deleted = list(whole.fields), list(whole.files), whole.deleted
        return
    draft.whole = msgspec.structs.replace(whole, via=None, origins=(), erased=False)
