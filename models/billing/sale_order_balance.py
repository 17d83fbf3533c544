"""The balance of an order: the rest of every line, less all that is left of the deposits."""

from dataclasses import replace

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import float_is_zero, format_date

from ...tools.money import exact
from ...tools.plan import OtherLine
from ...tools.slices import FINISHED


class SaleOrder(models.Model):
    _inherit = "sale.order"

    is_ready_for_balance = fields.Boolean(
        string="Ready for Balance",
        compute="_compute_is_ready_for_balance",
        store=True,
        compute_sudo=True,
        help="Billing has begun, and works are left to bill or deposits to deduct.",
    )

    # === COMPUTE METHODS ===#

    @api.depends(
        "state",
        "billing_document_ids.state",
        "order_line.invoice_lines.move_id.state",
        "order_line.product_uom_qty",
        "order_line.qty_invoiced",
    )
    def _compute_is_ready_for_balance(self):
        for order in self:
            documents = order.billing_document_ids | order.order_line.invoice_lines.move_id
            begun = any(move.state != "cancel" for move in documents)
            open_lines = any(
                line.qty_invoiced != (0.0 if line.is_downpayment else line.product_uom_qty)
                for line in order._get_work_lines() | order._get_down_payment_lines()
            )
            order.is_ready_for_balance = order.state == "sale" and begun and open_lines

    # === PLAN ===#

    def _plan_balance(self):
        """Return the plan of the balance.

        :rtype: BillingPlan
        :raise UserError: when the order can't be closed, saying why
        """
        self._check_can_be_billed()
        documents = self._get_billing_documents().filtered(lambda move: move.state != "cancel")
        if not documents:
            raise UserError(
                self.env._(
                    "Order %(order)s has no balance yet: bill a deposit or a situation first, or use "
                    "Odoo's own invoice for the whole.",
                    order=self.name,
                )
            )
        self._check_can_be_closed()
        position = self._get_work_position()
        plan = replace(
            self._plan_targets({line.id: FINISHED for line in position}, position),
            deductions=tuple(self._plan_final_deductions()),
            others=self._plan_open_lines(),
        )
        if not plan.bills_something and self._is_closed_by(documents):
            raise UserError(
                self.env._("Order %(order)s is closed by its balance already.", order=self.name)
            )
        return plan

    def _check_can_be_closed(self):
        """Refuse to plan the last document of the order; a hook.

        :raise UserError: saying why
        """

    def _plan_final_deductions(self):
        """Return what the last document takes off: all that is left of what was paid in advance; see
        `_plan_deductions`."""
        return []

    def _get_open_lines(self):
        """Return the lines that aren't works, as reinvoiced costs, and that Odoo would invoice now."""
        lines = self.order_line - self._get_work_lines() - self._get_down_payment_lines()
        precision = self.env["decimal.precision"].precision_get("Product Unit")
        return lines.filtered(
            lambda line: (
                not line.display_type
                and line.product_type != "combo"
                and not float_is_zero(line.qty_to_invoice, precision_digits=precision)
            )
        )

    def _plan_open_lines(self):
        """Return what Odoo would invoice of the lines that aren't works, as :class:`OtherLine` s."""
        AccountTax = self.env["account.tax"]
        base_lines = AccountTax._round_base_lines(
            [
                line._prepare_base_line_for_taxes_computation(quantity=line.qty_to_invoice)
                for line in self._get_open_lines()
            ],
            self.company_id,
        )
        figures = [(line["record"], AccountTax._read_base_line(line)) for line in base_lines]
        return tuple(
            OtherLine(line.id, exact(amounts["untaxed"]), exact(amounts["total"]))
            for line, amounts in figures
        )

    def _is_closed_by(self, documents):
        """Whether a balance among these documents closes the order: one that wasn't credited."""
        balances = documents.filtered(lambda move: move.billing_kind == "balance")
        credits = balances.filtered(lambda move: move.reversed_entry_id in balances)
        return len(balances) > 2 * len(credits)

    def _is_closed_with(self, move):
        """Whether this document and earlier ones bill the order whole, to the cent."""
        self.ensure_one()
        if self.state != "sale":
            return False
        if not self._has_billing_begun(apart_from=move):
            return False
        if self.is_ready_for_balance or self._get_open_lines():
            return False
        works = [at.work for at in self._get_work_position().values()]
        closed = all(work.billed == work.amount for work in works)
        return closed and not self._get_left_to_invoice()

    # === DOCUMENT ===#

    def _get_balance_title(self):
        """Return the title of the balance, in the environment's language."""
        return self.env._(
            "Balance invoice of order %(order)s of %(date)s",
            order=self.name,
            date=format_date(self.env, self.date_order),
        )
