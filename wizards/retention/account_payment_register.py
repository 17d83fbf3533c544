"""A payment above what isn't retained of its invoices: the rest of it pays their retentions."""

from odoo import api, fields, models
from odoo.fields import Command


class AccountPaymentRegister(models.TransientModel):
    _inherit = "account.payment.register"

    retention_paid = fields.Monetary(
        string="For the Retention",
        currency_field="currency_id",
        compute="_compute_retention_paid",
        help="Part of the amount that pays the retention of guarantee of these invoices: what is above "
        "everything else that is open of them.",
    )
    retention_line_ids = fields.Many2many(
        "account.move.line",
        "account_payment_register_retention_rel",
        "wizard_id",
        "line_id",
        string="Retentions Left Out",
        readonly=True,
        copy=False,
        help="Retentions of the chosen invoices that this doesn't open on.",
    )

    # === COMPUTE METHODS ===#

    @api.depends(
        "amount",
        "can_edit_wizard",
        "currency_id",
        "early_payment_discount_mode",
        "group_payment",
        "payment_date",
        "retention_line_ids",
    )
    def _compute_retention_paid(self):
        for wizard in self:
            wizard.retention_paid = sum(wizard._get_retention_amounts().values())

    @api.depends("group_payment", "retention_line_ids")
    def _compute_early_payment_discount_mode(self):
        # EXTENDS account: who pays the discounted amount and the retention has the discount as well.
        res = super()._compute_early_payment_discount_mode()
        for wizard in self.filtered(lambda wizard: not wizard.early_payment_discount_mode):
            retentions = wizard._get_retentions_beside()
            if not retentions:
                continue
            totals = wizard._get_total_amounts_to_pay(wizard.batches)
            if not totals["epd_applied"]:
                continue
            figures = self.env["account.retention"]._get_by_move(retentions.move_id)
            left, due = (
                sum(
                    wizard._convert_residual(line, abs(figures[line.move_id.id][name]))
                    for line in retentions
                )
                for name in ("residual", "due")
            )
            wizard.early_payment_discount_mode = any(
                not wizard.currency_id.compare_amounts(
                    wizard.amount, totals["full_amount"] + retained
                )
                for retained in {left, due}
            )
        return res

    @api.depends("early_payment_discount_mode", "group_payment", "retention_line_ids")
    def _compute_payment_difference(self):
        # EXTENDS account: what retentions take of an amount is no difference.
        res = super()._compute_payment_difference()
        for wizard in self:
            taken = sum(wizard._get_retention_amounts().values())
            over = -wizard.payment_difference - taken
            if wizard.currency_id and wizard.currency_id.compare_amounts(over, 0) > 0:
                taken += min(over, wizard._get_room_of_retentions())
            if taken:
                difference = wizard.payment_difference + taken
                wizard.payment_difference = wizard.currency_id.round(difference)
        return res

    # === OVERRIDES ===#

    def _init_payments(self, to_process, edit_mode=False):
        # EXTENDS account: a retention has an account of its own, so that the payment's entry has a line
        # of its own for it.
        if edit_mode:
            [values] = to_process
            values["retentions"] = self._get_retention_amounts()
            create_values = values["create_vals"]
            create_values["write_off_line_vals"] = [
                *(create_values.get("write_off_line_vals") or []),
                *(
                    self._prepare_retention_line(line, amount)
                    for line, amount in values["retentions"].items()
                    if line.account_id.id != create_values["destination_account_id"]
                ),
            ]
        return super()._init_payments(to_process, edit_mode=edit_mode)

    def _reconcile_payments(self, to_process, edit_mode=False):
        # EXTENDS account: each retention with its own line.
        retained = [values for values in to_process if values.get("retentions")]
        res = super()._reconcile_payments(to_process, edit_mode=edit_mode)
        for values in retained:
            payment = values["payment"]
            if payment.move_id.state == "posted":
                payment._reconcile_retentions(
                    {
                        line.with_env(payment.env): amount
                        for line, amount in values["retentions"].items()
                    }
                )
        return res

    # === BUSINESS METHODS ===#

    def _is_for_one_payment(self):
        """Whether this makes one payment of the amount that is given."""
        self.ensure_one()
        return bool(
            self.can_edit_wizard
            and self.currency_id
            and self.payment_date
            and (self.group_payment or len(self.batches[0]["lines"]) == 1)
        )

    def _get_shares_beside(self):
        """Return the open shares of the invoices that this doesn't open on."""
        lines = self.line_ids._origin
        posted = lines.move_id.filtered(lambda move: move.state == "posted")
        return posted.line_ids.filtered(
            lambda line: (
                line.display_type == "payment_term" and not line.reconciled and line not in lines
            )
        )

    def _get_retentions_beside(self):
        """Return the open retentions that this payment may pay besides what it opens on."""
        if not self._is_for_one_payment():
            return self.env["account.move.line"]
        sign = 1 if self.payment_type == "inbound" else -1
        chosen = self.retention_line_ids._origin - self.line_ids._origin
        return (self._get_shares_beside() | chosen).filtered(
            lambda line: (
                line.is_retention
                and line.parent_state == "posted"
                and line.partner_id == self.partner_id
                and line.company_id in self.line_ids.company_id
                and sign * line.amount_residual_currency > 0
            )
        )

    def _get_retention_amounts(self):
        """Return what of the amount is for retentions: what everything else that is open of the invoices
        leaves of it.

        :return: ``{retention line: amount}``, positive, in the currency of the payment
        """
        self.ensure_one()
        retentions = self._get_retentions_beside()
        if not retentions:
            return {}
        totals = self._get_total_amounts_to_pay(self.batches)
        asked = totals[
            "full_amount" if self.early_payment_discount_mode else "full_amount_for_difference"
        ]
        sign = 1 if self.payment_type == "inbound" else -1
        others = self._get_shares_beside().filtered(lambda line: not line.is_retention)
        asked += sign * sum(
            self._convert_residual(line, line.amount_residual_currency) for line in others
        )
        return retentions._allot_to_retentions(
            self.amount - asked, self.currency_id, self._convert_residual
        )

    def _get_room_of_retentions(self):
        """Return what else than what is asked for is open of the retentions that this opens on."""
        if not self._is_for_one_payment():
            return 0.0
        retentions = self.line_ids._origin.filtered("is_retention")
        return sum(
            self._convert_residual(
                line, abs(line.amount_residual_currency) - line._get_asked_retention()
            )
            for line in retentions
        )

    def _convert_residual(self, line, amount):
        """Return an amount of what is open of a share in the currency of the payment.

        :param amount: in the currency of the share
        """
        residual = line.amount_residual_currency
        if not residual:
            return 0.0
        part = {
            "line": line,
            "amount_residual": line.amount_residual * amount / residual,
            "amount_residual_currency": amount,
        }
        return self.currency_id.round(self._convert_to_wizard_currency([part]))

    def _prepare_retention_line(self, retention, amount):
        """Return the line of the payment's entry that pays a retention."""
        return retention._prepare_retention_payment_line(
            amount,
            self.currency_id,
            self.company_id,
            self.payment_date,
            name=self.env._("Retention of guarantee of %(move)s", move=retention.move_id.name),
            partner_id=retention.partner_id.id,
        )

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
