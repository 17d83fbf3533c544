"""Odoo's own scheduled posting: a document that is refused doesn't keep the others from being posted."""

from odoo import api, models

from .refusal import refusals_as_user_errors


class AccountMove(models.Model):
    _inherit = "account.move"

    @api.model
    def _autopost_draft_entries(self, batch_size=100):
        # EXTENDS account: it stops for good at whatever is no `UserError`, a lacking account for one.
        scheduled = self.with_context(is_scheduled_posting=True)
        return super(AccountMove, scheduled)._autopost_draft_entries(batch_size)

    def _post(self, soft=True):
        # EXTENDS account: Odoo has no other place to say how the scheduler wants to be refused; the
        # context changes the kind of the refusal, never whether there is one.
        if not self.env.context.get("is_scheduled_posting"):
            return super()._post(soft=soft)
        with refusals_as_user_errors(self):
            return super()._post(soft=soft)
