"""What the words of a workbook of the Iranian customs mean: headers, titles, countries, years.

Nothing here knows sheets or files: a text goes in, what it says comes out.
"""

from __future__ import annotations

import datetime
import difflib
import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

FIRST, LAST = 1371, 1410
"""Iranian years that the table holds; shorthand such as 98, 404 or 04 means one of them."""

_LETTERS = str.maketrans(
    {"ي": "ی", "ى": "ی", "ك": "ک", "ة": "ه", "ۀ": "ه", "ۂ": "ه", "ە": "ه", "أ": "ا", "إ": "ا"}
    | {"ہ": "ه", "ھ": "ه", "ے": "ی", "ې": "ی", "ۆ": "و", "ـ": "", "\u200c": " ", "٫": "."}
)


def _each(words: str) -> list[str]:
    return words.split()


def plain(text: object) -> str:
    """Write a text one way: Persian letters, Latin digits, single blanks, no marks unseen."""
    letters = unicodedata.normalize("NFKC", str(text)).translate(_LETTERS)
    return " ".join(
        "".join(
            str(unicodedata.decimal(c)) if c.isdecimal() else c
            for c in letters
            if unicodedata.category(c) not in ("Cf", "Mn")
        ).split()
    )


# Countries

_RUSSIA = frozenset(
    _each(
        "روسیه روسیا russia russian rus ru россия рф rusia russie rossia rossiya rossija russland"
    )
)
_ADJECTIVE = frozenset(_each("روس روسی russ российская"))
"""Russia beside the word federation only."""
_FEDERATION = re.compile(r"ف|f|فد\w*|fed\w*|федерация|الاتحادیه")
_BESIDE = frozenset(_each("جمهوری ج کشور republic rep the of"))
"""What stands beside the name of Russia without changing it, as numbers of a list or a code do."""
_GLUED_BESIDE = re.compile(
    "جمهوری|فدراسیون|فدراتیو|فدرال|کشور|federation|republic|fed$|of(?=russia)|the(?=russia)"
)
_LIKE = re.compile(
    # Russia in other words, the state before it, its parts and groups that it belongs to.
    "روسی|^روس$|russ|росс|^rf$|شوروی|soviet|ussr|ссср|داغستان|dag[h]?estan|چچن|chechn|تاتارستان|tatarstan|"
    "باش[قک]یرستان|bashk|کالمیک|kalmyk|اینگوش|ingush|کریمه|crimea|سیبری|siberia|مسکو|moscow|"
    "پترزبورگ|petersburg|اوراسیا|eurasia|^eaeu$|^cis$|مشترکالمنافع|independentstates|"
    # No country at all.
    "نامشخص|نامعلوم|unknown|unspecified|notspecified"
)
_TYPED = ("روسیه", "russia", "russian federation", "فدراسیون روسیه")
_TOTAL = re.compile(
    "(جمع|مجموع|total|grandtotal|subtotal|sum|(?:کل|همه)(?:کشور|جهان|$)|جهان$|world$|allcountries$)"
)
_NO_NAME = frozenset(_each("n/a nan null none"))


@cache
def country(cell: object) -> str:
    """Say what a cell of countries holds.

    Returns:
        ``russia``, ``total``, ``blank`` (also for what is no name: an error, a number, a day),
        ``like`` (a name with Russia in it that is another, such as the «White Russia» that is
        Belarus; the Soviet Union; parts of Russia) or ``other``.
    """
    text = plain(cell).lower()
    # Blanks are lost where parts of a name have several formats.
    name = re.sub(r"[\W_]", "", text)
    if not name or not isinstance(cell, str) or text[0] == "#" or text in _NO_NAME:
        return "blank"
    if name.isdecimal():
        return "blank"
    if _TOTAL.match(name):
        return "like" if _LIKE.search(name) else "total"
    if _is_russia(text, name):
        return "russia"
    if _LIKE.search(name) or difflib.get_close_matches(text, _TYPED, 1, 0.8):
        return "like"
    return "other"


