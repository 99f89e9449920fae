"""The book as one file: the PDF prints, the EPUB is valid, the home page offers what exists."""

import os
import re
import shutil
import subprocess
import zipfile
from xml.etree import ElementTree

import pytest

from iran_russia import singles

SOME = ["index.html", "notebooks/military.html", "book/about.html"]
XHTML = "{http://www.w3.org/1999/xhtml}"


@pytest.fixture(scope="module")
def epub(browser, book, tmp_path_factory):
    """The whole book as an EPUB."""
    file = tmp_path_factory.mktemp("epub") / "book.epub"
    singles.write_epub(browser, book, file)
    return file


def test_the_epub_holds_every_page_in_order_as_xml_without_scripts(book, epub):
    with zipfile.ZipFile(epub) as file:
        assert file.namelist()[0] == "mimetype"
        spine = ElementTree.fromstring(file.read("book/content.opf")).iter(
            "{http://www.idpf.org/2007/opf}itemref"
        )
        keys = [item.get("idref") for item in spine]
        assert len(keys) == len(singles.pages(book))
        assert keys[0] == "index" and "book-about" in keys
        pictures = 0
        for key in keys:
            page = ElementTree.fromstring(file.read(f"book/{key}.xhtml"))
            assert not list(page.iter(f"{XHTML}script"))
            assert not [e for e in page.iter() if any(name.startswith("on") for name in e.attrib)]
            pictures += len(list(page.iter("{http://www.w3.org/2000/svg}svg")))
    assert pictures > 50


def test_the_epub_is_valid(epub):
    checker = shutil.which("epubcheck")
    if not checker and shutil.which("apt-get") and os.geteuid() == 0:
        subprocess.run(["apt-get", "install", "-y", "-qq", "epubcheck"], check=False)
        checker = shutil.which("epubcheck")
    if not checker:
        message = "no epubcheck; install it (Debian: apt install epubcheck)"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(message)
    # Debian's command is a Java archive, which not every system starts by itself.
    archive = zipfile.is_zipfile(checker)
    done = subprocess.run(
        ["java", "-jar", checker, epub] if archive else [checker, epub],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]


def test_no_page_of_the_epub_is_wider_than_a_phone(browser, epub, tmp_path):
    with zipfile.ZipFile(epub) as file:
        file.extractall(tmp_path)
    page = browser.new_page(viewport={"width": 390, "height": 800}, offline=True)
    wide = []
    for file in sorted((tmp_path / "book").glob("*.xhtml")):
        page.goto(file.as_uri())
        if page.evaluate("document.documentElement.scrollWidth") > 390:
            wide.append(file.name)
    page.close()
    assert not wide


def test_a_long_register_is_cut_where_no_link_leads_into_it_and_says_so(book, epub):
    with zipfile.ZipFile(epub) as file:
        trade = ElementTree.fromstring(file.read("book/notebooks-trade.xhtml"))
        chronology = ElementTree.fromstring(file.read("book/notebooks-chronology.xhtml"))
    captions = {t.findtext(f"{XHTML}caption"): t for t in trade.iter(f"{XHTML}table")}
    (cut,) = (t for c, t in captions.items() if c.startswith("Every figure for total trade"))
    assert len(list(cut.find(f"{XHTML}tbody"))) == 30
    assert re.search(
        r": the first 30 of \d+ rows; the site has all$", cut.findtext(f"{XHTML}caption")
    )
    whole = (book / "notebooks/chronology.html").read_text(encoding="utf-8")
    rows = [e for e in chronology.iter(f"{XHTML}tr") if e.get("id")]
    assert len(rows) == whole.count("<tr id=") > 60


def test_what_only_a_click_shows_on_the_screen_is_in_the_file_and_code_is_not(browser, tmp_path):
    (tmp_path / "index.html").write_text(
        """<article class="bd-article"><h1>Book</h1><details class="admonition hide above-input">
        <summary>Show code</summary><div class="cell_input">x = 1</div></details>
        <details class="admonition hide below-input"><summary>Show output</summary>
        <div class="cell_output"><figure>A figure</figure></div></details></article>"""
    )
    singles.write_epub(browser, tmp_path, tmp_path / "book.epub", ["index.html"])
    with zipfile.ZipFile(tmp_path / "book.epub") as file:
        page = file.read("book/index.xhtml").decode()
    assert "A figure" in page
    assert "x = 1" not in page and "Show" not in page


def test_the_same_book_gives_the_same_epub(browser, book, tmp_path):
    for name in ("a", "b"):
        singles.write_epub(browser, book, tmp_path / name, SOME)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_the_pdf_has_an_outline_and_links_within_itself(browser, book, tmp_path):
    file = tmp_path / "book.pdf"
    singles.write_pdf(browser, book, file, SOME)
    pdf = file.read_bytes()
    assert pdf.startswith(b"%PDF") and b"/Type /Outlines" in pdf
    for title in (b"Military cooperation", b"About this book"):
        assert b"/Title (" + title + b")" in pdf
    assert b"sheet.html" not in pdf  # links lead to places, not to the file it was printed from
    assert pdf.count(b"/Type /Page\n") > 10
    assert pdf.count(b"/Dest") > 20
    assert not (book.parent / "sheet.html").exists()


@pytest.mark.parametrize("title", [b"(Gas: %b)", b"<FEFF00470061%b>"])
def test_a_title_that_chromium_writes_twice_is_mended_without_moving_a_byte(title):
    once = b"/Title " + title % b"" + b" /Next"
    twice = once.replace(b"Gas: ", b"Gas: Gas: ").replace(b"00470061", b"0047006100470061")
    assert len(twice) > len(once)
    mended = singles._TWICE.sub(singles._once, twice)
    assert len(mended) == len(twice) and mended.split() == once.split()


def test_the_home_page_offers_the_files_that_exist(tmp_path):
    html = tmp_path / "html"
    html.mkdir()
    home = html / "index.html"
    home.write_text("<h1>Book</h1>\n<p>Text</p>")
    singles.offer(html)
    assert home.read_text() == "<h1>Book</h1>\n<p>Text</p>"
    (tmp_path / "iran-russia.epub").write_bytes(b"book")
    for _ in range(2):
        singles.offer(html)
        assert home.read_text().count('href="iran-russia.epub"') == 1
        assert "iran-russia.pdf" not in home.read_text()
    assert (html / "iran-russia.epub").read_bytes() == b"book"
    (tmp_path / "iran-russia.epub").unlink()
    singles.offer(html)
    assert home.read_text() == "<h1>Book</h1>\n<p>Text</p>"
    assert not (html / "iran-russia.epub").exists()
