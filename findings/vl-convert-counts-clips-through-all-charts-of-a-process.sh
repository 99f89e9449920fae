#!/usr/bin/env bash
# vl-convert-python 1.9.0.post1 on Linux, seen in December 2026.
#
# Expected: a converter is a function. The same Vega specification gives the same SVG, whatever was
#   drawn before it; and two charts drawn apart can stand in one HTML page.
# What happens: clips are numbered through everything that the process has drawn, and the count
#   begins anew in the next process. The same chart drawn twice in one process is two different
#   texts; two different charts, each drawn first in a process of its own, both define "clip1".
# Why it matters here: a book that keeps drawings by a fingerprint, or promises the same bytes from
#   every build, gets other bytes when chapters are drawn in another order or by one process in
#   place of several. And pages that put charts of several kernels in line define one id twice: the
#   second chart is clipped by the frame of the first, and marks are lost without any error.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check "vl-convert-python==1.9.0.post1"
cat > "$place/draw.py" <<'PYTHON'
import re
import sys

import vl_convert


def chart(width):
    """A time series with its mark clipped to the frame, as a zoomed axis needs it."""
    return {
        "data": {"values": [{"year": 2020, "value": 1}, {"year": 2021, "value": 3}]},
        "mark": {"type": "line", "clip": True},
        "encoding": {
            "x": {"field": "year", "type": "quantitative", "scale": {"domain": [2020, 2021]}},
            "y": {"field": "value", "type": "quantitative"},
        },
        "width": width,
    }


for width in map(int, sys.argv[1:]):
    svg = vl_convert.vegalite_to_svg(chart(width), vl_version="5.20")
    print(width, sorted(set(re.findall(r'<clipPath id="([^"]+)"', svg))))
PYTHON
together=$("$place/venv/bin/python" "$place/draw.py" 200 200)
first=$("$place/venv/bin/python" "$place/draw.py" 200)
second=$("$place/venv/bin/python" "$place/draw.py" 300)
echo "the same chart twice in one process:"
echo "$together"
echo "two charts, each in a process of its own:"
echo "$first"
echo "$second"
twice=$(echo "$together" | sort -u | wc -l)
ids=$(printf '%s\n%s\n' "$first" "$second" | cut -d' ' -f2- | sort -u | wc -l)
if [ "$twice" -ne 2 ] || [ "$ids" -ne 1 ]; then
    echo "changed: drawn twice it is now $twice text(s); apart they name $ids different id(s)"
    exit 1
fi
echo "still so: one chart, two texts; two charts, one id"