def _is_russia(text: str, name: str) -> bool:
    words = set(re.findall(r"[^\W\d_]+", text))
    named = words & _RUSSIA
    rest = words - _RUSSIA - _BESIDE
    federal = {word for word in rest if _FEDERATION.fullmatch(word)}
    if (named and rest == federal) or (federal and rest - federal and rest - federal <= _ADJECTIVE):
        return True
    return _GLUED_BESIDE.sub("", name) in _RUSSIA or name in ("فدراسیونروس", "российскаяфедерация")


# Headers

_SCALES = {
    **dict.fromkeys(("هزار", "thousand", "thousands", "1000", "000"), Decimal(1000)),
    **dict.fromkeys(("میلیون", "million", "millions", "mn", "mln"), Decimal(10) ** 6),
    **dict.fromkeys(("میلیارد", "billion", "billions", "bn", "bln"), Decimal(10) ** 9),
}
_WEIGHTS = {
    **dict.fromkeys(("کیلوگرم", "کیلو", "kg", "kgs", "kilo", "kilogram", "kilograms"), Decimal(1)),
    **dict.fromkeys(("تن", "ton", "tons", "tonne", "tonnes", "mt", "t"), Decimal(1000)),
}
_RIALS = {
    **dict.fromkeys(("ریال", "ریالی", "rial", "rials", "irr"), Decimal(1)),
    **dict.fromkeys(("تومان", "تومانی", "toman", "tomans"), Decimal(10)),
}
_DOLLARS = dict.fromkeys(("دلار", "دلاری", "dollar", "dollars", "usd", "$"), Decimal(1))
_SPELLED = {
    "weight": "وزن weight",
    "year": "سال year",
    "month": "ماه ماهها month months فصل quarter season",
    "country": "کشور کشورها کشورهای country countries partner",
    "tariff": "تعرفه tariff hs",
    "code": "کد شماره code",
    "name": "شرح نام عنوان desc description name",
    "goods": "کالا کالاها کالاهای goods commodity commodities product products",
    "office": "گمرک gomrok customs office",
    "unit": "واحد unit units سنجش measure",
    "flow": "جریان flow direction رویه",
    "never": "نرخ rate قیمت price برابری فی متوسط میانگین average هر per exchange درصد سهم percent "
    "share % رشد growth رتبه rank تغییر تغییرات change میلادی gregorian iso",
    "gross": "ناخالص gross",
    "net": "خالص net",
    "beside": "ارزش value مبلغ amount به in of کل us u s آمریکا امریکا ایالات متحده جاری current "
    "fob cif فوب سیف واحد unit بر حسب گمرکی customs metric متریک و the as",
    "partner": "of طرف معامله مقصد مبدا خریدار فروشنده trading destination origin",
    "solar": "هجری شمسی خورشیدی iranian solar persian sh",
    "digits": "رقمی digit digits system harmonized 6 8 10",
}
_CONCEPTS = {concept: frozenset(words.split()) for concept, words in _SPELLED.items()}
_KNOWN = sorted(
    {w for words in _CONCEPTS.values() for w in words if len(w) > 1}
    | {w for units in (_SCALES, _WEIGHTS, _RIALS, _DOLLARS) for w in units if len(w) > 1},
    key=len,
    reverse=True,
)
_GLUED = re.compile("|".join(map(re.escape, _KNOWN)))
_ALL_GLUED = re.compile(f"(?:{_GLUED.pattern})+")


@dataclass
class Column:
    """What a header says of its column."""

    title: str
    meaning: str
    place: int = 0
    rank: int = 0
    """How sure the meaning is; 0 is the surest."""
    factor: Decimal = Decimal(1)
    """What its numbers are multiplied by, for kilograms, rials and dollars."""
    unknown: tuple[str, ...] = ()
    """Words beside a number's header that may be a unit, or something else, not known here."""


def _words(header: str) -> list[str]:
    """Split a header into known words; some are written without a blank between them."""
    text = plain(header).lower().replace("کیلو گرم", "کیلوگرم").replace("غیر خالص", "ناخالص")
    words = []
    for word in re.findall(r"[^\W\d_]+|\d+|[$%]", text):
        glued = word not in _KNOWN and _ALL_GLUED.fullmatch(word)
        words += _GLUED.findall(word) if glued else [word]
    return words


