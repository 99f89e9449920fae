#!/usr/bin/env bash
# Sphinx 9.0.4 (and 7.4.7, which Jupyter Book 1 uses), seen in November 2026.
#
# Expected: when a figure is put before another, the next build renews the number wherever it is
# cited. Sphinx compares the numbers of the last build with the new ones for this very purpose.
#
# What happens: it renews the pages on which a numbered figure stands, and no page that only cites
# one. There {numref} keeps the old number, build after build, without a warning (-W and -n say
# nothing either); the link leads to the right figure, under the wrong number. Building from nothing
# gives the right page, so that what a reader sees depends on what was built before.
#
# Why it matters here: in a data book, text on one page rests on a table of another. "See Table 1"
# then sends the reader to another table, and a second opinion (a clean build, a colleague's
# machine, the continuous integration) does not show the fault. Who numbers figures should see that
# pages which cite a moved one are written again ("env-get-updated" takes their names).
#
# Exits with 1 when this is no longer so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check sphinx==9.0.4
mkdir "$folder/book"
cd "$folder/book"
echo 'numfig = True' > conf.py
printf 'Book\n====\n\n.. toctree::\n\n   trade\n   text\n' > index.rst
table() { printf '.. list-table:: %s\n   :name: %s\n\n   * - 1\n\n' "$1" "$2"; }
{ printf 'Trade\n=====\n\n'; table Exports exports; } > trade.rst
printf 'Text\n====\n\nExports are in :numref:`exports`.\n' > text.rst
build() { "$folder/venv/bin/sphinx-build" -q -W -n . "$1"; }
cited() { grep -o 'Table [0-9]' "$1/text.html"; }
build out
first=$(cited out)
sleep 1.1 # the clock of files
{ printf 'Trade\n=====\n\n'; table Imports imports; table Exports exports; } > trade.rst
build out
again=$(cited out)
build clean
clean=$(cited clean)
shown=$(grep -o 'Table [0-9] </span><span class="caption-text">Exports' out/trade.html | cut -c1-7)
echo "Exports are cited as: first $first, after a table before it $again, in a clean build $clean."
echo "On its own page the table is: $shown."
[ "$first" = "Table 1" ] && [ "$again" = "Table 1" ] && [ "$clean" = "Table 2" ] && [ "$shown" = "Table 2" ]
