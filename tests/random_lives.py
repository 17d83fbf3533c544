"""Whole lives of orders by chance, the same ones for the same seed, and what is looked at on the way.

The world has two companies of two charts, taxes of every kind, on invoices and on payments, and
currencies of 0 to 3 decimals and of 0.05. A life is an order to which things happen; after each of
them :class:`~.life_checks.LifeChecks` looks at everything.
"""

from random import Random

from freezegun import freeze_time

from odoo.fields import Command

from .life import Life
from .random_jobs import RandomJobs

FIRST_DAY = "2026-03-02 10:00:00"
# Units of a currency for one euro.
RATES = {"EUR": 1, "JPY": 161.3, "KWD": 0.3339, "USD": 1.0871, "CHF": 0.9412, "XTN": 7.31}
SIMPLE = ("20", "10", "5.5")


class RandomLives(RandomJobs):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.currencies = cls.make_currencies()
        swiss = cls.setup_other_company(
            name="Other Chart",
            country_id=cls.env.ref("base.li").id,
            currency_id=cls.env.ref("base.CHF").id,
        )
        cls.env = cls.env(
            context={"allowed_company_ids": [cls.company.id, swiss["company"].id]},
            user=cls.env.user,
        )
        cls.worlds = [cls.make_world(cls.company_data), cls.make_world(swiss)]

    # === THE WORLD ===#

    @classmethod
    def make_currencies(cls):
        """Return currencies of 0, 1, 2 and 3 decimals, and one in steps of 0.05, with their rates."""
        Currency = cls.env["res.currency"].with_context(active_test=False)
        Currency.create({"name": "XTN", "symbol": "X", "rounding": 0.1})
        currencies = Currency.search([("name", "in", list(RATES))], order="name")
        currencies.active = True
        currencies.filtered(lambda currency: currency.name == "CHF").rounding = 0.05
        currencies.rate_ids.unlink()
        cls.env["res.currency.rate"].create(
            [
                {
                    "currency_id": currency.id,
                    "company_id": False,
                    "name": "2000-01-01",
                    "rate": RATES[currency.name],
                }
                for currency in currencies
            ]
        )
        return currencies

    @classmethod
    def make_world(cls, data):
        """Return a company with what its orders need: accounts, and taxes by regime."""
        company = data["company"]
        company.write(
            {
                "tax_exigibility": True,
                "allow_over_billing": False,
                "retention_account_id": company.retention_account_id.id
                or cls.make_account(data["default_account_receivable"], "Retained").id,
            }
        )
        deposits = company.downpayment_account_id
        if company not in deposits.company_ids or deposits.internal_group == "income":
            company.downpayment_account_id = cls.make_account(
                data["default_account_deferred_revenue"],
                "Deposits",
                account_type="liability_current",
            )
        waiting = cls.make_account(
            data["default_account_tax_sale"][:1],
            "VAT that waits",
            account_type="liability_current",
            reconcile=True,
        )
        on_payment = {
            "tax_exigibility": "on_payment",
            "cash_basis_transition_account_id": waiting.id,
        }
        regimes = {
            "invoice": cls.make_taxes(data, {"tax_exigibility": "on_invoice"}),
            "payment": cls.make_taxes(data, on_payment),
        }
        regimes["mixed"] = {
            name: regimes["payment" if index % 2 else "invoice"][name]
            for index, name in enumerate(sorted(regimes["payment"]))
        }
        return {"company": company, "regimes": regimes, "waiting": waiting}

    @classmethod
    def make_account(cls, account, name, **values):
        company = account.company_ids[:1]
        copied = cls.copy_account(account.with_company(company))
        copied.write({"name": name, **values})
        return copied

    @classmethod
    def make_taxes(cls, data, values):
        """Return taxes of every kind by name; ``values`` are those of each."""

        def tax(amount, **others):
            cls.tax_number += 1
            copied = data["default_tax_sale"].copy(
                {
                    "name": f"VAT {amount} ({cls.tax_number})",
                    "amount": amount,
                    "price_include_override": "tax_excluded",
                    **values,
                    **others,
                }
            )
            # Taxes on invoices and on payments may stand on one line unless they share tags.
            copied.repartition_line_ids.tag_ids = False
            return copied

        parts = tax(7) | tax(1.25)
        return {
            "20": tax(20),
            "10": tax(10),
            "5.5": tax(5.5),
            "20 included": tax(20, price_include_override="tax_included"),
            "10 included": tax(10, price_include_override="tax_included"),
            "tax on tax": tax(7, include_base_amount=True, sequence=0),
            "fixed": tax(0.35, amount_type="fixed", sequence=0),
            "division": tax(8, amount_type="division"),
            "negative": tax(-3),
            "group": tax(
                0,
                amount_type="group",
                children_tax_ids=[Command.set(parts.ids)],
                **dict.fromkeys(
                    ("invoice_repartition_line_ids", "refund_repartition_line_ids"), []
                ),
            ),
        }

    # === ONE LIFE ===#

    def live(self, seed):
        """Live one life.

        :return: the :class:`Life`, whose `findings` say what didn't hold
        """
        rng = Random(seed)
        self.world = self.worlds[rng.random() < 0.25]
        self.company = self.world["company"]
        self.env = type(self).env(
            context={
                "allowed_company_ids": [self.company.id, *self.env.companies.ids],
                # No money in it, and a fifth of the time.
                "tracking_disable": True,
            }
        )
        regime = rng.choice(("invoice", "invoice", "payment", "payment", "mixed"))
        self.taxes = self.world["regimes"][regime]
        self.is_simple = rng.random() < 0.5
        self.plain = SIMPLE if self.is_simple else tuple(set_apart(self.taxes, self.included))
        own = self.company.currency_id
        self.currencies = own if rng.random() < 0.5 else type(self).currencies
        with freeze_time(FIRST_DAY) as clock:
            life = Life(self, seed, rng, clock)
            life.note(
                f"{self.company.name}, {own.name}, taxes on {regime}, "
                f"{'simple' if self.is_simple else 'every kind'}"
            )
            life.live()
        return life

    def random_taxes(self, rng):
        if not self.is_simple:
            return super().random_taxes(rng)
        return self.taxes[rng.choice(SIMPLE)]

    def make_order(self, *lines, confirm=True, **values):
        """As the builder of all tests, for the company of this life."""
        values = {"company_id": self.company.id, **values}
        order = super().make_order(*lines, confirm=False, **values).with_env(self.env)
        if confirm:
            order.action_confirm()
        return order

    def random_term(self, rng):
        """Return a payment term with or without a retention; none in some lives."""
        kind = rng.random()
        if kind < 0.1:
            return self.env["account.payment.term"]
        if kind < 0.2:
            return self.make_term((100, 30))
        rate = rng.choice((5, 5, 5, 3, 2.5))
        shares = rng.choice(
            (((100 - rate, 30),), ((40, 0), (60 - rate, 45)), ((30, 0), (30, 30), (40 - rate, 60)))
        )
        base = rng.choice(("gross", "gross", "total", "untaxed"))
        return self.make_term(*shares, (rate, None), retention_base=base)


def set_apart(names, others):
    return [name for name in names if name not in others]
