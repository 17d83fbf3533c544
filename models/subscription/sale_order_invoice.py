"""The invoices of a subscription's periods: one order wholly, each time."""

from collections import deque
from functools import partial

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain
from odoo.tools import format_date

from ..billing.own_context import own_context
from ..billing.refusal import attempt, attempt_each, get_responsible, tell_once
from .sale_order import MAX_PERIODS

NOT_INVOICED = "sale_situation_invoicing.mail_activity_type_not_invoiced"


class SaleOrder(models.Model):
    _inherit = "sale.order"

    # === PUBLIC METHODS (RPC) ===#

    @own_context
    def create_subscription_invoices(self, until=None, post=False):
        """Create the invoice of each period that is to be invoiced until a day and has none.

        An invoice bears the day that its period is to be invoiced, today where that has passed: it is
        never dated back. Those of days to come are posted by Odoo's scheduler on their day.

        :param until: date or ISO string; None for today
        :param bool post: post what is dated today, with the caller's rights; otherwise drafts, which
            Odoo's scheduler posts where the company wants it so
        :return: ids of the invoices, in the order of their periods; empty where nothing is due
        :raise UserError: where the order can't be billed by periods; nothing is written
        """
        until = self._begin_billing(until) or fields.Date.context_today(self)
        posting = "now" if post else self.company_id._get_subscription_draft_posting()
        return self._invoice_due_periods(until, posting).ids

    @own_context
    def create_period_invoice(self, start, invoice_date=None, post=False):
        """Create the invoice of one period, on purpose: also of one that was cancelled or credited.

        :param start: first day of the period, date or ISO string
        :param invoice_date: date or ISO string; None for the period's own day, or today
        :param bool post: as in `create_subscription_invoices`
        :return: id of the invoice
        :raise UserError: where no period begins on that day, or it is billed; nothing is written
        """
        invoice_date = self._begin_billing(invoice_date)
        self._check_can_be_billed_by_period()
        start = self._read_day(start)
        if not start:
            raise UserError(self.env._("Name the first day of the period to invoice."))
        period = self._find_period(start)
        posting = "now" if post else self.company_id._get_subscription_draft_posting()
        return self._create_period_invoices([period], posting, invoice_date).id

    @own_context
    def get_subscription_periods(self, until=None):
        """Return the periods that begin until a day, and what bills them.

        :param until: date or ISO string; None for the next period that has no document, or the last one
            that has
        :return: dicts of `start`, `end` and `date` (to be invoiced on), ISO strings, `invoice_id` of
            the document that stands, or False, and `state`: `open`, `draft`, `posted`, or `skipped`
            (cancelled or credited: billed again on purpose only); at most `MAX_PERIODS`, the last ones
        """
        self._check_one_order()
        self._check_recap_rights()
        documents = self._get_period_documents()
        starts = documents.mapped("period_start")
        last = self.subscription_next_start or max(starts, default=False)
        until = self._read_day(until) or last
        periods = []
        for period in deque(self._iter_periods_until(until), MAX_PERIODS):
            moves = documents.filtered(lambda move, start=period.start: move.period_start == start)
            standing = moves.filtered(lambda move: move._is_standing_period())[:1]
            state = "skipped" if moves and not standing else standing.state or "open"
            periods.append(
                {
                    "start": fields.Date.to_string(period.start),
                    "end": fields.Date.to_string(period.end),
                    "date": fields.Date.to_string(self._get_period_date(period)),
                    "invoice_id": standing.id,
                    "state": state,
                }
            )
        return periods

    # === ACTIONS ===#

    @own_context
    def action_invoice_periods(self):
        """Open the dialog that invoices what is due of these orders."""
        for order in self:
            order._check_billing_rights()
        until = fields.Date.context_today(self)
        if len(self) == 1 and self.subscription_next_date:
            # Nothing is due: the next one in advance.
            until = max(until, self.subscription_next_date)
        wizard = self.env["sale.subscription.invoice.wizard"].create(
            {"order_ids": [Command.set(self.ids)], "until": until}
        )
        return wizard._get_open_action()

    @own_context
    def action_view_subscription_invoices(self):
        """Open the invoices of the order's periods."""
        self.ensure_one()
        self._check_recap_rights()
        # sudo: their ids; the list itself shows what the user may read
        return self.action_view_invoice(invoices=self.sudo().subscription_document_ids.sudo(False))

    # === SCHEDULER ===#

    @api.model
    def _cron_invoice_subscriptions(self):
        """Bring what Odoo stores of due periods up to the day, and invoice them for the companies that
        want it."""
        self._refresh_due_subscriptions()
        self.env["ir.cron"]._commit_progress()
        today = fields.Date.context_today(self)
        jobs = []
        for company in self.env["res.company"].search([("subscription_auto_invoice", "=", True)]):
            until = fields.Date.add(today, days=company.subscription_days_ahead)
            orders = self.with_company(company).search(
                self._get_due_domain(until) & Domain("company_id", "=", company.id)
            )
            jobs += [
                (order, partial(order._invoice_order, until, company.subscription_posting))
                for order in orders.sorted("id")
            ]
        attempt_each(self.env, jobs, lambda order, refusal: order._tell_refused_invoice(refusal))

    @api.model
    def _refresh_due_subscriptions(self):
        """Compute again what Odoo stores of the orders of which a period is due: a day alone doesn't."""
        orders = self.search(self._get_due_domain(fields.Date.context_today(self)))
        orders.modified(["subscription_next_date"])
        self.env.flush_all()

    @api.model
    def _get_due_domain(self, until):
        """Return the domain of the orders with a period to invoice until a day."""
        return (
            Domain("is_subscription", "=", True)
            & Domain("state", "=", "sale")
            & Domain("subscription_next_date", "<=", until)
        )

    def _tell_refused_invoice(self, refusal):
        """Leave the salesperson one activity about a period that the scheduler couldn't invoice."""
        self.ensure_one()
        user = get_responsible(self.env, self.user_id, self.create_uid)
        summary = self.with_context(lang=user.lang).env._("Subscription not invoiced")
        tell_once(self, NOT_INVOICED, summary, refusal, user)

    # === BUSINESS METHODS ===#

    def _invoice_orders(self, until, posting):
        """Invoice what is due of several orders; one that is refused doesn't lose the others.

        :return: the invoices, and ``[(order, reason)]`` of the refused ones
        """
        moves, refused = self.env["account.move"], []
        for order in self.sorted("id"):
            outcome = attempt(order, partial(order._invoice_order, until, posting))
            if outcome.refusal:
                refused.append((order, outcome.refusal))
            else:
                moves |= outcome.result
        return moves, refused

    def _invoice_order(self, until, posting):
        """Invoice what is due of this order, and keep anybody else from it meanwhile."""
        self._lock_for_billing()
        return self._invoice_due_periods(until, posting)

    def _invoice_due_periods(self, until, posting):
        """Create the invoices of the periods to invoice until a day.

        :param posting: `draft`, `at_date` (by Odoo's scheduler) or `now`
        :return: the invoices
        :raise UserError: where the order can't be billed
        """
        self._check_can_be_billed_by_period()
        periods = self._get_due_periods(self._read_day(until))
        if len(periods) > MAX_PERIODS:
            raise UserError(
                self.env._(
                    "Order %(order)s has more than %(maximum)s periods to invoice until %(until)s: "
                    "choose an earlier day, or check its start.",
                    order=self.name,
                    until=format_date(self.env, until),
                    maximum=MAX_PERIODS,
                )
            )
        return self._create_period_invoices(periods, posting)

    def _create_period_invoices(self, periods, posting, invoice_date=False):
        """Create the invoices of periods; see `_invoice_due_periods`.

        :raise UserError: where a period is billed already
        """
        order = self._in_document_language()
        moves = self.env["account.move"]
        for period in periods:
            self._check_period_is_open(period)
            values = order._prepare_period_invoice(period, invoice_date)
            move = order._create_billing_move(values)
            self._set_posting(move, values["invoice_date"], posting)
            moves |= move
        return moves

    def _set_posting(self, move, invoice_date, posting):
        """Post an invoice, or let Odoo's scheduler do so on its day."""
        to_come = invoice_date > fields.Date.context_today(self)
        if posting == "now" and not to_come:
            move.action_post()
        elif posting != "draft" and self._may_post():
            # sudo: what `_may_post` let through
            move.sudo().auto_post = "at_date"

    def _check_can_be_billed_by_period(self):
        """Refuse an order that isn't a confirmed subscription with a start and a line.

        :raise UserError:
        """
        self.ensure_one()
        if not self.is_subscription:
            raise UserError(
                self.env._("Order %(order)s is no subscription: mark it as one.", order=self.name)
            )
        if self.state != "sale":
            states = dict(self._fields["state"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "Order %(order)s can't be billed: it is “%(state)s”. Confirm it first.",
                    order=self.name,
                    state=states[self.state],
                )
            )
        if not self.subscription_start:
            raise UserError(
                self.env._(
                    "Order %(order)s has no subscription start: give the day on which its first period "
                    "begins.",
                    order=self.name,
                )
            )
        if not any(line.product_uom_qty for line in self._get_work_lines()):
            raise UserError(
                self.env._(
                    "Order %(order)s has no line to bill: add a product line first.",
                    order=self.name,
                )
            )
        self._check_order_amounts()

    def _check_period_is_open(self, period):
        """Refuse a period that a document bills.

        :raise UserError: naming the document
        """
        documents = self._get_period_documents().filtered(
            lambda move: move.period_start == period.start and move._is_standing_period()
        )
        if documents:
            raise UserError(
                self.env._(
                    "Order %(order)s, %(period)s: it is billed by %(document)s already.",
                    order=self.name,
                    period=self._format_period(period),
                    document=documents[0].display_name,
                )
            )

    def _get_period_documents(self):
        """Return the documents that bill the periods of the order, without credit notes of them."""
        # sudo: whoever reads the order sees what its documents bill, as with `amount_invoiced`
        documents = self.sudo().subscription_document_ids
        return documents.filtered(lambda move: move.period_start and not move.reversed_entry_id)

    def _iter_periods_until(self, until):
        """Yield all periods that begin until a day."""
        if not until:
            return
        for rhythm in self._get_rhythms():
            for period in rhythm:
                if period.start > until:
                    return
                yield period

    def _prepare_period_invoice(self, period, invoice_date=False):
        """Return the values of the invoice of a period; a hook for other addons."""
        self.ensure_one()
        invoice_date = invoice_date or max(
            self._get_period_date(period), fields.Date.context_today(self)
        )
        invoice = self._prepare_invoice()
        if self._get_period_documents():
            # An online payment of the order, and its reference, are the first invoice's.
            invoice.update(transaction_ids=[], payment_reference=False)
        if not invoice.get("invoice_payment_term_id"):
            # Without a term Odoo would have it due today, whatever its date.
            invoice["invoice_date_due"] = invoice_date
        return {
            **invoice,
            "invoice_date": invoice_date,
            "subscription_order_id": self.id,
            "period_start": period.start,
            "period_end": period.end,
            "invoice_line_ids": [
                Command.create({**values, "sequence": sequence})
                for sequence, values in enumerate(
                    [
                        {"display_type": "line_note", "name": self._format_period(period)},
                        *self._prepare_period_lines(),
                        # Reinvoiced costs and the like, which are no part of a period.
                        *(line._prepare_invoice_line() for line in self._get_open_lines()),
                    ]
                )
            ],
        }

    def _prepare_period_lines(self):
        """Return the values of the order's lines, with the titles above them."""
        lines = self._get_work_lines().filtered("product_uom_qty")
        give_analytic = self._lines_without_analytic_have_none()
        tags = {}
        values_list = []
        for line in self._get_document_rows(lines.ids):
            if line not in lines:
                values_list.append(self._prepare_situation_title(line))
                continue
            values = line._prepare_invoice_line(quantity=line.product_uom_qty)
            # Odoo would write the tags line by line.
            key = (line.tax_ids, line.product_id.account_tag_ids)
            if key not in tags:
                tags[key] = self._get_tax_tags(line)
            values["tax_tag_ids"] = [Command.set(tags[key].ids)]
            if line.analytic_distribution or give_analytic:
                values["analytic_distribution"] = line.analytic_distribution or False
            values_list.append(values)
        return values_list

    def _create_invoices(self, grouped=False, final=False, date=None):
        # EXTENDS sale: Odoo's own button invoices the periods that are due, never the order again.
        subscriptions = self.filtered("is_subscription")
        moves = self.env["account.move"]
        if subscriptions and self._may_be_invoiced():
            # All of them at once, in the order of their ids.
            self._lock_for_billing()
        for order in subscriptions:
            order._check_billing_rights()
            posting = order.company_id._get_subscription_draft_posting()
            moves |= order._invoice_due_periods(fields.Date.context_today(order), posting)
        others = self - subscriptions
        if others or not self:
            return moves | super(SaleOrder, others)._create_invoices(
                grouped=grouped, final=final, date=date
            )
        if (
            subscriptions
            and not moves
            and self.env.context.get("raise_if_nothing_to_invoice", True)
        ):
            raise UserError(
                self.env._(
                    "No period is due of %(orders)s.",
                    orders=", ".join(subscriptions.mapped("name")),
                )
            )
        return moves
