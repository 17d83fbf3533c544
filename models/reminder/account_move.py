"""Reminders of what is overdue on customer invoices: by themselves once a day, or by hand."""

from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import AccessError, LockError, UserError
from odoo.fields import Domain
from odoo.tools import format_date, formatLang

from ..billing.own_context import own_context
from ..billing.refusal import attempt, attempt_each, get_responsible, tell_once
from ..billing.res_company import FRENCH_LATE_PAYMENT

ACTIVITY = "sale_situation_invoicing.mail_activity_type_reminder"
OPEN_STATES = ("not_paid", "partial")


class AccountMove(models.Model):
    _inherit = "account.move"

    _kept_by_billing = (
        "is_to_remind",
        "reminder_date",
        "reminder_ids",
        "reminder_level_id",
    )
    _internal_fields = (
        "is_to_remind",
        "payment_promise_date",
        "reminder_date",
        "reminder_level_id",
    )

    reminder_ids = fields.One2many(
        "account.billing.reminder",
        "move_id",
        string="Reminders",
        readonly=True,
        copy=False,
        groups="account.group_account_invoice,account.group_account_readonly,"
        "sales_team.group_sale_salesman",
    )
    reminder_level_id = fields.Many2one(
        "account.billing.reminder.level",
        string="Last Reminder",
        compute="_compute_last_reminder",
        compute_sudo=True,
        store=True,
    )
    reminder_date = fields.Date(
        string="Reminded on",
        compute="_compute_last_reminder",
        compute_sudo=True,
        store=True,
    )
    payment_promise_date = fields.Date(
        string="Payment Promised for",
        copy=False,
        tracking=True,
        help="No reminder is sent by itself up to this date.",
    )
    is_to_remind = fields.Boolean(
        string="To Remind",
        compute="_compute_is_to_remind",
        search="_search_is_to_remind",
        help="A level of reminders is reached and was not sent.",
    )

    # === COMPUTE METHODS ===#

    @api.depends("reminder_ids.level_id", "reminder_ids.date", "reminder_ids.state")
    def _compute_last_reminder(self):
        for move in self:
            sent = move.reminder_ids.filtered(lambda reminder: reminder.state == "sent")
            last = sent.sorted("id")[-1:]
            move.reminder_level_id = last.level_id
            move.reminder_date = last.date

    @api.depends("overdue_since", "reminder_level_id", "payment_promise_date", "no_followup")
    def _compute_is_to_remind(self):
        due = self._origin._get_due_reminders()
        for move in self:
            move.is_to_remind = move._origin in due

    def _search_is_to_remind(self, operator, value):
        if operator != "in":
            return NotImplemented
        moves = self.search(self._get_reminder_domain(self.env.companies))
        return Domain("id", "in", [move.id for move in moves._get_due_reminders()])

    # === PUBLIC METHODS (RPC) ===#

    @own_context
    def send_reminder(self):
        """Send the reminder whose turn it is, of this customer invoice, by e-mail.

        It is the highest level that the oldest overdue share reached and that was not sent for it; when
        that one was sent, the next, before its days.

        :return: the name of the level
        :raise UserError: where nothing is overdue, the invoice is excluded from reminders or blocked,
            one was sent today, none is left, or the customer has no e-mail address
        :raise AccessError: to whoever may not send invoices
        """
        if len(self) != 1:
            raise UserError(self.env._("Name one invoice; %(count)s were given.", count=len(self)))
        self._check_reminder_rights()
        self._lock_for_reminder()
        overdue = self._get_overdue().get(self.id)
        level = self._check_reminder(overdue)
        if not self._send_reminder(level, overdue):
            raise UserError(
                self.env._(
                    "%(customer)s has no e-mail address: the reminder of %(invoice)s can't be sent.",
                    customer=self.partner_id.display_name,
                    invoice=self.name,
                )
            )
        return level.name

    # === ACTIONS ===#

    @own_context
    def action_send_reminder(self):
        """Send the next reminder of this invoice, and say which one it was."""
        level = self.send_reminder()
        return self._get_reminder_notification([f"{self.name}: {level}"], [])

    @own_context
    def action_send_reminders(self):
        """Send the next reminder of each of these invoices; say which were refused, and why."""
        self._check_reminder_rights()
        sent, refused = [], []
        for move in self:
            outcome = attempt(move, move.send_reminder)
            if outcome.refusal:
                refused.append(outcome.refusal)
            else:
                sent.append(f"{move.display_name}: {outcome.result}")
        return self._get_reminder_notification(sent, refused)

    def _get_reminder_notification(self, sent, refused):
        title = self.env._("%(count)s reminders sent", count=len(sent))
        if len(sent) == 1:
            title = self.env._("Reminder sent")
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if refused else "success",
                "title": title,
                "message": "\n".join([*sent, *refused]),
                "sticky": bool(refused),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    # === WHOSE TURN IT IS ===#

    @api.model
    def _get_reminder_domain(self, companies):
        """Return the domain of the invoices of companies that a reminder may be due of."""
        today = fields.Date.context_today(self)
        share = (
            Domain("display_type", "=", "payment_term")
            & Domain("reconciled", "=", False)
            & Domain("no_followup", "=", False)
            & (Domain("date_maturity", "<", today) | Domain("is_retention", "=", True))
        )
        everything = companies.filtered("follow_all_invoices")
        return (
            Domain("state", "=", "posted")
            & Domain("move_type", "=", "out_invoice")
            & Domain("payment_state", "in", OPEN_STATES)
            & Domain("company_id", "in", companies.ids)
            & (Domain("billing_kind", "!=", False) | Domain("company_id", "in", everything.ids))
            & Domain("line_ids", "any", share)
        )

    def _is_followed(self):
        """Whether the company wants to hear of this invoice: a document of an order, or any one."""
        self.ensure_one()
        return bool(self.billing_kind) or self.company_id.sudo().follow_all_invoices

    def _get_due_reminders(self):
        """Return the reminders that are due of these invoices today.

        :return: ``{move: (level, Overdue)}``
        """
        open_moves = self.filtered(
            lambda move: (
                move.move_type == "out_invoice"
                and move.payment_state in OPEN_STATES
                and not move.no_followup
                and move._is_followed()
            )
        )
        figures = open_moves._get_overdue()
        if not figures:
            return {}
        levels = self.env["account.billing.reminder.level"].sudo().search([])  # texts, no secret
        today = fields.Date.context_today(self)
        late = open_moves.filtered(lambda move: move.id in figures)
        credits = late._get_open_credits()
        result = {}
        for move in late:
            overdue = figures[move.id]
            if move._is_reminder_held(overdue, credits, today):
                continue
            level = levels._get_for_company(move.company_id)._choose(
                (today - overdue.since).days, move._get_sent_levels(overdue)
            )
            if level:
                result[move] = (level, overdue)
        return result

    def _get_sent_levels(self, overdue):
        """Return the levels that were sent for what is overdue now.

        A share that becomes overdue later, a retention for one, starts with the first level again.
        """
        self.ensure_one()
        # sudo: which levels, for whoever may send invoices
        reminders = self.sudo().reminder_ids.filtered(
            lambda reminder: (
                reminder.due_date >= overdue.since
                and (reminder.state == "sent" or not self.partner_id.email)
            )
        )
        return reminders.level_id

    def _is_reminder_held(self, overdue, credits, today):
        """Whether something speaks against a reminder that nobody asked for.

        :param credits: of `_get_open_credits`
        """
        self.ensure_one()
        # sudo: the company's choice, payments under way
        move = self.sudo()
        start = move.company_id.reminder_start_date
        waits = self.env["sale.order"]._get_transactions_under_way(move)
        credit = credits[move.commercial_partner_id.id, move.company_id.id]
        return bool(
            (start and overdue.since < start)
            or (move.payment_promise_date and move.payment_promise_date >= today)
            or move.reminder_date == today
            or waits
            or move.company_currency_id.compare_amounts(credit, overdue.company_amount) >= 0
        )

    def _get_open_credits(self):
        """Return what the customers of these invoices have paid, or were credited, that is not matched
        with an invoice yet.

        :return: ``{(commercial partner id, company id): amount}``, positive, company's currency
        """
        credits = defaultdict(float)
        # sudo: whether there is one, for whoever may send invoices
        for partner, company, amount in (
            self.env["account.move.line"]
            .sudo()
            ._read_group(
                Domain("partner_id.commercial_partner_id", "in", self.commercial_partner_id.ids)
                & Domain("company_id", "in", self.company_id.ids)
                & Domain("account_id.account_type", "=", "asset_receivable")
                & Domain("parent_state", "=", "posted")
                & Domain("reconciled", "=", False)
                & Domain("is_retention", "=", False)
                & Domain("amount_residual", "<", 0),
                ["partner_id", "company_id"],
                ["amount_residual:sum"],
            )
        ):
            credits[partner.commercial_partner_id.id, company.id] -= amount
        return credits

    # === CHECKS ===#

    def _check_reminder_rights(self):
        """Let through whoever may send these invoices in Odoo.

        :raise AccessError: to anyone else
        """
        self.check_access("read")
        if not self.env["account.move.send.wizard"].has_access("create"):
            raise AccessError(self.env._("Reminders are sent by those who may send invoices."))

    def _lock_for_reminder(self):
        """Keep anybody else from sending a reminder of this invoice until the end of the transaction.

        :raise UserError: when somebody else is sending one right now
        """
        try:
            # sudo: a lock; a salesperson who may send an invoice may not write on it
            self.sudo().lock_for_update(allow_referencing=True)
        except LockError:
            raise UserError(
                self.env._(
                    "Somebody else works on %(invoice)s at this moment. Try again in a few seconds.",
                    invoice=self.display_name,
                )
            ) from None

    def _check_reminder(self, overdue):
        """Return the level that a reminder by hand has.

        :param overdue: of `_get_overdue`; None where nothing is
        :raise UserError: where none can be sent, saying why
        """
        self.ensure_one()
        values = {"invoice": self.display_name}
        if self.move_type != "out_invoice" or self.state != "posted":
            raise UserError(self.env._("%(invoice)s is no posted customer invoice.", **values))
        if not overdue or self.payment_state in ("paid", "in_payment", "reversed"):
            retained = self._get_retained_later()
            if retained:
                raise UserError(
                    self.env._(
                        "Nothing is overdue on %(invoice)s: the retention of %(amount)s is not due.",
                        amount=formatLang(self.env, retained, currency_obj=self.currency_id),
                        **values,
                    )
                )
            raise UserError(self.env._("Nothing is overdue on %(invoice)s.", **values))
        if self.no_followup:
            raise UserError(self.env._("%(invoice)s is excluded from reminders.", **values))
        if self.payment_state == "blocked":
            raise UserError(self.env._("The payment of %(invoice)s is blocked.", **values))
        if self.reminder_date == fields.Date.context_today(self):
            raise UserError(
                self.env._(
                    "A reminder of %(invoice)s was sent today: %(level)s.",
                    level=self.sudo().reminder_level_id.name,  # its name
                    **values,
                )
            )
        levels = self.env["account.billing.reminder.level"].sudo().search([])  # as the cron
        level = levels._get_for_company(self.company_id)._choose(
            (fields.Date.context_today(self) - overdue.since).days,
            self._get_sent_levels(overdue),
            by_hand=True,
        )
        if not level:
            raise UserError(
                self.env._("No level of reminders is left to send for %(invoice)s.", **values)
            )
        return level

    # === SENDING ===#

    def _send_reminder(self, level, overdue):
        """Send a reminder as Odoo sends invoices, with the invoice's PDF, and note it.

        :return: whether it could be sent: the customer has an e-mail address
        """
        self.ensure_one()
        Send = self.env["account.move.send"].with_company(self.company_id)
        move = self.with_company(self.company_id)
        template = level.mail_template_id
        settings = Send._get_default_sending_settings(
            move, mail_template=template, sending_methods={"email"}, extra_edis=set()
        )
        if not settings["mail_partner_ids"]:
            return False
        # sudo: as Odoo's own sending does
        move = move.sudo()
        Send._generate_invoice_documents({move: settings})
        if error := settings.get("error"):
            raise UserError(Send._format_error_text(error))
        Send._send_mails({move: settings})
        self._note_reminder(level, overdue)
        return True

    def _note_reminder(self, level, overdue, state="sent"):
        # sudo: rows that only sending makes
        self.env["account.billing.reminder"].sudo().create(
            {
                "move_id": self.id,
                "level_id": level.id,
                "state": state,
                "due_date": overdue.since,
                "amount": overdue.amount,
            }
        )

    def _get_retained_later(self):
        """Return what of the retention is left to pay and isn't due: held or opposed; positive."""
        retention = self._get_portal_retention()
        return self.currency_id.round(retention["held"] + retention["opposed"])

    def _get_reminder_figures(self):
        """Return what a reminder says, in the document's currency.

        :return: ``{"amount": overdue, "since": date, "later": to be paid at later dates, "retained": not
            due, "retention_date": when it will be; False while that isn't known}``
        """
        self.ensure_one()
        overdue = self._get_overdue().get(self.id)
        amount = overdue.amount if overdue else 0.0
        retention = self._get_portal_retention()
        return {
            "amount": amount,
            "since": overdue.since if overdue else False,
            "later": self.currency_id.round(self.amount_to_pay - amount),
            "retained": self._get_retained_later(),
            "retention_date": retention["date"],
        }

    def _get_late_payment_mention(self):
        """Return the company's late-payment mention, in the language of the environment; where a French
        company has none, what the law says."""
        self.ensure_one()
        company = self.company_id.sudo()  # a text of the company
        mention = company._get_mention("mention_late_payment")
        if not mention and company.account_fiscal_country_id.code == "FR":
            mention = FRENCH_LATE_PAYMENT
        return mention

    # === EVERY DAY ===#

    @api.model
    def _cron_send_reminders(self):
        """Send each overdue invoice the reminder whose turn it is; one failure doesn't lose the others."""
        companies = self.env["res.company"].search([("send_reminders", "=", True)])
        moves = self.search(self._get_reminder_domain(companies), order="id")
        jobs = [(move, move._send_due_reminder) for move in moves._get_due_reminders()]
        attempt_each(self.env, jobs, lambda move, refusal: move._tell_failure(refusal))

    def _send_due_reminder(self):
        """Send the reminder that is due of this invoice; nothing when somebody else works on it, has
        sent it or noted the payment since the run began."""
        if not self.try_lock_for_update(allow_referencing=True):
            return
        due = self._get_due_reminders()
        if due and not self._send_reminder(*due[self]):
            self._tell_no_email(*due[self])

    def _tell_no_email(self, level, overdue):
        """Ask the salesperson to reach a customer who has no e-mail address."""
        self._note_reminder(level, overdue, state="no_email")
        self = self._with_salesperson_lang()
        self._schedule_reminder_activity(
            self.env._("Reminder not sent: no e-mail address"),
            self.env._(
                "“%(level)s” is due: %(amount)s since %(date)s. %(customer)s has no e-mail address.",
                level=level.with_env(self.env).name,
                amount=formatLang(self.env, overdue.amount, currency_obj=self.currency_id),
                date=format_date(self.env, overdue.since),
                customer=self.partner_id.display_name,
            ),
        )

    def _tell_failure(self, refusal):
        """Tell the salesperson why a reminder failed; it is tried again the next day."""
        self = self._with_salesperson_lang()
        self._schedule_reminder_activity(self.env._("Reminder not sent"), refusal)

    def _with_salesperson_lang(self):
        self.ensure_one()
        return self.with_context(lang=self._get_reminder_user().lang)

    def _get_reminder_user(self):
        """Return who is told of what becomes of reminders."""
        return get_responsible(self.env, self.invoice_user_id, self.create_uid)

    def _schedule_reminder_activity(self, summary, note):
        """Schedule an activity of the salesperson, unless he has that one already."""
        tell_once(self, ACTIVITY, summary, note, self._get_reminder_user())
