"""The description of the site makes a client, and the client reads the site."""

from __future__ import annotations

from pathlib import Path

from queries import all_queries
from tests import clients
from tests.conftest import Site
from tests.test_sparql import ask


def test_a_client_that_was_made_of_the_description_reads_the_site(site: Site, tmp_path: Path) -> None:
    (tmp_path / "openapi.json").write_bytes(ask(site, "GET", "/openapi.json").body)
    said = clients.run(
        "openapi-python-client",
        *("generate", "--path", tmp_path / "openapi.json", "--output-path", tmp_path / "site_client", "--meta", "none"),
        folder=tmp_path,
    )
    # A query as it stands is no type of a form; the operation has the form beside it.
    assert said.count("Unsupported content type application/sparql-query") == said.count("WARNING parsing") <= 1
    found = clients.read("generated_client.py", str(tmp_path), site.base.rstrip("/"))
    assert found["total"] == 1
    assert found["titles"] == ["How coastal lights guide migrating terns: a three-year field study"]
    assert found["authors"][0][:2] == ["Marrow, T", "Quill, A"]
    assert found["kind"] == "AuthorsInOrderRow"
    assert [(type(row["position"]), type(row["name"])) for row in found["rows"]] == [(int, str), (int, str)]
    assert found["questions"] == len(all_queries())
    assert found["refused"].startswith("The parameter person is 'nobody'")
