"""… and its function, with a parameter of its own; door 3, figures of the recap and of its documents."""

from decimal import Decimal

from odoo import fields, models

from .res_company import RULE


class SaleOrder(models.Model):
    _inherit = "sale.order"

    deduction_rule = fields.Selection(
        selection_add=[RULE], ondelete={"share": lambda orders: orders._reset_deduction_rule()}
    )
    deduction_share = fields.Float(
        string="Share of Each Situation (%)",
        default=25.0,
        help="What the rule “A share of each situation” deducts, of the situation's total.",
    )

    def _get_deduction_function(self, rule):
        # EXTENDS sale_situation_invoicing: told the total of the document, tax included.
        if rule != "share":
            return super()._get_deduction_function(rule)
        share = Decimal(str(self.deduction_share)) / 100
        return lambda deposit: deposit.deducted + deposit.document * share

    def _reset_deduction_rule(self):
        for order in self:
            order.deduction_rule = order.company_id.deduction_rule

    def _get_recap(self, documents=None):
        # EXTENDS sale_situation_invoicing: what share of the contract is deposits.
        recap = super()._get_recap(documents)
        total = recap["contract_total"]
        share = recap["deposit_invoiced"] / total * 100 if total else 0.0
        return {**recap, "deposit_share": round(share, 2)}

    def _get_document_figures(self, documents=None):
        # EXTENDS sale_situation_invoicing: the salesperson of each document.
        documents = self._get_billing_documents() if documents is None else documents
        rows = super()._get_document_figures(documents)
        for row, move in zip(rows, documents, strict=True):
            row["salesperson"] = move.invoice_user_id.name or ""
        return rows
