#!/usr/bin/env bash
# vl-convert-python 1.9.0 on Linux, seen in November 2026.
#
# Expected: a font is read once a process, so that it does not matter for speed whether a chart is
# written in a font that vl-convert carries in itself (Liberation Sans) or in one that
# lies on the disk; and a font that it carries is used where a chart asks for it by name.
#
# What happens: a font from the disk is mapped into memory and dropped again for each letter that is
# measured or painted, several times each: a chart of 60 labels opens its file thousands of times
# (seen with strace). The pages that come and go are counted below; SVG and PNG together take two to
# four times as long. Fonts of the machine stand before its own: where Liberation Sans is installed
# (with most desktops and browsers), charts in the font that vl-convert carries are drawn from the
# disk as well.
#
# Why it matters here: a book with 150 labelled charts, drawn wide, narrow and as PNG, spends about
# half of its drawing time on opening one file. The same build is slow on a desktop and fast in an
# empty container, which looks like anything but a font. Pointing FONTCONFIG_FILE to an empty list
# while the first chart is drawn, and registering the folders of the machine after that, keeps all
# fonts and lets vl-convert's own come first.
#
# Exits with 1 when this is no longer so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    vl-convert-python==1.9.0 font-source-sans-pro==0.0.1
# No fonts of this machine, so that the figures do not depend on what is installed here.
echo '<fontconfig><dir>/none</dir></fontconfig>' > "$folder/fonts.conf"
FONTCONFIG_FILE="$folder/fonts.conf" "$folder/venv/bin/python" - <<'END'
import resource
import sys
import time
from pathlib import Path

import font_source_sans_pro
import vl_convert

partners = [{"partner": f"Trading partner {n}", "value": n} for n in range(60)]


def chart(font):
    return {
        "config": {"font": font},
        "data": {"values": partners},
        "mark": "bar",
        "encoding": {
            "y": {"field": "partner", "type": "nominal", "sort": None},
            "x": {"field": "value", "type": "quantitative"},
        },
    }


def cost(font, draws=8):
    """Page faults and seconds of the processor that a drawing as SVG and PNG takes."""
    for _ in range(3):
        vl_convert.svg_to_png(vl_convert.vegalite_to_svg(chart(font)), scale=1)
    before = resource.getrusage(resource.RUSAGE_SELF)
    for _ in range(draws):
        svg = vl_convert.vegalite_to_svg(chart(font))
        vl_convert.svg_to_png(svg, scale=1)
    after = resource.getrusage(resource.RUSAGE_SELF)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return (after.ru_minflt - before.ru_minflt) / draws, seconds / draws


vl_convert.register_font_directory(str(Path(font_source_sans_pro.__file__).parent))
faults, seconds = {}, {}
for font in ("Liberation Sans", "Source Sans Pro"):
    faults[font], seconds[font] = cost(font)
    where = "on the disk" if font == "Source Sans Pro" else "in vl-convert"
    print(f"{font} ({where}): {faults[font]:,.0f} page faults, {seconds[font]:.3f} s a drawing")
if faults["Source Sans Pro"] < 5 * faults["Liberation Sans"]:
    sys.exit("A font on the disk is no longer opened again and again.")
END
