"""What the client `signposting` finds at an address: `signposting_links.py http|html|linkset ADDRESS [CONTEXT]`."""

from __future__ import annotations

import json
import sys

import signposting

where, address, *context = sys.argv[1:]
found = getattr(signposting, f"find_signposting_{where}")(address)
for one in context:
    found = found.for_context(one)
json.dump([[link.rel, str(link.target), link.type] for link in found], sys.stdout)
