from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...models.billing.own_context import own_context
from ...models.retention.account_retention_operation import KINDS


class AccountRetentionWizard(models.TransientModel):
    _name = "account.retention.wizard"
    _inherit = "billing.named.access"
    _description = "Release, Replace, Oppose or Lose Retentions"
    _named_fields = ("order_id", "move_ids")

    kind = fields.Selection(KINDS, required=True, readonly=True)
    order_id = fields.Many2one("sale.order", readonly=True)
    move_ids = fields.Many2many("account.move", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    available = fields.Monetary(readonly=True, help="What this can be done with.")
    amount = fields.Monetary()
    date = fields.Date(required=True, default=fields.Date.context_today)
    bank = fields.Char()
    reference = fields.Char()
    reason = fields.Text()

    @api.model
    def _open(self, kind, moves, order=None):
        """Open the dialog for retentions: of one order, or of those that were chosen in the list.

        :raise UserError: where nothing can be done with them
        """
        wizard = self.create({"kind": kind, "order_id": order and order.id})
        # sudo: documents of an order that the salesperson may bill
        wizard.sudo().move_ids = moves
        groups = wizard._get_groups()
        available = [
            self.env["account.retention.operation"]._get_possible_amount(kind, group, group_order)
            for group_order, group in groups
        ]
        if not any(available):
            raise UserError(self.env._("Nothing of these retentions is left that can be changed."))
        if len(groups) == 1:
            Operation = self.env["account.retention.operation"]
            wizard.currency_id = Operation._get_currency(groups[0][1], groups[0][0])
            wizard.available = wizard.amount = float(available[0])
        return wizard._get_open_action()

    def _get_named(self, name):
        # EXTENDS: a salesperson may bill an order without being allowed to read all its documents.
        named = super()._get_named(name)
        if name == "move_ids" and self.order_id:
            # sudo: which order they are of
            named = named.sudo().filtered(lambda move: move.billing_order_id != self.order_id)
        return named.sudo(False)

    @api.model
    def _get_readable_domain(self, name):
        # EXTENDS: as above.
        domain = super()._get_readable_domain(name)
        return Domain("order_id", "!=", False) | domain if name == "move_ids" else domain

    @own_context
    def action_confirm(self):
        """Do it: order by order, an invoice without order by itself."""
        self.ensure_one()
        Operation = self.env["account.retention.operation"]
        groups = self._get_groups()
        for order, moves in groups:
            values = {name: self[name] for name in ("bank", "reference", "reason") if self[name]}
            if len(groups) > 1 and not Operation._get_possible_amount(self.kind, moves, order):
                continue
            Operation._carry_out(
                self.kind,
                moves,
                order,
                self.amount if len(groups) == 1 else None,
                self.date,
                **values,
            )

    def _get_groups(self):
        """Return ``[(order, documents)]``: those of an order together, an invoice without one alone."""
        # sudo: the documents of the order that the salesperson opened the dialog from
        moves = self.sudo().move_ids
        groups = [
            (order, group)
            # Several orders are locked in the order of their ids.
            for (order, _currency), group in moves.sorted(lambda move: move.billing_order_id.id)
            .grouped(lambda move: (move.billing_order_id, move.currency_id))
            .items()
            if order
        ]
        no_order = self.env["sale.order"]
        groups += [(no_order, move) for move in moves if not move.billing_order_id]
        if self.order_id and not groups:
            groups = [(self.order_id, moves)]
        return [(order.sudo(False), group.sudo(False)) for order, group in groups]

    def _get_open_action(self):
        titles = {
            "release": self.env._("Release the retention of guarantee"),
            "guarantee": self.env._("Replace the retention by a bank guarantee"),
            "opposition": self.env._("Note the customer's opposition"),
            "loss": self.env._("Give the retention up"),
        }
        name = titles[self.kind]
        return {
            "type": "ir.actions.act_window",
            "name": f"{name} – {self.order_id.name}" if self.order_id else name,
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }
