"""Packed sources: compressed files, and the members of zip and tar archives, one after the other.

Nothing is written where an archive says: what must be unpacked goes to a temporary file without a name, and is counted
in the budget of the source.
"""

from __future__ import annotations

import bz2
import contextlib
import gzip
import lzma
import posixpath
import stat
import struct
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import IO, BinaryIO, NamedTuple, cast

from converter.compression import zstd
from converter.errors import SourceError
from converter.sources.limits import Budget

IN_MEMORY = 8 << 20
_CHUNK = 1 << 20
_MOST_NESTED = 3
_TAR = 257
_LONGEST_PATH = 4096
_MOST_LINKS = 40
_SPECIAL = "no regular file (a pipe or a device); not read"

_PACKED = ((b"\x1f\x8b", "gzip"), (b"BZh", "bzip2"), (b"\xfd7zXZ\x00", "xz"), (b"\x28\xb5\x2f\xfd", "zstd"))
_FAULTS = (
    *(OSError, EOFError, RuntimeError, ValueError, OverflowError, struct.error, zlib.error),
    *(lzma.LZMAError, zstd.ZstdError, zipfile.BadZipFile, tarfile.TarError),
)


class Member(NamedTuple):
    """A file in a folder or archive: its path there, what opens it, and why it is not read, where it is not."""

    path: str
    open: Callable[[], BinaryIO]
    fault: str = ""


def seekable(stream: BinaryIO) -> BinaryIO:
    """The stream, or where it cannot be sought a copy of it, on disk when it is large."""
    return stream if stream.seekable() else _spooled(stream, "", None)


def unpacked(stream: BinaryIO, name: str, budget: Budget) -> BinaryIO:
    """The stream unpacked and at its beginning, counted in the budget.

    Raises SourceError where a packed stream is broken, or unpacks to too much.
    """
    ours = False
    for _ in range(_MOST_NESTED):
        start = stream.read(8)
        stream.seek(0)
        kind = next((kind for magic, kind in _PACKED if start.startswith(magic)), None)
        if kind is None:
            return stream
        try:
            with _unpacking(kind, stream) as inner:
                whole = _spooled(cast("BinaryIO", inner), name, budget)
        except _FAULTS as fault:
            raise SourceError(f"{name}: a broken {kind} file: {fault}; fetch it again") from None
        finally:
            if ours:
                stream.close()
        stream, ours = whole, True
    raise SourceError(f"{name}: packed more than {_MOST_NESTED} times; unpack it once")


def _unpacking(kind: str, stream: BinaryIO) -> IO[bytes]:
    match kind:
        case "gzip":
            return cast("IO[bytes]", gzip.GzipFile(fileobj=stream, mode="rb"))
        case "bzip2":
            return bz2.BZ2File(stream)
        case "xz":
            return lzma.LZMAFile(stream)
        case _:
            return cast("IO[bytes]", zstd.ZstdFile(stream))


def is_archive(head: bytes) -> bool:
    """Whether the beginning is that of a zip or tar archive."""
    return head.startswith(b"PK\x03\x04") or head[_TAR : _TAR + 5] == b"ustar"


@contextlib.contextmanager
def members(stream: BinaryIO, name: str, budget: Budget) -> Iterator[list[Member]]:
    """The files of an archive in the order of their paths, to be opened within the context.

    Raises SourceError where the archive is broken.
    """
    with contextlib.ExitStack() as held:
        try:
            if zipfile.is_zipfile(stream):
                stream.seek(0)
                archive = held.enter_context(zipfile.ZipFile(stream))
                found = list(_of_zip(archive, name, budget))
            else:
                stream.seek(0)
                tar = held.enter_context(tarfile.open(fileobj=stream))
                found = list(_of_tar(tar, name, budget))
        except _FAULTS as fault:
            # tarfile lists what it tried, each in a line of its own.
            reason = " ".join(str(fault).split())
            raise SourceError(f"{name}: a broken archive: {reason}; fetch it again") from None
        yield sorted(found, key=lambda member: member.path)


