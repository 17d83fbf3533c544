"""The retention of guarantee of an order: what is held, and when it may be asked for."""

from collections import defaultdict
from functools import partial

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools.dates import add_months
from ...tools.money import ZERO, exact, rounded
from ...tools.retention import Job, not_due, retention_of
from ..billing.customer_figure import is_customer
from ..billing.own_context import own_context
from .account_payment_term import NO_DATE


class SaleOrder(models.Model):
    _inherit = "sale.order"

    _kept_by_billing = ("retention_operation_ids",)
    _internal_fields = (
        "has_retention",
        "retention_operation_ids",
    )

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
    retention_operation_ids = fields.One2many(
        "account.retention.operation",
        "order_id",
        string="Operations on Retentions",
        readonly=True,
        copy=False,
    )
    retention_held = fields.Monetary(
        compute="_compute_retention_figures",
        help="Retained, and not to be paid yet.",
    )
    retention_due = fields.Monetary(
        string="Retention to Pay",
        compute="_compute_retention_figures",
        help="Retained, and to be paid now.",
    )
    retention_opposed = fields.Monetary(
        compute="_compute_retention_figures",
        help="Of what is retained, the customer opposes the release.",
    )

    # === COMPUTE METHODS ===#

    @api.depends("works_acceptance_date", "company_id.retention_months")
    def _compute_retention_date(self):
        for order in self:
            # sudo: a delay of the company, whoever bills
            months = order.company_id.sudo().retention_months
            order.retention_date = order.works_acceptance_date and add_months(
                order.works_acceptance_date, months
            )

    @api.depends("payment_term_id.has_retention", "billing_document_ids.retention_amount")
    def _compute_has_retention(self):
        for order in self:
            order.has_retention = order.payment_term_id.has_retention or any(
                order.billing_document_ids.mapped("retention_amount")
            )

    @api.depends("billing_document_ids.retention_residual", "retention_operation_ids")
    @api.depends_context("uid")
    def _compute_retention_figures(self):
        # sudo: figures for whoever reads the order; its customer knows nothing of drafts
        documents = self.sudo().billing_document_ids
        if is_customer(self.env):
            documents = documents.filtered(lambda move: move.state == "posted")
        figures = self.env["account.retention"]._get_by_move(documents)
        for order in self:
            moves = order.sudo().billing_document_ids.filtered(
                lambda move, currency=order.currency_id: move.currency_id == currency
            )
            rows = [figures[move.id] for move in moves if move.id in figures]
            order.retention_held = sum(row["held"] for row in rows)
            order.retention_due = sum(row["due"] for row in rows)
            order.retention_opposed = sum(row["opposed"] for row in rows)

    # === CONSTRAINTS ===#

    @api.constrains("works_acceptance_date")
    def _check_works_acceptance_date(self):
        for order in self:
            order._read_invoice_date(order.works_acceptance_date)

    # === PUBLIC METHODS (RPC) ===#

    @own_context
    def release_retention(self, amount=None, date=None):
        """Let the customer's release of the retention count: what is released is due now.

        The oldest retentions come first.

        :param float amount: tax included, order's currency; None for all that is held
        :param date: day of the release, a date or ISO string; None for today
        :return: id of the operation (`account.retention.operation`), which `action_undo` takes back
        :raise UserError: on bad input, naming the value; nothing is written
        """
        return self._register_retention("release", amount, date).id

    @own_context
    def replace_retention(self, bank, amount=None, reference=None, date=None):
        """Replace the retention by a bank guarantee (law 71-584 of 16 July 1971, article 1).

        What is held becomes due, as far as the guarantee goes; later documents retain nothing, or what
        it doesn't cover.

        :param bank: who stands for it
        :param float amount: tax included, order's currency; None for the retention of the whole order
        :param reference: of the guarantee
        :param date: day of the guarantee, a date or ISO string; None for today
        :return: id of the operation, which `action_undo` takes back
        :raise UserError: on bad input, naming the value; nothing is written
        """
        return self._register_retention(
            "guarantee", amount, date, bank=bank, reference=reference
        ).id

    @own_context
    def oppose_retention(self, reason, amount=None, date=None):
        """Note that the customer opposes the release by registered letter (article 2 of the same law).

        What is opposed is not due, whatever the date; `action_undo` lifts the opposition.

        :param reason: as the letter gives it
        :param float amount: tax included, order's currency; None for all that is unpaid
        :param date: of the letter, a date or ISO string; None for today
        :return: id of the operation
        :raise UserError: on bad input, naming the value; nothing is written
        """
        return self._register_retention("opposition", amount, date, reason=reason).id

    @own_context
    def lose_retention(self, amount=None, date=None, reason=None):
        """Give a retention up: a credit note for each invoice, with its VAT, settles it.

        :param float amount: tax included, order's currency; None for all that is unpaid
        :param date: of the credit notes, a date or ISO string; None for today
        :return: id of the operation, which `action_undo` takes back
        :raise UserError: on bad input, naming the value; nothing is written
        """
        return self._register_retention("loss", amount, date, reason=reason).id

    # === OVERRIDES ===#

    def write(self, vals):
        res = super().write(vals)
        if "works_acceptance_date" in vals:
            self._date_retentions()
        return res

    # === ACTIONS ===#

    @own_context
    def action_accept_works(self):
        """Open the dialog that takes the day of acceptance and the reserves."""
        self.ensure_one()
        self.check_access("write")
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

    @own_context
    def action_release_retention(self):
        return self._open_retention_wizard("release")

    @own_context
    def action_replace_retention(self):
        return self._open_retention_wizard("guarantee")

    @own_context
    def action_oppose_retention(self):
        return self._open_retention_wizard("opposition")

    @own_context
    def action_lose_retention(self):
        return self._open_retention_wizard("loss")

    @own_context
    def action_send_release_letter(self):
        """Open the e-mail that asks the customer to release the retention, its letter attached.

        :raise UserError: where nothing is left of the retention
        """
        self.ensure_one()
        self._check_billing_rights()
        if not self._get_release_letter()["rows"]:
            raise UserError(
                self.env._("No retention of order %(order)s is left to be paid.", order=self.name)
            )
        template = self.env.ref("sale_situation_invoicing.mail_template_retention_release")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Send the release letter – %(order)s", order=self.name),
            "res_model": "mail.compose.message",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_model": self._name,
                "default_res_ids": self.ids,
                "default_template_id": template.id,
                "default_composition_mode": "comment",
                "default_email_layout_xmlid": "mail.mail_notification_layout_with_responsible_signature",
                "force_email": True,
            },
        }

    def _open_retention_wizard(self, kind):
        self.ensure_one()
        self._check_billing_rights()
        # sudo: the documents of the order, for the salesperson; figures only
        return self.env["account.retention.wizard"]._open(
            kind, self._get_retained_documents(), self
        )

    # === BUSINESS METHODS ===#

    def _register_retention(self, kind, amount, date, **values):
        """Do something with the retentions of the order; see `account.retention.operation`."""
        self._check_one_order()
        return self.env["account.retention.operation"]._carry_out(
            kind, self._get_retained_documents(), self, amount, date, **values
        )

    def _get_retained_documents(self):
        """Return the invoices of the order that something is retained of."""
        self.ensure_one()
        # sudo: documents of the order, whoever may read it
        return self.sudo().billing_document_ids.filtered(
            lambda move: move.move_type == "out_invoice" and move._get_retention_lines()
        )

    def _get_release_letter(self):
        """Return what the release letter says; see `account.move._get_release_letter`."""
        return self._get_retained_documents()._get_release_letter()

    def _get_retention_to_cover(self):
        """Return what a bank guarantee has to stand for to replace every retention of the order:
        the rate of its total, less what was retained and is gone.

        :rtype: decimal
        """
        self.ensure_one()
        term = self.payment_term_id
        rate = exact(term._get_retention_line().value_amount)
        base = term._get_retention_base(exact(self.amount_total), exact(self.amount_untaxed), ZERO)
        whole = retention_of(rate, base, exact(self.currency_id.rounding))
        # sudo: figures of the order
        cover, gone, _replaced = self._get_retention_changes(self.sudo().billing_document_ids)
        return max(whole - gone - cover, ZERO)

    def _get_guarantees(self):
        """Return the bank guarantees that replace retentions of the order."""
        # sudo: figures of the order
        return self.sudo().retention_operation_ids.filtered(
            lambda operation: (
                operation.kind == "guarantee" and operation.currency_id == self.currency_id
            )
        )

    def _get_retention_changes(self, documents):
        """Return what bank guarantees and payments have changed of the retentions of documents.

        :return: decimals: what bank guarantees stand for, what is gone (paid, released, lost) for
            another reason, what the guarantees replaced
        """
        cover = sum((exact(amount) for amount in self._get_guarantees().mapped("amount")), ZERO)
        figures = self.env["account.retention"]._get_by_move(documents).values()
        replaced = sum((exact(row["replaced"]) for row in figures), ZERO)
        gone = sum((exact(row["released"]) + exact(row["lost"]) for row in figures), ZERO)
        return cover, gone - replaced, replaced

    def _date_retentions(self):
        """Date the retentions of all documents that are not paid yet; see `account.move`."""
        # sudo: documents of the order, whoever may enter the acceptance
        self.sudo().billing_document_ids._date_retentions()

    def _get_retention_job(self, currency, before_id=None):
        """Return what the documents of the order retain, Odoo's own included, for the kernel.

        Documents in another currency are none of this job.

        :param before_id: of the drafts older than this one, and of what is posted; None for all
        :rtype: Job
        """
        self.ensure_one()
        bases = defaultdict(lambda: ZERO)
        retained = ZERO
        older = self.env["account.move"]
        for move in self._get_billing_documents():
            if move.state == "cancel" or move.currency_id != currency:
                continue
            # What is posted stands, a credit note that is younger than the drafts included.
            if before_id and (
                move.id == before_id or (move.id > before_id and move.state != "posted")
            ):
                continue
            if move._get_retention_order() != self:
                continue
            older |= move
            # A credit note is of the terms of what it credits.
            term = (move.reversed_entry_id or move).invoice_payment_term_id
            rate = exact(term._get_retention_line().value_amount)
            if rate:
                bases[rate, term.retention_base] += move._get_retention_base(term)
            retained += move._get_signed_retention()
        step = exact(currency.rounding)
        job = Job({key: rounded(base, step) for key, base in bases.items()}, retained)
        if currency != self.currency_id or not self._get_guarantees():
            # What is gone of a retention then is no matter of later documents.
            return job
        cover, gone, replaced = self._get_retention_changes(older)
        return job._replace(cover=cover, gone=gone, replaced=replaced)

    def _get_plan_retention(self, total, untaxed, deduction):
        """Return what a document with these figures would retain, by the order's payment term.

        :param total: tax included, after the deduction
        :return: decimal, signed as the total
        """
        self.ensure_one()
        term = self.payment_term_id
        line = term._get_retention_line()
        if not line:
            return ZERO
        # sudo: figures of the order's documents, whoever bills
        case = {"deduction": deduction, "job": self.sudo()._get_retention_job(self.currency_id)}
        amount = term._get_retention(line, self.currency_id, float(total), float(untaxed), case)
        return exact(amount)

    def _get_retention_not_due(self, retained):
        """Return what of a retention of the order is not to be paid yet, as `not_due`."""
        self.ensure_one()
        today = fields.Date.context_today(self)
        # sudo: a date of the order, whoever bills
        return not_due(retained, self.sudo().retention_date or NO_DATE, today)

    def _get_plan_figures(self, plan):
        # EXTENDS: what the customer retains of it.
        figures = super()._get_plan_figures(plan)
        total, untaxed, deducted = (
            exact(figures[name]) for name in ("total", "untaxed", "deduction")
        )
        retention = self._get_plan_retention(total, untaxed, deducted)
        return {
            **figures,
            "retention": float(abs(retention)),
            "amount_due_now": float(total - self._get_retention_not_due(retention)),
        }

    def _get_situation_statement(self, move):
        # EXTENDS: what the customer retains of it, and of the job with it.
        statement = super()._get_situation_statement(move)
        statement["retention"] = self._get_retention_figures(
            move, [*statement["documents"], statement["recap"]]
        )
        return statement

    def _get_retention_figures(self, move, documents):
        """Return what the customer retains of a document, and of the job with it; empty for none.

        :param documents: figures of the documents up to this one
        """
        if not move.retention_amount:
            return {}
        currency = self.currency_id
        own = documents[-1]
        return {
            "rate": (move.reversed_entry_id or move)
            .invoice_payment_term_id._get_retention_line()
            .value_amount,
            "amount": own["retention"],
            "net": currency.round(own["total"] - own["retention"]),
            "date": fields.Date.to_string(move.invoice_date_due),
            "shares": [
                {
                    "date": fields.Date.to_string(line.date_maturity),
                    "amount": self._get_own_amount(
                        move, -move.direction_sign * line.amount_currency
                    ),
                }
                for line in move.line_ids.sorted("date_maturity")
                if line.display_type == "payment_term" and not line.is_retention
            ],
            "so_far": currency.round(sum(row["retention"] for row in documents)),
        }

    def _gather_figures(self, documents):
        # EXTENDS: where each retention stands.
        gathered = super()._gather_figures(documents)
        for move_id, figures in self.env["account.retention"]._get_by_move(documents).items():
            gathered[move_id]["retention"] = figures
        return gathered

    def _get_own_figures(self, move, items, gathered):
        # EXTENDS: what is retained, held and released.
        figures = super()._get_own_figures(move, items, gathered)
        if self._is_deducted_on(move):
            # An invoice that bills nothing of the order: no retention of it is the order's.
            return figures
        own = partial(self._get_own_amount, move)
        retention = gathered.get("retention", {})
        # Those of credit notes are negative already.
        sign = -move.direction_sign
        gone = retention.get("lost", 0.0) + retention.get("released", 0.0)
        return {
            **figures,
            "held": own(sign * (retention.get("amount", 0.0) - gone)),
            "released": own(sign * retention.get("released", 0.0)),
            "retention": own(move.retention_amount),
            "amount_due_now": own(move.amount_due_now),
        }
