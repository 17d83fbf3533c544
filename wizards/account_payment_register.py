from odoo import api, models
from odoo.fields import Command


class AccountPaymentRegister(models.TransientModel):
    _inherit = "account.payment.register"

    @api.model
    def default_get(self, fields_list):
        # EXTENDS account: of each invoice the retention comes after everything else. It has an account
        # of its own, and lines on two accounts make two payments that can't be edited.
        values = super().default_get(fields_list)
        commands = values.get("line_ids")
        if not commands:
            return values
        lines = self.env["account.move.line"].browse(commands[0][2])
        others = lines.filtered(lambda line: not line.is_retention)
        if others:
            lines = lines.filtered(
                lambda line: (
                    line in others
                    or (line.move_id not in others.move_id and line.move_id._get_retention_due())
                )
            )
        left_out = self.env["account.move.line"].browse(commands[0][2]) - lines
        values["line_ids"] = [Command.set(lines.ids)]
        values["retention_line_ids"] = [Command.set(left_out.ids)]
        return values

    def _create_payment_vals_from_batch(self, batch_result):
        # EXTENDS account: a payment of its own for each invoice is of all that is left; of a retention
        # that is due in part, it is of that part.
        values = super()._create_payment_vals_from_batch(batch_result)
        for line in batch_result["lines"].filtered("is_retention"):
            later = abs(line.amount_residual_currency) - line._get_asked_retention()
            values["amount"] = line.currency_id.round(values["amount"] - later)
        return values
