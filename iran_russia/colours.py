"""One home for every colour of the book, on light and on dark pages."""

from collections.abc import Iterable

COLOURS = {
    # name: (on a light page, on a dark page); each is at least 3:1 against its page. Lightness
    # keeps apart what readers without red or green cones see in one hue, as Iran, pink and grey.
    "ink": ("#1f2328", "#e6e8eb"),
    "muted": ("#59636e", "#a8b0ba"),
    "grid": ("#dfe3e8", "#333a44"),
    "shade": ("#e9edf1", "#262d36"),
    "paper": ("#fefefe", "#14181e"),
    "iran": ("#05635f", "#4cc5bd"),
    "russia": ("#b5472f", "#f08a6c"),
    "ussr": ("#6b1d12", "#f9d6c8"),
    "both": ("#4b3690", "#8474d8"),
    "china": ("#a87400", "#f0c24a"),
    "blue": ("#2b78c5", "#66b5fb"),
    "pink": ("#6f0a45", "#ffc2ec"),
    "other": ("#6b747f", "#8c95a1"),
    # five steps from little to much, for tiles; numbers in ink stand out on the first three, in
    # paper on the last two
    "step1": ("#cfe8e6", "#1d3a3a"),
    "step2": ("#93cbc7", "#23504e"),
    "step3": ("#55aaa5", "#277370"),
    "step4": ("#1b7d78", "#53c0b9"),
    "step5": ("#0a5753", "#a5e8e2"),
}

LIGHT = {name: light for name, (light, _) in COLOURS.items()}
"""The colours as charts use them; pages swap in those of the reader's theme."""

STEPS = [LIGHT[f"step{i}"] for i in range(1, 6)]
"""Five steps from little to much, for tiles."""


class _Parties(dict[str, str]):
    """A country without a colour of its own is neutral."""

    def __missing__(self, country: str) -> str:
        return LIGHT["other"]


PARTY = _Parties(
    IRN=LIGHT["iran"],
    RUS=LIGHT["russia"],
    SUN=LIGHT["ussr"],
    CHN=LIGHT["china"],
    USA=LIGHT["blue"],
    IND=LIGHT["pink"],
)
"""Colours of the parties by ISO 3166-1 alpha-3 code; every other country is ``LIGHT["other"]``."""


def parties(countries: Iterable[str]) -> list[str]:
    """Return a colour for each country, no two alike: its own, else one that none of them has.

    Args:
        countries: ISO 3166-1 alpha-3 codes, in the order of the colours.

    Raises:
        ValueError: more countries than colours.
    """
    named = list(countries)
    own = {country: PARTY[country] for country in named if country in PARTY}
    spare = [LIGHT[n] for n in ("blue", "pink", "china", "both", "other", "step3", "ussr", "muted")]
    free = iter([colour for colour in spare if colour not in own.values()])
    try:
        return [own[country] if country in own else next(free) for country in named]
    except StopIteration:
        raise ValueError(f"{len(named)} countries are more than can be told apart") from None


VALENCE = {
    "cooperative": LIGHT["blue"],
    "mixed": LIGHT["other"],
    "frictional": LIGHT["pink"],
}
"""Colours of what an event means for the relationship, as its coder judged."""

ALIGNMENT = {"aligned": LIGHT["blue"], "partly": LIGHT["other"], "divergent": LIGHT["pink"]}
"""Colours of how far two positions or votes agree."""

OUTCOME = {
    "realised": LIGHT["blue"],
    "partly": LIGHT["both"],
    "unknown": LIGHT["shade"],
    "open": LIGHT["other"],
    "failed": LIGHT["pink"],
}
"""Colours of what became of announced deals. Stacked in this order, a bar shows the bounds of the
rate of realisation: at least the first part, at most the first three."""

EVIDENCE = {
    "party": LIGHT["blue"],
    "document": LIGHT["both"],
    "official": LIGHT["other"],
    "press": LIGHT["pink"],
}
"""Colours of what a report rests on, from a party's own word to the press alone."""

VERDICT = {
    "supported": LIGHT["blue"],
    "partly supported": LIGHT["both"],
    "undecided": LIGHT["step2"],
    "contradicted": LIGHT["pink"],
    "not supported by the data": LIGHT["china"],
    "not testable": LIGHT["other"],
}
"""Colours of the verdicts of the claims ledger."""


def stylesheet() -> str:
    """Write the colours as CSS variables for both themes."""
    light = "".join(f"--ir-{name}:{pair[0]};" for name, pair in COLOURS.items())
    dark = "".join(f"--ir-{name}:{pair[1]};" for name, pair in COLOURS.items())
    return f":root{{{light}}}\nhtml[data-theme=dark]{{{dark}}}\n"
