"""The whole book as one file, PDF or EPUB, made from the built pages.

A headless Chromium reads the pages without running their scripts. The site offers each file on its
home page as soon as it exists.
"""

from __future__ import annotations

import re
import shutil
import zipfile
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from iran_russia import freshness
from iran_russia.colours import LIGHT

if TYPE_CHECKING:
    from playwright.sync_api import Browser

NAME = "iran-russia"
"""Name of both files, without their extension."""

_ZIP_EPOCH = (2000, 1, 1, 0, 0, 0)  # the same book gives the same bytes

# Runs in the browser on the text of all pages; nothing in them is executed. Returns one piece of
# XHTML a page, in which every id starts with the page's own, and links lead to pieces.
_GATHER = """
([pages, sheet]) => pages.map(({name, html}) => {
  const parsed = new DOMParser().parseFromString(html, "text/html");
  const article = parsed.querySelector("article.bd-article");
  const key = (page) => page.replace(/\\.html$/, "").replace(/[^a-z0-9]+/gi, "-");
  const here = key(name), known = new Set(pages.map((page) => page.name));
  const unwanted = "script, style, .headerlink, .cell_input, .ir-narrow, "
    + "details.hide:not(:has(.cell_output)), "
    + ".ir-choice, .ir-bar, .ir-code, .ir-whole-book, .ir-cite, .ir-code-switch, .tooltip, button";
  article.querySelectorAll(unwanted).forEach((node) => node.remove());
  article.querySelectorAll("svg path:not([d])").forEach((node) => node.remove());
  for (const limits of article.querySelectorAll("details.ir-limits")) {
    limits.previousElementSibling.append(" ", ...limits.querySelector("p").childNodes);
    limits.remove();
  }
  article.querySelectorAll("details.hide > summary").forEach((node) => node.remove());
  article.querySelectorAll("details").forEach((node) => node.setAttribute("open", ""));
  for (const table of article.querySelectorAll("table.ir-register")) {
    const rows = [...table.tBodies[0].rows];
    /* The text links to rows that have an id. */
    if (rows.length <= 60 || rows.some((row) => row.id)) continue;
    rows.slice(30).forEach((row) => row.remove());
    table.caption.append(`: the first 30 of ${rows.length} rows; the site has all`);
  }
  const ids = new Set();
  article.querySelectorAll("[id]").forEach((node) => {
    const id = `${here}--${node.id.replace(/[^\\w.-]/g, "_")}`;
    if (ids.has(id)) node.removeAttribute("id");
    else { ids.add(id); node.id = id; }
  });
  article.querySelectorAll("svg [id]").forEach((node) => node.removeAttribute("tabindex"));
  /* References inside drawings: clip paths and gradients. */
  for (const node of article.querySelectorAll("svg *")) {
    for (const { name: attribute, value } of [...node.attributes]) {
      if (value.includes("url(#")) {
        node.setAttribute(attribute, value.replace(/url\\(#/g, `url(#${here}--`));
      }
    }
  }
  for (const link of article.querySelectorAll("a")) {
    const attribute = link.hasAttribute("xlink:href") ? "xlink:href" : "href";
    const href = link.getAttribute(attribute);
    link.removeAttribute("download");
    if (href === null || /^https?:/.test(href)) continue;
    const to = new URL(href, `https://book.invalid/${name}`);
    const page = decodeURIComponent(to.pathname.slice(1));
    if (!known.has(page)) { link.replaceWith(...link.childNodes); continue; }
    const id = `${key(page)}--${decodeURIComponent(to.hash.slice(1)).replace(/[^\\w.-]/g, "_")}`;
    const anchor = to.hash ? `#${id}` : sheet ? `#${key(page)}` : "";
    const target = sheet ? anchor : `${key(page)}.xhtml${anchor}`;
    if (attribute === "href") link.setAttribute("href", target);
    else link.setAttributeNS("http://www.w3.org/1999/xlink", "xlink:href", target);
  }
  if (!sheet) article.querySelectorAll("svg a").forEach((a) => a.replaceWith(...a.childNodes));
  /* What no keyboard reaches here, and what EPUB does not know. */
  const idle = ["tabindex", "aria-description", "align", "valign", "border"];
  for (const node of article.querySelectorAll(idle.map((name) => `[${name}]`))) {
    idle.forEach((name) => node.removeAttribute(name));
  }
  /* Small readers show a row as a list, in which each cell has to say what it is. */
  for (const table of sheet ? [] : article.querySelectorAll("table.ir-table")) {
    const heads = [...table.tHead.rows[0].cells].map((head) => head.textContent);
    for (const cell of table.querySelectorAll("tbody > tr > td")) {
      cell.dataset.label = heads[cell.cellIndex];
    }
  }
  const title = article.querySelector("h1").textContent.trim();
  const piece = parsed.createElement("section");
  piece.id = here;
  piece.className = "ir-chapter";
  piece.append(...article.childNodes);
  return { key: here, title, svg: !!piece.querySelector("svg"),
    xhtml: sheet ? piece.outerHTML : new XMLSerializer().serializeToString(piece) };
})
"""

