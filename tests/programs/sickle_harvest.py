"""What sickle takes from a repository: `sickle_harvest.py ENDPOINT VERB [NAME=VALUE...]`."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import Any

from sickle import Sickle
from sickle.iterator import BaseOAIIterator


def stated(item: Any) -> Mapping[str, Any]:
    """A record, a header or a set, as the client has read it."""
    head = getattr(item, "header", item)
    return {
        "identifier": getattr(head, "identifier", None),
        "deleted": getattr(head, "deleted", False),
        "set": getattr(item, "setSpec", None),
        "metadata": getattr(item, "metadata", {}),
        "xml": item.raw,
    }


endpoint, verb, *arguments = sys.argv[1:]
found = getattr(Sickle(endpoint), verb)(**dict(one.split("=", 1) for one in arguments))
json.dump([stated(one) for one in (found if isinstance(found, BaseOAIIterator) else [found])], sys.stdout)
