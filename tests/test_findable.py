"""Search engines, link previews and the book's own search find what is in it."""

import re
from types import SimpleNamespace
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
import yaml
from conftest import ROOT
from test_book import CHARTED, PAGES

from iran_russia import links
from iran_russia.site import publish


def _meta(html: str, name: str) -> list[str]:
    return re.findall(rf'<meta (?:name|property)="{name}" content="([^"]*)"', html)


def test_a_page_says_how_to_cite_it_and_of_which_edition_it_is(book):
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    page = (book / "notebooks/trade.html").read_text(encoding="utf-8")
    assert f"Edition {citation['version']} of " in page
    assert "@incollection{iranrussia:trade," in page and "title     = {Trade}" in page


@pytest.mark.parametrize("page", PAGES)
def test_a_page_describes_itself(book, page):
    html = (book / page).read_text(encoding="utf-8")
    (description,) = _meta(html, "description")
    assert 50 <= len(description) <= 300 and "<" not in description
    assert _meta(html, "og:description") == [description]
    assert len(_meta(html, "og:title")) == 1


def test_descriptions_differ_from_page_to_page(book):
    said = [_meta((book / page).read_text(encoding="utf-8"), "description")[0] for page in PAGES]
    assert len(set(said)) == len(said)


@pytest.mark.parametrize("page", CHARTED)
def test_a_page_with_figures_has_the_first_as_its_preview(book, page):
    html = (book / page).read_text(encoding="utf-8")
    (picture,) = _meta(html, "og:image")
    file = (book / page).parent / picture
    assert file.read_bytes().startswith(b"\x89PNG")
    first = re.search(r'<figure[^>]*id="(fig-[^"]+)"', html)[1]
    assert file.stem == first


@pytest.mark.parametrize(
    ("words", "page"),
    [
        ("Bushehr", "chronology"),  # an event
        ("Yak-130", "arms"),  # a deal
        ("Turkmenchay", "history"),  # a term of a treaty
        ("S2-105", "claims"),  # a claim by its number
        ("neighbouring empires", "claims"),  # and by its words
    ],
)
def test_search_finds_what_stands_in_tables(reader, words, page):
    opened = reader(f"search.html?q={words}")
    # Results come one by one.
    opened.locator(f'#search-results a[href*="{page}.html"]').first.wait_for()


def test_a_sitemap_lists_all_pages_where_the_book_has_an_address(tmp_path):
    book = SimpleNamespace(
        outdir=tmp_path,
        config=SimpleNamespace(html_baseurl="https://example.org/book/"),
        env=SimpleNamespace(found_docs={"index", "notebooks/arms"}),
    )
    publish.write_sitemap(book)
    listed = [e.text for e in ElementTree.parse(tmp_path / "sitemap.xml").findall(".//{*}loc")]
    assert listed == [
        "https://example.org/book/index.html",
        "https://example.org/book/notebooks/arms.html",
    ]
    book.config.html_baseurl = ""
    publish.write_sitemap(book)
    assert not (tmp_path / "sitemap.xml").exists()


def test_a_book_without_a_repository_shows_no_button_of_one(book):
    for page in PAGES:
        html = (book / page).read_text(encoding="utf-8")
        assert "btn-source-repository" not in html and "dropdown-launch-buttons" not in html


def test_every_external_link_is_well_formed(book):
    for address, pages in links.external(book).items():
        parts = urlsplit(address)
        assert parts.scheme in ("http", "https"), (address, pages)
        assert re.fullmatch(r"[\w.-]+\.[a-z]{2,}(:\d+)?", parts.netloc), (address, pages)
        assert not re.search(r"[\s<>\"{}|\\^`]", address), (address, pages)
