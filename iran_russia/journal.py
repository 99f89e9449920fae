"""Write all files of a folder or none, whenever the process ends.

New content goes into a draft beside the files. Giving the draft its final name, :data:`NAME`, is
the one step that decides: before it nothing has changed, after it :func:`finish` moves the files
to their places, now or, after a crash, whenever it is called next.
"""

import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

NAME = ".import"
"""Folder of files that are complete and not all in their places yet."""


def decide(files: dict[Path, bytes], folder: Path) -> None:
    """Keep new content of files, so that :func:`finish` will put all of it in its place.

    Args:
        files: content by file; where a file is there, it lends its permissions.
        folder: where the journal is kept, on the disk of the files.

    Raises:
        OSError: there is no space or no permission; nothing has changed.
    """
    for left in folder.glob(f"{NAME}-*"):  # of a process that was killed
        shutil.rmtree(left, ignore_errors=True)
    draft = None
    try:
        draft = Path(tempfile.mkdtemp(prefix=f"{NAME}-", dir=folder))
        listing = []
        for number, (path, content) in enumerate(files.items()):
            listing.append(f"{number}\t{os.path.relpath(path, folder)}\n")
            _write_through(draft / str(number), content, path)
        _write_through(draft / "list", "".join(listing).encode())
        _sync(draft)
        os.rename(draft, folder / NAME)
    except OSError:
        if draft:
            shutil.rmtree(draft, ignore_errors=True)
        raise


def finish(folder: Path) -> bool:
    """Move the files of a journal to their places; say whether there was one.

    Every step can be repeated, so that it does not matter when the process ends.

    Raises:
        OSError: the files may not be moved; the journal stays.
    """
    journal = folder / NAME
    if not journal.exists():
        return False
    _sync(folder)  # the decision is on the disk before the first file moves
    try:
        for line in (journal / "list").read_text(encoding="utf-8").splitlines():
            number, target = line.split("\t")
            # Whoever reads a table may be at the same work: what is gone has been moved.
            with suppress(FileNotFoundError):
                os.replace(journal / number, folder / target)
        # Renamed first: a journal half removed must not be read as one.
        done = folder / f"{NAME}-done-{os.getpid()}"
        os.rename(journal, done)
        shutil.rmtree(done)
    except FileNotFoundError:
        pass
    return True


def _write_through(path: Path, content: bytes, like: Path | None = None) -> None:
    with path.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    if like and like.exists():
        shutil.copymode(like, path)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
