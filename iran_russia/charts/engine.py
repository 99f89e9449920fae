"""The drawing engine: vl-convert, with its own fonts before those of the machine.

vl-convert 1.9 carries Liberation Sans. Where the machine has it too, it takes the machine's, and
opens that file again for every letter that it measures or paints. With its own fonts first, a
drawing takes half the time and is the same on every machine; the machine's stay for letters that
its own lack.
"""

import os
from pathlib import Path

import vl_convert
from vl_convert import svg_to_png, vega_to_scenegraph, vega_to_svg, vegalite_to_vega

__all__ = ["svg_to_png", "vega_to_scenegraph", "vega_to_svg", "vegalite_to_vega"]

_NO_FONTS = Path(__file__).with_name("fonts.conf")
# Where fonts lie on Linux; elsewhere vl-convert asks the system for them, and not this file.
_OF_THE_MACHINE = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts")


def _own_fonts_first() -> None:
    before = os.environ.get("FONTCONFIG_FILE")
    os.environ["FONTCONFIG_FILE"] = str(_NO_FONTS)
    try:  # it lists the fonts when it first draws
        svg_to_png('<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>')
    finally:
        if before is None:
            del os.environ["FONTCONFIG_FILE"]
        else:
            os.environ["FONTCONFIG_FILE"] = before
    for folder in map(Path, map(os.path.expanduser, _OF_THE_MACHINE)):
        if folder.is_dir():
            vl_convert.register_font_directory(str(folder))


_own_fonts_first()