# What only a sheet of paper needs; the rest stands under `@media print` in the book's style.
_SHEET = """<!DOCTYPE html>
<html lang="en" data-theme="light"><head><meta charset="utf-8"><title>{title}</title>
{styles}
<style>
html {{ font-size: 10pt; }}
body {{ display: block; }}
/* Chromium joins the words of a heading where its lines break when it writes the outline. */
h2 {{ font-size: 1.3rem; }}
h3 {{ font-size: 1.1rem; }}
.ir-chapter + .ir-chapter {{ break-before: page; }}
</style></head>
<body class="ir-sheet"><main class="bd-article">{body}</main></body></html>
"""

_FOOTER = (
    '<div style="font: 8px Arial, sans-serif; width: 100%; text-align: center">'
    '<span class="pageNumber"></span></div>'
)


def chromium() -> str | None:
    """Return the Chromium or Chrome of this system; none where Playwright's own has to do."""
    known = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
    return next((path for name in known if (path := shutil.which(name))), None)


def pages(html: Path) -> list[str]:
    """List the pages of the built book in the order of its table of contents."""
    names = [f"{page}.html" for page in freshness.pages()]
    return [name for name in names if (html / name).exists()]


def write_pdf(browser: Browser, html: Path, target: Path, names: list[str] | None = None) -> None:
    """Print pages of the book into one PDF with an outline, vector charts and working links.

    Args:
        browser: a started Chromium.
        html: the folder of the built book.
        target: the PDF to write.
        names: the pages to print, by default all.
    """
    pieces = _gather(browser, html, names, sheet=True)
    home = (html / "index.html").read_text(encoding="utf-8")
    sheet = html.parent / "sheet.html"
    sheet.write_text(
        _SHEET.format(
            title=escape(pieces[0]["title"]),
            styles="\n".join(re.findall(r'<link [^>]*rel="stylesheet"[^>]*>', home)).replace(
                'href="_static', f'href="{html.name}/_static'
            ),
            body="\n".join(piece["xhtml"] for piece in pieces),
        ),
        encoding="utf-8",
    )
    page = browser.new_page(java_script_enabled=False, color_scheme="light", offline=True)
    page.goto(sheet.as_uri())
    page.pdf(
        path=target,
        format="A4",
        outline=True,
        tagged=True,
        print_background=True,
        display_header_footer=True,
        header_template="<span></span>",
        footer_template=_FOOTER,
        margin={"top": "15mm", "bottom": "16mm", "left": "15mm", "right": "15mm"},
    )
    page.close()
    sheet.unlink()
    # Chromium writes the title of a heading that moved to the next page twice. Spaces after it
    # keep every byte of the file in its place.
    target.write_bytes(_TWICE.sub(_once, target.read_bytes()))


_TWICE = re.compile(rb"/Title (\(|<FEFF)([^()<>\n]{4,})\2([)>])")


def _once(title: re.Match) -> bytes:
    return b"/Title %b%b%b" % title.groups() + b" " * len(title[2])


def write_epub(browser: Browser, html: Path, target: Path, names: list[str] | None = None) -> None:
    """Write pages of the book as an EPUB 3: text, tables and drawings, without scripts.

    Args:
        browser: a started Chromium.
        html: the folder of the built book.
        target: the EPUB to write.
        names: the pages to take, by default all.
    """
    pieces = _gather(browser, html, names, sheet=False)
    items = "\n".join(
        f'<item id="{p["key"]}" href="{p["key"]}.xhtml" media-type="application/xhtml+xml"'
        + (' properties="svg"/>' if p["svg"] else "/>")
        for p in pieces
    )
    for piece in pieces:  # all stand in one folder
        piece["xhtml"] = piece["xhtml"].replace('src="../_images/', 'src="_images/')
    shown = (re.findall(r'src="(_images/[^"]+)"', piece["xhtml"]) for piece in pieces)
    pictures = sorted({name for names in shown for name in names})
    items += "".join(
        f'\n<item id="picture-{place}" href="{name}" media-type="image/png"/>'
        for place, name in enumerate(pictures)
    )
    title = escape(pieces[0]["title"])
    files: dict[str, str | bytes] = {
        "META-INF/container.xml": _CONTAINER,
        "book/content.opf": _PACKAGE.format(
            title=title,
            items=items,
            spine="\n".join(f'<itemref idref="{p["key"]}"/>' for p in pieces),
        ),
        "book/nav.xhtml": _XHTML.format(
            title=title,
            body='<nav epub:type="toc"><h1>Contents</h1><ol>'
            + "".join(
                f'<li><a href="{p["key"]}.xhtml">{escape(p["title"])}</a></li>' for p in pieces
            )
            + "</ol></nav>",
        ),
        "book/book.css": _STYLE,
        **{
            f"book/{p['key']}.xhtml": _XHTML.format(
                title=escape(p["title"]), body=_VARIABLE.sub(lambda m: LIGHT[m[1]], p["xhtml"])
            )
            for p in pieces
        },
        **{f"book/{name}": (html / name).read_bytes() for name in pictures},
    }
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as epub:
        # The first entry names the format and is not compressed.
        first = zipfile.ZipInfo("mimetype", _ZIP_EPOCH)
        epub.writestr(first, "application/epub+zip", zipfile.ZIP_STORED)
        for name, text in files.items():
            epub.writestr(zipfile.ZipInfo(name, _ZIP_EPOCH), text, zipfile.ZIP_DEFLATED)


