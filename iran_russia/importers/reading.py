"""Reading a file that somebody downloaded: what is it, is it whole, where does its table begin.

A file is made ready for the engine: one delimiter, UTF-8, a header in the first line. Most are so
already and are read where they are, through a link of a plain name; a packed file, one with notes
above the header or in another encoding is first copied, line by line. Links and copies stand in a
folder that is removed afterwards.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import hashlib
import io
import os
import re
import sys
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, cast

import click

from iran_russia.datasets import DataError

if TYPE_CHECKING:
    import pandas as pd

SHOWN = 20
"""Problems told in one run; the rest are counted."""

MISSING = ("", "NA", "NaN", "nan", "..")
"""What stands in a cell without a value."""

_HEAD = 64 * 1024
_FOOT = 2000
"""Bytes at the end of a file that can be notes of the publisher."""
_PROGRESS = 50_000_000
"""Bytes from which on a progress bar is worth its line."""
_NOTES = 40
"""Lines that may stand above the header."""
WORKBOOKS = {"xl/workbook.xml": "xlsx", "xl/workbook.bin": "xlsb", "content.xml": "ods"}
"""The file inside by which each kind of packed workbook is known."""
_PACKINGS = {b"\x1f\x8b": "gzip", b"PK": "zip"}
"""The first bytes by which an archive is known, whatever its name ends with."""
_OTHER_PACKINGS = {b"BZh": "bzip2", b"\xfd7zXZ": "xz", b"7z\xbc\xaf": "7-Zip", b"Rar!": "RAR"}
_OLE = b"\xd0\xcf\x11\xe0"
_DAMAGED = (zipfile.BadZipFile, gzip.BadGzipFile, EOFError, zlib.error)
DELIMITERS = {",": "comma", "\t": "tab", ";": "semicolon", "|": "bar"}


class Refused(DataError):
    """What is wrong with a file, one line a problem."""

    def __init__(self, problems: Iterable[str]) -> None:
        """Tell the first problems and count the rest."""
        self.problems = list(dict.fromkeys(problems))
        told = self.problems[:SHOWN]
        if len(self.problems) > SHOWN:
            told.append(f"and {len(self.problems) - SHOWN} more problems")
        super().__init__("\n".join(told))


@dataclass
class Layout:
    """Where the table stands in a text file."""

    names: list[str]
    delimiter: str = ","
    header: int | None = 0
    """Line of the header, counted from 0; None where there is none."""
    quoted: bool = True
    """Whether a cell may stand in double quotes; in some formats they are plain characters."""
    foot: str = ""
    """How the first line below the table begins, where notes of the publisher stand there."""
    raw: bool = False
    """Whether cells are taken as they are, with blanks and ``NA``."""

    @property
    def above(self) -> int:
        """Lines of the file above the header, or above the first line where there is none."""
        return self.header or 0


@dataclass
class Stored:
    """Where the bytes of a table are: in a file, or in an archive."""

    path: Path
    packing: str = ""
    """``gzip`` or ``zip`` for an archive, known by its first bytes."""
    inner: str = ""
    """Name of the file inside an archive."""

    @property
    def name(self) -> str:
        """What errors call the file."""
        return self.path.name + (f" › {self.inner}" if self.inner else "")

    @property
    def packed(self) -> bool:
        """Whether the text stands inside an archive."""
        return bool(self.packing)

    def open(self) -> io.BufferedIOBase:
        """Open the bytes of the table, unpacked."""
        if self.inner:
            # A ZipExtFile, which is more than the IO that it is annotated as.
            return cast(io.BufferedIOBase, zipfile.ZipFile(self.path).open(self.inner))
        if self.packing == "gzip":
            return gzip.open(self.path)
        return self.path.open("rb")

    def named(self, pattern: str) -> re.Match | None:
        """Look for what a publisher writes into the name: of the file in an archive, or of it."""
        names = (self.inner, self.path.name)
        return next((m for n in names if (m := re.search(pattern, n, re.IGNORECASE))), None)

    def digest(self) -> str:
        """Return the SHA-256 of the table, the same for a file and its archive."""
        with self.open() as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()


@dataclass(kw_only=True)
class Opened(Stored):
    """A file that was looked at and can hold a table; which one is not known yet."""

    kind: str
    """``text``, or the kind of a workbook."""
    state: tuple[int, int, int]
    """What tells whether the file changed: see :func:`check_unchanged`."""
    head: list[str] = field(default_factory=list)
    """The first lines of a text."""
    coverage: str = ""
    """What the file covers, in words: years, months, flows, partners, products."""
    left_out: dict[str, int] = field(default_factory=dict)
    """Lines that were not taken, by reason (``lines of «روسیه سفید»``), for the report."""
    said: list[str] = field(default_factory=list)
    """What was normalised or inferred on the way in, a sentence each, for the report."""

    def text(self) -> str:
        """Return the first lines as one text."""
        return "\n".join(self.head)

    def find(self, needed: Iterable[str], delimiters: Iterable[str] = DELIMITERS) -> Layout | None:
        """Find the header that holds the needed columns among the first lines."""
        needed = set(needed)
        for delimiter in delimiters:
            for number, line in enumerate(self.head[:_NOTES]):
                names = [name.strip() for name in next(csv.reader([line], delimiter=delimiter), [])]
                if needed <= set(names):
                    return Layout(names, delimiter, number)
        return None

    def line(self, pattern: str) -> re.Match | None:
        """Look for a note of the publisher in the first and in the last lines of the text."""
        with self.open() as stream:
            last = b""
            for block in iter(lambda: stream.read(1 << 20), b""):
                last = (last + block)[-_FOOT:]
        foot = last.decode("utf-8", errors="replace")
        return re.search(pattern, self.text()) or re.search(pattern, foot)


@dataclass(kw_only=True)
class Download(Opened):
    """A file of a known layout, made ready for the engine."""

    layout: Layout
    ready: Path
    """What the engine reads."""
    sheets: dict[int, str] = field(default_factory=dict)
    """Sheets of a workbook, each by the line of :attr:`ready` after which it stands."""
    flow: str = ""
    """Exports or imports, for a file that holds one of them and says so outside its table."""
    first_left: str = ""
    """Key of the first line that was not taken."""
    events: Any = None
    """Records of a file, for a format that counts over several files what stands in each."""

    def where(self, line: int) -> str:
        """Name a line of the table as errors do; in a workbook, that of its sheet."""
        if not self.sheets:
            return f"{self.name}, line {line}"
        above = max(start for start in self.sheets if start < line)
        return f"{self.name} › {self.sheets[above]}, line {line - above}"


@dataclass
class Batch:
    """Rows of one file for one table, not yet compared with those of the book."""

    table: str
    rows: pd.DataFrame
    """Text in the columns of the table that the file fills, and ``_key``."""
    module: ModuleType
    file: Download
    source: dict
    columns: list[str]
    """Columns of the file whose cells are joined in ``_key``."""


def open_download(path: Path) -> Opened:
    """Look at a file: refuse what is no table, read its first lines.

    Raises:
        Refused: the file is missing, empty, a folder, a web page, an archive of several tables, or
            text in an encoding that is not UTF-8.
    """
    stored = Stored(path)
    try:
        state = _state(path)
        kind = _workbook(path)
        if kind:
            return Opened(path, kind=kind, state=state)
        stored = _stored(path)
        with stored.open() as stream:
            start = stream.read(_HEAD)
    except FileNotFoundError:
        raise Refused([f"{path}: there is no such file"]) from None
    except PermissionError:
        raise Refused([f"{path}: may not be read; check its permissions"]) from None
    except (RuntimeError, NotImplementedError):
        raise Refused(
            [
                f"{path.name}: found an archive with a password or packed in a way that cannot be "
                "read here, expected a plain one; unpack it and name the file to import"
            ]
        ) from None
    except _DAMAGED as error:
        raise _damaged(stored, error) from None
    _refuse_packed(stored, start)
    return Opened(**vars(stored), kind="text", state=state, head=_lines(stored, start))


def _workbook(path: Path) -> str:
    """Return the kind of a workbook, an empty text for another file; refuse what is empty."""
    if not path.is_file():
        raise Refused([f"{path}: is not a file; expected a downloaded table"])
    start = _start(path)
    if not start:
        raise Refused([f"{path.name}: the file is empty; download it again"])
    if start.startswith(_OLE):
        return "xls"
    if _packing(start) != "zip":
        return ""
    members = _members(path)
    return next((kind for part, kind in WORKBOOKS.items() if part in members), "")


def _stored(path: Path) -> Stored:
    """Find the text of a file that is no workbook: in the file, or in it as an archive."""
    packing = _packing(_start(path))
    return Stored(path, packing, _only_member(path, _members(path)) if packing == "zip" else "")


def _start(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(8)


def _packing(start: bytes) -> str:
    return next((p for magic, p in _PACKINGS.items() if start.startswith(magic)), "")


def _damaged(file: Stored, error: Exception) -> Refused:
    return Refused([f"{file.name}: the archive is damaged ({error}); download it again"])


def _refuse_packed(file: Stored, start: bytes) -> None:
    """Refuse an archive of another kind, an archive in an archive and a workbook in one."""
    packings = {_OLE: "workbook"} | _PACKINGS | _OTHER_PACKINGS
    found = next((what for magic, what in packings.items() if start.startswith(magic)), "")
    if start[257:262] == b"ustar":
        found = "tar"
    if not found:
        return
    what = "a workbook" if found == "workbook" else f"a file packed with {found}"
    inside = " inside the archive" if file.packing else ""
    raise Refused(
        [
            f"{file.name}: found {what}{inside}, expected a table as text; unpack it and name the "
            "file to import"
        ]
    )


def _lines(file: Stored, start: bytes) -> list[str]:
    """Decode the first lines; refuse what is not text of a table."""
    if not start.strip():
        raise Refused([f"{file.name}: the file is empty; download it again"])
    if start.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in start:
        raise Refused(
            [f"{file.name}, line 1: found UTF-16 or binary data, expected UTF-8; save it as UTF-8"]
        )
    text = start.decode("utf-8-sig", errors="replace")
    if text.lstrip()[:1] == "<":
        raise Refused(
            [
                f"{file.name}, line 1: found a web page ({text.strip()[:40]!r}), expected a table; "
                "the server may have sent an error page, download it again"
            ]
        )
    return text.splitlines()


def _members(path: Path) -> list[str]:
    with zipfile.ZipFile(path) as archive:
        return archive.namelist()


def _only_member(path: Path, members: list[str]) -> str:
    """Return the one table of an archive; descriptions of the World Bank do not count."""
    held = [
        m
        for m in members
        if not m.endswith("/")
        and not m.startswith("__MACOSX")
        and "Metadata_" not in m
        and not Path(m).name.startswith(".")
    ]
    if len(held) != 1:
        found = ", ".join(sorted(held)[:5]) or "none"
        raise Refused(
            [
                f"{path.name}: found {len(held)} files inside ({found}), expected one table; "
                "unpack it and name the file to import"
            ]
        )
    return held[0]


def _state(path: Path) -> tuple[int, int, int]:
    seen = os.stat(path)
    return seen.st_ino, seen.st_size, seen.st_mtime_ns


def check_unchanged(file: Opened) -> None:
    """Refuse a file that changed since it was opened."""
    try:
        same = _state(file.path) == file.state
    except OSError:
        same = False
    if not same:
        raise Refused(
            [f"{file.name}: the file changed while it was read; wait until it is complete"]
        )


def make_ready(
    file: Opened, layout: Layout, folder: Path, encodings: tuple[str, ...] = ("utf-8",)
) -> Download:
    """Give the engine what it can read: the file itself where it reads it as it is, else a copy.

    Args:
        file: the file.
        layout: where its table stands.
        folder: for the link or the copy.
        encodings: those that files of the format come in.

    Raises:
        Refused: a column stands twice, or the text is cut off, damaged or in another encoding.
    """
    names = [n or f"nameless {place}" for place, n in enumerate(layout.names)]
    doubled = sorted({n for n in names if names.count(n) > 1})
    if doubled:
        raise Refused(
            [
                f"{file.name}, line {layout.above + 1}, column {name}: found the column "
                "more than once, expected it once"
                for name in doubled
            ]
        )
    if _ends_in_delimiters(file, layout):
        names.append(f"nameless {len(names)}")
    layout = replace(layout, names=names)
    ready = new_copy(folder)
    try:
        plain = not file.packed and not layout.foot and layout.header in (0, None)
        if plain and _is_whole_utf8(file, encodings):
            # Engines read more into a name than it says: brackets, an ending such as .gz.
            ready.symlink_to(file.path.resolve())
            return Download(**vars(file), layout=layout, ready=ready)
        encoding = _encoding(file, encodings)
        with file.open() as source, ready.open("wb") as target:
            for line in _table_lines(_with_progress(source, file), layout):
                target.write(line if encoding == "utf-8" else line.decode(encoding).encode())
    except _DAMAGED as error:
        raise _damaged(file, error) from None
    _check_end(ready, file)
    return Download(**vars(file), layout=layout, ready=ready)


def new_copy(folder: Path) -> Path:
    """Return the path of one more copy in the folder of an import."""
    return folder / f"{len(list(folder.iterdir()))}.csv"


def _ends_in_delimiters(file: Opened, layout: Layout) -> bool:
    """Whether every line below the header has one more delimiter at its end, as in Comtrade."""
    if layout.header is None or not layout.quoted:
        return False
    below = file.head[layout.header + 1 : layout.header + 1 + _NOTES]
    # The last line of a long file may be cut off here.
    lines = [line for line in below if line.strip()]
    lines = lines[:-1] if len(lines) == _NOTES or len(lines) > 1 else lines
    cells = list(csv.reader(lines, delimiter=layout.delimiter))
    most = len(layout.names) + 1
    return bool(cells) and all(len(c) == most and not c[-1].strip() for c in cells)


def _table_lines(lines: Iterable[bytes], layout: Layout) -> Iterator[bytes]:
    """Yield the header and the lines below it, without the notes above and below the table."""
    foot, blank = layout.foot.encode(), []
    for number, line in enumerate(lines):
        if number == 0:
            line = line.removeprefix(codecs.BOM_UTF8)
        if number < layout.above:
            continue
        if foot and line.lstrip(b'"').startswith(foot):
            return
        # Blank lines above the foot belong to it.
        if foot and not line.strip():
            blank.append(line)
            continue
        yield from blank
        blank = []
        yield line
    yield from blank


def _is_whole_utf8(file: Stored, encodings: tuple[str, ...]) -> bool:
    """Whether the file itself can be handed to the engine; refuse one that is cut off."""
    _check_end(file.path, file)
    with file.path.open("rb") as stream:
        marked = stream.read(3) == b"\xef\xbb\xbf"
    return not marked and _encoding(file, encodings) == "utf-8"


def _encoding(file: Stored, encodings: tuple[str, ...]) -> str:
    """Return the first of the encodings of the format that the file is in."""
    for encoding in encodings:
        decoder = codecs.getincrementaldecoder(encoding)()
        with file.open() as stream:
            try:
                for block in _with_progress(iter(lambda: stream.read(1 << 20), b""), file):
                    # Plain ASCII, which is most of every file, needs no decoding.
                    if not block.isascii() or decoder.getstate()[0]:
                        decoder.decode(block)
                decoder.decode(b"", final=True)
            except UnicodeDecodeError:
                continue
        return encoding
    raise Refused(_undecodable(file))


def _undecodable(file: Stored) -> Iterator[str]:
    """Name the first lines with bytes that are not UTF-8."""
    with file.open() as stream:
        for number, line in enumerate(stream, 1):
            try:
                line.decode()
            except UnicodeDecodeError as error:
                yield (
                    f"{file.name}, line {number}: found the byte 0x{line[error.start]:02x}, "
                    "expected UTF-8; save the file as UTF-8"
                )


def _check_end(path: Path, file: Stored) -> None:
    """Refuse a text that stops in the middle of a line."""
    with path.open("rb") as stream:
        stream.seek(0, os.SEEK_END)
        size = stream.tell()
        stream.seek(max(0, size - 1))
        if size and stream.read(1) not in (b"\n", b"\r"):
            stream.seek(max(0, size - 200))
            last = stream.read().decode("utf-8", errors="replace").splitlines()[-1]
            raise Refused(
                [
                    f"{file.name}, last line: found {last[-60:]!r} without a line break, expected "
                    "one at the end; the download may be cut off (where it is whole, add a line "
                    "break)"
                ]
            )


def _with_progress(stream: Iterable[bytes], file: Stored) -> Iterator[bytes]:
    """Yield the parts of a stream, with a progress bar where it is long and somebody looks."""
    if file.path.stat().st_size < _PROGRESS or not sys.stdout.isatty():
        yield from stream
        return
    done = 0
    with click.progressbar(
        length=file.path.stat().st_size, label=f"Reading {file.path.name}"
    ) as bar:
        for line in stream:
            yield line
            done += len(line)
            if done > 1 << 22:
                bar.update(done if not file.packed else done // 8)
                done = 0


def records(file: Download) -> Iterator[tuple[int, list[str]]]:
    """Yield every record of the table with the line of the file on which it begins."""
    with file.ready.open("rb") as stream:
        decoded = (line.decode("utf-8", errors="replace") for line in stream)
        layout = file.layout
        reader = csv.reader(
            decoded,
            delimiter=layout.delimiter,
            quoting=csv.QUOTE_MINIMAL if layout.quoted else csv.QUOTE_NONE,
        )
        if layout.header is not None:
            next(reader, None)
        before = reader.line_num
        for record in reader:
            yield before + 1 + file.layout.above, record
            before = reader.line_num


def malformed(file: Download) -> Iterator[str]:
    """Yield what keeps the engine from reading the file: lines of the wrong length."""
    expected = len(file.layout.names)
    for number, record in records(file):
        if len(record) != expected:
            found = file.layout.delimiter.join(record)
            yield (
                f"{file.name}, line {number}: found {len(record)} columns ({_short(found)}), "
                f"expected {expected}"
            )


def _short(text: str) -> str:
    text = text if len(text) <= 60 else text[:57] + "…"
    return repr(text)


def pluralised(number: int, reason: str) -> str:
    """Word a count: ``3 lines of «روسیه سفید»``, ``1 line of «روسیه سفید»``."""
    return f"{number:,} {reason.replace('lines', 'line', 1) if number == 1 else reason}"


def locate(file: Download, columns: list[str], keys: set[str]) -> dict[str, int]:
    """Return the first line on which each key stands; a key joins the cells of the columns."""
    places = [file.layout.names.index(c) for c in columns]
    found: dict[str, int] = {}
    width = len(file.layout.names)
    for number, record in records(file):
        # One more delimiter at the end of a line is no cell.
        if len(record) >= width and not any(record[width:]):
            key = JOIN.join(record[p] if file.layout.raw else clean(record[p]) for p in places)
            if key in keys and key not in found:
                found[key] = number
                if len(found) == len(keys):
                    break
    return found


JOIN = "\x1f"
"""Joins the cells of a record to its key."""


def clean(cell: str) -> str:
    """Return a cell as the importers see it: without blanks at its ends, empty when missing."""
    cell = cell.strip()
    return "" if cell in MISSING else cell


def describe(file: Download, line: int | None, column: str, found: str, expected: str) -> str:
    """Word one problem."""
    where = (file.where(line) if line else file.name) + (f", column {column}" if column else "")
    return f"{where}: found {_short(found)}, expected {expected}"
