"""Instalments: the rest of an order as a row of documents, each with its date and its share."""

from dataclasses import replace
from datetime import date

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_date

from ...tools.dates import UNITS, nth_date
from ...tools.echo import shown
from ...tools.entries import EntryError, number
from ...tools.money import HUNDRED, ONE, ZERO, exact
from ...tools.slices import FINISHED, Target, billed_share
from ..billing.own_context import own_context

FEWEST, MOST = 2, 240
# A third has no end: what is typed or proposed adds up to 100 within these decimals.
PERCENT_DECIMALS = 6
PERIOD_UNITS = [
    ("day", "Days"),
    ("week", "Weeks"),
    ("month", "Months"),
    ("quarter", "Quarters"),
    ("year", "Years"),
]


class SaleOrder(models.Model):
    _inherit = "sale.order"

    _internal_fields = (
        "draft_instalment_count",
        "instalment_gap",
    )

    draft_instalment_count = fields.Integer(
        compute="_compute_instalments",
        compute_sudo=True,
        help="Instalments that are not posted yet.",
    )
    instalment_gap = fields.Monetary(
        compute="_compute_instalments",
        compute_sudo=True,
        help="What the documents leave to invoice though there is a plan of instalments, tax included: "
        "the order changed since.",
    )

    # === COMPUTE METHODS ===#

    @api.depends(
        "amount_total",
        "billing_document_ids.state",
        "billing_document_ids.amount_total",
        "billing_document_ids.instalment_percent",
    )
    def _compute_instalments(self):
        for order in self:
            drafts = order._origin._get_draft_instalments() if order._origin else ()
            order.draft_instalment_count = len(drafts)
            order.instalment_gap = order._origin._get_left_to_invoice() if drafts else 0.0

    # === PUBLIC METHODS (RPC) ===#

    @own_context
    def create_instalment_invoices(self, count, first_date, interval=1, unit="month", post=False):
        """Bill the rest of the order in equal instalments; the last one is its balance.

        Each is a draft that Odoo's own scheduler posts at its date (`auto_post`). Deposits are
        deducted by the order's rule, the last instalment deducts what is left of them.

        :param int count: 2 to 240
        :param first_date: date or ISO string of the first; the others are counted from it (31 January,
            28 February, 31 March)
        :param int interval: units between two instalments, 1 or more
        :param unit: `day`, `week`, `month`, `quarter`, `year`
        :param bool post: post all at once, each with its date, with the caller's rights
        :return: list of document ids in the order of their dates
        :raise UserError: on bad input, naming the value, where nothing is left to bill, and where a plan
            has drafts already; nothing is written
        """
        self._begin_billing(None)
        dates = self._get_instalment_dates(count, first_date, interval, unit)
        return self._create_instalments([(each, ONE) for each in dates], post).ids

    @own_context
    def create_instalment_plan(self, instalments, post=False):
        """Bill the rest of the order in instalments of free dates and shares.

        :param instalments: list of ``{"date": "2026-01-31", "percent": 30.0}``, 2 to 240, in any order;
            the percentages, of what is left to bill, add up to 100
        :param bool post: as in `create_instalment_invoices`
        :return: as `create_instalment_invoices`
        :raise UserError: as `create_instalment_invoices`
        """
        self._begin_billing(None)
        return self._create_instalments(self._read_instalments(instalments), post).ids

    @own_context
    def change_instalment_plan(self, instalments, post=False):
        """Put other instalments in the place of those that are not posted yet.

        What was posted stays; the rest of the order is spread over the new instalments.

        :param instalments: as in `create_instalment_plan`; one is enough after other documents
        :return: as `create_instalment_invoices`, the new ones
        :raise UserError: as `create_instalment_plan`; nothing is changed then
        """
        self._begin_billing(None)
        schedule = self._read_instalments(instalments, self._get_fewest_instalments())
        send = any(self._get_draft_instalments().mapped("send_when_posted"))
        with self.env.cr.savepoint():
            self._cancel_instalments()
            return self._create_instalments(schedule, post, send).ids

    @own_context
    def cancel_instalment_plan(self):
        """Delete the instalments that are not posted yet; the order stays open for its rest.

        :return: True
        :raise UserError: when there is none
        """
        self._begin_billing(None)
        if not self._get_draft_instalments():
            raise UserError(
                self.env._("Order %(order)s has no instalment to cancel.", order=self.name)
            )
        self._cancel_instalments()
        return True

    @own_context
    def respread_instalments(self):
        """Spread the rest of the order again over the instalments that are not posted yet.

        Their dates and shares stay. It is done by itself when a document of the order is cancelled,
        deleted or credited; after a change of the order it is for the user.

        :return: True
        :raise UserError: when there is none
        """
        self._begin_billing(None)
        if not self._get_draft_instalments():
            raise UserError(
                self.env._("Order %(order)s has no instalment to spread again.", order=self.name)
            )
        self._check_draft_deposits()
        self._respread_instalments()
        return True

    # === READING ===#

    def _get_instalment_dates(self, count, first_date, interval, unit):
        """Return the dates of equal instalments.

        :raise UserError: on bad input, naming the value
        """
        count = self._read_whole_number(count, FEWEST, MOST, "count")
        interval = self._read_whole_number(interval, 1, 10**6, "interval")
        first = self._read_invoice_date(first_date)
        if not first:
            raise UserError(
                self.env._("Order %(order)s: give the date of the first one.", order=self.name)
            )
        if not isinstance(unit, str) or unit not in UNITS:
            raise UserError(
                self.env._(
                    "“%(value)s” is not a value of %(name)s: give one of %(known)s.",
                    value=shown(unit),
                    name="unit",
                    known=", ".join(UNITS),
                )
            )
        try:
            dates = [nth_date(first, index, interval, unit) for index in range(count)]
        except (OverflowError, ValueError):
            raise UserError(
                self.env._(
                    "%(count)s instalments every %(interval)s × %(unit)s end after the year 9999.",
                    count=count,
                    interval=interval,
                    unit=unit,
                )
            ) from None
        self._read_invoice_date(dates[-1])
        return dates

    def _read_whole_number(self, value, least, most, name):
        """Return a whole number within bounds.

        :raise UserError: when it isn't one
        """
        try:
            found = number(value)
        except EntryError:
            found = None
        if found is None or found != found.to_integral_value() or not least <= found <= most:
            raise UserError(
                self.env._(
                    "“%(value)s” is not a value of %(name)s: give a whole number from %(least)s "
                    "to %(most)s.",
                    value=shown(value),
                    name=name,
                    least=least,
                    most=most,
                )
            )
        return int(found)

    def _read_instalments(self, instalments, fewest=FEWEST):
        """Return ``[(date, percentage)]`` in the order of the dates, from what a caller gives.

        :raise UserError: on bad input, naming the value
        """
        if not isinstance(instalments, list | tuple) or not all(
            isinstance(row, dict) and set(row) == {"date", "percent"} for row in instalments
        ):
            raise UserError(
                self.env._(
                    "“%(value)s” is not a list of instalments: give each a date and a percent.",
                    value=shown(instalments),
                )
            )
        if not fewest <= len(instalments) <= MOST:
            raise UserError(
                self.env._(
                    "%(count)s instalments were given: give %(fewest)s to %(most)s.",
                    count=len(instalments),
                    fewest=fewest,
                    most=MOST,
                )
            )
        schedule = []
        for row in instalments:
            percent = self._read_amount(row["percent"])
            if percent <= 0:
                raise UserError(
                    self.env._(
                        "An instalment of %(percent)s %% bills nothing: give a share above 0.",
                        percent=shown(row["percent"]),
                    )
                )
            when = self._read_invoice_date(row["date"])
            if not when:
                raise UserError(
                    self.env._(
                        "The instalment of %(percent)s %% has no date.",
                        percent=shown(row["percent"]),
                    )
                )
            schedule.append((when, percent))
        total = sum((percent for _date, percent in schedule), ZERO)
        if round(total, PERCENT_DECIMALS) != HUNDRED:
            raise UserError(
                self.env._(
                    "The instalments add up to %(total)s %%, not to 100.",
                    total=self._format_progress(total),
                )
            )
        return sorted(schedule, key=lambda row: row[0])

    # === PLAN ===#

    def _plan_instalments(self, shares, apart_from=None):
        """Yield the :class:`BillingPlan` of each instalment, without deductions.

        Each starts from where the one before ends, and the last one finishes every line.

        :param shares: decimals, in whatever unit: each bills its part of their sum
        :param apart_from: documents in the place of which the instalments come
        """
        position = {line.id: at for line, at in self._get_work_position(apart_from).items()}
        taxes = self._get_billed_taxes(apart_from)
        start = {key: billed_share(at.work) for key, at in position.items()}
        whole, reached = sum(shares, ZERO), ZERO
        for share in shares:
            reached += share
            targets = {
                key: (
                    FINISHED
                    if reached == whole
                    else Target(
                        "progress", (start[key] + (1 - start[key]) * reached / whole) * HUNDRED
                    )
                )
                for key in position
            }
            plan = self._plan_targets(targets, position, taxes)
            yield plan
            position, taxes = plan.get_position_after(), plan.get_taxes_after(taxes)

    def _check_instalments(self, shares):
        """Refuse instalments of an order that can't be billed so, before anything is written.

        :raise UserError: saying why
        """
        self._check_can_be_billed()
        if drafts := self._get_draft_instalments():
            raise UserError(
                self.env._(
                    "Order %(order)s has a plan already, of which %(count)s instalments are not posted: "
                    "change or cancel that one.",
                    order=self.name,
                    count=len(drafts),
                )
            )
        self._check_draft_deposits()
        plans = list(self._plan_instalments(shares))
        if not any(plan.parts for plan in plans):
            raise UserError(
                self.env._(
                    "Nothing to bill on order %(order)s: every line is billed whole.",
                    order=self.name,
                )
            )
        total = sum((plan.works_total for plan in plans), ZERO)
        if total * exact(self.amount_total) < 0:
            raise UserError(
                self.env._(
                    "Order %(order)s is billed beyond its lines: create its balance, which gives the "
                    "rest back.",
                    order=self.name,
                )
            )
        for index, plan in enumerate(plans, 1):
            if not plan.parts:
                raise UserError(
                    self.env._(
                        "Order %(order)s is too small for these instalments: nothing is left for "
                        "no. %(number)s.",
                        order=self.name,
                        number=index,
                    )
                )

    # === DOCUMENTS ===#

    def _create_instalments(self, schedule, post=False, send=False):
        """Create the documents of instalments; see `create_instalment_plan`.

        :param schedule: ``[(date, share)]`` in the order of the dates
        :param bool send: e-mail each once it is posted
        """
        shares = [share for _date, share in schedule]
        self._check_instalments(shares)
        whole = sum(shares, ZERO)
        moves = self.env["account.move"]
        numbered = self._number_instalments(len(schedule))
        for (when, share), plan, (kind, place) in zip(
            schedule, self._plan_instalments(shares), numbered, strict=True
        ):
            plan = self._complete_instalment(plan, kind, place)
            move = self._create_document(
                kind,
                plan,
                when,
                auto_post="at_date" if not post and self._may_post() else "no",
                instalment_percent=float(share / whole * HUNDRED),
                send_when_posted=send,
            )
            self._finish_billing(move, post)
            moves |= move
        return moves

    def _complete_instalment(self, plan, kind, place):
        """Return the plan of an instalment with what it deducts, the last one as the balance."""
        if kind == "balance":
            return self._plan_balance()
        return replace(
            plan,
            deductions=tuple(self._plan_deductions(plan)),
            title=self._in_document_language()._get_instalment_title(*place),
        )

    def _get_fewest_instalments(self):
        """Return how many instalments a plan needs: one is the balance of what was billed before."""
        begun = self._has_billing_begun(apart_from=self._get_draft_instalments())
        return 1 if begun else FEWEST

    def _number_instalments(self, count):
        """Yield kind and (number, count) of ``count`` instalments that follow those posted."""
        before = len(
            self.sudo().billing_document_ids.filtered(  # sudo: a number, whoever bills
                lambda move: move.instalment_percent and move._is_standing()
            )
        )
        for index in range(1, count + 1):
            kind = "balance" if index == count else "instalment"
            yield kind, (before + index, before + count)

    def _get_draft_instalments(self):
        """Return the instalments that are not posted yet, by date."""
        # sudo: documents of the order, whoever bills it
        drafts = self.sudo().billing_document_ids.filtered(
            lambda move: move.instalment_percent and move.state == "draft"
        )
        return drafts.sorted(lambda move: (move.invoice_date or date.max, move.id))

    def _cancel_instalments(self):
        """Delete the instalments that are not posted yet.

        :raise AccessError: to who may not delete invoices
        """
        if not self.env["account.move"].has_access("unlink"):
            raise AccessError(
                self.env._(
                    "The instalments of order %(order)s can be deleted by who may delete invoices: "
                    "ask somebody of invoicing.",
                    order=self.name,
                )
            )
        self._get_draft_instalments().sudo(False).unlink()

    def _respread_instalments(self):
        """Spread the rest of each order again over its instalments that are not posted yet.

        Where nothing is left for them they are deleted. Beside a deposit that is a draft they stay as
        they are, and `instalment_gap` tells.

        :return: the instalments that were written anew
        """
        rewritten = self.env["account.move"].sudo()  # as the drafts
        planned = self.filtered(lambda order: order._get_draft_instalments())
        planned._lock_for_billing()
        for order in planned:
            drafts = order._get_draft_instalments()
            if order.state != "sale" or order._get_draft_deposits():
                continue
            shares = [exact(move.instalment_percent) for move in drafts]
            plans = list(order._plan_instalments(shares, drafts))
            if not order._is_left_for(plans):
                drafts.unlink()
                order.message_post(
                    body=order.env._(
                        "Nothing is left to bill for the instalments that were not posted: they are "
                        "deleted."
                    )
                )
                continue
            order._rewrite_instalments(drafts, plans)
            rewritten |= drafts
        return rewritten

    def _rewrite_instalments(self, drafts, plans):
        """Write plans into the drafts in the place of what they bill; lines added by hand stay."""
        order = self._in_document_language()
        if order._get_down_payment_lines():
            # What they deduct is free again.
            drafts._drop_planned_lines()
        numbered = order._number_instalments(len(drafts))
        for move, plan, (kind, place) in zip(drafts, plans, numbered, strict=True):
            move._drop_planned_lines()
            plan = order._complete_instalment(plan, kind, place)
            values = order._prepare_document(kind, plan, move.invoice_date)
            move.write({"billing_kind": kind, "invoice_line_ids": values["invoice_line_ids"]})

    def _is_left_for(self, plans):
        """Whether each plan bills something, and all together what the order's total is the sign of."""
        total = sum((plan.works_total for plan in plans), ZERO)
        return all(plan.parts for plan in plans) and total * exact(self.amount_total) >= 0

    def _get_instalment_title(self, place, count):
        """Return the title of an instalment, in the environment's language."""
        return self.env._(
            "Instalment %(number)s of %(count)s – order %(order)s of %(date)s",
            number=place,
            count=count,
            order=self.name,
            date=format_date(self.env, self.date_order),
        )

    # === ACTIONS ===#

    @own_context
    def action_create_instalments(self):
        """Open the wizard that plans instalments, or that changes the plan."""
        self.ensure_one()
        self._check_billing_rights()
        self._check_can_be_billed()
        return self.env["sale.instalment.wizard"]._create_for_order(self)._get_open_action()

    @own_context
    def action_cancel_instalments(self):
        """Cancel the plan from the order's screen."""
        return self.cancel_instalment_plan()

    @own_context
    def action_respread_instalments(self):
        """Spread the rest again from the order's screen."""
        return self.respread_instalments()

    def _rewrite_planned_drafts(self):
        # EXTENDS: instalments share the rest again.
        return super()._rewrite_planned_drafts() | self._respread_instalments()

    def _get_line_template(self, kind):
        # EXTENDS
        if kind == "instalment":
            return self.env._(
                "{description}\nBilled: {progress} % (previously {previous_progress} %)"
            )
        return super()._get_line_template(kind)
