"""The situations of the month: what a batch asks of each of its orders."""

from odoo import models
from odoo.exceptions import UserError

from ...tools.advance import advance
from ...tools.money import HUNDRED, exact
from ..billing.own_context import own_context

# Decimals of the progress that a line is given, enough for the cent of any amount.
ENTRY_DECIMALS = 10


class SaleOrder(models.Model):
    _inherit = "sale.order"

    # === ACTIONS ===#

    @own_context
    def action_create_situation_batch(self):
        """Open the screen that creates the situations of these orders together.

        Orders of several companies make a batch each.

        :raise UserError: where no order was chosen
        """
        if not self:
            raise UserError(self.env._("Choose the orders to create situations of first."))
        batches = self.env["sale.situation.batch"]._create_for_orders(self)
        return batches._get_batch_action()

    # === BUSINESS METHODS ===#

    def _get_batch_refusal(self):
        """Return why no situation of this order can be made; nothing where one can."""
        self.ensure_one()
        try:
            self._check_billing_rights()
            self._check_can_be_billed()
        except UserError as error:
            return str(error)
        if self.invoice_status == "invoiced":
            return self.env._("Order %(order)s is billed whole already.", order=self.name)
        return ""

    def _get_progress_entries(self, progress):
        """Return the entries that bring the order, as a whole, to a progress.

        Lines that stand alike all get it; else what is left of each advances in the same proportion
        (`tools/advance.py`).

        :param progress: cumulative, in %
        :return: `entries` of `create_situation_invoice`
        :raise UserError: on a progress that isn't above the order's, or above 100 %
        """
        self._check_billing_rights()
        self._check_can_be_billed()
        target = self._read_amount(progress)
        values = {
            "order": self.name,
            "value": self._format_progress(target),
            "progress": self._format_progress(self.billing_progress),
        }
        if target > HUNDRED:
            raise UserError(
                self.env._(
                    "Order %(order)s: a progress of %(value)s %% is above 100. Bill more than was "
                    "ordered on the order itself.",
                    **values,
                )
            )
        if target == exact(self.billing_progress):
            raise UserError(
                self.env._(
                    "Order %(order)s: nothing to bill, it stands at %(progress)s %% already.",
                    **values,
                )
            )
        if target < exact(self.billing_progress):
            raise UserError(
                self.env._(
                    "Order %(order)s: a progress of %(value)s %% is below the %(progress)s %% that are "
                    "billed. Give work back on the order itself, or by a credit note.",
                    **values,
                )
            )
        works = [at.work for at in self._get_work_position().values()]
        shares = advance(works, target / HUNDRED, exact(self.currency_id.rounding))
        return [
            {"line_id": line_id, "progress": round(float(share * HUNDRED), ENTRY_DECIMALS)}
            for line_id, share in shares.items()
        ]
