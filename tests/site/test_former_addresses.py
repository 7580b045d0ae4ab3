"""Addresses that other software had lead to what is there now."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

import pytest

from converter.errors import UsageError
from server.documents.former_addresses import FORMER, read_redirects
from tests.conftest import GOLDEN, Site, shelfgraph

BASE = "https://repo.example.org/"
# What an OAI-PMH provider of each software says of one record: its identifier there, and its dc:identifier.
RECORDS = {
    "EPrints": ("oai:repo.example.org:731", "http://repo.example.org/731/"),
    "EPrints, of an id": ("oai:other.example.org:732", "https://repo.example.org/id/eprint/732"),
    "OJS": ("oai:ojs.repo.example.org:article/88", "https://repo.example.org/index.php/tides/article/view/88"),
    "Dataverse": ("doi:10.5072/FK2/TIDES", "https://doi.org/10.5072/FK2/TIDES"),
    "InvenioRDM": ("oai:repo.example.org:k3x9-a2b17", "https://repo.example.org/records/k3x9-a2b17"),
    "another": ("oai:repo.example.org:x1", "https://repo.example.org/show.php?work=12"),
}
TABLE = "from,to\n/ds/get,/graph\n/old/about.html,https://www.example.org/about\n/tides/*,/item/12345/*\n/p.php?n=1,/\n"


def page() -> str:
    records = "".join(
        f"<record><header><identifier>{identifier}</identifier><datestamp>2020-01-01</datestamp></header><metadata>"
        '<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" '
        f'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{name}</dc:title><dc:identifier>{address}'
        "</dc:identifier></oai_dc:dc></metadata></record>"
        for name, (identifier, address) in RECORDS.items()
    )
    return (
        '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><responseDate>2020-01-01T00:00:00Z</responseDate>'
        f"<request>https://repo.example.org/oai</request><ListRecords>{records}</ListRecords></OAI-PMH>"
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("former")
    (folder / "page.xml").write_text(page(), encoding="utf-8")
    (folder / "moved.csv").write_text(TABLE, encoding="utf-8")
    site = Site(folder / "page.xml", GOLDEN / "source-rest-7.json", "--base", BASE, "--redirects", folder / "moved.csv")
    yield site
    site.stop()


def answered(site: Site, path: str, method: str = "GET") -> tuple[int, str, str]:
    """The status of the answer, where it leads, below the base, and its body."""
    with closing(HTTPConnection("127.0.0.1", site.port, timeout=60)) as connection:
        connection.request(method, path, headers={"Accept": "text/turtle"})
        with closing(connection.getresponse()) as answer:
            body = answer.read().decode()
            return answer.status, (answer.headers["Location"] or "").removeprefix(BASE), body


def asked(site: Site, path: str, method: str = "GET") -> tuple[int, str]:
    """The status of the answer, and where it leads, below the base."""
    return answered(site, path, method)[:2]


UUID = "0a81af48-388e-49c4-93a0-3b7a3e6c9e0e"


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("/handle/12345/75", "item/12345/75"),
        ("/xmlui/handle/12345/75", "item/12345/75"),
        ("/jspui/handle/12345/75/browse?type=title", "item/12345/75"),
        ("/handle/12345/75?show=full", "item/12345/75"),
        ("/bitstream/handle/12345/75/rock.pdf?sequence=1", "item/12345/75"),
        (f"/items/{UUID}", "item/12345/75"),
        (f"/items/{UUID.upper()}/full", "item/12345/75"),
        (f"/entities/publication/{UUID}", "item/12345/75"),
        (f"/server/api/core/items/{UUID}", "item/12345/75"),
        ("/rdf/handle/12345/75", "item/12345/75"),
        ("/rdf/handle/12345/75/ttl", "record/12345/75.ttl"),
        ("/rdf/handle/12345/75/xml", "record/12345/75.rdf"),
        ("/rdf/resource/12345/75", "item/12345/75"),
        ("/resource/12345/75", "item/12345/75"),
        ("/data/12345/75/n3", "record/12345/75.ttl"),
    ],
)
def test_addresses_of_dspace_lead_to_the_work(site: Site, path: str, place: str) -> None:
    assert asked(site, path) == (301, place)
    # Nothing leads into nothing.
    assert asked(site, f"/{place}")[0] in {200, 303}


@pytest.mark.parametrize(
    ("software", "path"),
    [
        ("EPrints", "/731/"),
        ("EPrints", "/731"),
        ("EPrints", "/id/eprint/731"),
        ("EPrints", "/731/1/thesis.pdf"),
        ("EPrints", "/cgi/export/eprint/731/RDFN3/x-eprint-731.n3"),
        ("EPrints, of an id", "/732/"),
        ("OJS", "/index.php/tides/article/view/88"),
        ("OJS", "/index.php/tides/article/view/88/41"),
        ("OJS", "/index.php/tides/article/download/88/41/120"),
        ("Dataverse", "/dataset.xhtml?persistentId=doi:10.5072/FK2/TIDES"),
        ("Dataverse", "/citation?version=1&persistentId=doi%3A10.5072%2FFK2%2FTIDES"),
        ("InvenioRDM", "/records/k3x9-a2b17"),
        ("InvenioRDM", "/records/k3x9-a2b17/files/tides.csv"),
        ("another", "/show.php?work=12"),
    ],
)
def test_addresses_of_other_software_lead_to_the_work(site: Site, software: str, path: str) -> None:
    status, place = asked(site, path)
    assert status == 301
    status, document = asked(site, f"/{place}")
    assert status == 303
    assert f'dcterms:title "{software}"' in answered(site, f"/{document}")[2]


@pytest.mark.parametrize(
    ("path", "method", "answer"),
    [
        ("/oai/request?verb=Identify", "GET", (308, "oai?verb=Identify")),
        ("/server/oai/openaire4?verb=Identify", "GET", (308, "oai?verb=Identify")),
        ("/cgi/oai2?verb=Identify", "GET", (308, "oai?verb=Identify")),
        ("/index.php/tides/oai", "POST", (308, "oai")),
        ("/ds/sparql?query=ASK%7B%7D", "GET", (308, "sparql?query=ASK%7B%7D")),
        ("/ds/query", "POST", (308, "sparql")),
    ],
)
def test_services_of_others_lead_to_ours_as_they_were_asked(
    site: Site, path: str, method: str, answer: tuple[int, str]
) -> None:
    assert asked(site, path, method) == answer


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("/ds/get", "graph"),
        ("/ds/get?default", "graph?default"),
        ("/old/about.html", "https://www.example.org/about"),
        ("/tides/75", "item/12345/75"),
        ("/p.php?n=1", ""),
    ],
)
def test_the_table_of_the_operator_leads_on(site: Site, path: str, place: str) -> None:
    assert asked(site, path) == (301, place)


@pytest.mark.parametrize(
    "path",
    [
        "/handle/12345/76",
        "/733/",
        f"/items/{UUID[:-1]}f",
        "/index.php/tides/article/view/89",
        "/show.php?work=13",
        "/show.php",
        "/dataset.xhtml?persistentId=doi:10.5072/x%0d%0aSet-Cookie:%20a",
        "/%3E%20.%20?s%20?p%20?o",
        "/p.php?n=2",
        "/nothing",
    ],
)
def test_what_nobody_had_is_not_found(site: Site, path: str) -> None:
    assert asked(site, path) == (404, "")


def test_each_software_of_the_table_is_tried() -> None:
    assert {former.software.split(",")[0] for former in FORMER} == {
        "DSpace to 6", "DSpace from 7", "DSpace's RDF", "DSpace's RDF at the root",
        "EPrints", "OJS", "Dataverse", "InvenioRDM",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "complaint"),
    [
        ("a,b\n", "must name the columns from and to"),
        ("from,to\nold,/new\n", "line 2: from is 'old'"),
        ("from,to\n/a,/b\n/old/*,/new/\n", r"line 3: from and to must end in \* both"),
        ("from,to\n/old,javascript:alert(1)\n", "line 2: to is"),
        ("from,to\n/old,/a b\n", "line 2: to is '/a b'"),
        ("from,to\n/old,\n", "line 2: to is ''"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused_with_its_line(rows: str, complaint: str, tmp_path: Path) -> None:
    path = tmp_path / "moved.csv"
    path.write_text(rows, encoding="utf-8")
    with pytest.raises(UsageError, match=complaint):
        read_redirects(path)
    refused = shelfgraph("serve", GOLDEN / "source-rest-7.json", "--redirects", path)
    assert refused.returncode == 2
    assert b"--redirects" in refused.stderr


def test_a_table_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        read_redirects(tmp_path / "none.csv")
