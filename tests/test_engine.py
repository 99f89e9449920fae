"""A lent drawing engine draws what an own one does, and nobody depends on it."""

import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from iran_russia import engine

CHART = {
    "data": {"values": [{"year": 2021, "value": 3}, {"year": 2022, "value": 5}]},
    "mark": {"type": "line", "clip": True},
    "encoding": {"x": {"field": "year"}, "y": {"field": "value", "type": "quantitative"}},
}

SQUARE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="99" height="30">'
    '<text y="20" font-family="Arial, Liberation Sans">{}</text></svg>'
)


@pytest.fixture(autouse=True)
def alone(monkeypatch):
    """Neither lend to other tests nor borrow from them."""
    monkeypatch.delenv(engine.LENT, raising=False)
    monkeypatch.setattr(engine, "_KEY", _key_of_a_build())
    engine._line.cache_clear()
    yield
    engine._line.cache_clear()


def _key_of_a_build() -> bytes:
    """The key of a process that draws in the zone in which builds do."""
    asked = "from iran_russia import engine; print(engine._KEY.hex())"
    return bytes.fromhex(
        subprocess.run(
            [sys.executable, "-c", asked],
            env=os.environ | {"TZ": "UTC"},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    )


def served() -> bool:
    """Wait for the lent engine to listen; say whether it answers this process."""
    until = time.monotonic() + 30
    while not Path(os.environ[engine.LENT]).exists() and time.monotonic() < until:
        time.sleep(0.05)
    engine._line.cache_clear()
    return engine._line() is not None


def forms() -> list:
    vega = engine.vegalite_to_vega(CHART)
    svg = engine.vega_to_svg(vega)
    scene = engine.vega_to_scenegraph(vega)
    return [vega, svg.count("<path"), scene, engine.svg_to_png(svg, 2)]


def test_a_lent_engine_draws_as_an_own_one():
    own = forms()
    with engine.lent():
        assert served()
        assert forms() == own
        with pytest.raises(ValueError, match="conversion failed"):
            engine.vegalite_to_vega({"mark": 3})
        assert forms() == own, "after a fault it draws on"
    assert engine.LENT not in os.environ


def test_what_is_lent_is_shared_and_not_started_again():
    with engine.lent():
        place = os.environ[engine.LENT]
        with engine.lent():
            assert os.environ[engine.LENT] == place
        assert os.environ[engine.LENT] == place, "only who started it ends it"
    assert not Path(place).parent.exists()


def test_an_engine_of_other_code_or_another_zone_is_not_asked(monkeypatch):
    with engine.lent():
        assert served()
        monkeypatch.setattr(engine, "_KEY", b"of another edition")
        assert not served()
        assert engine.vega_to_svg(engine.vegalite_to_vega(CHART)).startswith("<svg")


def test_drawing_goes_on_when_the_engine_dies():
    with engine.lent():
        assert served()
        before = forms()
        (lent,) = (p for p in psutil.Process().children() if engine.__file__ in p.cmdline())
        lent.kill()
        assert forms() == before


def test_it_ends_with_a_build_that_is_killed(tmp_path):
    code = (
        "import os, time\nfrom iran_russia import engine\nwith engine.lent():\n"
        "    while not os.path.exists(os.environ[engine.LENT]): time.sleep(0.05)\n"
        "    print(os.environ[engine.LENT], flush=True)\n    time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as build:
        assert build.stdout
        place = Path(build.stdout.readline().strip())
        assert place.exists()
        build.kill()
    until = time.monotonic() + 30
    while place.parent.exists() and time.monotonic() < until:
        time.sleep(0.1)
    assert not place.parent.exists(), "nor is a folder of it left"


def test_the_engine_leaves_the_fonts_of_the_machine_to_others(monkeypatch):
    # Its own come first by way of the environment, in which a browser would find none.
    monkeypatch.setenv("FONTCONFIG_FILE", "/of/the/user")
    engine._own.cache_clear()
    assert engine.svg_to_png(SQUARE.format(""))
    assert os.environ["FONTCONFIG_FILE"] == "/of/the/user"
    monkeypatch.delenv("FONTCONFIG_FILE")
    engine._own.cache_clear()
    assert engine.svg_to_png(SQUARE.format(""))
    assert "FONTCONFIG_FILE" not in os.environ


def test_letters_that_its_own_fonts_lack_are_taken_from_the_machine():
    if not any(Path("/usr/share/fonts").rglob("DejaVuSans.ttf")):
        pytest.skip("this machine has no font with Persian letters")
    words = ("پسته", "گندم", "")
    painted = {engine.svg_to_png(SQUARE.format(word)) for word in words}
    assert len(painted) == 3
