"""The catalogue: what lists, facets and searches are made of; what a page reads does not grow with the collection."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from converter.mapping.engine import Mapper
from converter.record import Field, Record
from converter.store.archive import Archive
from converter.store.catalogue import WHOLE
from converter.store.catalogue_entry import Entry, Link
from converter.store.catalogue_reader import CatalogueReader, Thing
from converter.store.catalogue_search import Search, Wanted
from converter.store.data_folder import DataFolder, Identity
from converter.store.reader import ArchiveReader

BASE = "https://x.example.org/"
MAPPER = Mapper(BASE)
FEW, MANY = 1_000, 20_000


def entry(number: int) -> Entry:
    """A work of a large collection: one publisher has all, journals and authors have some."""
    links = (
        Link("type/article", "type", "Article"),
        Link("org/tern-press", "publisher", "Tern Press"),
        Link(f"journal/j{number % 40}", "journal", f"Journal {number % 40}"),
        *(
            Link(f"subject/mesh/s{place}-{number % 100}", "subject", f"Subject {place} {number % 100}")
            for place in (0, 1)
        ),
        *(Link(f"name/a{place}-{number % 300}", "author", f"Author {place} {number % 300}") for place in range(3)),
    )
    row: dict[str, object] = {"title": f"Work {number}", "type": "Article", "year": 1990 + number % 30}
    return Entry(row, 1990 + number % 30, links, ((f"10.5555/{number}", f"item/{number}"),))


class Counted:
    """A collection of so many works, with the steps that its database takes."""

    def __init__(self, path: Path, works: int) -> None:
        archive = Archive(path)
        archive.begin()
        for number in range(1, works + 1):
            archive.catalogue.change(number, str(number), None, entry(number))
        archive.commit()
        archive.close()
        self.database = sqlite3.connect(path)
        # A list of all goes by the addresses of what is held.
        held = "INSERT INTO held (id, address, source, identifier, deleted, change, moment)"
        self.database.execute(f"{held} SELECT id, address, 's', address, 0, id, '' FROM work")
        self.database.commit()
        self.database.set_progress_handler(self._step, 100)
        self.count = 0
        self.reader = CatalogueReader(lambda query, values: list(self.database.execute(query, values)))

    def _step(self) -> int:
        self.count += 1
        return 0

    def steps(self, read: Callable[[CatalogueReader], object]) -> int:
        """The hundreds of steps that reading takes."""
        self.count = 0
        read(self.reader)
        return self.count


@pytest.fixture(scope="module")
def collections(tmp_path_factory: pytest.TempPathFactory) -> tuple[Counted, Counted]:
    """A small collection and one twenty times as large."""
    folder = tmp_path_factory.mktemp("growth")
    return Counted(folder / "few.sqlite", FEW), Counted(folder / "many.sqlite", MANY)


def thing(reader: CatalogueReader, address: str) -> Thing:
    """A thing that is there."""
    found = reader.thing(address)
    assert found
    return found


@pytest.mark.parametrize(
    "read",
    [
        lambda reader: (reader.total(), reader.number("author"), reader.types_by_year(), reader.latest(5)),
        lambda reader: reader.stated(),
        lambda reader: reader.top("journal", 10),
        lambda reader: reader.works(thing(reader, "org/tern-press").id, 1, 20),
        lambda reader: reader.works(thing(reader, "org/tern-press").id, 20, 20),
        lambda reader: reader.works(thing(reader, WHOLE).id, 24, 20),
        lambda reader: reader.years(thing(reader, "org/tern-press").id),
        lambda reader: reader.roles(thing(reader, "org/tern-press").id),
        lambda reader: reader.near(thing(reader, "org/tern-press").id).top("author", 8),
        lambda reader: reader.browse("author", "author 1", 0, 60),
        lambda reader: reader.letters("author"),
        lambda reader: reader.identified("10.5555/7"),
        lambda reader: reader.links(7),
        lambda reader: reader.by_address(1, 50),
        lambda reader: reader.by_address(10, 50),
        lambda reader: reader.suggested("jou"),
        lambda reader: reader.namesakes("Author 1 7"),
        lambda reader: (reader.schemes(), reader.browse("subject/mesh", "subject 1"), reader.letters("subject/mesh")),
        lambda reader: reader.near(thing(reader, "org/tern-press").id).ties(
            [thing(reader, f"journal/j{n}").id for n in range(12)]
        ),
    ],
    ids=(
        "front quality top first-page later-page whole years roles together browse letters identifier links"
        " list later-list suggestions namesakes scheme ties"
    ).split(),
)
def test_what_a_page_reads_does_not_grow(
    read: Callable[[CatalogueReader], object], collections: tuple[Counted, Counted]
) -> None:
    few, many = (collection.steps(read) for collection in collections)
    assert many <= 2 * few + 20


def test_a_later_page_goes_on_where_the_one_before_ended(collections: tuple[Counted, Counted]) -> None:
    reader = collections[0].reader
    press = thing(reader, "org/tern-press")
    pages = [row.id for number in range(1, FEW // 20 + 1) for row in reader.works(press.id, number, 20)]
    assert sorted(pages) == list(range(1, FEW + 1))
    years = [row.stated["year"] for number in (1, 2, FEW // 20) for row in reader.works(press.id, number, 20)]
    assert years == sorted(years, reverse=True)


def test_facets_of_a_large_result_count_what_those_of_a_small_one_do(collections: tuple[Counted, Counted]) -> None:
    search = Search(collections[1].reader)
    large = search.find(Wanted(first=1991, last=2010))
    assert large.total > 1_500
    counted = {one.label: one.works for facet in search.facets(large, 40, ("journal",)) for one in facet.values}
    asked = {
        label: search.find(Wanted(things=(("journal", f"journal/j{label.split()[1]}"),), first=1991, last=2010)).total
        for label in counted
    }
    assert counted == asked


@pytest.mark.parametrize(
    "wanted",
    [
        Wanted(first=1991, last=2010),
        Wanted(things=(("publisher", "org/tern-press"),), first=1991, last=2018),
    ],
    ids=["years", "publisher"],
)
def test_what_a_page_of_results_reads_does_not_grow(wanted: Wanted, collections: tuple[Counted, Counted]) -> None:
    def page(search: Search) -> None:
        found = search.find(wanted)
        assert search.facets(found)
        assert search.years(found)
        assert search.page(found, "newest", 1, 20)

    read = []
    for collection in collections:
        search = Search(collection.reader)
        # The sets that it is cut from are made once for a version of the catalogue.
        page(search)
        read.append(collection.steps(lambda _, search=search: page(search)))
    assert read[1] <= 2 * read[0] + 20


@pytest.mark.parametrize(
    "wanted",
    [Wanted(), Wanted(first=1991, last=2018), Wanted(things=(("publisher", "org/tern-press"),), last=2015)],
    ids=["all", "years", "publisher"],
)
def test_the_first_search_after_a_change_reads_no_more_than_the_next(
    wanted: Wanted, collections: tuple[Counted, Counted]
) -> None:
    def page(search: Search) -> None:
        found = search.find(wanted)
        assert search.facets(found)
        assert search.years(found)
        assert search.page(found, "newest", 1, 20)

    collection = collections[1]
    cold, prepared = Search(collection.reader), Search(collection.reader)
    prepared.prepare()
    first, next_ = (collection.steps(lambda _: page(prepared)) for _ in range(2))
    assert first <= next_ + 5
    made = collection.steps(lambda _: page(cold))
    assert made > first + 20
    # What is ready is not made again, only looked for.
    assert collection.steps(lambda _: prepared.prepare()) < made / 4


def works(*fields: tuple[str, str]) -> tuple[Field, ...]:
    """The fields of a record."""
    return tuple(Field(name, value) for name, value in fields)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> ArchiveReader:
    """A few works in several scripts."""
    folder = DataFolder(tmp_path_factory.mktemp("search") / "data")
    stated = [
        (("dc.title", "Coastal lights guide migrating terns"), ("dc.contributor.author", "Quill, A")),
        (("dc.title", "Über Möwen am Meer"), ("dc.date.issued", "2001")),
        (("dc.title", "論國際貿易與法律"), ("dc.contributor.author", "何青禾"), ("dc.date.issued", "2005")),
        (("dc.title", "Harbour lights"), ("dc.contributor.author", "Marrow, T"), ("dc.date.issued", "2010")),
        (("dc.title", "Night migration"), ("dc.identifier.doi", "10.5555/AB.7"), ("dc.identifier.isbn", "0306406152")),
        (("dc.title", "A journal piece"), ("dc.identifier.issn", "5555-1238"), ("dc.relation.ispartof", "Annals")),
    ]
    records = (Record(f"r{n}", f"12345/{n}", fields=works(*fields)) for n, fields in enumerate(stated, 1))
    with folder.writing(Identity(BASE, MAPPER.digest), MAPPER.triples) as writer:
        writer.load(records)
    return ArchiveReader(folder.path / "archive.sqlite")


def found(shelf: ArchiveReader, text: str, **wanted: object) -> list[int]:
    """The numbers of the works that a text finds, in their order."""
    assert shelf.searches
    assert shelf.catalogue
    asked = Wanted(text, **wanted)  # type: ignore[arg-type] # as the class has them
    result = shelf.searches.find(asked)
    rows = shelf.catalogue.rows(shelf.searches.page(result, asked.sort, 1, 20))
    return [int(row.path.rpartition("/")[2]) for row in rows]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("lights", [4, 1]),
        ("light terns", [1]),
        ("migrat", [5, 1]),
        ("mowen", [2]),
        ("國際貿易", [3]),
        ("易", [3]),
        ("律", [3]),
        ("貿際", []),
        ("青禾", [3]),
        ('"coastal lights"', [1]),
        ('"lights coastal"', []),
        ("lights NOT harbour", [1]),
        ("lights -coastal", [4]),
        ("author:quill", [1]),
        ("title:quill", []),
        ("author:quill title:terns", [1]),
        ("year:2001", [2]),
        ("year:2004-", [4, 3]),
        ("lights year:-2011", [4]),
        ("", [4, 3, 2, 6, 5, 1]),
        ("terns AND", [1]),
        ('"', [4, 3, 2, 6, 5, 1]),
    ],
)
def test_a_search_finds_what_is_meant(shelf: ArchiveReader, text: str, numbers: list[int]) -> None:
    assert found(shelf, text) == numbers


@pytest.mark.parametrize("part", ["rank =", "MATCH"])
def test_a_fault_of_the_disk_is_no_empty_result(shelf: ArchiveReader, part: str) -> None:
    catalogue = shelf.catalogue
    assert catalogue

    def failing(statement: str, values: object) -> list[object]:
        if part in statement:
            fault = sqlite3.OperationalError("disk I/O error")
            fault.sqlite_errorcode = sqlite3.SQLITE_IOERR
            raise fault
        return catalogue.ask(statement, values)

    wanted = Wanted("lights", first=2000)
    reader = CatalogueReader(failing)
    search = Search(reader)
    with pytest.raises(sqlite3.OperationalError, match="disk I/O"):
        search.find(wanted)
    reader.ask = catalogue.ask
    # Nothing was kept of the fault.
    assert search.find(wanted).total == 1


@pytest.mark.parametrize("text", ["costal", "coastl", "coastall", "caostal", "cpastal"])
def test_a_letter_that_is_wrong_finds_the_nearest_word(shelf: ArchiveReader, text: str) -> None:
    assert shelf.searches
    result = shelf.searches.find(Wanted(text))
    assert (result.total, result.mended) == (1, "coastal")


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("https://doi.org/10.5555/ab.7", "item/12345/5"),
        ("doi:10.5555/AB.7", "item/12345/5"),
        ("978-0-306-40615-7", "item/12345/5"),
        ("0-306-40615-2", "item/12345/5"),
        ("ISSN 55551238", "journal/5555-1238"),
    ],
)
def test_an_identifier_leads_to_what_has_it(shelf: ArchiveReader, text: str, address: str) -> None:
    assert shelf.catalogue
    assert shelf.catalogue.identified(text) == [address]


@pytest.mark.parametrize("order", ["newest", "oldest", "title"])
def test_a_result_comes_in_the_order_that_is_asked_for(shelf: ArchiveReader, order: str) -> None:
    stated = {"newest": [4, 3, 2], "oldest": [2, 3, 4], "title": [4, 2, 3]}[order]
    assert found(shelf, "", sort=order, first=2000) == stated


def test_a_name_without_an_identifier_lists_its_works_and_makes_nobody(shelf: ArchiveReader) -> None:
    assert shelf.catalogue
    name = shelf.catalogue.thing("name/quill-a")
    assert name
    assert (name.label, name.works) == ("Quill, A", 1)
    assert not any("name/quill-a" in line for line in MAPPER.triples(Record("r", fields=works(("dc.title", "A")))))


def test_names_are_suggested_by_any_of_their_words(shelf: ArchiveReader) -> None:
    assert shelf.catalogue
    assert [one.label for one, _ in shelf.catalogue.suggested("qui")] == ["Quill, A"]
    assert [one.label for one, _ in shelf.catalogue.suggested("國際")] == []


def test_an_older_archive_has_no_catalogue(tmp_path: Path) -> None:
    database = sqlite3.connect(tmp_path / "archive.sqlite")
    archive = Archive(tmp_path / "archive.sqlite")
    archive.close()
    database.execute("PRAGMA user_version = 4")
    database.commit()
    database.close()
    reader = ArchiveReader(tmp_path / "archive.sqlite")
    assert (reader.catalogue, reader.searches) == (None, None)


def test_a_collection_of_the_repository_has_the_works_that_it_keeps(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data")
    fields = works(("dc.title", "Terns"), ("view.collection", "Faculty of Lights"))
    with folder.writing(Identity(BASE, MAPPER.digest), MAPPER.triples) as writer:
        writer.load([Record("r1", "12345/1", fields=fields)])
    catalogue = ArchiveReader(folder.path / "archive.sqlite").catalogue
    assert catalogue
    assert [(one.label, one.works) for one in catalogue.top("collection", 5)] == [("Faculty of Lights", 1)]


def test_subjects_are_counted_by_their_scheme_and_a_heading_without_its_qualifiers(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data")
    fields = works(("dc.title", "Lights"), ("dc.subject.mesh", "Light - adverse effects"), ("dc.subject", "lamps"))
    with folder.writing(Identity(BASE, MAPPER.digest), MAPPER.triples) as writer:
        writer.load([Record("a", "12345/a", fields=fields)])
    reader = ArchiveReader(folder.path / "archive.sqlite").catalogue
    assert reader
    assert sorted(reader.schemes()) == [("subject/keyword", 1), ("subject/mesh", 1)]
    assert [one.label for one in reader.browse("subject/mesh")] == ["Light"]
    assert [one.label for one in reader.below("subject/mesh/light/")] == ["Light/adverse effects"]
