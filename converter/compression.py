"""Zstandard as `zstd`: the module of Python's library, before Python 3.14 its backport."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

__all__ = ["QUICKEST", "zstd", "zstd_frame"]

QUICKEST: Mapping[int, int] = {zstd.CompressionParameter.compression_level: 1}
"""Options of a frame that is written and read once."""


@contextlib.contextmanager
def zstd_frame(out: Path | IO[bytes], options: Mapping[int, int]) -> Iterator[zstd.ZstdFile]:
    """A file that packs what is written to it; of nothing it makes a frame of nothing, which is read as such.

    >>> import io
    >>> packed = io.BytesIO()
    >>> with zstd_frame(packed, {}):
    ...     pass
    >>> zstd.decompress(packed.getvalue())
    b''
    """
    with zstd.ZstdFile(out, "wb", options=dict(options)) as file:
        # The library writes no byte where it is given none, and refuses to read that.
        file.write(b"")
        yield file
