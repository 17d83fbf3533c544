from odoo import api, fields, models

from .sale_order import PROGRESS_DECIMALS


def get_progress(previous, amounts, quantities):
    """Return the cumulative progress in % after a document.

    :param float previous: progress before it
    :param amounts: (untaxed amount of the document, of the order line)
    :param quantities: the same in quantities, which count on a line without amount
    """
    part, whole = amounts if amounts[1] else quantities
    if not whole:
        return 0.0
    return round(previous + part / whole * 100, PROGRESS_DECIMALS)


class AccountMoveLine(models.Model):
    _name = "account.move.line"
    _inherit = ["account.move.line", "billing.guard"]

    _kept_by_billing = (
        "previous_progress",
        "progress",
        "situation_contract_amount",
        "situation_contract_quantity",
    )

    previous_progress = fields.Float(
        string="Previous Progress (%)",
        readonly=True,
        copy=False,
        help="Cumulative progress of the order line before this document.",
    )
    progress = fields.Float(
        string="Progress (%)",
        compute="_compute_progress",
        store=True,
        help="Cumulative progress of the order line with this document.",
    )
    situation_contract_amount = fields.Monetary(
        string="Contract Amount",
        currency_field="currency_id",
        readonly=True,
        copy=False,
        help="Untaxed amount of the order line when this document was made.",
    )
    situation_contract_quantity = fields.Float(
        string="Ordered Quantity",
        digits="Product Unit",
        readonly=True,
        copy=False,
        help="Ordered quantity when this document was made.",
    )

    # === COMPUTE METHODS ===#

    @api.depends(
        "previous_progress",
        "situation_contract_amount",
        "situation_contract_quantity",
        "price_subtotal",
        "quantity",
        "move_id.move_type",
    )
    def _compute_progress(self):
        for line in self:
            sign = -1 if line.move_id.move_type == "out_refund" else 1
            line.progress = get_progress(
                line.previous_progress,
                (sign * line.price_subtotal, line.situation_contract_amount),
                (sign * line.quantity, line.situation_contract_quantity),
            )

    # === BUSINESS METHODS ===#
