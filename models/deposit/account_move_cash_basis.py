"""VAT on payments of documents of nought: collected as the deposits that they deduct are paid.

Odoo collects such VAT with each payment of a document, in a cash basis entry. Nobody ever pays a document
whose total is nought, because deposits cover it or because its lines cancel out: its VAT would stay on the
waiting account for ever. What pays it are the payments of the deposits that it deducts.
"""

from collections import defaultdict
from typing import Any, NamedTuple

from odoo import models

from ..billing.own_context import Handed
from .account_move_line import KEEP_WAITING, TAX_BY_TAX


class Occasion(NamedTuple):
    """On which a share of a document's VAT is collected; stands for a partial reconciliation where Odoo
    makes the cash basis entry.

    :param id: of the partial that takes the entry back when it is undone; False without one
    :param company_id: the document's company
    :param max_date: the day of the payment, or the document's own where that is later
    :param is_posted: whether neither the deposit nor its payment is a draft again
    """

    id: Any
    company_id: Any
    max_date: Any
    is_posted: bool = True


class AccountMove(models.Model):
    _inherit = "account.move"

    # === OVERRIDES ===#

    def button_draft(self):
        # EXTENDS account: nothing is collected of a draft. A cancelled deposit comes back to be paid.
        self._filter_nought()._leave_cash_basis()
        cancelled = self.filtered(lambda move: move.state == "cancel")
        res = super().button_draft()
        cancelled._get_deducting_moves()._collect_as_deposits_are_paid(anew=True)
        return res

    def button_cancel(self):
        # EXTENDS account: who deducted a cancelled deposit is settled by those that stand.
        res = super().button_cancel()
        self._get_deducting_moves()._collect_as_deposits_are_paid(anew=True)
        return res

    def unlink(self):
        # EXTENDS account: as with a cancelled deposit.
        documents = self._get_deducting_moves() - self
        res = super().unlink()
        documents._collect_as_deposits_are_paid(anew=True)
        return res

    def _reconcile_reversed_moves(self, reverse_moves, move_reverse_cancel):
        # EXTENDS account: a document that is cancelled by its credit note is settled with it on the
        # waiting account, without collecting anything; and so is a deposit, which then pays nothing.
        # Any other credit note is collected as it is refunded.
        if move_reverse_cancel:
            self._filter_nought()._leave_cash_basis()
        how = TAX_BY_TAX if move_reverse_cancel else KEEP_WAITING
        moves = self.with_context(waiting_vat=Handed(how))
        res = super(AccountMove, moves)._reconcile_reversed_moves(
            reverse_moves, move_reverse_cancel
        )
        self._get_deducting_moves()._collect_as_deposits_are_paid()
        return res

    # === BUSINESS METHODS ===#

    def _collect_tax_of_nought(self):
        """Collect the VAT of posted documents of nought as far as their deposits are paid."""
        documents = self | self._get_settled_moves()
        (documents | documents._get_deducting_moves())._collect_as_deposits_are_paid()

    def _filter_nought(self):
        """Return the posted customer documents that nobody will ever pay, where VAT is due on
        payments."""
        return self.filtered(
            lambda move: (
                move.state == "posted"
                and move.is_sale_document(include_receipts=True)
                and move.currency_id.is_zero(move.amount_total)
                and move._has_taxes_on_payment()
            )
        )

    def _has_taxes_on_payment(self):
        taxes = self.line_ids.tax_ids.flatten_taxes_hierarchy()
        return "on_payment" in taxes.mapped("tax_exigibility")

    def _get_settled_moves(self):
        """Return the documents with which these entries were reconciled as drafts."""
        if not any(self.company_id.mapped("tax_exigibility")):
            return self.browse()
        lines = self.line_ids.filtered(lambda line: line.account_type == "asset_receivable")
        return (
            lines.matched_debit_ids.debit_move_id | lines.matched_credit_ids.credit_move_id
        ).move_id

    def _get_deducting_moves(self):
        """Return the posted documents of nought that deduct the deposits among these, or give them
        back."""
        if not any(self.company_id.mapped("tax_exigibility")):
            return self.browse()
        # sudo: which documents deduct a deposit, whoever pays it
        deposits = self.sudo().filtered(
            lambda move: (
                move.move_type == "out_invoice"
                and any(move.invoice_line_ids.mapped("is_downpayment"))
                and move._is_deposit()
            )
        )
        lines = deposits.invoice_line_ids.sale_line_ids.filtered("is_downpayment")
        documents = lines.invoice_lines.move_id._filter_nought() - deposits
        return documents.sudo(self.env.su)

    def _collect_as_deposits_are_paid(self, anew=False):
        """Bring the cash basis entries of the documents of nought among these in line with the payments
        of the deposits that they deduct.

        :param anew: begin again, because another deposit counts than before
        """
        if not any(self.company_id.mapped("tax_exigibility")):
            return
        # sudo: entries that follow from a payment or a posting that the user was allowed to make
        collected = {}
        for move in self.sudo()._filter_nought():
            occasions = move._get_occasions()
            entries = move._get_standing_cash_basis_entries()
            stale = entries.filtered(
                lambda entry, occasions=occasions: (
                    anew or entry.tax_cash_basis_rec_id.id not in occasions
                )
            )
            known = {entry.tax_cash_basis_rec_id.id for entry in entries - stale}
            stale._take_back_cash_basis()
            missing = [
                (occasion, share)
                for key, (occasion, share) in occasions.items()
                if key not in known and occasion.is_posted
            ]
            if missing and (values := move._prepare_cash_basis(missing)):
                collected[move.id] = values
        self.env["account.partial.reconcile"].sudo()._collect_prepared(collected)  # as above

    def _get_occasions(self):
        """Return on what a document of nought is collected up to now: each payment of a deposit that it
        deducts by the deposit's share of what it deducts; without deposits, its posting for the whole.

        :return: ``{id of the partial or False: (Occasion, share of the document)}``
        """
        self.ensure_one()
        weights = self._get_deposit_weights()
        if not weights:
            return {False: (Occasion(False, self.company_id, self.date), 1.0)}
        whole = sum(weights.values())
        occasions = {}
        for deposit, weight in weights.items():
            for partial, share in deposit._get_paid_shares().items():
                day = max(partial.max_date, self.date)
                is_posted = partial._is_posted()
                occasion = Occasion(partial.id, self.company_id, day, is_posted)
                occasions[partial.id] = (occasion, share * weight / whole)
        return dict(sorted(occasions.items()))

    def _get_deposit_weights(self):
        """Return ``{deposit's invoice: amount}`` that this document takes off for the deposits that
        stand, tax included; positive where it gives them back, too."""
        self.ensure_one()
        weights = defaultdict(float)
        for item in self.invoice_line_ids.filtered("is_downpayment"):
            for line in item.sale_line_ids.filtered("is_downpayment"):
                if deposit := line._get_current_deposit():
                    weights[deposit] += abs(item.price_total) / len(item.sale_line_ids)
        return {deposit: weight for deposit, weight in weights.items() if weight}

    def _get_paid_shares(self):
        """Return ``{partial reconciliation: share of this deposit that it pays}``."""
        self.ensure_one()
        lines = self.line_ids.filtered(lambda line: line.account_type == "asset_receivable")
        whole = sum(abs(line.amount_currency) for line in lines)
        shares = {}
        for line in lines:
            for partial in line.matched_credit_ids:
                shares[partial] = partial.debit_amount_currency / whole
            for partial in line.matched_debit_ids:
                shares[partial] = partial.credit_amount_currency / whole
        # An exchange difference pays nothing.
        return {partial: share for partial, share in shares.items() if share}

    def _is_settled(self):
        """Whether all deposits that this document of nought deducts are paid."""
        self.ensure_one()
        for deposit in self._get_deposit_weights():
            shares = deposit._get_paid_shares()
            paid = sum(share for partial, share in shares.items() if partial._is_posted())
            if not deposit.currency_id.is_zero(deposit.amount_total * (1 - paid)):
                return False
        return True

    def _get_standing_cash_basis_entries(self):
        """Return the cash basis entries of this document that weren't taken back."""
        return self.tax_cash_basis_created_move_ids.filtered(
            lambda entry: (
                entry.state == "posted"
                and not entry.reversed_entry_id
                and not entry.reversal_move_ids
            )
        )

    def _prepare_cash_basis(self, occasions):
        """Return what Odoo has to know to collect a document of nought on these occasions; None where
        nothing is left on the waiting account.

        :param occasions: ``[(Occasion, share)]``
        """
        self.ensure_one()
        values = self._collect_tax_cash_basis_values()
        if not values:
            return None
        items = self.env["account.move.line"].union(
            *(item for _kind, item in values["to_process_lines"])
        )
        taxes = items.filtered(lambda item: item.tax_line_id and item.amount_currency)
        if taxes and all(taxes.mapped("reconciled")):
            return None
        bases = defaultdict(float)
        for item in items - taxes:
            bases[item.tax_ids] += item.amount_currency
        if not taxes and all(self.currency_id.is_zero(base) for base in bases.values()):
            return None
        return {
            **values,
            # Odoo takes a document of nought for paid.
            "is_fully_paid": self._is_settled(),
            "partials": [
                {
                    "partial": occasion,
                    "percentage": share,
                    "payment_rate": self.invoice_currency_rate,
                    "both_move_posted": True,
                }
                for occasion, share in occasions
            ],
        }

    def _leave_cash_basis(self):
        """Take back what was collected of these documents of nought, and free what settles them."""
        # sudo: as `_collect_as_deposits_are_paid`
        for move in self.sudo():
            move._get_standing_cash_basis_entries()._take_back_cash_basis()
            items = move.line_ids.filtered("tax_line_id")
            partials = items.matched_debit_ids | items.matched_credit_ids
            others = (partials.debit_move_id | partials.credit_move_id).move_id - move
            partials.unlink()
            others._collect_as_deposits_are_paid()

    def _take_back_cash_basis(self):
        """Reverse cash basis entries, as Odoo does where a reconciliation is undone."""
        if not self:
            return
        # Undoing the reconciliation later has nothing to reverse any more.
        self.tax_cash_basis_rec_id = False
        self._reverse_moves(
            [
                {
                    "date": entry._get_accounting_date(entry.date, entry._affect_tax_report()),
                    "ref": self.env._("Reversal of %(entry)s", entry=entry.name),
                }
                for entry in self
            ],
            cancel=True,
        )
