#!/usr/bin/env bash
# Altair 6.3.0 with pandas 3.1.1, seen in November 2026.
#
# Expected: since Altair 6 the names of views in a concatenated chart with a parameter are hashes of
# the chart ("deterministic"), so the same code and data give the same JSON anywhere, and other data
# another name.
#
# What happens: the frame enters the hash as the text that pandas prints. So the name of the view,
# and with it the JSON, follows `display.max_columns` and `display.width`. pandas itself sets the
# first by whether it was imported within a Jupyter kernel: the same chart has other bytes in a
# notebook and in a script. And as long frames are printed with "..." in the middle, frames that
# differ only there have the same name.
#
# Why it matters here: a book whose figures are compared byte by byte (reproducible builds, "nothing
# moved since the last edition", caches keyed by the specification) sees every linked chart change
# when a kernel starts in another way, while a change in the data may leave the name as it was.
#
# Exits with 1 when this is no longer so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check altair==6.3.0 pandas==3.1.1
"$folder/venv/bin/python" - <<'END'
import sys

import altair as alt
import pandas as pd


def names(rows):
    chosen = alt.selection_point(name="chosen", fields=["partner"])
    base = alt.Chart(rows).mark_bar().encode(x="year:O", y="value:Q")
    return [part.name for part in alt.vconcat(base.add_params(chosen), base).vconcat][:1]


years = list(range(1800, 2000))
trade = pd.DataFrame({"year": years, "partner": "another state", "value": range(200)})
for extra in range(12):
    trade[f"a_column_that_is_not_drawn_{extra}"] = 1.5
other = trade.copy()
other.loc[100, "value"] = 1_000_000

seen = {}
for columns in (0, 20):
    with pd.option_context("display.max_columns", columns, "display.width", 80):
        seen[columns] = names(trade)
        print(f"display.max_columns = {columns}: {seen[columns]}")
with pd.option_context("display.max_columns", 0, "display.width", 80):
    print(f"another value in the middle: {names(other)}")
    alike = names(other) == seen[0]
sys.exit(not (seen[0] != seen[20] and alike))
END
