"""Payments of deposits, which collect the VAT of the documents of nought that deduct them."""

from odoo import models


class Prepared:
    """What Odoo's cash basis entries are to be made of.

    It is handed on in the context, where Odoo leaves no other way; a caller over RPC can't make one.
    """

    def __init__(self, values):
        self.values = values


class AccountPartialReconcile(models.Model):
    _inherit = "account.partial.reconcile"

    def _create_tax_cash_basis_moves(self):
        # EXTENDS account: who pays a deposit pays the documents that it covers, too.
        entries = super()._create_tax_cash_basis_moves()
        if not self._get_prepared():
            moves = (self.debit_move_id | self.credit_move_id).move_id
            moves._get_deducting_moves()._collect_as_deposits_are_paid()
        return entries

    def _collect_tax_cash_basis_values(self):
        # EXTENDS account: documents of nought bring their own.
        prepared = self._get_prepared()
        return prepared.values if prepared else super()._collect_tax_cash_basis_values()

    def _is_posted(self):
        """Whether no draft is reconciled here."""
        self.ensure_one()
        items = self.debit_move_id | self.credit_move_id
        return all(item.parent_state == "posted" for item in items)

    def _get_prepared(self):
        prepared = self.env.context.get("prepared_cash_basis")
        return prepared if isinstance(prepared, Prepared) else None

    def _collect_prepared(self, values):
        """Make the cash basis entries of documents.

        :param values: ``{id of the document: values}``, see `_collect_tax_cash_basis_values`
        """
        if values:
            self.with_context(prepared_cash_basis=Prepared(values))._create_tax_cash_basis_moves()
