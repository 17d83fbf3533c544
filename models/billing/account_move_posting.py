"""What is done about each posting, in two hooks; and Odoo's own scheduled posting.

A document that is refused there doesn't keep the others from being posted.
"""

from contextlib import nullcontext

from odoo import api, models

from .own_context import Handed, get_handed
from .refusal import refusals_as_user_errors


class AccountMove(models.Model):
    _inherit = "account.move"

    # === OVERRIDES ===#

    @api.model
    def _autopost_draft_entries(self, batch_size=100):
        # EXTENDS account: it stops for good at whatever is no `UserError`, a lacking account for one.
        scheduled = self.with_context(is_scheduled_posting=Handed(True))
        return super(AccountMove, scheduled)._autopost_draft_entries(batch_size)

    def _post(self, soft=True):
        # EXTENDS account: the only override of the addon; the rooms extend its two hooks.
        is_scheduled = get_handed(self.env, "is_scheduled_posting")
        with refusals_as_user_errors(self) if is_scheduled else nullcontext():
            self._before_posting()
            posted = super()._post(soft=soft)
            posted._after_posting()
        return posted

    # === HOOKS ===#

    def _before_posting(self):
        """Bring entries up to what they are posted as; overrides do their own work, then call this.

        It runs for every entry, of whatever kind, and must cost those nothing that aren't concerned.

        :raise UserError: when an entry can't be posted
        """
        self._recognise_balance()
        for move in self.filtered(lambda move: move._has_statement()):
            move._refresh_progress()

    def _after_posting(self):
        """Do what follows from the posting of these entries; overrides call this first.

        The recordset is what Odoo returned: with ``soft``, entries of the future aren't in it.
        """
        # What is posted is printed again later as it stands now.
        self._freeze_statement()
        self._send_as_asked()
