"""A deployment gives its pages a logo, a colour, a text about itself, and the languages that it wants."""

from __future__ import annotations

from pathlib import Path

import lxml.html
import pyoxigraph
import pytest
from flask.testing import FlaskClient

from converter.errors import UsageError
from server.app import create_app
from server.feeds.json_lines import StoreEndpoint
from server.pages.appearance import appearance, rules_of
from server.settings import Settings

BASE = "https://x.example.org/lod/"
ABOUT = """# The harbour library

We keep **logs** of [lights](https://lights.example.org/). <script>alert(1)</script> [no](javascript:alert(1))

![a picture](https://elsewhere.example.org/a.png)

# More
"""


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    folder = tmp_path_factory.mktemp("look")
    (folder / "logo.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>', encoding="utf-8")
    (folder / "about.md").write_text(ABOUT, encoding="utf-8")
    settings = Settings(
        BASE,
        "The harbour",
        languages=("de", "en"),
        logo=folder / "logo.svg",
        accent="#7a1f3d",
        about=folder / "about.md",
    )
    return create_app(settings, StoreEndpoint(pyoxigraph.Store(), BASE, "1")).test_client()


def page(client: FlaskClient, path: str, **headers: str) -> lxml.html.HtmlElement:
    answer = client.get(path, headers={"Accept": "text/html", **headers})
    assert answer.status_code == 200
    return lxml.html.fromstring(answer.get_data(as_text=True))


def test_every_page_has_the_logo_the_colour_and_the_way_to_the_text(client: FlaskClient) -> None:
    tree = page(client, "/")
    assert tree.xpath("//a[@class='brand']/img/@src") == ["/lod/logo"]
    for address in tree.xpath("//link[@rel='stylesheet']/@href | //link[@rel='icon']/@href"):
        with client.get(address.removeprefix("/lod")) as answer:
            assert answer.status_code == 200
    assert b"--link:#7a1f3d" in client.get("/appearance.css").data
    assert tree.xpath("//footer//a[@href='/lod/about']")


def test_a_logo_that_is_opened_by_itself_runs_nothing(client: FlaskClient) -> None:
    answer = client.get("/logo")
    assert answer.mimetype == "image/svg+xml"
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_the_text_about_a_site_has_one_heading_runs_nothing_and_fetches_nothing(client: FlaskClient) -> None:
    tree = page(client, "/about")
    assert tree.xpath("//h1/text()") == ["The harbour library"]
    assert tree.xpath("//article//strong/text()") == ["logs"]
    # A picture from elsewhere is a link to it.
    assert tree.xpath("//article//a/@href") == ["https://lights.example.org/", "https://elsewhere.example.org/a.png"]
    assert not tree.xpath("//article//script | //article//img")


def test_who_reads_none_of_the_languages_has_the_first(client: FlaskClient) -> None:
    for asked, tag in {"fr": "de", "en-GB": "en", "": "de"}.items():
        assert page(client, "/", **{"Accept-Language": asked}).get("lang") == tag
    assert [one.get("lang") for one in page(client, "/").xpath("//footer//a[@hreflang]")] == ["en"]


@pytest.mark.parametrize("colour", ["red", "#fff", "#ffcc00", "#0b52780"])
def test_a_colour_that_cannot_be_read_is_refused(colour: str) -> None:
    with pytest.raises(UsageError, match=r"--accent: .*#"):
        rules_of(colour)


@pytest.mark.parametrize("name", ["logo.txt", "missing.png"])
def test_a_logo_that_cannot_be_shown_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match=name):
        appearance(tmp_path / name, "", None)