def _of_zip(archive: zipfile.ZipFile, name: str, budget: Budget) -> Iterator[Member]:
    """Yield the files of a zip archive; a link stands for the member that it leads to."""
    infos = {info.filename: info for info in archive.infolist() if not info.is_dir()}
    stated = {
        path: _zip_target(archive, info) for path, info in infos.items() if stat.S_ISLNK(info.external_attr >> 16)
    }
    links = {path: _beside(path, target) for path, target in stated.items()}
    folders = {posixpath.normpath(info.filename) for info in archive.infolist() if info.is_dir()}
    for path in infos:
        target = _followed(path, links)
        if target in infos and target not in links:
            yield Member(path, _zip_opener(archive, infos[target], name, budget))
        elif target not in folders:
            yield _refused(path, stated[path])


def _zip_target(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> str:
    with archive.open(info) as inner:
        return inner.read(_LONGEST_PATH).decode("utf-8", "replace")


def _of_tar(tar: tarfile.TarFile, name: str, budget: Budget) -> Iterator[Member]:
    """Yield the files of a tar archive; a link stands for the member that it leads to."""
    found = {posixpath.normpath(member.name): member for member in tar.getmembers()}
    links = {path: _beside(path, member.linkname) for path, member in found.items() if member.issym()}
    # The target of a hard link is named from the root of the archive.
    links |= {path: posixpath.normpath(member.linkname) for path, member in found.items() if member.islnk()}
    for path, member in found.items():
        target = found.get(_followed(path, links))
        if target is not None and target.isfile():
            yield Member(member.name, _tar_opener(tar, target, name, budget))
        elif path in links and (target is None or not target.isdir()):
            yield _refused(member.name, member.linkname)
        elif path not in links and not member.isdir():
            yield Member(member.name, _refuser(member.name, _SPECIAL), _SPECIAL)


def _beside(path: str, target: str) -> str:
    """The path from the root of the archive to which a symbolic link leads; it is outside where it begins with `..`.

    >>> _beside("a/contents", "../b"), _beside("a/contents", "../../b"), _beside("a/contents", "/etc/passwd")
    ('b', '../b', '/etc/passwd')
    """
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), target))


def _followed(path: str, links: Mapping[str, str]) -> str:
    for _ in range(_MOST_LINKS):
        if path not in links:
            break
        path = links[path]
    return path


def _refused(path: str, target: str) -> Member:
    reason = f"a link to {target}, which is no file of this archive: refused; pack the file itself"
    return Member(path, _refuser(path, reason), reason)


def _refuser(path: str, reason: str) -> Callable[[], BinaryIO]:
    def refuse() -> BinaryIO:
        raise SourceError(f"{path}: {reason}")

    return refuse


def _zip_opener(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str, budget: Budget) -> Callable[[], BinaryIO]:
    def open_() -> BinaryIO:
        try:
            with archive.open(info) as inner:
                return _spooled(cast("BinaryIO", inner), f"{name}/{info.filename}", budget)
        except _FAULTS as fault:
            raise SourceError(f"{name}/{info.filename}: cannot be unpacked: {fault}; pack it again") from None

    return open_


def _tar_opener(tar: tarfile.TarFile, member: tarfile.TarInfo, name: str, budget: Budget) -> Callable[[], BinaryIO]:
    def open_() -> BinaryIO:
        try:
            inner = tar.extractfile(member)
            if inner is None:
                raise SourceError(f"{name}/{member.name}: no file; pack it again")
            with inner:
                return _spooled(cast("BinaryIO", inner), f"{name}/{member.name}", budget)
        except _FAULTS as fault:
            raise SourceError(f"{name}/{member.name}: cannot be unpacked: {fault}; pack it again") from None

    return open_


def _spooled(source: BinaryIO, name: str, budget: Budget | None) -> BinaryIO:
    """A copy that can be sought, counted in the budget where it was unpacked."""
    target = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - the caller closes it
    try:
        while chunk := source.read(_CHUNK):
            if budget:
                budget.spend(len(chunk), name)
            target.write(chunk)
    except BaseException:
        target.close()
        raise
    target.seek(0)
    return cast("BinaryIO", target)


def length(stream: BinaryIO) -> int:
    """How many bytes a stream that can be sought has."""
    place = stream.tell()
    size = stream.seek(0, 2)
    stream.seek(place)
    return size
