"""A retention that is lost for good: a credit note with its VAT, reconciled with the retention.

A loss of retention that is taken back: its credit note is cancelled, or reversed where it is locked.
"""

from datetime import timedelta

from odoo import fields, models
from odoo.fields import Command
from odoo.tools import frozendict

from .account_payment_term import NO_DATE


class AccountMove(models.Model):
    _inherit = "account.move"

    retention_operation_id = fields.Many2one(
        "account.retention.operation",
        string="Lost Retention",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="The loss of a retention that this credit note is for.",
    )
    retention_opposed_before = fields.Monetary(
        readonly=True,
        copy=False,
        help="Of a retention that is lost, what the customer had opposed: it is settled by this.",
    )

    # === BUSINESS METHODS ===#

    def _credit_lost_retention(self, operation, amount):
        """Create and post the credit note for what is lost of this invoice's retention.

        It lowers the turnover on the accounts of the invoice and the VAT by its rates; deposits that
        the invoice deducts are none of it. The order stays billed: nothing of its work is undone.

        :param operation: the loss
        :param amount: decimal, tax included
        """
        self.ensure_one()
        company = self.company_id
        move = self.with_company(company).with_context(lang=self.partner_id.lang)
        AccountTax = self.env["account.tax"]
        base_lines, _tax_lines = self._get_rounded_base_and_tax_lines()
        works = [line for line in base_lines if not line["record"].is_downpayment]
        lost_lines = AccountTax._prepare_down_payment_lines(
            works,
            company,
            "fixed",
            float(amount),
            computation_key=f"retention,{operation.id}",
            grouping_function=lambda base_line: {"account_id": base_line["account_id"]},
        )
        AccountTax._close_base_lines(lost_lines, company, amount)
        lost_lines = [line for line in lost_lines if AccountTax._read_base_line(line)["total"]]
        figures = self.env["account.retention"]._get_by_move(self)[self.id]
        name = move.env._("Retention of guarantee of %(move)s, lost", move=self.name)
        move.env["account.move"].check_access("create")
        # sudo: that right was checked; which loss it is for is nobody's to write
        credit_note = (
            move.env["account.move"]
            .sudo()
            .create(
                {
                    "move_type": "out_refund",
                    "partner_id": self.partner_id.id,
                    "partner_shipping_id": self.partner_shipping_id.id,
                    "company_id": company.id,
                    "journal_id": self.journal_id.id,
                    "currency_id": self.currency_id.id,
                    "fiscal_position_id": self.fiscal_position_id.id,
                    "invoice_payment_term_id": False,
                    "invoice_user_id": self.invoice_user_id.id,
                    "invoice_origin": self.invoice_origin,
                    "invoice_date": operation.date,
                    "ref": name,
                    "reversed_entry_id": self.id,
                    "retention_operation_id": operation.id,
                    "retention_opposed_before": min(figures["opposed"], float(amount)),
                    "invoice_line_ids": [
                        Command.create(self._prepare_lost_line(base_line, name))
                        for base_line in lost_lines
                    ],
                }
            )
        )
        credit_note = credit_note.sudo(False)
        credit_note.action_post()
        return credit_note

    def _prepare_lost_line(self, base_line, name):
        """Return the values of a line of the credit note: 1 × the exact amount, with its taxes."""
        return {
            "name": name,
            "quantity": 1.0,
            "price_unit": base_line["price_unit"],
            "tax_ids": [Command.set(base_line["tax_ids"].ids)],
            "account_id": base_line["account_id"].id,
            "analytic_distribution": base_line["analytic_distribution"] or False,
            "extra_tax_data": self.env["account.tax"]._export_base_line_extra_tax_data(base_line),
        }

    def _retain_whole(self, terms):
        """Return needed terms of which everything stands against the retention that is lost."""
        if not terms:
            return terms
        key = {**next(iter(terms)), "date_maturity": NO_DATE}
        return {
            frozendict(key): {
                name: sum(values[name] for values in terms.values())
                for name in ("balance", "amount_currency")
            }
        }

    def _take_back_loss(self):
        """Undo these credit notes of a loss: the retention is open again, and its VAT is due again.

        What Odoo lets be reset is cancelled. What is secured by hash, or stands in a locked period, is
        reversed by an invoice of the same amounts, which settles it.
        """
        posted = self.filtered(lambda move: move.state == "posted")
        locked = posted.filtered(lambda move: move._is_locked_for_good())
        (posted - locked).button_draft()
        (self - locked).filtered(lambda move: move.state == "draft").button_cancel()
        for move in locked:
            move._reverse_lost_retention()

    def _is_locked_for_good(self):
        """Whether Odoo refuses to reset this posted document: by its hash, its journal or its date."""
        self.ensure_one()
        return not self.show_reset_to_draft_button or bool(self._get_own_locks())

    def _get_own_locks(self):
        """Return the lock dates that this document stands before, the latest last."""
        return self._get_violated_lock_dates(self.date, self._affect_tax_report())

    def _reverse_lost_retention(self):
        """Reverse this credit note of a loss, on its own day or the first open one after it."""
        self.ensure_one()
        locks = self._get_own_locks()
        date = locks[-1][0] + timedelta(days=1) if locks else self.date
        move = self.with_context(lang=self.partner_id.lang)
        name = move.env._("Reversal of %(move)s: the retention isn't lost", move=self.name)
        # It is reconciled with the credit note, which leaves the retention.
        return self._reverse_moves(
            [
                {
                    "ref": name,
                    "date": date,
                    "invoice_date": date,
                    "invoice_date_due": date,
                    "invoice_user_id": self.invoice_user_id.id,
                    "invoice_origin": self.invoice_origin,
                }
            ],
            cancel=True,
        )