def column(header: object) -> Column | None:
    """Say what a column holds by its header; None where it is none of ours.

    A rate, a price, a share or a rank of something is not that thing; the code of a country or of
    an office is no tariff line; net weight goes before gross.
    """
    if not isinstance(header, str) or len(header) > 80:
        return None
    words = _words(header)
    held = {concept for concept, known in _CONCEPTS.items() if not known.isdisjoint(words)}
    title = " ".join(header.split())
    if not words or "never" in held:
        return None
    rials, dollars = set(words) & set(_RIALS), set(words) & set(_DOLLARS)
    if "weight" in held:
        rank = 2 if "gross" in held else 0 if "net" in held else 1
        return _number(title, "weight", words, _WEIGHTS, {"weight", "gross", "net"}, rank)
    if rials or dollars:
        if rials and dollars:
            return None
        meaning, units = ("rial", _RIALS) if rials else ("dollar", _DOLLARS)
        return _number(title, meaning, words, units, set(), 0)
    rest = len(set(words) - set().union(*(_CONCEPTS[c] for c in held)))
    if {"name", "goods"} & held and not {"country", "office", "code"} & held:
        if "name" in held or words == ["goods"] or "tariff" not in held:
            return Column(title, "name", rank=rest + (0 if "tariff" in held else 1))
        return None
    if "tariff" in held and not {"name", "month"} & held and not {"2", "4"} & set(words):
        return Column(title, "code", rank=rest)
    if "country" in held:
        return None if "code" in held else Column(title, "country", rank=_beside(words, "country"))
    if "office" in held:
        return Column(title, "office", rank=rest + ("code" in held))
    if "code" in held and words not in (["شماره"],):
        return Column(title, "code", rank=1 + rest)
    if "year" in held:
        return Column(title, "year", rank=rest)
    if "month" in held:
        return Column(title, "month", rank=rest)
    if "unit" in held:
        return Column(title, "unit", rank=rest)
    if "flow" in held or {"صادرات", "واردات"} <= set(words) or {"export", "import"} <= set(words):
        return Column(title, "flow", rank=rest)
    return None


def _beside(words: list[str], concept: str) -> int:
    named = set(words) - _CONCEPTS[concept] - _CONCEPTS["name"]
    return (1 if named else 0) + len(named - _CONCEPTS["partner"])


def _number(
    title: str, meaning: str, words: list[str], units: dict, own: set[str], rank: int
) -> Column:
    """Read the unit of a column of numbers; what is left over may be a unit that is not known."""
    factors = [units[w] for w in words if w in units]
    scales = [_SCALES[w] for w in words if w in _SCALES]
    known = set(units) | set(_SCALES) | _CONCEPTS["beside"] | {"صادرات", "واردات"}
    known |= {"export", "exports", "import", "imports"}
    known = known.union(*(_CONCEPTS[concept] for concept in own))
    unknown = [w for w in words if w not in known]
    if len(set(factors)) > 1 or len(scales) > 1:
        unknown += [w for w in words if w in units or w in _SCALES]
    factor = (factors or [Decimal(1)])[0] * (scales or [Decimal(1)])[0]
    return Column(title, meaning, rank=rank, factor=factor, unknown=tuple(dict.fromkeys(unknown)))


def other_unit(cell: object) -> bool:
    """Whether a cell of a column of units names tonnes, thousands or the like."""
    found = set(_words(str(cell)))
    return any(word in _SCALES or _WEIGHTS.get(word, 1) != 1 for word in found)


