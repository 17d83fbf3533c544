"""Amounts in words: a table checked by hand, and what holds for any amount."""

import doctest
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ...tools import words
from ...tools.currency_words import DECIMALS, NAMES
from ...tools.words import CARDINALS, amount_in_words

# (amount, currency, words), by language. Checked against the Académie française, the Chancellerie
# fédérale, Duden, Taalunie and the RAE, not against what the code says.
TABLE = {
    "fr_FR": [
        ("0", "EUR", "zéro euro"),
        ("0.01", "EUR", "un centime"),
        ("0.50", "EUR", "cinquante centimes"),
        ("1", "EUR", "un euro"),
        ("1.01", "EUR", "un euro et un centime"),
        ("1.99", "EUR", "un euro et quatre-vingt-dix-neuf centimes"),
        ("2", "EUR", "deux euros"),
        ("21", "EUR", "vingt et un euros"),
        ("70", "EUR", "soixante-dix euros"),
        ("71", "EUR", "soixante et onze euros"),
        ("77.77", "EUR", "soixante-dix-sept euros et soixante-dix-sept centimes"),
        ("80", "EUR", "quatre-vingts euros"),
        ("81", "EUR", "quatre-vingt-un euros"),
        ("91", "EUR", "quatre-vingt-onze euros"),
        ("100", "EUR", "cent euros"),
        ("101", "EUR", "cent un euros"),
        ("200", "EUR", "deux cents euros"),
        ("201", "EUR", "deux cent un euros"),
        ("280", "EUR", "deux cent quatre-vingts euros"),
        ("1000", "EUR", "mille euros"),
        ("1001", "EUR", "mille un euros"),
        ("2200", "EUR", "deux mille deux cents euros"),
        ("10350.40", "EUR", "dix mille trois cent cinquante euros et quarante centimes"),
        ("21000", "EUR", "vingt et un mille euros"),
        ("80000", "EUR", "quatre-vingt mille euros"),
        ("200000", "EUR", "deux cent mille euros"),
        ("1000000", "EUR", "un million d'euros"),
        ("2000000.50", "EUR", "deux millions d'euros et cinquante centimes"),
        ("2000100", "EUR", "deux millions cent euros"),
        ("80000000", "EUR", "quatre-vingts millions d'euros"),
        ("200000000", "EUR", "deux cents millions d'euros"),
        ("1000000000", "EUR", "un milliard d'euros"),
        ("-71.20", "EUR", "moins soixante et onze euros et vingt centimes"),
        ("0.004", "EUR", "zéro euro"),
        ("-0.004", "EUR", "zéro euro"),
        ("0.005", "EUR", "un centime"),
        ("1.995", "EUR", "deux euros"),
        ("-2.005", "EUR", "moins deux euros et un centime"),
        ("3000000", "CHF", "trois millions de francs suisses"),
        ("1", "CHF", "un franc suisse"),
        ("2500000", "XOF", "deux millions cinq cent mille francs CFA"),
        ("2.5", "XOF", "trois francs CFA"),
        ("1.2", "XAF", "un franc CFA"),
        ("4000000", "MAD", "quatre millions de dirhams"),
        ("1.80", "MAD", "un dirham et quatre-vingts centimes"),
        ("2.01", "USD", "deux dollars américains et un cent"),
        ("1", "GBP", "une livre sterling"),
        ("21.02", "GBP", "vingt et une livres sterling et deux pence"),
        ("101", "GBP", "cent une livres sterling"),
        ("1.234", "TND", "un dinar tunisien et deux cent trente-quatre millimes"),
    ],
    "fr_BE": [
        ("70", "EUR", "septante euros"),
        ("71", "EUR", "septante et un euros"),
        ("72.78", "EUR", "septante-deux euros et septante-huit centimes"),
        ("80", "EUR", "quatre-vingts euros"),
        ("81", "EUR", "quatre-vingt-un euros"),
        ("90", "EUR", "nonante euros"),
        ("91", "EUR", "nonante et un euros"),
        ("99", "EUR", "nonante-neuf euros"),
        ("177", "EUR", "cent septante-sept euros"),
        ("80090", "EUR", "quatre-vingt mille nonante euros"),
        ("91091", "EUR", "nonante et un mille nonante et un euros"),
        ("70000000", "EUR", "septante millions d'euros"),
    ],
    "fr_CH": [
        ("70", "CHF", "septante francs suisses"),
        ("80", "CHF", "huitante francs suisses"),
        ("81", "CHF", "huitante et un francs suisses"),
        ("89.85", "CHF", "huitante-neuf francs suisses et huitante-cinq centimes"),
        ("91", "CHF", "nonante et un francs suisses"),
        ("280", "CHF", "deux cent huitante francs suisses"),
        ("80000", "CHF", "huitante mille francs suisses"),
        ("80000000", "CHF", "huitante millions de francs suisses"),
        ("424.20", "CHF", "quatre cent vingt-quatre francs suisses et vingt centimes"),
        ("71", "GBP", "septante et une livres sterling"),
    ],
    "fr_LU": [("71.90", "EUR", "soixante et onze euros et quatre-vingt-dix centimes")],
    "fr_CA": [
        ("1.01", "CAD", "un dollar canadien et un cent"),
        ("2000000", "CAD", "deux millions de dollars canadiens"),
    ],
    "en_GB": [
        ("0", "EUR", "zero euros"),
        ("1.01", "GBP", "one pound sterling and one penny"),
        ("21.50", "GBP", "twenty-one pounds sterling and fifty pence"),
        ("1234.56", "EUR", "one thousand, two hundred and thirty-four euros and fifty-six cents"),
        ("-1", "EUR", "minus one euro"),
    ],
    "en_US": [
        ("2000000", "USD", "two million US dollars"),
        ("0.01", "USD", "one cent"),
        ("7", "XOF", "seven CFA francs"),
    ],
    "de_DE": [
        ("0", "EUR", "null Euro"),
        ("1", "EUR", "ein Euro"),
        ("1.01", "EUR", "ein Euro und ein Cent"),
        ("21.30", "EUR", "einundzwanzig Euro und dreißig Cent"),
        ("101", "EUR", "einhunderteins Euro"),
        ("1001", "EUR", "eintausendeins Euro"),
        ("101000", "EUR", "einhunderteintausend Euro"),
        ("1000000", "EUR", "eine Million Euro"),
        ("2000000000", "EUR", "zwei Milliarden Euro"),
        ("101000000", "EUR", "einhunderteine Millionen Euro"),
        ("1", "CAD", "ein kanadischer Dollar"),
        ("2", "CAD", "zwei kanadische Dollar"),
        ("-5", "USD", "minus fünf US-Dollar"),
    ],
    "de_CH": [("30.05", "CHF", "dreissig Schweizer Franken und fünf Rappen")],
    "nl_NL": [
        ("1", "EUR", "één euro"),
        ("21", "EUR", "eenentwintig euro"),
        ("22.33", "EUR", "tweeëntwintig euro en drieëndertig cent"),
        ("101", "EUR", "honderdeen euro"),
        ("1001", "EUR", "duizend een euro"),
        ("1571.50", "EUR", "duizend vijfhonderdeenenzeventig euro en vijftig cent"),
        ("101000", "EUR", "honderdeenduizend euro"),
        ("2000000", "EUR", "twee miljoen euro"),
        ("-3", "EUR", "min drie euro"),
    ],
    "nl_BE": [("12000", "CHF", "twaalfduizend Zwitserse frank")],
    "es_ES": [
        ("1", "EUR", "un euro"),
        ("21", "EUR", "veintiún euros"),
        ("31.01", "EUR", "treinta y un euros con un céntimo"),
        ("101", "EUR", "ciento un euros"),
        ("21000", "EUR", "veintiún mil euros"),
        ("1000000", "EUR", "un millón de euros"),
        ("31000000", "EUR", "treinta y un millones de euros"),
        ("2000100", "EUR", "dos millones cien euros"),
        ("1000000000", "EUR", "mil millones de euros"),
        ("1", "GBP", "una libra esterlina"),
        ("21", "GBP", "veintiuna libras esterlinas"),
        ("200500", "GBP", "doscientas mil quinientas libras esterlinas"),
        ("200000000", "GBP", "doscientos millones de libras esterlinas"),
        ("-1.50", "USD", "menos un dólar estadounidense con cincuenta centavos"),
    ],
}

