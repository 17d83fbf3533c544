"""Advances by hand: payments of the customer that are to settle an invoice once it is posted."""

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...tools.echo import shown
from ..billing.own_context import own_context
from ..billing.reading import is_id


class AccountMove(models.Model):
    _inherit = "account.move"

    advance_line_ids = fields.Many2many(
        "account.move.line",
        "account_move_advance_rel",
        "move_id",
        "line_id",
        string="Advances",
        readonly=True,
        copy=False,
        help="Payments of the customer that are reconciled with this invoice when it is posted.",
    )

    # === PUBLIC METHODS (RPC) ===#

    @own_context
    def choose_advances(self, advance_ids):
        """Choose open payments of the customer that settle this draft once it is posted, in place of
        those chosen before.

        Each is used whole, at most up to what the invoice asks for then; a retention is left out.

        :param advance_ids: ids of the payments' open journal items, as Odoo's list of outstanding
            credits has them; an empty list for none
        :return: what is open of them in all, in the invoice's currency
        :rtype: float
        :raise UserError: on anything else, naming it; nothing is written
        """
        self._check_takes_deposits()
        if not isinstance(advance_ids, list | tuple) or not all(map(is_id, advance_ids)):
            raise UserError(
                self.env._(
                    "“%(value)s” is no list of payments: give ids of journal items.",
                    value=shown(advance_ids),
                )
            )
        open_advances = self._get_open_advances()
        for advance_id in advance_ids:
            if advance_id not in open_advances.ids:
                raise UserError(
                    self.env._(
                        "“%(value)s” is no open payment of %(customer)s on the invoice's account.",
                        value=shown(advance_id),
                        customer=self.commercial_partner_id.display_name,
                    )
                )
        chosen = open_advances.filtered(lambda line: line.id in advance_ids)
        # sudo: the right to write was checked, and so was each payment
        self.sudo().advance_line_ids = chosen
        return self.currency_id.round(sum(self._get_advance_amount(line) for line in chosen))

    # === BUSINESS METHODS ===#

    def _get_advance_accounts(self):
        """Return the accounts on which a payment can meet this invoice."""
        self.ensure_one()
        accounts = self._get_payable_shares().account_id
        return (
            accounts or self.partner_id.with_company(self.company_id).property_account_receivable_id
        )

    def _get_payable_shares(self):
        """Return the shares of this invoice that a payment on the customer's account meets."""
        self.ensure_one()
        return self.line_ids.filtered(lambda line: line.display_type == "payment_term")

    def _get_open_advances(self):
        """Return the open journal items of the customer's payments, oldest first."""
        self.ensure_one()
        customer = self.commercial_partner_id
        items = self.env["account.move.line"]
        if not customer or not items.has_access("read"):
            return items
        return items.search(
            Domain("account_id", "in", self._get_advance_accounts().ids)
            & Domain("company_id", "=", self.company_id.id)
            & Domain("parent_state", "=", "posted")
            & Domain("partner_id", "=", customer.id)
            & Domain("reconciled", "=", False)
            & Domain("balance", "<", 0)
            & Domain("amount_residual", "<", 0)
            # A credit note is no payment: Odoo's own list offers it once the invoice is posted.
            & Domain("move_id.move_type", "=", "entry"),
            order="date, id",
        )

    def _get_advance_amount(self, line):
        """Return what is open of a payment, in the invoice's currency."""
        if line.currency_id == self.currency_id:
            return abs(line.amount_residual_currency)
        return line.company_currency_id._convert(
            abs(line.amount_residual), self.currency_id, self.company_id, line.date
        )

    def _get_advance_rows(self):
        """Return the payments that are chosen and, on a draft, those that may be.

        :return: ``[{"line": journal item, "name", "date", "left": open now, "chosen": bool}]``
        """
        self.ensure_one()
        # A journal item of a form that isn't saved is the one behind it.
        chosen = self.advance_line_ids._origin
        lines = chosen
        if self.state == "draft":
            lines |= self._get_open_advances()
        return [
            {
                "line": line,
                "name": line.move_id.name,
                "date": line.date,
                "left": self._get_advance_amount(line),
                "chosen": line in chosen,
            }
            for line in lines.sorted(lambda line: (line.date, line.id))
        ]

    def _reconcile_advances(self):
        """Let the payments that were chosen pay what isn't retained of this posted invoice."""
        self.ensure_one()
        unused = self.env["account.move.line"]
        for line in self.advance_line_ids.sorted(lambda line: (line.date, line.id)):
            shares = self._get_payable_shares().filtered(
                lambda share, line=line: (
                    not share.reconciled
                    and share.account_id == line.account_id
                    and share.partner_id == line.partner_id
                )
            )
            if not shares or line.parent_state != "posted" or line.reconciled:
                unused |= line
                continue
            (line + shares).reconcile()
        if unused:
            self._message_log(
                body=self.env._(
                    "Not used, because nothing was left of them or of the invoice: %(payments)s.",
                    payments=", ".join(unused.move_id.mapped("display_name")),
                )
            )
