"""What can go wrong, one class per kind of fault; a message names the value, the place and the remedy."""

import re

_OBJECT = re.compile(r"^.*?[>)]: ")


class ShelfgraphError(Exception):
    """The base of every fault that a person can do something about."""

    exit_code = 1


class UsageError(ShelfgraphError):
    """A command was called with words that do not fit together."""

    exit_code = 2


class SourceError(ShelfgraphError):
    """A source holds no record, or cannot be read as one."""


class SourceUnreachable(ShelfgraphError):
    """A file or an address does not answer."""

    exit_code = 3


class NoEndpoint(SourceUnreachable):
    """Something answers at an address, and it is no interface that can be harvested."""


class CrosswalkError(ShelfgraphError):
    """A table of the crosswalk says something that the engine does not know."""

    exit_code = 2


class StoreError(ShelfgraphError):
    """A data folder is locked, broken, or not one of ours."""


class QueryError(ShelfgraphError):
    """A query is wrong, or took too long."""

    exit_code = 5


def network_reason(fault: Exception) -> str:
    """What a fault of urllib3 says, without the object that it puts before it.

    >>> network_reason(OSError("HTTPConnection(host='x', port=1): [Errno 111] Connection refused"))
    '[Errno 111] Connection refused'
    """
    cause = fault.args[-1] if fault.args else ""
    return _OBJECT.sub("", str(cause)) or type(fault).__name__
