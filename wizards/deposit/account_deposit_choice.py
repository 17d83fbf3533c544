from odoo import api, fields, models
from odoo.fields import Command

from ...models.billing.own_context import own_context
from ...tools.money import ZERO, exact, rounded


class AccountDepositChoice(models.TransientModel):
    _name = "account.deposit.choice"
    _inherit = "billing.named.access"
    _description = "Choose Deposits"
    _named_fields = ("move_id",)

    move_id = fields.Many2one("account.move", required=True, readonly=True, ondelete="cascade")
    currency_id = fields.Many2one(related="move_id.currency_id")
    line_ids = fields.One2many("account.deposit.choice.line", "wizard_id")
    total = fields.Monetary(
        string="Invoice before Deductions", compute="_compute_amounts", help="Tax included."
    )
    deducted = fields.Monetary(string="Deposits Deducted", compute="_compute_amounts")
    advances = fields.Monetary(string="Payments", compute="_compute_amounts")
    amount_left = fields.Monetary(string="Left to Pay", compute="_compute_amounts")

    # === COMPUTE METHODS ===#

    @api.depends("move_id", "line_ids.is_chosen", "line_ids.amount")
    def _compute_amounts(self):
        for wizard in self:
            round_ = wizard.currency_id.round
            chosen = wizard.line_ids.filtered("is_chosen")
            payments = chosen.filtered("advance_line_id")
            wizard.total = float(wizard.move_id._get_total_before_deductions())
            wizard.deducted = round_(sum((chosen - payments).mapped("amount")))
            wizard.advances = round_(sum(payments.mapped("amount")))
            wizard.amount_left = round_(wizard.total - wizard.deducted - wizard.advances)

    @api.onchange("line_ids")
    def _onchange_line_ids(self):
        """Propose what is possible where a line is ticked; a payment is used up to what is left."""
        step = exact(self.currency_id.rounding)
        left = self.move_id._get_total_before_deductions()
        lines = self.line_ids.sorted(lambda line: bool(line.advance_line_id))
        for line in lines:
            if not line.is_chosen:
                line.amount = 0.0
            elif line.amount and not line.advance_line_id:
                left -= rounded(exact(line.amount), step)
        left = max(left, ZERO)
        for line in lines.filtered("is_chosen"):
            if line.advance_line_id or not line.amount:
                amount = min(rounded(exact(line.left), step), left)
                line.amount = float(amount)
                left -= amount

    # === ACTIONS ===#

    @own_context
    def action_apply(self):
        """Deduct what is ticked, and note the payments that are to settle the invoice."""
        self.ensure_one()
        chosen = self.line_ids.filtered("is_chosen")
        payments = chosen.filtered("advance_line_id")
        self.move_id.deduct_deposits(
            [
                {"deposit_id": line.deposit_id.id, "amount": line.amount or None}
                for line in chosen - payments
            ]
        )
        self.move_id.choose_advances(payments.advance_line_id.ids)
        return {"type": "ir.actions.act_window_close"}

    # === BUSINESS METHODS ===#

    @api.model
    def _create_for_move(self, move):
        """Return the dialog of an invoice, with what is chosen on it already."""
        rows = [row for row in move._get_deposit_rows() if row["open"]]
        total = float(move._get_total_before_deductions())
        deducted = float(sum((row["deducted"] for row in rows), ZERO))
        values_list = [
            {
                "deposit_id": row["move"].id,
                # An order that the user may not read, of which the invoice deducts a deposit already.
                "order_id": row["order"].sudo(False).has_access("read") and row["order"].id,
                "name": row["move"].name,
                "date": row["date"],
                "total": float(row["total"]),
                "left": float(row["left"]),
                "is_chosen": bool(row["deducted"]),
                "amount": float(row["deducted"]),
            }
            for row in rows
        ]
        left = total - deducted
        for row in move._get_advance_rows():
            amount = min(row["left"], left) if row["chosen"] else 0.0
            left -= amount
            values_list.append(
                {
                    "advance_line_id": row["line"].id,
                    "name": row["name"],
                    "date": row["date"],
                    "total": abs(row["line"].amount_currency),
                    "left": row["left"],
                    "is_chosen": row["chosen"],
                    "amount": amount,
                }
            )
        return self.create(
            {
                "move_id": move.id,
                "line_ids": [Command.create(values) for values in values_list],
            }
        )


class AccountDepositChoiceLine(models.TransientModel):
    _name = "account.deposit.choice.line"
    _inherit = "billing.named.access"
    _description = "Choose Deposits: Line"
    _named_fields = ("wizard_id", "deposit_id", "advance_line_id", "order_id")

    wizard_id = fields.Many2one("account.deposit.choice", required=True, ondelete="cascade")
    currency_id = fields.Many2one(related="wizard_id.currency_id")
    deposit_id = fields.Many2one("account.move", readonly=True)
    advance_line_id = fields.Many2one("account.move.line", readonly=True)
    order_id = fields.Many2one("sale.order", readonly=True)
    name = fields.Char(string="Deposit or Payment", readonly=True)
    date = fields.Date(readonly=True)
    total = fields.Monetary(readonly=True, help="Tax included.")
    left = fields.Monetary(
        readonly=True, help="Without what this invoice deducts, drafts of others counted."
    )
    is_chosen = fields.Boolean(string="Deduct")
    amount = fields.Monetary(
        string="Amount", help="What this invoice deducts of it, tax included; of a payment, all."
    )

    @api.onchange("amount")
    def _onchange_amount(self):
        """An amount that is typed ticks its line."""
        if self.amount:
            self.is_chosen = True
