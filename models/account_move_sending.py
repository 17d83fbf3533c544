"""Documents that are sent by e-mail as soon as they are posted, through Odoo's own sending."""

from odoo import fields, models


class AccountMove(models.Model):
    _inherit = "account.move"

    send_when_posted = fields.Boolean(
        string="Send when Posted",
        copy=False,
        help="Once posted, Odoo's scheduler sends the document as its customer wants it.",
    )

    def _post(self, soft=True):
        # EXTENDS account: hands what was posted to Odoo's scheduler, as its "Send" of several does.
        posted = super()._post(soft=soft)
        if to_send := posted.filtered("send_when_posted"):
            author = self.env.user
            to_send.sending_data = {
                "author_user_id": author.id,
                "author_partner_id": author.partner_id.id,
            }
            to_send.send_when_posted = False
            # sudo: wakes Odoo's scheduler, nothing else
            self.env.ref("account.ir_cron_account_move_send").sudo()._trigger()
        return posted
