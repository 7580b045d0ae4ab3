"""Links in folders and archives: those that lead outside are refused by name, whatever kind of source holds them."""

from __future__ import annotations

import io
import os
import stat
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from converter.record import Record
from converter.report import Finding, Report
from converter.sources.detection import read

SECRET = "kept-from-everybody"
CORE = '<dublin_core><dcvalue element="title">{}</dcvalue></dublin_core>'
Link = tuple[str, str]
Packer = Callable[[Path, dict[str, str], list[Link]], Path]


class Findings(Report):
    def __init__(self) -> None:
        super().__init__()
        self.all: list[Finding] = []

    def add(self, finding: Finding) -> None:
        super().add(finding)
        self.all.append(finding)


def as_folder(target: Path, files: dict[str, str], links: list[Link]) -> Path:
    folder = target / "source"
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    for name, leads in links:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).symlink_to(leads)
    return folder


def as_zip(target: Path, files: dict[str, str], links: list[Link]) -> Path:
    path = target / "source.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
        for name, leads in links:
            info = zipfile.ZipInfo(name)
            info.create_system = 3
            info.external_attr = (stat.S_IFLNK | 0o777) << 16
            archive.writestr(info, leads)
    return path


def tarred(target: Path, files: dict[str, str], links: list[Link], kind: bytes) -> Path:
    path = target / "source.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for name, text in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(text)
            archive.addfile(info, io.BytesIO(text.encode()))
        for name, leads in links:
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, leads
            archive.addfile(info)
    return path


def as_tar(target: Path, files: dict[str, str], links: list[Link]) -> Path:
    return tarred(target, files, links, tarfile.SYMTYPE)


def as_hard_links(target: Path, files: dict[str, str], links: list[Link]) -> Path:
    # The target of a hard link is named from the root of the archive.
    flat = [(name, leads.replace("../", "") if "/tmp" not in leads else leads) for name, leads in links]
    return tarred(target, files, flat, tarfile.LNKTYPE)


PACKERS: dict[str, Packer] = {"folder": as_folder, "zip": as_zip, "tar": as_tar, "hard": as_hard_links}


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "secret"
    path.write_text(f"{SECRET}\n")
    return path


def found(path: Path) -> tuple[list[Record], list[str]]:
    report = Findings()
    records = list(read(str(path), report=report))
    return records, [f"{one.value} {one.reason}" for one in report.all if one.level == "error"]


def packed(tmp_path: Path, packer: str, files: dict[str, str], links: list[Link]) -> Path:
    target = tmp_path / "in"
    target.mkdir()
    return PACKERS[packer](target, files, links)


@pytest.mark.parametrize("packer", PACKERS)
@pytest.mark.parametrize("name", ["contents", "collections", "handle", "relationships"])
def test_a_link_of_a_package_that_leads_outside_is_refused_by_name(
    tmp_path: Path, secret: Path, packer: str, name: str
) -> None:
    path = packed(tmp_path, packer, {"item/dublin_core.xml": CORE.format("Open")}, [(f"item/{name}", str(secret))])
    records, errors = found(path)
    assert [record.values("dc.title") for record in records] == [["Open"]]
    assert SECRET not in repr(records)
    assert len(errors) == 1
    assert f"item/{name}" in errors[0]
    assert str(secret) in errors[0]


@pytest.mark.parametrize("packer", ["folder", "zip", "tar"])
@pytest.mark.parametrize("file", ["a.xml", "metadata.csv", "page.html", "refs.bib", "refs.ris", "a.json", "a.txt"])
def test_a_link_of_any_kind_of_source_is_refused(tmp_path: Path, packer: str, file: str) -> None:
    outside = tmp_path / "elsewhere.xml"
    outside.write_text(CORE.format(SECRET))
    path = packed(tmp_path, packer, {"one/ok.bib": "@book{a, title = {Open}}"}, [(f"one/{file}", str(outside))])
    records, errors = found(path)
    assert [record.values("dc.title") for record in records] == [["Open"]]
    assert [file in error for error in errors] == [True]


@pytest.mark.parametrize("packer", PACKERS)
def test_a_link_inside_the_source_is_followed(tmp_path: Path, packer: str) -> None:
    files = {"item/dublin_core.xml": CORE.format("Open"), "shared/contents": "a.pdf\n"}
    records, errors = found(packed(tmp_path, packer, files, [("item/contents", "../shared/contents")]))
    assert [file.name for record in records for file in record.files] == ["a.pdf"]
    # What is shared is no source of its own.
    assert [error for error in errors if "refused" in error] == []


@pytest.mark.parametrize("packer", ["folder", "zip", "tar"])
@pytest.mark.parametrize("leads", ["../../secret", "../gone", "contents"])
def test_a_link_that_climbs_out_or_leads_nowhere_is_refused(
    tmp_path: Path, secret: Path, packer: str, leads: str
) -> None:
    files = {"item/dublin_core.xml": CORE.format("Open")}
    records, errors = found(packed(tmp_path, packer, files, [("item/contents", leads)]))
    assert [record.values("dc.title") for record in records] == [["Open"]]
    assert SECRET not in repr(records)
    assert len(errors) == 1


def test_a_link_to_a_folder_outside_is_refused_and_not_entered(tmp_path: Path) -> None:
    (tmp_path / "private").mkdir()
    (tmp_path / "private" / "dublin_core.xml").write_text(CORE.format(SECRET))
    path = packed(tmp_path, "folder", {"a/ok.bib": "@book{a, title = {Open}}"}, [("b", str(tmp_path / "private"))])
    records, errors = found(path)
    assert [record.values("dc.title") for record in records] == [["Open"]]
    assert "outside" in errors[0]


def test_pipes_are_not_waited_for(tmp_path: Path) -> None:
    path = packed(tmp_path, "folder", {"item/dublin_core.xml": CORE.format("Open")}, [])
    os.mkfifo(path / "item" / "contents")
    records, errors = found(path)
    assert len(records) == 1
    assert "no regular file" in errors[0]
