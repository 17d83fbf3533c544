"""The invoice of a subscription's period: which period, billed once, sent when posted."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...tools.periods import Period


class AccountMove(models.Model):
    _inherit = "account.move"

    _kept_by_billing = (
        "period_end",
        "period_start",
        "subscription_order_id",
    )

    subscription_order_id = fields.Many2one(
        "sale.order",
        string="Subscription Order",
        readonly=True,
        index="btree_not_null",
        copy=False,
        check_company=True,
    )
    period_start = fields.Date(
        string="Period From",
        readonly=True,
        copy=False,
        help="First day of the period that this document bills.",
    )
    period_end = fields.Date(
        string="Period To",
        readonly=True,
        copy=False,
        help="Last day of the period that this document bills.",
    )

    # === CONSTRAINTS ===#

    @api.constrains("subscription_order_id", "period_start", "state")
    def _check_period_is_billed_once(self):
        for move in self.filtered("period_start"):
            # sudo: the other documents of the order, whoever makes this one
            documents = move.sudo().subscription_order_id._get_period_documents()
            if move.reversed_entry_id or not move.sudo()._is_standing_period():
                continue
            others = (documents - move).filtered(
                lambda other, move=move: (
                    other.period_start == move.period_start and other._is_standing_period()
                )
            )
            if others:
                raise ValidationError(
                    self.env._(
                        "%(period)s of order %(order)s is billed by %(document)s already.",
                        period=move._get_period_text(),
                        order=move.sudo().subscription_order_id.name,
                        document=others[0].display_name,
                    )
                )

    # === OVERRIDES ===#

    def _after_posting(self):
        # EXTENDS: a subscription's invoice is sent when it is posted, where its order says so.
        super()._after_posting()
        self._send_period_invoices()

    def _get_billing_identity(self):
        # EXTENDS: a credit note is about the same period, and so is the invoice that replaces one.
        identity = super()._get_billing_identity()
        if self.subscription_order_id:
            identity = {
                **identity,
                "subscription_order_id": self.subscription_order_id.id,
                "period_start": self.period_start,
                "period_end": self.period_end,
            }
        return identity

    def _get_billing_label(self):
        # EXTENDS: the customer is told the period.
        return super()._get_billing_label() or (self.period_start and self._get_period_text()) or ""

    def _fetch_duplicate_reference(self, matching_states=("draft", "posted")):
        # EXTENDS account: the same amount of another period is no duplicate.
        duplicates = super()._fetch_duplicate_reference(matching_states)
        return {
            move: others.filtered(
                lambda other, move=move: (
                    not move.period_start
                    or not other.period_start
                    or other.period_start == move.period_start
                    or other.subscription_order_id != move.subscription_order_id
                )
            )
            for move, others in duplicates.items()
        }

    # === BUSINESS METHODS ===#

    def _is_standing_period(self):
        """Whether this document bills its period: not cancelled, nor credited whole."""
        self.ensure_one()
        if self.state == "cancel" or self.payment_state == "reversed":
            return False
        credits = self.reversal_move_ids.filtered(
            lambda move: move.state == "posted" and not move._is_taken_back()
        )
        credited = sum(credits.mapped("amount_total"))
        return not credits or self.currency_id.compare_amounts(credited, self.amount_total) < 0

    def _get_period_text(self):
        """Return the period as text, in the environment's language."""
        self.ensure_one()
        period = Period(self.period_start, self.period_end)
        return self.env["sale.order"]._format_period(period)

    def _send_period_invoices(self):
        """Hand the invoices of periods to Odoo's scheduler that sends, where their orders say so."""
        to_send = self.filtered(
            lambda move: (
                move.period_start
                and move.move_type == "out_invoice"
                and not move.is_move_sent
                # sudo: a choice of the order's, whoever posts its invoice
                and move.sudo().subscription_order_id.subscription_send_mail
            )
        )
        to_send._hand_over_for_sending()
