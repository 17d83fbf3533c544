"""Amounts in words, for "Arrêté la présente facture à la somme de …".

num2words gives the cardinals of five languages; the currency words, and what a number becomes in front
of them, are written here. Its own currencies are few, and its Belgian and Swiss French is wrong.

>>> from decimal import Decimal
>>> amount_in_words(Decimal("1234.50"), "EUR", "fr_FR")
'mille deux cent trente-quatre euros et cinquante centimes'
>>> amount_in_words(Decimal("2000000"), "EUR", "fr_FR")
"deux millions d'euros"
>>> amount_in_words(Decimal("-71"), "EUR", "fr_BE"), amount_in_words(Decimal("80"), "CHF", "fr_CH")
('moins septante et un euros', 'huitante francs suisses')
>>> amount_in_words(Decimal("21"), "GBP", "es_ES"), amount_in_words(Decimal("1"), "EUR", "de_DE")
('veintiuna libras esterlinas', 'ein Euro')
>>> amount_in_words(Decimal("1"), "JPY", "fr_FR"), amount_in_words(Decimal("1"), "EUR", "pt_PT")
(None, None)
"""

import re
from decimal import Decimal
from functools import cache

from num2words import num2words

from .currency_words import DECIMALS, NAMES
from .money import ONE, rounded

MINUS = {"fr": "moins", "en": "minus", "de": "minus", "nl": "min", "es": "menos"}
# Between the unit and its minor one.
AND = {"fr": "et", "en": "and", "de": "und", "nl": "en", "es": "con"}
# num2words counts to here in each of the languages.
LIMIT = Decimal(10) ** 24


def amount_in_words(amount: Decimal, currency: str, lang: str) -> str | None:
    """Return an amount of money as it is written out, without a capital.

    :param amount: rounded half away from zero to the currency's minor unit
    :param currency: ISO code
    :param lang: code as Odoo has it (`fr_BE`) or as browsers have it (`fr-BE`); its country counts in
        French (septante, huitante, nonante) and German (ss for ß)
    :return: None for a currency or a language that has no words here (figures have to do), and for
        what is no number or 10²⁴ and more
    """
    language, _separator, country = (lang or "").replace("-", "_").partition("_")
    names = NAMES.get(language, {}).get(currency)
    if not names or not amount.is_finite() or abs(amount) >= LIMIT:
        return None
    decimals = DECIMALS[currency]
    steps = int(rounded(abs(amount), ONE.scaleb(-decimals)).scaleb(decimals))
    whole, minor = divmod(steps, 10**decimals)
    parts = []
    if whole or not minor:
        parts.append(_count(whole, names.one, names.many, language, country, names.feminine))
    if minor:
        parts.append(_count(minor, names.minor_one, names.minor_many, language, country))
    text = f" {AND[language]} ".join(parts)
    return f"{MINUS[language]} {text}" if amount < 0 and steps else text


def _count(number, one, many, language, country, feminine=False):
    """Return a number of something: the number as it stands before the noun, and the noun."""
    words = CARDINALS[language](number, country, feminine)
    # In French nought is singular.
    noun = one if number == 1 or (number == 0 and language == "fr") else many
    if language in ("fr", "es") and MILLIONS[language].search(words):
        return f"{words} {_of(noun, language)}"
    return f"{words} {noun}"


# A number that ends like this is itself a noun.
MILLIONS = {"fr": re.compile(r"lli(on|ard)s?$"), "es": re.compile(r"ll(ón|ones)$")}


def _of(noun, language):
    """Return the noun behind a number of millions: "deux millions d'euros", "un millón de euros"."""
    return f"d'{noun}" if language == "fr" and noun[0] in "aeiou" else f"de {noun}"


# === CARDINALS IN FRONT OF A NOUN ===#


def _french(number, country, feminine):
    """Traditional spelling (vingt et un, cent un), which num2words has.

    Septante and nonante are official in Belgium and Switzerland; huitante is Swiss, in the cantons of
    Vaud, Valais and Fribourg; the others and Belgium say quatre-vingts.

    >>> _french(1_971_091, "CH", False)
    'un million neuf cent septante et un mille nonante et un'
    >>> _french(80_080, "FR", False), _french(81, "FR", True)
    ('quatre-vingt mille quatre-vingts', 'quatre-vingt-une')
    """
    words = num2words(number, lang="fr")
    if country in ("BE", "CH"):
        pattern, tens = _get_french_tens(country)
        words = pattern.sub(lambda found: tens[found.group()], words)
    return re.sub(r"\bun$", "une", words) if feminine else words


@cache
def _get_french_tens(country):
    """Return the pattern of what is said otherwise in a country, and ``{French: theirs}``."""
    tens = {70: "septante", 90: "nonante"}
    if country == "CH":
        tens[80] = "huitante"
    words = {}
    for ten, name in tens.items():
        for unit in range(10):
            french = num2words(ten + unit, lang="fr")
            if unit == 0:
                words[french] = name
                # "quatre-vingts" has no s in front of "mille".
                words[french.removesuffix("s")] = name
            elif unit == 1:
                words[french] = f"{name} et un"
            else:
                words[french] = f"{name}-{num2words(unit, lang='fr')}"
    longest_first = sorted(words, key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(longest_first)})(?![\w-])"), words


def _english(number, country, feminine):
    return num2words(number, lang="en")


def _german(number, country, feminine):
    """
    >>> _german(101_101, "DE", False), _german(101_000_030, "CH", False)
    ('einhunderteintausendeinhunderteins', 'einhunderteine Millionen dreissig')
    """
    if number == 1:
        return "ein"
    words = num2words(number, lang="de")
    # num2words: "einhunderteinstausend", "einhunderteins Millionen".
    words = words.replace("einstausend", "eintausend")
    words = re.sub(r"eins (?=[MBTQ])", "eine ", words)
    return words.replace("ß", "ss") if country in ("CH", "LI") else words


def _dutch(number, country, feminine):
    """After "duizend" there is a space, and only one alone bears its accents (Taalunie).

    >>> _dutch(1, "NL", False), _dutch(1_101, "NL", False), _dutch(101_022, "BE", False)
    ('één', 'duizend honderdeen', 'honderdeenduizend tweeëntwintig')
    """
    words = num2words(number, lang="nl")
    if number == 1:
        return words
    return re.sub(r"duizend(?=\w)", "duizend ", words.replace("éé", "ee"))


def _spanish(number, country, feminine):
    """ "Uno" is shortened in front of a noun, "mil" and "millones"; hundreds agree with the noun.

    >>> _spanish(21_021, "ES", False), _spanish(31_000_000, "ES", False)
    ('veintiún mil veintiún', 'treinta y un millones')
    >>> _spanish(200_501, "ES", True), _spanish(200_000_200, "ES", True)
    ('doscientas mil quinientas una', 'doscientos millones doscientas')
    """
    words = num2words(number, lang="es")
    if feminine:
        # Millions are masculine, whatever they are of.
        head, tail = re.match(r"(.*ll(?:ón|ones)\b)?(.*)", words).groups("")
        words = head + re.sub(r"uno$", "una", re.sub(r"ientos\b", "ientas", tail))
    words = words.replace("veintiuno", "veintiún")
    return re.sub(r"\buno\b", "un", words)


CARDINALS = {
    "fr": _french,
    "en": _english,
    "de": _german,
    "nl": _dutch,
    "es": _spanish,
}