_SCALE = (
    r"(?:هزار|صد|میلیون|میلیارد|hundreds?|thousands?|millions?|billions?|mn|mln|bn|bln|1,?000|"
    r"'?000s?|10\^\d+)"
)
_MONEY = r"(?:ریال|دلار|کیلوگرم|کیلو|us ?\$?|usd|us\$|\$|irr|rials?|dollars?|kgs?|kilograms?)"
_FOREIGN = (
    r"(?:تن|تومان|گرم|یورو|درهم|یوان|روبل|پوند|tons?|tonnes?|mt|kt|kilotons?|tomans?|grams?|euros?|"
    r"eur|€|£|aed|dirhams?|yuan|rmb|cny|rub|rubles?|roubles?|pounds?|lbs?|gbp)"
)
_IN_TITLES = re.compile(
    rf"(?<![\w,])(?:{_SCALE}(?: of)?[ -]?(?:{_MONEY}|{_FOREIGN})ی?|"
    rf"{_MONEY}ی?[ (]{{1,2}}(?:به |in )?{_SCALE}|(?:به|in) {_SCALE}(?: [^\W\d]|\)|$)|"
    rf"{_FOREIGN})(?!\w)"
)


def units(title: str) -> str:
    """Return the unit other than kilogram, rial and dollar that a title names, or nothing.

    A cell that is a scale only, below a header, is one too.
    """
    text = plain(title).lower()
    found = _IN_TITLES.search(text) or re.fullmatch(rf"\(?{_SCALE}\)?", text)
    return found[0].strip("() ") if found else ""


def undeclared(cell: object) -> str:
    """Return the header that a column needs whose cell says what its header does not.

    A direction, a month, a day or a unit decides what the numbers of its line are.
    """
    if isinstance(cell, datetime.date):
        return "تاریخ"
    text = plain(cell).lower() if isinstance(cell, str) else ""
    if not text or len(text) > 40:
        return ""
    if re.fullmatch(_DATE, text):
        return "تاریخ"
    if re.fullmatch(
        r"(?:(?:صادرات|واردات)ی?(?: قطعی| مجدد| موقت)?|(?:re-?)?(?:ex|im)ports?|ترانزیت|transit)",
        text,
    ):
        return "جریان"
    if (month(cell) and not text.isdecimal()) or _PART.fullmatch(text):
        return "ماه"
    return "واحد" if _IN_TITLES.fullmatch(text) else ""


# Titles, names of sheets and of files

_FLOWS = {
    "export": re.compile(r"صادرات|صادراتی|(?<!re-)(?<!re)(?<!re )export"),
    "import": re.compile(r"واردات|وارداتی|import"),
}
_DATE = r"(?<!\d)(?:1[34]|20)\d\d ?[/.-] ?\d{1,2} ?[/.-] ?\d{1,2}(?!\d)(?: \d\d:\d\d(?::\d\d)?)?"
_REPORTED = re.compile(
    r"(?:تاریخ|مورخه?|تهیه|استخراج|چاپ|انتشار|به ?روز ?رسانی|dated?|issued|printed|published|"
    rf"updated|extracted|generated|retrieved|as of)[^\d]{{0,30}}(?:{_DATE}|\d{{4}}|"
    r"\d{1,2} ?[^\W\d]{3,12},? ?\d{4})"
)
_NUMBERS = _each("یک دو سه چهار پنج شش هفت هشت نه ده یازده")
_ENGLISH = _each("one two three four five six seven eight nine ten eleven")
_MONTHS = _each("فروردین اردیبهشت خرداد تیر مرداد شهریور مهر آبان آذر دی بهمن اسفند")
_LATIN = _each(
    "farvardin ordibehesht khordad tir mordad shahrivar mehr aban azar dey bahman esfand"
)
_SHORT = _each("jan feb mar apr jun jul aug sep sept oct nov dec")
_GREGORIAN = _each(
    "january february march april may june july august september october november december ژانویه "
    "فوریه مارس آوریل ژوئن ژوئیه اوت سپتامبر اکتبر نوامبر دسامبر"
)
_PART = re.compile(
    # A number before months or days, a word of a season or of a part, a month.
    r"(?<![^\W_])(?:1[01]|0?[1-9]|" + "|".join([*_NUMBERS, *_ENGLISH]) + r")[ -]?"
    r"(?:ماهه?|months?|mos?|m|mah|maheh?)(?![^\W_])|"
    r"(?<![^\W_])(?:\d{1,3}|ده|بیست|سی|first|last)[ -]?(?:روزه?|days?)(?![^\W_])|"
    r"(?<![^\W_])(?:q[1-4]|h[12])(?![^\W_])|"
    r"(?<![^\W\d_])(?:ماهه|روزه|نیمه|نیم ?سال|فصل|بهار|تابستان|پاییز|زمستان|هفته|تا ?کنون|"
    rf"(?:{'|'.join([*_MONTHS, 'امرداد'])}) ?(?:ماه)?|(?:{'|'.join(_LATIN)})[ -]?(?:mah|month)?|"
    rf"{'|'.join([*_GREGORIAN, *_SHORT])}|quarter\w*|(?:tri|se)mesters?|mid[ -]?year|"
    r"half(?:[ -]year)?|months? of|spring|summer|autumn|winter|weeks?|weekly|ytd|to date)"
    r"(?![^\W\d_])"
)


