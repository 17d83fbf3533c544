"""Documents that are sent by e-mail as soon as they are posted, through Odoo's own sending."""

from functools import partial

from odoo import fields, models

from .refusal import attempt


class AccountMove(models.Model):
    _inherit = "account.move"

    send_when_posted = fields.Boolean(
        string="Send when Posted",
        copy=False,
        help="Once posted, Odoo's scheduler sends the document as its customer wants it.",
    )

    # === BUSINESS METHODS ===#

    def _send_as_asked(self):
        """Hand over the documents that are to be sent when posted, once."""
        to_send = self.filtered("send_when_posted")
        to_send._hand_over_for_sending()
        to_send.send_when_posted = False

    def _hand_over_for_sending(self):
        """Let Odoo's scheduler send these documents, as its "Send" of several does; a note says which
        customer has no address."""
        without_address = self.filtered(lambda move: not move.partner_id.email)
        for move in without_address:
            body = self.env._(
                "Not sent by e-mail: %(customer)s has no address.",
                customer=move.partner_id.display_name,
            )
            # A posting isn't lost for its note.
            attempt(move, partial(move.message_post, body=body))
        if to_send := self - without_address:
            to_send.sending_data = {
                "author_user_id": self.env.user.id,
                "author_partner_id": self.env.user.partner_id.id,
            }
            self.env.ref("account.ir_cron_account_move_send")._trigger()
