"""Which entry settles a retention of guarantee with what a posted payment brought too much; its end."""

from odoo import api, fields, models
from odoo.fields import Domain


class AccountRetentionSettlement(models.Model):
    """An entry that brings what a payment left as a credit to a retention.

    It stands and falls with the payment: what undoes the payment, or takes it off the invoice, undoes
    the entry.
    """

    _name = "account.retention.settlement"
    _description = "Settlement of a Retention of Guarantee"
    _rec_name = "entry_id"

    entry_id = fields.Many2one(
        "account.move", required=True, readonly=True, index=True, ondelete="cascade"
    )
    move_id = fields.Many2one(
        "account.move",
        string="Invoice",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    credit_line_id = fields.Many2one(
        "account.move.line",
        string="Payment",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
        help="The customer's credit that the entry uses.",
    )
    company_id = fields.Many2one(related="entry_id.company_id", store=True)

    @api.model
    def _get_of_partials(self, partials):
        """Return the settlements that don't stand without some reconciliations: those of their entries,
        and of their payments with their invoices."""
        lines = partials.debit_move_id | partials.credit_move_id
        if not lines:
            return self.browse()
        return self._find(
            Domain("entry_id", "in", lines.move_id.ids)
            | (
                Domain("credit_line_id", "in", lines.ids)
                & Domain("move_id", "in", lines.move_id.ids)
            )
        )

    @api.model
    def _find(self, domain):
        """Return settlements, whoever is the cause of their end."""
        # sudo: what follows from a reconciliation or an entry that the user may undo
        return self.sudo().search(domain).with_env(self.env)

    def _undo(self):
        """Take the entries back: those that are posted are reversed, and every share is open again."""
        if not self:
            return
        # sudo: settlements are nobody's to delete otherwise; the entries are reversed with own rights
        entries = self.sudo().entry_id.with_env(self.env)
        self.sudo().unlink()
        posted = entries.filtered(lambda entry: entry.state == "posted")
        (entries - posted).line_ids.remove_move_reconcile()
        if posted:
            posted._reverse_moves(
                [
                    {
                        "date": entry._get_open_date(entry.date),
                        "ref": self.env._("Reversal of: %(entry)s", entry=entry.name),
                    }
                    for entry in posted
                ],
                cancel=True,
            )