_WHOLE_YEAR = re.compile(
    r"(?<!\d)(?:12|دوازده|twelve)[ -]?(?:ماهه|ماه|months?|m)(?!\w)|full year|whole year"
)


def without_dates(text: str) -> str:
    """Return a title without the day on which it was made, in plain lower-case words."""
    text = _REPORTED.sub(" ", plain(text).lower())
    # A row that is a date only is the day of the report.
    return "" if re.fullmatch(_DATE, text.strip()) else text.strip()


def flows(text: str) -> set[str]:
    """Return which of export and import a text names."""
    text = plain(text).lower()
    return {flow for flow, words in _FLOWS.items() if words.search(text)}


def part(text: str) -> str:
    """Return the words by which a title says that it holds a part of a year, or nothing."""
    text = without_dates(text)
    dates = re.findall(_DATE, text)
    if dates:
        ends = [tuple(int(n) for n in re.split(r"\D+", d.strip())[:3]) for d in dates]
        first, last = ends[0], ends[-1]
        whole = first[0] == last[0] and first[1:] == (1, 1) and last[1:] in ((12, 29), (12, 30))
        return "" if len(ends) == 2 and whole else " … ".join(d.strip() for d in dates)
    month = re.search(r"(?<!\d)1[34]\d\d(?:[/.-](?:0?[1-9]|1[0-2])|0[1-9]|1[0-2])(?!\d)", text)
    if month:
        return month[0]
    words = [found[0].strip() for found in _PART.finditer(_WHOLE_YEAR.sub(" ", text))]
    ends_of_year = ({"فروردین", "اسفند"}, {"farvardin", "esfand"})
    return "" if set(words) in ends_of_year else " ".join(words)


_YEAR = r"(?<!\d)(1[34]\d\d)(?!\d)"


def gregorian(text: str) -> set[int]:
    """Return the years of our calendar that a title names, editions of nomenclatures apart."""
    text = re.sub(rf"{_DATE}|(?:hs|edition|ویرایش|نسخه)[ -]?\d{{4}}", " ", without_dates(text))
    return {int(year) for year in re.findall(r"(?<!\d)((?:19|20)\d\d)(?!\d)", text)}


def year(text: str, *, alone: bool = False) -> tuple[str, str]:
    """Return the Iranian year that a title names, and the shorthand it was read from.

    Args:
        text: a title, or the name of a sheet or a file.
        alone: whether a shorthand counts alone and after the direction too, not after «سال» only.

    Returns:
        Four digits, empty where none is named, several joined by a blank; and what of it was
        shorthand.
    """
    text = without_dates(text)
    # A span of years holds all between its ends.
    for first, last in re.findall(rf"{_YEAR} ?(?:تا|الی|لغایت|to|-|–) ?{_YEAR}", text):
        text += " سال ".join(["", *map(str, range(int(first), int(last) + 1))])
    named = re.findall(
        rf"(?:سال|سالها|سالهای|years?)(?: [^\W\d]+)? {_YEAR}(?: (?:و|and) {_YEAR})?", text
    )
    named = [year for pair in named for year in pair if year]
    found = sorted(set(named or re.findall(_YEAR, text)))
    if found:
        return " ".join(found), ""
    short = re.search(r"(?:سال|year) (\d{2,3})(?!\d)", text)
    if not short and alone:
        short = re.search(r"(?:^|(?:صادرات|واردات|exports?|imports?)[ _-]?)(\d{2,3})$", text)
    return (_full(short[1]), short[1]) if short and _full(short[1]) else ("", "")


