#!/usr/bin/env bash
# Altair 6.3.0, seen in November 2026.
#
# Expected: encode(tooltip=["year", "partner"]) and encode(tooltip=alt.Tooltip(["year", "partner"]))
# are two ways to write the same, of which the first is the one of the documentation; neither costs
# anything before the chart is drawn.
#
# What happens: for each column that is named by text alone, Altair turns the schemas of all its
# classes, several hundred, into JSON and hashes them, to find the class that it knows already. That
# takes about two milliseconds a column, each time a chart is encoded, and is kept by nobody. The
# text in alt.Tooltip is read when the chart is drawn, at a hundredth of the cost; the charts are
# the same.
#
# Why it matters here: tooltips carry a row of a table, so ten columns and more. A layered chart that
# encodes twelve columns in three layers waits longer for this than for its drawing, and in a
# notebook that is run again without drawing anew a tenth of the time goes into it. Profilers show
# it as time in from_dict, which nobody has called.
#
# Exits with 1 when this is no longer so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check altair==6.3.0 pandas==2.3.3
"$folder/venv/bin/python" - <<'END'
import json
import sys
import time
from unittest import mock

import altair as alt
import pandas as pd

columns = ["year", "reporter", "partner", "flow", "code", "value", "unit", "source"]
chart = alt.Chart(pd.DataFrame({column: ["1"] for column in columns})).mark_point()
hashed = json.dumps


def cost(tooltip, times=20):
    """Milliseconds that it takes to encode, and schemas that are written as JSON for it."""
    chart.encode(tooltip=tooltip())
    started = time.process_time()
    for _ in range(times):
        chart.encode(tooltip=tooltip())
    took = (time.process_time() - started) / times * 1e3
    with mock.patch("json.dumps", wraps=hashed) as written:
        chart.encode(tooltip=tooltip())
    return took, written.call_count


plain, plain_schemas = cost(lambda: columns)
named, named_schemas = cost(lambda: alt.Tooltip(columns))
same = (
    chart.encode(tooltip=columns).to_dict() == chart.encode(tooltip=alt.Tooltip(columns)).to_dict()
)
print(f"{len(columns)} columns as text: {plain:.1f} ms, {plain_schemas} schemas written as JSON")
print(f"the same in alt.Tooltip: {named:.2f} ms, {named_schemas} schemas; same chart: {same}")
sys.exit(not (same and plain_schemas > 100 * len(columns) and named_schemas == 0 and plain > 20 * named))
END
