"""An order that is billed by periods: its calendar, where it stands, what is due of it."""

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import format_date

from ...tools.periods import Event, find_period, get_next_start, get_rhythms, iter_periods
from ..instalment.sale_order import PERIOD_UNITS

MAX_INTERVAL = 999
# Periods that one call bills at most: a wrong year is not a thousand invoices.
MAX_PERIODS = 120
# What the first period is made of: changed by a decision once periods are billed.
CALENDAR_FIELDS = ("subscription_start", "subscription_interval", "subscription_unit")


class SaleOrder(models.Model):
    _inherit = "sale.order"

    _kept_by_billing = (
        "subscription_document_ids",
        "subscription_event_ids",
        "subscription_next_date",
        "subscription_next_end",
        "subscription_next_start",
        "subscription_stop_date",
    )
    _internal_fields = (
        "is_subscription_begun",
        "subscription_due_amount",
        "subscription_due_count",
        "subscription_event_ids",
        "subscription_invoice_count",
        "subscription_next_date",
        "subscription_next_end",
        "subscription_next_start",
        "subscription_state",
        "subscription_stop_date",
    )

    is_subscription = fields.Boolean(
        string="Billed by Periods",
        tracking=True,
        help="Billed by periods: each period's invoice bills the order wholly.",
    )
    subscription_start = fields.Date(
        string="Subscription Start",
        copy=False,
        tracking=True,
        help="The first period begins on this day, and all dates are counted from it. Empty: the day of "
        "the confirmation.",
    )
    subscription_interval = fields.Integer(string="Period Length", default=1, required=True)
    subscription_unit = fields.Selection(
        PERIOD_UNITS, string="Period Unit", default="month", required=True
    )
    subscription_end = fields.Date(
        string="Subscription End",
        copy=False,
        tracking=True,
        help="No period begins after this day; the one under way is billed wholly. Empty: no end.",
    )
    subscription_timing = fields.Selection(
        [("advance", "At its beginning"), ("arrears", "At its end")],
        string="Period Billed",
        default="advance",
        required=True,
        help="The day of the invoice: the first or the last one of its period.",
    )
    subscription_send_mail = fields.Boolean(
        string="Send Invoices by E-mail",
        default=lambda self: self.env.company.subscription_send_mail,
        help="Each invoice is sent when it is posted, by Odoo's own scheduler.",
    )
    subscription_event_ids = fields.One2many(
        "sale.subscription.event",
        "order_id",
        string="Subscription Changes",
        readonly=True,
    )
    subscription_document_ids = fields.One2many(
        "account.move", "subscription_order_id", string="Invoices of the Periods", readonly=True
    )
    subscription_move_ids = fields.Many2many(
        "account.move",
        string="Documents of the Periods",
        compute="_compute_subscription_move_ids",
        help="Those of the invoices and credit notes that the user may read, the latest period first.",
    )
    subscription_invoice_count = fields.Integer(
        compute="_compute_subscription_invoice_count",
        compute_sudo=True,
    )
    subscription_next_start = fields.Date(
        string="Next Period From",
        compute="_compute_subscription_next",
        store=True,
        compute_sudo=True,
    )
    subscription_next_end = fields.Date(
        string="Next Period To",
        compute="_compute_subscription_next",
        store=True,
        compute_sudo=True,
    )
    subscription_next_date = fields.Date(
        string="Next Invoice",
        compute="_compute_subscription_next",
        store=True,
        index="btree_not_null",
        compute_sudo=True,
        help="Day of the invoice of the first period that has none.",
    )
    subscription_stop_date = fields.Date(
        string="Stopped on",
        compute="_compute_subscription_next",
        store=True,
        compute_sudo=True,
        help="No period begins after this day, until the subscription is resumed.",
    )
    subscription_due_count = fields.Integer(
        string="Periods Due",
        compute="_compute_subscription_due",
        compute_sudo=True,
        help="Periods to invoice today.",
    )
    subscription_due_amount = fields.Monetary(
        string="To Invoice",
        compute="_compute_subscription_due",
        compute_sudo=True,
        help="Total of the periods to invoice today.",
    )
    subscription_state = fields.Selection(
        [
            ("not_begun", "Not begun"),
            ("running", "Running"),
            ("stopped", "Stopped"),
            ("ended", "Ended"),
        ],
        string="Subscription Status",
        compute="_compute_subscription_state",
        search="_search_subscription_state",
    )
    subscription_period = fields.Char(
        string="Period", compute="_compute_subscription_period", compute_sudo=True
    )
    is_subscription_begun = fields.Boolean(
        compute="_compute_is_subscription_begun",
        compute_sudo=True,
    )

    # === COMPUTE METHODS ===#

    @api.depends("subscription_document_ids.period_start")
    @api.depends_context("uid")
    def _compute_subscription_move_ids(self):
        for order in self:
            # sudo: the reading of each document is checked next
            moves = order.sudo().subscription_document_ids.sudo(False)._filtered_access("read")
            order.subscription_move_ids = moves.sorted(
                lambda move: (str(move.period_start or ""), move._origin.id), reverse=True
            )

    @api.depends("subscription_document_ids")
    def _compute_subscription_invoice_count(self):
        for order in self:
            order.subscription_invoice_count = len(order.subscription_document_ids)

    @api.depends(
        "is_subscription",
        "state",
        "subscription_start",
        "subscription_interval",
        "subscription_unit",
        "subscription_end",
        "subscription_timing",
        "subscription_event_ids.kind",
        "subscription_event_ids.date",
        "subscription_document_ids.period_start",
        "subscription_document_ids.reversed_entry_id",
    )
    def _compute_subscription_next(self):
        for order in self:
            period = order.state == "sale" and order._get_next_period()
            order.subscription_next_start = period and period.start
            order.subscription_next_end = period and period.end
            order.subscription_next_date = period and order._get_period_date(period)
            last = order.subscription_event_ids.sorted("id")[-1:]
            order.subscription_stop_date = last.kind == "stop" and last.date

    @api.depends("subscription_next_date", "amount_total")
    def _compute_subscription_due(self):
        for order in self:
            order.subscription_due_count = len(order._get_due_periods())
            order.subscription_due_amount = order.subscription_due_count * order.amount_total

    @api.depends("subscription_next_date", "subscription_start", "subscription_end")
    def _compute_subscription_state(self):
        today = fields.Date.context_today(self)
        for order in self:
            if not (order.is_subscription and order.state == "sale" and order.subscription_start):
                order.subscription_state = False
            elif order.subscription_stop_date and order.subscription_stop_date < today:
                order.subscription_state = "stopped"
            elif order.subscription_end and order.subscription_end < today:
                order.subscription_state = "ended"
            elif order.subscription_start > today:
                order.subscription_state = "not_begun"
            else:
                order.subscription_state = "running"

    def _search_subscription_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = fields.Date.context_today(self)
        some = (
            Domain("is_subscription", "=", True)
            & Domain("state", "=", "sale")
            & Domain("subscription_start", "!=", False)
        )
        stopped = Domain("subscription_stop_date", "<", today)
        ended = ~stopped & Domain("subscription_end", "<", today)
        not_begun = ~stopped & ~ended & Domain("subscription_start", ">", today)
        domains = {
            "stopped": some & stopped,
            "ended": some & ended,
            "not_begun": some & not_begun,
            "running": some & ~stopped & ~ended & ~not_begun,
            False: ~some,
        }
        return Domain.OR(domains[state] for state in value if state in domains)

    @api.depends(
        "subscription_interval",
        "subscription_unit",
        "subscription_event_ids.interval",
        "subscription_event_ids.unit",
    )
    @api.depends_context("lang")
    def _compute_subscription_period(self):
        for order in self:
            interval, unit = order._get_current_period()
            order.subscription_period = order._get_period_name(interval, unit)

    @api.depends("subscription_document_ids.state", "subscription_event_ids")
    def _compute_is_subscription_begun(self):
        for order in self:
            documents = order.subscription_document_ids
            order.is_subscription_begun = bool(
                order.subscription_event_ids or any(move.state != "cancel" for move in documents)
            )

    @api.depends("is_subscription")
    def _compute_billing_progress(self):
        # A subscription progresses towards nothing.
        subscriptions = self.filtered("is_subscription")
        subscriptions.billing_progress = 0.0
        return super(SaleOrder, self - subscriptions)._compute_billing_progress()

    @api.depends("is_subscription")
    def _compute_is_ready_for_balance(self):
        # A subscription has no balance.
        subscriptions = self.filtered("is_subscription")
        subscriptions.is_ready_for_balance = False
        return super(SaleOrder, self - subscriptions)._compute_is_ready_for_balance()

    @api.depends("subscription_next_date")
    def _compute_job_figures(self):
        # Of a subscription, what is left to invoice is what is due.
        res = super()._compute_job_figures()
        for order in self.filtered("is_subscription"):
            order.to_invoice_untaxed = order.subscription_due_count * order.amount_untaxed
            order.to_invoice_total = order.subscription_due_amount
        return res

    # === CONSTRAINTS ===#

    @api.constrains("is_subscription", *CALENDAR_FIELDS, "subscription_end")
    def _check_subscription(self):
        for order in self:
            if not 1 <= order.subscription_interval <= MAX_INTERVAL:
                raise ValidationError(
                    self.env._(
                        "Order %(order)s: a period of %(value)s units can't be billed; give 1 to "
                        "%(maximum)s.",
                        order=order.name,
                        value=order.subscription_interval,
                        maximum=MAX_INTERVAL,
                    )
                )
            start, end = order.subscription_start, order.subscription_end
            order._read_day(start)
            order._read_day(end)
            if order.is_subscription and start and end and end < start:
                raise ValidationError(
                    self.env._(
                        "Order %(order)s: the subscription would end on %(end)s, before its start on "
                        "%(start)s.",
                        order=order.name,
                        end=format_date(self.env, end),
                        start=format_date(self.env, start),
                    )
                )

    @api.constrains("is_subscription")
    def _check_subscription_documents(self):
        for order in self:
            documents = order._get_billing_documents().filtered(lambda move: move.state != "cancel")
            periods = documents.filtered("subscription_order_id")
            if order.is_subscription and documents - periods:
                raise ValidationError(
                    self.env._(
                        "Order %(order)s can't become a subscription: it is billed by %(documents)s "
                        "already. Duplicate the order, and mark the new one.",
                        order=order.name,
                        documents=", ".join((documents - periods).mapped("display_name")),
                    )
                )
            if periods and not order.is_subscription:
                raise ValidationError(
                    self.env._(
                        "Order %(order)s stays a subscription: its periods are billed by %(documents)s.",
                        order=order.name,
                        documents=", ".join(periods.mapped("display_name")),
                    )
                )

    def _check_can_be_billed(self):
        # A subscription is billed by its periods alone.
        super()._check_can_be_billed()
        if self.is_subscription:
            raise UserError(
                self.env._(
                    "Order %(order)s is a subscription: it is billed by its periods, not by deposits, "
                    "situations, instalments or a balance.",
                    order=self.name,
                )
            )

    # === OVERRIDES ===#

    def write(self, vals):
        # EXTENDS sale: the dates of periods that are billed don't move.
        for order in self.filtered("is_subscription"):
            changed = [
                name
                for name in CALENDAR_FIELDS
                if name in vals
                and order._fields[name].convert_to_cache(vals[name], order) != order[name]
            ]
            if changed and order.is_subscription_begun:
                raise UserError(
                    self.env._(
                        "The subscription of order %(order)s has begun: its button “Change” changes "
                        "it from a day on.",
                        order=order.name,
                    )
                )
            order._check_subscription_end(fields.Date.to_date(vals.get("subscription_end")))
        return super().write(vals)

    def _check_subscription_end(self, end):
        """Refuse an end before a period that is billed.

        :raise UserError:
        """
        if not end:
            return
        # sudo: which periods are billed, for whoever may write on the order
        later = self.sudo().subscription_document_ids.filtered(
            lambda move: move._is_standing_period() and move.period_start > end
        )
        if later:
            raise UserError(
                self.env._(
                    "Order %(order)s can't end on %(end)s: later periods are billed by %(documents)s. "
                    "Stop the subscription, which deletes drafts, or credit them.",
                    order=self.name,
                    end=format_date(self.env, end),
                    documents=", ".join(later.mapped("display_name")),
                )
            )

    def action_confirm(self):
        # EXTENDS sale: without another start, a subscription begins today.
        self.filtered(
            lambda order: order.is_subscription and not order.subscription_start
        ).subscription_start = fields.Date.context_today(self)
        return super().action_confirm()

    def _get_recap(self, documents=None):
        # The contract of a subscription is one period: what is left of it is what is due.
        recap = super()._get_recap(documents)
        if self.is_subscription:
            recap["to_invoice_untaxed"] = self.currency_id.round(
                self.subscription_due_count * self.amount_untaxed
            )
            recap["to_invoice_total"] = self.currency_id.round(self.subscription_due_amount)
        return recap

    # === CALENDAR ===#

    def _get_rhythms(self):
        """Return the rhythms of the subscription (`tools/periods.py`); none before it has a start."""
        self.ensure_one()
        if (
            not self.is_subscription
            or not self.subscription_start
            or self.subscription_interval < 1
        ):
            return []
        return get_rhythms(
            self.subscription_start,
            self.subscription_interval,
            self.subscription_unit,
            [
                Event(event.kind, event.date, event.interval, event.unit)
                for event in self.subscription_event_ids.sorted("id")
            ],
            self.subscription_end or None,
        )

    def _iter_open_periods(self):
        """Yield the periods without any document, in their order.

        A document that is cancelled or credited keeps its period from being billed unasked.
        """
        # sudo: which periods are billed, for whoever reads the order
        documents = self.sudo().subscription_document_ids
        taken = {
            (move.period_start, move.period_end) for move in documents if not move.reversed_entry_id
        }
        for period in iter_periods(self._get_rhythms()):
            if period not in taken:
                yield period

    def _get_next_period(self):
        """Return the first period without any document; None where there is none."""
        return next(self._iter_open_periods(), None)

    def _get_due_periods(self, until=None):
        """Return the periods to invoice until a day, today by default, in their order.

        One more than `MAX_PERIODS` at most.
        """
        if self.state != "sale":
            return []
        until = until or fields.Date.context_today(self)
        periods = []
        for period in self._iter_open_periods():
            if self._get_period_date(period) > until or len(periods) > MAX_PERIODS:
                break
            periods.append(period)
        return periods

    def _read_day(self, value):
        """Return a date from what a caller gives; False where that is nothing.

        :raise UserError: when it isn't a date, or none of this time
        """
        return self._read_invoice_date(value)

    def _get_period_date(self, period):
        """Return the day on which a period is to be invoiced."""
        return period.end if self.subscription_timing == "arrears" else period.start

    def _find_period(self, start, rhythms=None):
        """Return the period that begins on a day.

        :param rhythms: among which it has to be; None for all
        :raise UserError: where none does, naming one that does
        """
        rhythms = rhythms or self._get_rhythms()
        period = find_period(rhythms, start)
        if period:
            return period
        following = get_next_start(rhythms, start)
        if find_period(rhythms, following):
            raise UserError(
                self.env._(
                    "No period of order %(order)s begins on %(date)s; one begins on %(next)s.",
                    order=self.name,
                    date=format_date(self.env, start),
                    next=format_date(self.env, following),
                )
            )
        raise UserError(
            self.env._(
                "No period of order %(order)s begins on %(date)s.",
                order=self.name,
                date=format_date(self.env, start),
            )
        )

    def _get_current_period(self):
        """Return the length of the periods as it is now: interval and unit."""
        changes = self.subscription_event_ids.filtered(lambda event: event.kind == "period")
        last = changes.sorted("id")[-1:]
        if last:
            return last.interval, last.unit
        return self.subscription_interval, self.subscription_unit

    def _get_period_name(self, interval, unit):
        """Return the length of a period in words."""
        if interval == 1:
            names = {
                "day": self.env._("Every day"),
                "week": self.env._("Every week"),
                "month": self.env._("Every month"),
                "quarter": self.env._("Every quarter"),
                "year": self.env._("Every year"),
            }
        else:
            names = {
                "day": self.env._("Every %(count)s days", count=interval),
                "week": self.env._("Every %(count)s weeks", count=interval),
                "month": self.env._("Every %(count)s months", count=interval),
                "quarter": self.env._("Every %(count)s quarters", count=interval),
                "year": self.env._("Every %(count)s years", count=interval),
            }
        return names.get(unit, "")

    def _get_subscription_terms(self):
        """Return how the order is billed, for the customer, in the environment's language; nothing
        where it is no subscription."""
        self.ensure_one()
        if not self.is_subscription:
            return ""
        values = {
            "period": self._get_period_name(*self._get_current_period()),
            "start": format_date(self.env, self.subscription_start),
            "end": format_date(self.env, self.subscription_end),
        }
        if not self.subscription_start:
            return values["period"]
        if not self.subscription_end:
            return self.env._("%(period)s from %(start)s", **values)
        return self.env._("%(period)s from %(start)s until %(end)s", **values)

    def _format_period(self, period):
        """Return a period as text, in the environment's language."""
        return self.env._(
            "Period from %(start)s to %(end)s",
            start=format_date(self.env, period.start, date_format="long"),
            end=format_date(self.env, period.end, date_format="long"),
        )

    def _is_closed_with(self, move):
        # EXTENDS: a subscription has no balance.
        return not self.is_subscription and super()._is_closed_with(move)

    def _get_customer_figures(self):
        # EXTENDS: nor a progress.
        figures = super()._get_customer_figures()
        return {**figures, "billing_progress": 0.0} if self.sudo().is_subscription else figures

    def _get_printed_documents(self):
        # EXTENDS: nor are the invoices of its periods documents of ours.
        return super()._get_printed_documents() | self.subscription_document_ids
