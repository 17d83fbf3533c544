"""How currencies and their minor units are called in the languages of `words`.

A currency that others share the name of is told with its country, so that a sum stands for itself.
"""

from typing import NamedTuple


class Names(NamedTuple):
    """A unit and its hundredth (or thousandth), each for one and for many of it."""

    one: str
    many: str
    minor_one: str = ""
    minor_many: str = ""
    feminine: bool = False


# How many decimals the amounts have.
DECIMALS = {
    "EUR": 2,
    "CHF": 2,
    "GBP": 2,
    "USD": 2,
    "CAD": 2,
    "MAD": 2,
    "TND": 3,
    "XAF": 0,
    "XOF": 0,
}

NAMES = {
    "fr": {
        "EUR": Names("euro", "euros", "centime", "centimes"),
        "CHF": Names("franc suisse", "francs suisses", "centime", "centimes"),
        "GBP": Names("livre sterling", "livres sterling", "penny", "pence", feminine=True),
        "USD": Names("dollar américain", "dollars américains", "cent", "cents"),
        "CAD": Names("dollar canadien", "dollars canadiens", "cent", "cents"),
        "MAD": Names("dirham", "dirhams", "centime", "centimes"),
        "TND": Names("dinar tunisien", "dinars tunisiens", "millime", "millimes"),
        "XAF": Names("franc CFA", "francs CFA"),
        "XOF": Names("franc CFA", "francs CFA"),
    },
    "en": {
        "EUR": Names("euro", "euros", "cent", "cents"),
        "CHF": Names("Swiss franc", "Swiss francs", "centime", "centimes"),
        "GBP": Names("pound sterling", "pounds sterling", "penny", "pence"),
        "USD": Names("US dollar", "US dollars", "cent", "cents"),
        "CAD": Names("Canadian dollar", "Canadian dollars", "cent", "cents"),
        "MAD": Names("Moroccan dirham", "Moroccan dirhams", "centime", "centimes"),
        "TND": Names("Tunisian dinar", "Tunisian dinars", "millime", "millimes"),
        "XAF": Names("CFA franc", "CFA francs"),
        "XOF": Names("CFA franc", "CFA francs"),
    },
    "de": {
        "EUR": Names("Euro", "Euro", "Cent", "Cent"),
        "CHF": Names("Schweizer Franken", "Schweizer Franken", "Rappen", "Rappen"),
        "GBP": Names("Pfund Sterling", "Pfund Sterling", "Penny", "Pence"),
        "USD": Names("US-Dollar", "US-Dollar", "Cent", "Cent"),
        "CAD": Names("kanadischer Dollar", "kanadische Dollar", "Cent", "Cent"),
        "MAD": Names("marokkanischer Dirham", "marokkanische Dirham", "Centime", "Centimes"),
        "TND": Names("tunesischer Dinar", "tunesische Dinar", "Millime", "Millimes"),
        "XAF": Names("CFA-Franc", "CFA-Francs"),
        "XOF": Names("CFA-Franc", "CFA-Francs"),
    },
    "nl": {
        "EUR": Names("euro", "euro", "cent", "cent"),
        "CHF": Names("Zwitserse frank", "Zwitserse frank", "rappen", "rappen"),
        "GBP": Names("pond sterling", "pond sterling", "penny", "pence"),
        "USD": Names("Amerikaanse dollar", "Amerikaanse dollar", "cent", "cent"),
        "CAD": Names("Canadese dollar", "Canadese dollar", "cent", "cent"),
        "MAD": Names("Marokkaanse dirham", "Marokkaanse dirham", "centime", "centimes"),
        "TND": Names("Tunesische dinar", "Tunesische dinar", "millime", "millimes"),
        "XAF": Names("CFA-frank", "CFA-frank"),
        "XOF": Names("CFA-frank", "CFA-frank"),
    },
    "es": {
        "EUR": Names("euro", "euros", "céntimo", "céntimos"),
        "CHF": Names("franco suizo", "francos suizos", "céntimo", "céntimos"),
        "GBP": Names("libra esterlina", "libras esterlinas", "penique", "peniques", feminine=True),
        "USD": Names("dólar estadounidense", "dólares estadounidenses", "centavo", "centavos"),
        "CAD": Names("dólar canadiense", "dólares canadienses", "centavo", "centavos"),
        "MAD": Names("dírham marroquí", "dírhams marroquíes", "céntimo", "céntimos"),
        "TND": Names("dinar tunecino", "dinares tunecinos", "milésimo", "milésimos"),
        "XAF": Names("franco CFA", "francos CFA"),
        "XOF": Names("franco CFA", "francos CFA"),
    },
}
