"""Documents of a plan of instalments: their share, and what follows when one falls out."""

from odoo import fields, models


class AccountMove(models.Model):
    _inherit = "account.move"

    _kept_by_billing = ("instalment_percent",)
    _internal_fields = ("instalment_percent",)

    instalment_percent = fields.Float(
        string="Share of the Plan (%)",
        digits=(16, 6),
        readonly=True,
        copy=False,
        help="What this instalment bills of the rest that its plan spread.",
    )

    # === OVERRIDES ===#

    def _after_posting(self):
        # EXTENDS: what is credited is billed by the instalments that are left, as the credit note
        # stands when it is posted.
        super()._after_posting()
        self.filtered("reversed_entry_id")._respread_instalments()

    # === BUSINESS METHODS ===#

    def _drop_planned_lines(self):
        """Delete what the plan wrote into these drafts; lines added by hand stay."""
        self.invoice_line_ids.filtered(
            lambda line: line.display_type != "product" or line.sale_line_ids or line.is_downpayment
        ).unlink()

    def _respread_instalments(self):
        self._get_billed_orders()._respread_instalments()

    def _shares_the_rest(self):
        # EXTENDS
        return bool(self.instalment_percent) or super()._shares_the_rest()
