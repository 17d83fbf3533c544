"""What is decided about a subscription: stopped, resumed, changed, duplicated."""

from markupsafe import Markup

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import format_date, formatLang

from ...tools.echo import shown
from ...tools.entries import LARGEST
from ...tools.periods import get_last_end, get_next_start
from ..billing.own_context import own_context
from ..billing.reading import is_id, read_text
from ..instalment.sale_order import PERIOD_UNITS
from .sale_order import MAX_INTERVAL

LINE_FIELDS = {"quantity": "product_uom_qty", "price_unit": "price_unit", "discount": "discount"}


class SaleOrder(models.Model):
    _inherit = "sale.order"

    # === PUBLIC METHODS (RPC) ===#

    @own_context
    def stop_subscription(self, date, reason):
        """Bill no period that begins after a day; the one under way on it is billed wholly.

        Drafts of later periods are deleted. A second stop takes the place of the first one.

        :param date: date or ISO string
        :param str reason: told on the order
        :return: True
        :raise UserError: without date or reason, or where nothing is to be stopped
        """
        date = self._begin_change(date)
        reason = read_text(self.env, reason)
        if not reason:
            raise UserError(self.env._("Say why the subscription is stopped."))
        if self.subscription_end and date >= self.subscription_end:
            raise UserError(
                self.env._(
                    "Order %(order)s ends on %(end)s anyway.",
                    order=self.name,
                    end=format_date(self.env, self.subscription_end),
                )
            )
        notes = self._get_stop_note(date).split("\n")
        self._note_event("stop", date, reason=reason)
        self._drop_drafts(date)
        self._tell(self.env._("Subscription stopped: %(reason)s", reason=reason), *notes)
        return True

    @own_context
    def resume_subscription(self, date):
        """Bill periods again: the first one begins on that day, those before it are not billed.

        Where the day is one of the earlier dates, they go on; otherwise dates are counted from it.

        :param date: date or ISO string
        :return: True
        :raise UserError: where it isn't stopped, or would bill a day twice
        """
        date = self._begin_change(date)
        if not self.subscription_stop_date:
            raise UserError(
                self.env._("The subscription of order %(order)s isn't stopped.", order=self.name)
            )
        first = self._get_first_day_to_resume()
        if date < first:
            raise UserError(
                self.env._(
                    "Order %(order)s can't be resumed on %(date)s: what is before %(first)s is billed "
                    "or stopped.",
                    order=self.name,
                    date=format_date(self.env, date),
                    first=format_date(self.env, first),
                )
            )
        if self.subscription_end and date > self.subscription_end:
            raise UserError(
                self.env._(
                    "Order %(order)s ended on %(end)s: change its end first.",
                    order=self.name,
                    end=format_date(self.env, self.subscription_end),
                )
            )
        note = self._get_resume_note(date)
        self._note_event("resume", date)
        self._tell(note)
        return True

    @own_context
    def change_subscription_period(self, interval, unit, date=None):
        """Bill by periods of another length.

        :param int interval: number of units, 1 to 999
        :param unit: `day`, `week`, `month`, `quarter` or `year`
        :param date: the first day of the first period of that length, which has to begin one of the
            earlier length too, so that no day is left out; None for the next period to invoice
        :return: True
        :raise UserError: on bad input, or where a period from that day on is posted
        """
        self._check_one_order()
        date = self._begin_change(date or self.subscription_next_start)
        if type(interval) is not int or not 1 <= interval <= MAX_INTERVAL:
            raise UserError(
                self.env._(
                    "“%(value)s” is no number of units: give 1 to %(maximum)s.",
                    value=shown(interval),
                    maximum=MAX_INTERVAL,
                )
            )
        if unit not in [code for code, _name in PERIOD_UNITS]:
            raise UserError(
                self.env._(
                    "“%(value)s” is no unit: give day, week, month, quarter or year.",
                    value=shown(unit),
                )
            )
        if self.subscription_stop_date:
            raise UserError(
                self.env._(
                    "The subscription of order %(order)s is stopped: resume it first.",
                    order=self.name,
                )
            )
        self._find_period(date, self._get_rhythms()[-1:])
        self._check_nothing_posted(date)
        before = self.subscription_period
        self._drop_drafts(fields.Date.subtract(date, days=1))
        self._note_event("period", date, interval=interval, unit=unit)
        self._tell(
            self.env._(
                "Period changed from %(date)s on: %(before)s → %(after)s.",
                date=format_date(self.env, date),
                before=before,
                after=self.subscription_period,
            )
        )
        return True

    @own_context
    def change_subscription_lines(self, lines, date=None):
        """Change what each period bills, from the first period that begins on a day or after.

        Drafts of those periods are deleted: the next invoicing makes them again.

        :param lines: list of dicts, of an order line with `line_id` and some of `quantity` (0 ends it),
            `price_unit`, `discount` (%), or of a new one with `product_id`, `quantity` and, unless
            Odoo's own are right, `price_unit`, `discount`, `name`
        :param date: date or ISO string; None for the first period that isn't posted
        :return: True
        :raise UserError: on bad input, where a period before has no document yet or a later one is
            posted; nothing is written
        """
        self._check_one_order()
        date = self._begin_change(date or self._get_first_unposted_start())
        self._check_nothing_posted(date)
        if self.subscription_next_start and self.subscription_next_start < date:
            raise UserError(
                self.env._(
                    "Order %(order)s: the period that begins on %(start)s has no invoice yet, and would "
                    "get the new amounts. Invoice it first, or change from that day on.",
                    order=self.name,
                    start=format_date(self.env, self.subscription_next_start),
                )
            )
        commands = [self._read_line_change(values) for values in self._read_line_changes(lines)]
        before = self.amount_total
        names = {line: self._describe_line(line) for line in self._get_work_lines()}
        self._drop_drafts(fields.Date.subtract(date, days=1))
        self.write({"order_line": commands})
        self._check_order_amounts()
        self._tell(*self._get_change_notes(date, before, names))
        return True

    # === ACTIONS ===#

    @own_context
    def action_stop_subscription(self):
        """Open the dialog that stops the subscription."""
        return self._open_stop_wizard("stop", self.env._("Stop – %(order)s", order=self.name))

    @own_context
    def action_resume_subscription(self):
        """Open the dialog that resumes the subscription."""
        return self._open_stop_wizard("resume", self.env._("Resume – %(order)s", order=self.name))

    @own_context
    def action_change_subscription(self):
        """Open the dialog that changes what the next periods bill, or their length."""
        self._check_can_be_changed()
        wizard = self.env["sale.subscription.change.wizard"]._create_for_order(self)
        return wizard._get_open_action()

    @own_context
    def action_duplicate_subscription(self):
        """Duplicate the order as a quotation, to begin on the next date of this one."""
        self._check_one_order()
        rhythms = self._get_rhythms()
        today = fields.Date.context_today(self)
        copy = self.copy(
            {
                "is_subscription": True,
                "subscription_start": get_next_start(rhythms, today) if rhythms else today,
                **dict(
                    zip(
                        ("subscription_interval", "subscription_unit"),
                        self._get_current_period(),
                        strict=True,
                    )
                ),
            }
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": copy.id,
            "view_mode": "form",
        }

    # === BUSINESS METHODS ===#

    def _open_stop_wizard(self, kind, name):
        self._check_can_be_changed()
        date = fields.Date.context_today(self)
        if kind == "resume" and self.subscription_stop_date:
            rhythms = self._get_rhythms()
            date = get_next_start(rhythms, max(date, self._get_first_day_to_resume()))
        wizard = self.env["sale.subscription.stop.wizard"].create(
            {"order_id": self.id, "kind": kind, "date": date}
        )
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": wizard._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }

    def _begin_change(self, date):
        """Check who changes which order; keep anybody else from billing it meanwhile.

        :return: the date, as a date
        :raise UserError: without a date, or on an order that is no confirmed subscription
        """
        self._check_can_be_changed()
        date = self._read_day(date)
        if not date:
            raise UserError(
                self.env._("Order %(order)s: give the day of the change.", order=self.name)
            )
        self._lock_for_billing()
        return date

    def _check_can_be_changed(self):
        """Let through who may write on this order, if it is a confirmed subscription.

        :raise UserError:
        """
        self._check_one_order()
        self.check_access("write")
        self._check_can_be_billed_by_period()

    def _tell(self, *sentences):
        """Log sentences on the order, a line each."""
        self.message_post(body=Markup("<br/>").join(sentences))

    def _note_event(self, kind, date, **values):
        """Note a decision about the periods."""
        # sudo: who may write on the order may decide about it; a note alone can't be changed by hand
        self.env["sale.subscription.event"].sudo().create(
            {
                "order_id": self.id,
                "company_id": self.company_id.id,
                "kind": kind,
                "date": date,
                **values,
            }
        )

    def _drop_drafts(self, date):
        """Delete the drafts of periods that begin after a day."""
        drafts = self._get_period_documents().filtered(
            lambda move: move.period_start > date and move.state == "draft"
        )
        # A draft that was posted once bears a number, and can't be deleted.
        numbered = drafts.filtered("posted_before")
        (drafts - numbered).unlink()
        numbered.button_cancel()
        numbered.write({"period_start": False, "period_end": False})

    def _check_nothing_posted(self, date):
        """Refuse to change periods that are posted.

        :raise UserError: naming the documents
        """
        posted = self._get_period_documents().filtered(
            lambda move: (
                move.state == "posted" and move.period_start >= date and move._is_standing_period()
            )
        )
        if posted:
            raise UserError(
                self.env._(
                    "Order %(order)s can't be changed from %(date)s on: %(documents)s is posted. Choose "
                    "a later day, or credit it first.",
                    order=self.name,
                    date=format_date(self.env, date),
                    documents=", ".join(posted.mapped("display_name")),
                )
            )

    def _get_first_unposted_start(self):
        """Return the first day of the first period that is open or a draft; False where none is."""
        drafts = self._get_period_documents().filtered(
            lambda move: move.state == "draft" and move.period_start
        )
        starts = drafts.mapped("period_start")
        if self.subscription_next_start:
            starts.append(self.subscription_next_start)
        return min(starts, default=False)

    def _get_first_day_to_resume(self):
        """Return the first day that no period of a stopped subscription, nor its stop, is about."""
        documents = self._get_period_documents().filtered(lambda move: move._is_standing_period())
        days = [
            self.subscription_stop_date,
            get_last_end(self._get_rhythms()),
            *documents.mapped("period_end"),
        ]
        return fields.Date.add(max(day for day in days if day), days=1)

    def _get_stop_note(self, date):
        """Return what stopping after a day does, in words."""
        later = self._get_period_documents().filtered(lambda move: move.period_start > date)
        drafts = later.filtered(lambda move: move.state == "draft")
        posted = later.filtered(lambda move: move.state == "posted" and move._is_standing_period())
        notes = [
            self.env._(
                "No period that begins after %(date)s is billed; the one under way is billed wholly.",
                date=format_date(self.env, date),
            )
        ]
        if drafts:
            notes.append(
                self.env._("%(count)s drafts of later periods are deleted.", count=len(drafts))
            )
        if posted:
            notes.append(
                self.env._(
                    "Later periods are posted, and stay: %(documents)s.",
                    documents=", ".join(posted.mapped("display_name")),
                )
            )
        return "\n".join(notes)

    def _get_resume_note(self, date):
        """Return what resuming on a day does, in words."""
        first = self._get_first_day_to_resume()
        if first >= date:
            return self.env._(
                "Subscription resumed: the next period begins on %(date)s.",
                date=format_date(self.env, date),
            )
        return self.env._(
            "Subscription resumed: the next period begins on %(date)s. From %(first)s to %(last)s, "
            "nothing is billed.",
            date=format_date(self.env, date),
            first=format_date(self.env, first),
            last=format_date(self.env, fields.Date.subtract(date, days=1)),
        )

    # === LINES ===#

    def _read_line_changes(self, lines):
        """Return the changes as a list of dicts.

        :raise UserError: where they are none
        """
        if not isinstance(lines, list) or not lines:
            raise UserError(
                self.env._("Order %(order)s: no change of a line was given.", order=self.name)
            )
        for values in lines:
            known = {"line_id", "product_id", "name", *LINE_FIELDS}
            if not isinstance(values, dict) or not values.keys() <= known:
                raise UserError(
                    self.env._(
                        "“%(value)s” is no change of a line. Known are line_id, product_id, name, "
                        "quantity, price_unit, discount.",
                        value=shown(values),
                    )
                )
            for name in LINE_FIELDS:
                value = values.get(name, 0.0)
                known_number = type(value) in (int, float) and abs(value) < LARGEST
                if not known_number or (name == "quantity" and value < 0):
                    raise UserError(
                        self.env._(
                            "Line “%(line)s”: “%(value)s” can't be its %(name)s.",
                            line=self._get_row_name(values.get("line_id")),
                            value=shown(value),
                            name=name,
                        )
                    )
        return lines

    def _read_line_change(self, values):
        """Return the command that makes a change of a line.

        :raise UserError: where the line isn't one of the order's
        """
        changed = {LINE_FIELDS[name]: values[name] for name in LINE_FIELDS if name in values}
        if "line_id" in values:
            if values["line_id"] not in self._get_work_lines().ids:
                raise UserError(
                    self.env._(
                        "Line “%(value)s” is not a line to bill of order %(order)s.",
                        value=self._get_row_name(values["line_id"]) or shown(values["line_id"]),
                        order=self.name,
                    )
                )
            # A pricelist would give another quantity another price: the agreed one stays.
            line = self.env["sale.order.line"].browse(values["line_id"])
            agreed = {"price_unit": line.price_unit, "discount": line.discount}
            return Command.update(line.id, {**agreed, **changed})
        product_id = values.get("product_id")
        if not is_id(product_id) or not self.env["product.product"].browse(product_id).exists():
            raise UserError(
                self.env._("“%(value)s” is no product to add.", value=shown(product_id))
            )
        if name := read_text(self.env, values.get("name")):
            changed["name"] = name
        last = max(self.order_line.mapped("sequence"), default=10)
        return Command.create({"product_id": product_id, "sequence": last, **changed})

    def _describe_line(self, line):
        """Return quantity, price and discount of a line in words."""
        text = "{} × {}".format(
            formatLang(self.env, line.product_uom_qty, digits=2),
            formatLang(self.env, line.price_unit, dp="Product Price"),
        )
        if line.discount:
            text += " −{} %".format(formatLang(self.env, line.discount, dp="Discount"))
        return text

    def _get_change_notes(self, date, before, names):
        """Return what was changed of the lines, as sentences.

        :param before: total of a period before
        :param names: ``{line: description before}``
        """
        parts = [
            self.env._(
                "Subscription changed for the periods from %(date)s on: %(before)s → %(after)s a "
                "period, tax included.",
                date=format_date(self.env, date),
                before=formatLang(self.env, before, currency_obj=self.currency_id),
                after=formatLang(self.env, self.amount_total, currency_obj=self.currency_id),
            )
        ]
        for line in self._get_work_lines():
            old, new = names.get(line, "–"), self._describe_line(line)
            if old != new:
                parts.append(f"{self._get_row_name(line.id)}: {old} → {new}")
        return parts