LANGUAGES = sorted([*TABLE, "de_LI", "es_MX", "fr-BE", "fr", "en"])
amounts = st.decimals(-(10**12), 10**12, places=4, allow_nan=False)


@tagged("post_install", "-at_install")
class TestWords(BaseCase):
    test_module = "sale_situation_invoicing"

    def test_doctests(self):
        result = doctest.testmod(words)
        self.assertTrue(result.attempted)
        self.assertFalse(result.failed)

    def test_table(self):
        for lang, rows in TABLE.items():
            for amount, currency, text in rows:
                with self.subTest(lang=lang, amount=amount, currency=currency):
                    self.assertEqual(amount_in_words(Decimal(amount), currency, lang), text)
        self.assertGreater(sum(map(len, TABLE.values())), 100)

    def test_every_language_names_every_currency(self):
        self.assertEqual(set(NAMES), set(CARDINALS))
        for language, names in NAMES.items():
            self.assertEqual(set(names), set(DECIMALS), language)
            for currency, name in names.items():
                self.assertEqual(bool(name.minor_many), bool(DECIMALS[currency]), name)

    def test_figures_where_there_are_no_words(self):
        for amount, currency, lang in (
            ("1", "JPY", "fr_FR"),
            ("1", "EUR", "pt_BR"),
            ("1", "EUR", ""),
            ("1", "EUR", None),
            ("1", "", "fr_FR"),
            ("1e24", "EUR", "fr_FR"),
            ("-1e40", "EUR", "es_ES"),
            ("NaN", "EUR", "fr_FR"),
            ("Infinity", "EUR", "fr_FR"),
        ):
            self.assertIsNone(amount_in_words(Decimal(amount), currency, lang))

    def test_the_greatest_amount_has_words(self):
        for lang in LANGUAGES:
            text = amount_in_words(Decimal("999999999999999999999999.99"), "EUR", lang)
            self.assertTrue(text, lang)

    def test_belgian_and_swiss_tens(self):
        """Each number below a thousand, read back from its words."""
        for country, eighty in (("BE", "quatre-vingt"), ("CH", "huitante")):
            for number in range(1000):
                text = amount_in_words(Decimal(number), "EUR", f"fr_{country}")
                tens, unit = number % 100 // 10 * 10, number % 10
                name = {70: "septante", 80: eighty, 90: "nonante"}.get(tens)
                if name:
                    self.assertIn(name, text)
                    if unit > 1:
                        french = amount_in_words(Decimal(unit), "EUR", "fr_FR").split(" ")[0]
                        self.assertTrue(text.endswith(f"{name}-{french} euros"), text)

    @given(amounts, st.sampled_from(sorted(DECIMALS)), st.sampled_from(LANGUAGES))
    def test_any_amount(self, amount, currency, lang):
        text = amount_in_words(amount, currency, lang)
        self.assertTrue(text)
        self.assertEqual(text, " ".join(text.split()))
        self.assertFalse(any(char.isdigit() for char in text), text)
        for wrong in ("veintiuno ", "uno mil", "einstausend", "honderdéén"):
            self.assertNotIn(wrong, text)
        if lang in ("fr_BE", "fr-BE", "fr_CH"):
            self.assertNotIn("soixante-dix", text)
            self.assertNotIn("soixante et onze", text)
            self.assertNotIn("quatre-vingt-dix", text)
        if lang == "fr_CH":
            self.assertNotIn("quatre-vingt", text)
        if lang in ("de_CH", "de_LI"):
            self.assertNotIn("ß", text)

    @given(amounts, st.sampled_from(sorted(DECIMALS)), st.sampled_from(LANGUAGES))
    def test_the_sign(self, amount, currency, lang):
        positive = amount_in_words(abs(amount), currency, lang)
        negative = amount_in_words(-abs(amount), currency, lang)
        if positive == amount_in_words(Decimal(0), currency, lang):
            self.assertEqual(negative, positive)
        else:
            self.assertEqual(negative, f"{words.MINUS[lang[:2]]} {positive}")

    @given(st.integers(0, 10**12), st.integers(0, 99), st.sampled_from(LANGUAGES))
    def test_whole_and_minor_unit_are_told_apart(self, whole, minor, lang):
        text = amount_in_words(Decimal(whole) + Decimal(minor) / 100, "EUR", lang)
        parts = [amount_in_words(Decimal(whole), "EUR", lang)] if whole or not minor else []
        if minor:
            parts.append(amount_in_words(Decimal(minor) / 100, "EUR", lang))
        self.assertEqual(text, f" {words.AND[lang[:2]]} ".join(parts))
