"""The book's links to other hosts: where they stand, and whether they still answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from http.client import HTTPException
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

_EXTERNAL = re.compile(r'<a\b[^>]*\shref="(\w+:(?://)?[^"]*)"')


def external(html: Path) -> dict[str, set[str]]:
    """Return every external address of the built book with the pages that link to it.

    Args:
        html: the folder of the built book.
    """
    found: dict[str, set[str]] = {}
    for page in sorted(html.rglob("*.html")):
        for address in _EXTERNAL.findall(page.read_text(encoding="utf-8")):
            found.setdefault(unescape(address), set()).add(page.relative_to(html).as_posix())
    return found


def check(addresses: dict[str, set[str]]) -> Iterator[tuple[str, str]]:
    """Yield address and answer of every link that does not answer with success."""
    with ThreadPoolExecutor(max_workers=8) as pool:
        for address, answer in zip(addresses, pool.map(_answer, addresses), strict=True):
            if answer:
                yield address, answer


def _answer(address: str) -> str:
    """Return what is wrong with an address, or an empty text."""
    request = Request(address, headers={"User-Agent": "Mozilla/5.0 (link check)"})
    try:
        with urlopen(request, timeout=20):
            return ""
    except HTTPError as error:
        return str(error.code)
    except (OSError, HTTPException, ValueError) as error:
        return str(error)