def _full(digits: str) -> str:
    """Return the year of the table that ends with two or three digits, or nothing."""
    fits = [str(y) for y in range(FIRST, LAST + 1) if str(y).endswith(digits)]
    return fits[0] if len(fits) == 1 and len(digits) > 1 else ""


def year_of_cell(cell: object) -> tuple[str, str]:
    """Return the Iranian year of a cell of a column of years, and the shorthand it was read from.

    Raises:
        ValueError: the cell holds something else.
    """
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    text = plain(cell) if isinstance(cell, int | str) and not isinstance(cell, bool) else "?"
    if not text:
        return "", ""
    if re.fullmatch(r"1[34]\d\d", text):
        return text, ""
    if re.fullmatch(r"\d{2,3}", text) and _full(text):
        return _full(text), text
    raise ValueError(f"a year of the Iranian calendar from {FIRST} to {LAST}")


def month(cell: object) -> int:
    """Return the month of a cell, 1 to 12; 0 for something else."""
    text = plain(int(cell) if isinstance(cell, float) and cell.is_integer() else cell)
    text = text.lower().removesuffix(" ماه").removesuffix("ماه").strip()
    names = [*_MONTHS, *_LATIN]
    if text in names:
        return names.index(text) % 12 + 1
    return int(text) if re.fullmatch(r"0?[1-9]|1[0-2]", text) else 0


_WHOLE = frozenset(
    _each(
        "کشور کشورمان ایران جمهوری اسلامی ج ا قطعی غیر نفتی غیرنفتی کل کالا کالاها کالاهای کالایی "
        "و صادرات واردات رسمی گمرک گمرکی سالانه سالیانه کامل نهایی جدید اصلاحی های "
        "iran iranian islamic republic of the goods commodities all non oil nonoil total and "
        "export exports import imports merchandise s ir i r irica"
    )
)
_STOP = frozenset(
    _each(
        "طی در سال سالها سالهای به بر برای از تفکیک بدون ارقام وزن ارزش مبالغ واحد براساس حسب "
        "برحسب بین تا "
        "by in during for to from with at year per between excluding except without"
    )
)
_BEFORE = _WHOLE | frozenset(
    _each(
        "statistics annual yearly foreign trade data full report table on file detailed customs "
        "administration list"
    )
)


def group(text: str, *, title: bool = True) -> str:
    """Return the words by which a title says that it holds some goods or places only.

    Beside exports or imports a title of the whole trade has nothing but a few words that are known.

    Args:
        text: a title, or the name of a sheet or a file.
        title: whether the text is a title, where words before ``exports`` count too.
    """
    text = _WHOLE_YEAR.sub(" ", without_dates(text))
    # A chapter of the tariff; words between two signs are one phrase.
    chapter = re.search(r"(?:فصل|chapters?|section|گروه کالایی|فقط|only)(?: \S+)?", text)
    if chapter:
        return chapter[0]
    words = re.findall(r"[^\W\d_]+|\d+|[،,;:|]", text)
    for place, word in enumerate(words):
        if word in ("صادرات", "واردات"):
            found = _phrase(words[place + 1 :])
        elif word in ("export", "exports", "import", "imports"):
            after = words[place + 1 : place + 2] == ["of"]
            found = _phrase(words[place + 1 :]) if after else ""
            before = words[place - 1] if title and place else ""
            if not found and before.isalpha() and before.isascii() and before not in _BEFORE:
                found = before
        else:
            continue
        if found:
            return found
    return ""


def _phrase(words: list[str]) -> str:
    found: list[str] = []
    for word in words:
        if word in _STOP or word in _MONTHS or not word.isalpha():
            break
        if found or word not in _WHOLE:
            found.append(word)
    return " ".join(found)