# Readers of books do not all know variables of CSS: colours are written out.
_VARIABLE = re.compile(r"var\(--ir-(\w+)\)")

_STYLE = """body { font-family: serif; line-height: 1.4; margin: 0 4%; overflow-wrap: anywhere; }
h1, h2, h3, figcaption, caption, .ir-unit, .ir-source, .ir-table, .ir-key-numbers {
  font-family: sans-serif; text-align: left; }
svg, img { max-width: 100%; height: auto; }
figure { margin: 1.2em 0; page-break-inside: avoid; }
figcaption, caption, .ir-key-value { font-weight: bold; }
.ir-unit, .ir-source, .ir-table { font-size: 0.75em; }
.ir-key-numbers { list-style: none; padding: 0; }
.ir-key-numbers li { margin-bottom: 0.6em; }
.ir-key-label, .ir-key-note { display: block; font-size: 0.8em; }
.ir-spark { width: 5em; height: 1.1em; }
.ir-spark path { fill: none; stroke: currentColor; vector-effect: non-scaling-stroke; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid #999999; padding: 0.2em 0.4em; text-align: left;
  vertical-align: top; }
.ir-number { text-align: right; }
.ir-source > summary { display: none; }
.ir-source > p::before { content: "Source: "; }
pre, code { white-space: pre-wrap; overflow-wrap: break-word; }
@media (max-width: 40em) {
  .ir-table thead, .ir-table td:empty { display: none; }
  .ir-table tr, .ir-table th, .ir-table td { display: block; border: 0; padding: 0;
    text-align: left; }
  .ir-table tr { border-bottom: 1px solid #999999; padding: 0.3em 0; }
  .ir-table td[data-label]::before { content: attr(data-label) ": "; color: #555555; }
}
"""

_CONTAINER = """<?xml version="1.0" encoding="utf-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
<rootfiles><rootfile full-path="book/content.opf"
media-type="application/oebps-package+xml"/></rootfiles></container>
"""

_PACKAGE = """<?xml version="1.0" encoding="utf-8"?>
<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id" xml:lang="en">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:identifier id="id">urn:iran-russia:book</dc:identifier>
<dc:title>{title}</dc:title><dc:language>en</dc:language>
<meta property="dcterms:modified">2000-01-01T00:00:00Z</meta>
</metadata>
<manifest>
<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>
<item id="style" href="book.css" media-type="text/css"/>
{items}
</manifest>
<spine>
{spine}
</spine></package>
"""

_XHTML = """<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" lang="en"
xml:lang="en"><head><title>{title}</title>
<link rel="stylesheet" type="text/css" href="book.css"/></head>
<body>{body}</body></html>
"""


def _gather(browser: Browser, html: Path, names: list[str] | None, sheet: bool) -> list[dict]:
    texts = [
        {"name": name, "html": (html / name).read_text(encoding="utf-8")}
        for name in names or pages(html)
    ]
    page = browser.new_page(offline=True)
    pieces = page.evaluate(_GATHER, [texts, sheet])
    page.close()
    return pieces


_OFFER = re.compile(r'<p class="ir-whole-book">.*?</p>\n')


def offer(html: Path) -> None:
    """Copy the single files that exist into the site and name them on its home page."""
    links = []
    for extension in ("pdf", "epub"):
        file, copy = html.parent / f"{NAME}.{extension}", html / f"{NAME}.{extension}"
        copy.unlink(missing_ok=True)
        if file.exists():
            shutil.copyfile(file, copy)
            day = datetime.fromtimestamp(file.stat().st_mtime, UTC).date().isoformat()
            links.append(f'<a href="{copy.name}" download>{extension.upper()}</a> (as of {day})')
    home = html / "index.html"
    text = _OFFER.sub("", home.read_text(encoding="utf-8"))
    if links:
        line = f'<p class="ir-whole-book">The whole book in one file: {", ".join(links)}.</p>\n'
        text = text.replace("</h1>\n", f"</h1>\n{line}", 1)
    home.write_text(text, encoding="utf-8")
