"""Makes each written page light, safe and easy to find."""

import base64
import hashlib
import posixpath
import re
import textwrap
from html import escape, unescape

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

from iran_russia.site.pages import beginning
from iran_russia.site.state import FIGURES

_DROPDOWN = r'class="(?:[^"]* )?toggle[ "]|class="(?=[^"]*admonition)(?:[^"]* )?dropdown[ "]'
# What the theme and its extensions put into every page → what a page has that makes use of it.
# Left out are an icon script of 1.5 MB (iran-russia.css draws the icons), Sphinx's search, in whose
# place is the book's own, and Bootstrap and the copy buttons of code, which iran-russia.js loads
# when they are called for.
_SERVES = {
    r"fontawesome\.js|bootstrap\.js|clipboard\.min\.js|copybutton\.js": None,
    r"\.pagename|\.search_as_you_type": None,  # for choosing a version and for instant search
    r"(?:searchtools|language_data|searchindex|sphinx_highlight)\.js": None,
    r"doctools\.js": 'class="toggler"',
    r"copybutton\.css": 'class="highlight"',
    r"toggle(?:button|Hint|OpenOnPrint)": _DROPDOWN,
    r"design-tabs\.js|sphinx-design\.min\.css": 'class="(?:[^"]* )?sd-',
}

# Names and signs in code need no mark of their own, and neighbours of one kind need one together.
_CODE = re.compile(r"<pre>.*?</pre>", re.DOTALL)
_PLAIN = re.compile(r'<span class="(?:nn?|o|p|w)">([^<]*)</span>')
_ALIKE = re.compile(r'(<span class="(\w+)">[^<]*)</span><span class="\2">')
# The theme's own script comes late; a page that waits for it is drawn twice.
_THEME = 'localStorage.getItem("theme") || "auto"'
_KNOWN = """["light", "dark"].find((one) => one === document.documentElement.dataset.mode)
      || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")"""
_LOAD = re.compile(r"\s*<(?:script\b[^>]*>[^<]*</script>|link\b[^>]*>)")


def lighten(html: str) -> str:
    """Leave out scripts, styles and marks that a page has no use for; let no script hold it up."""
    body = html.partition("<body")[2]
    idle = [load for load, use in _SERVES.items() if use is None or not re.search(use, body)]
    html = _LOAD.sub(lambda m: "" if re.search("|".join(idle), m[0]) else m[0], html)
    # Where no script chooses a theme, the page has one with colours.
    html = html.replace('data-theme="auto"', 'data-theme="light"', 1)
    html = html.replace(_THEME, _KNOWN, 1)
    html = _CODE.sub(lambda code: _joined(_PLAIN.sub(r"\1", code[0])), html)
    return re.sub(r"<script (?![^>]*\bdefer\b)(?=[^>]*\bsrc=)", "<script defer ", html)


def _joined(code: str) -> str:
    """Put neighbours of one kind into one mark."""
    joined = 1
    while joined:
        code, joined = _ALIKE.subn(r"\1", code)
    return code


_SCRIPT = re.compile(r"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL)
_HANDLER = re.compile(r'\son\w+="([^"]*)"')
POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>\n')


def secure(html: str) -> str:
    """Give a page its content security policy: nothing but the book's own files may load or run.

    Scripts that the theme writes into the page are allowed by their checksum.
    """
    inline = sorted({*_SCRIPT.findall(html), *map(unescape, _HANDLER.findall(html))})
    digests = (hashlib.sha256(code.encode()).digest() for code in inline)
    hashes = " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)
    policy = (
        f"default-src 'none'; script-src 'self' 'unsafe-hashes' {hashes}; "
        "style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'"
    )
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
    if "<head>\n" not in html:
        raise ExtensionError("a page has no <head> to put the security policy into")
    return html.replace("<head>\n", f"<head>\n{meta}", 1)


def mend_html(
    app: Sphinx, page: str, template: str, context: dict, doctree: nodes.document | None
) -> None:
    """Give bibliography entries a role that ARIA still knows, and heads of columns a scope."""
    if "body" in context:
        body = context["body"].replace('role="doc-biblioentry"', 'role="listitem"')
        context["body"] = body.replace('<th class="head">', '<th class="head" scope="col">')


_DESCRIPTION = 300
"""Characters that a description of a page may have; search engines and previews cut longer ones."""


def introduce(
    app: Sphinx, page: str, template: str, context: dict, doctree: nodes.document | None
) -> None:
    """Describe a page to search engines and link previews: how it begins, its first figure."""
    if doctree is None:
        return
    about = {"og:title": context["title"], "og:type": "article"}
    if begin := textwrap.shorten(beginning(doctree), _DESCRIPTION, placeholder=" …"):
        about["description"] = about["og:description"] = begin
    figures = app.env.metadata[page].get("exhibits", [])
    first_readings = (file for file in figures if not file.endswith(".other.png"))
    picture = next((file for file in first_readings if file.endswith(".png")), None)
    if picture:
        base = app.config.html_baseurl.rstrip("/") or posixpath.relpath(
            ".", posixpath.dirname(page) or "."
        )
        about["og:image"] = f"{base}/{FIGURES}/{picture}"
    context["metatags"] += "".join(
        f'<meta {"property" if ":" in name else "name"}="{name}" content="{escape(text)}" />\n'
        for name, text in about.items()
    )
