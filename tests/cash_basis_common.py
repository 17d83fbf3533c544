"""A company whose VAT is due on payments, and what of it should be collected by now."""

from collections import defaultdict

from odoo.fields import Command

from .common import SituationCommon

TYPES = ("asset_receivable", "liability_payable")


class CashBasisCommon(SituationCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.tax_exigibility = True
        cls.vat20, cls.vat10 = (cls.find_tax(rate) for rate in (20, 10))
        cls.waiting_account = cls.vat20.cash_basis_transition_account_id

    @classmethod
    def find_tax(cls, rate):
        """Return the chart's tax on services of this rate."""
        taxes = cls.env["account.tax"].with_context(active_test=False)
        tax = taxes.search(
            [
                ("company_id", "=", cls.company.id),
                ("type_tax_use", "=", "sale"),
                ("amount_type", "=", "percent"),
                ("amount", "=", rate),
                ("tax_exigibility", "=", "on_payment"),
                ("price_include_override", "in", (False, "tax_excluded")),
                ("cash_basis_transition_account_id.code", "=like", "44574%"),
            ],
            limit=1,
        )
        tax.active = True
        return tax

    # === BUILDERS ===#

    def make_job(self, **values):
        """Return an order of 1 000 at 20 % and 1 000 at 10 %."""
        return self.make_order(
            self.line("A", 1, 1000.0, self.vat20),
            self.line("B", 1, 1000.0, self.vat10),
            deduction_rule="full",
            **values,
        )

    def bill_nought(self, order, **values):
        """Bill the first line, which the deposit covers."""
        line = self.work_line(order, "A")
        move = self.situation(
            order, [{"line_id": line.id, "progress": 100}], **{"post": True, **values}
        )
        self.assertEqual(move.amount_total, 0)
        return move

    def bank(self, line, amount=None, date=None):
        """Settle an open share, or an amount of it, by a bank entry; return that entry."""
        amount = line.currency_id.round(
            line.amount_residual_currency
            if amount is None
            else amount * (1 if line.balance > 0 else -1)
        )
        date = date or line.date
        balance = line.currency_id._convert(amount, self.company.currency_id, self.company, date)
        bank = self.company_data["default_journal_bank"]
        entry = self.env["account.move"].create(
            {
                "journal_id": bank.id,
                "date": date,
                "line_ids": [
                    Command.create(
                        {
                            "account_id": account.id,
                            "partner_id": line.partner_id.id,
                            "currency_id": line.currency_id.id,
                            "amount_currency": sign * amount,
                            "balance": sign * balance,
                        }
                    )
                    for account, sign in ((bank.default_account_id, 1), (line.account_id, -1))
                ],
            }
        )
        entry.action_post()
        (
            entry.line_ids.filtered(lambda item: item.account_id == line.account_id) + line
        ).reconcile()
        return entry

    def shares(self, moves):
        """Return the receivable shares of documents."""
        return moves.line_ids.filtered(lambda line: line.account_type in TYPES)

    # === WHAT STANDS IN THE BOOKS ===#

    def posted(self, *domain):
        return self.env["account.move.line"].search(
            [
                ("parent_state", "=", "posted"),
                ("company_id", "=", self.company.id),
                *domain,
            ]
        )

    def waiting(self):
        """Return what the waiting account holds."""
        items = self.posted(("account_id", "=", self.waiting_account.id))
        return round(-sum(items.mapped("balance")), 2)

    def collected(self):
        """Return ``{tax: what is collected of it}``."""
        amounts = defaultdict(float)
        for item in self.posted(("tax_line_id.tax_exigibility", "=", "on_payment")):
            if item.account_id != self.waiting_account:
                amounts[item.tax_line_id] -= item.balance
        return {tax: round(amount, 2) for tax, amount in amounts.items()}

    def assertVat(self, vat20, vat10, waiting, message=None):
        collected = self.collected()
        self.assertEqual(
            (collected.get(self.vat20, 0), collected.get(self.vat10, 0), self.waiting()),
            (vat20, vat10, waiting),
            message,
        )

    # === WHAT SHOULD STAND THERE ===#

    def paid_share(self, move):
        """Return (share of a document that is paid, number of payments)."""
        shares = self.shares(move)
        paid = count = 0
        for line in shares:
            for partial, amount in [
                *((p, p.debit_amount_currency) for p in line.matched_credit_ids),
                *((p, p.credit_amount_currency) for p in line.matched_debit_ids),
            ]:
                states = (partial.debit_move_id | partial.credit_move_id).move_id
                if states - move and (states - move).state == "posted":
                    paid += amount
                    count += 1
        whole = sum(abs(line.amount_currency) for line in shares)
        if whole:
            return paid / whole, count
        parts = []
        for item in move.invoice_line_ids.filtered(lambda item: item.display_type == "product"):
            lines = item.sale_line_ids.filtered("is_downpayment")
            deposits = lines.invoice_lines.move_id.filtered(
                lambda deposit: (
                    deposit.move_type == "out_invoice"
                    and deposit.state != "cancel"
                    and deposit.billing_kind == "deposit"
                )
            )
            if deposits:
                share, number = self.paid_share(max(deposits, key=self.stands))
                parts.append((abs(item.price_total), share))
                count += number
        if not parts:
            return 1, 1
        weight = sum(weight for weight, _share in parts)
        return sum(weight * share for weight, share in parts) / weight, count

    def stands(self, deposit):
        return (deposit.state == "posted" and deposit.payment_state != "reversed", deposit.id)

    def assertVatFollowsPayments(self, message):
        """Collected is Σ tax × paid share, by tax, and the rest waits; each payment may round a cent."""
        due, tolerance = defaultdict(float), 0.006
        whole = 0
        items = self.posted(
            ("tax_line_id.tax_exigibility", "=", "on_payment"),
            ("account_id", "=", self.waiting_account.id),
            ("move_id.tax_cash_basis_origin_move_id", "=", False),
        )
        for move, taxes in items.grouped("move_id").items():
            share, count = self.paid_share(move)
            if abs(share - 1) < 1e-9:
                share = 1
            elif share:
                tolerance += 0.006 * count
            for item in taxes:
                due[item.tax_line_id] -= item.balance * share
                whole -= item.balance
        collected = self.collected()
        for tax in due.keys() | collected.keys():
            self.assertAlmostEqual(
                collected.get(tax, 0), due[tax], delta=tolerance, msg=f"{message}: {tax.name}"
            )
        self.assertAlmostEqual(
            self.waiting(), whole - sum(collected.values()), delta=0.006, msg=message
        )
