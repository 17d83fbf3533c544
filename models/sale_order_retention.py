"""The retention of guarantee of an order: what is held, and when it may be asked for."""

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.money import ZERO, exact, rounded
from ..tools.retention import Job, retention_of
from .account_payment_term import NO_DATE
from .sale_order import WORK_KINDS


class SaleOrder(models.Model):
    _inherit = "sale.order"

    works_acceptance_date = fields.Date(
        string="Acceptance of Works",
        copy=False,
        tracking=True,
        help="From this day the delay runs after which the retention of guarantee is due.",
    )
    works_reserves = fields.Text(
        string="Reserves",
        copy=False,
        help="What the customer accepted the works without.",
    )
    retention_date = fields.Date(
        string="Retention Due",
        compute="_compute_retention_date",
        help="When the retentions of guarantee are due; none before the works are accepted.",
    )
    has_retention = fields.Boolean(compute="_compute_has_retention", compute_sudo=True)

    # === COMPUTE METHODS ===#

    @api.depends("works_acceptance_date", "company_id.retention_months")
    def _compute_retention_date(self):
        for order in self:
            # sudo: a delay of the company, whoever bills
            months = order.company_id.sudo().retention_months
            order.retention_date = order.works_acceptance_date and (
                order.works_acceptance_date + relativedelta(months=months)
            )

    @api.depends("payment_term_id.has_retention", "billing_document_ids.retention_amount")
    def _compute_has_retention(self):
        for order in self:
            order.has_retention = order.payment_term_id.has_retention or any(
                order.billing_document_ids.mapped("retention_amount")
            )

    # === OVERRIDES ===#

    def write(self, vals):
        res = super().write(vals)
        if "works_acceptance_date" in vals:
            self._date_retentions()
        return res

    # === ACTIONS ===#

    def action_accept_works(self):
        """Open the dialog that takes the day of acceptance and the reserves."""
        self.ensure_one()
        if self.state != "sale":
            raise UserError(
                self.env._(
                    "Order %(order)s isn't confirmed: its works can't be accepted.", order=self.name
                )
            )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Accept the works – %(order)s", order=self.name),
            "res_model": "sale.works.acceptance.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_order_id": self.id},
        }

    # === BUSINESS METHODS ===#

    def _date_retentions(self):
        """Date the retentions of all documents that are not paid yet: posted ones, too, and cancelled
        ones, which may come back."""
        for order in self:
            # sudo: follows from the acceptance, whoever may enter it; a due date, no amount
            documents = order.sudo().billing_document_ids
            lines = documents._get_retention_lines().filtered(lambda line: not line.reconciled)
            lines.date_maturity = order.retention_date or NO_DATE

    def _get_retention_job(self, term, before_id=None):
        """Return what the documents of the order retain, for the kernel.

        :param term: payment term of the document in question
        :param before_id: of the documents older than this one; None for all
        :rtype: Job
        """
        self.ensure_one()
        rate = exact(term._get_retention_line().value_amount)
        step = exact(self.currency_id.rounding)
        due = retained = base = ZERO
        alike = True
        for move in self.billing_document_ids:
            if move.state == "cancel" or move.billing_kind not in WORK_KINDS:
                continue
            if before_id and move.id >= before_id:
                continue
            sign = -move.direction_sign
            gross = exact(sign * move.amount_total) + exact(move.deposit_deduction)
            # A credit note is of the terms of what it credits.
            other = (move.reversed_entry_id or move).invoice_payment_term_id
            other_rate = exact(other._get_retention_line().value_amount)
            if other_rate and other.retention_base == "gross":
                due += retention_of(other_rate, gross, step)
            alike = alike and other_rate == rate and other.retention_base == "gross"
            alike = alike and move.currency_id == self.currency_id
            retained += exact(sign * move.retention_amount)
            base += gross
        whole = rounded(exact(self.amount_total), step) if alike else None
        return Job(due, retained, rounded(base, step), whole)

    def _get_plan_retention(self, total, untaxed, deduction):
        """Return what a document with these figures would retain, by the order's payment term.

        :param total: tax included, after the deduction
        """
        self.ensure_one()
        term = self.payment_term_id
        line = term._get_retention_line()
        if not line:
            return 0.0
        # sudo: figures of the order's documents, whoever bills
        case = {"deduction": deduction, "job": self.sudo()._get_retention_job(term)}
        return term._get_retention(line, self.currency_id, float(total), float(untaxed), case)
