"""A retention of guarantee that was paid beside it: a posted payment left a credit, which settles it."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain
from odoo.tools import format_date, formatLang

from ...tools.money import exact, rounded
from ..billing.own_context import Handed, own_context

LIQUIDITY_JOURNALS = ("bank", "cash", "credit")


class AccountMove(models.Model):
    _inherit = "account.move"

    retention_credit = fields.Monetary(
        compute="_compute_retention_credit",
        help="Amount of the retention that can be settled with what the customer paid too much.",
    )
    retention_credit_message = fields.Char(compute="_compute_retention_credit")
    retention_credit_warning = fields.Char(
        compute="_compute_retention_credit",
        help="Other invoices of the customer that are due: the payment may be meant for them.",
    )

    # === COMPUTE METHODS ===#

    @api.depends("is_paid_except_retention", "retention_residual", "partner_id")
    def _compute_retention_credit(self):
        for move in self:
            credits_left = move._get_retention_credits()
            possible = sum(move._get_settlements(credits_left).values())
            move.retention_credit = possible
            move.retention_credit_message = False
            move.retention_credit_warning = False
            if not possible:
                continue
            move.retention_credit_message = self.env._(
                "%(customer)s has a credit from %(payments)s: %(amount)s of it can settle the retention "
                "of guarantee.",
                customer=move.commercial_partner_id.name,
                payments=", ".join(
                    f"{line.move_id.name} ({format_date(self.env, line.date)})"
                    for line in credits_left
                ),
                amount=formatLang(self.env, possible, currency_obj=move.currency_id),
            )
            if others := move._get_other_due_invoices():
                move.retention_credit_warning = self.env._(
                    "Other invoices of this customer are due: %(invoices)s. The credit may be meant for "
                    "them.",
                    invoices=", ".join(others.mapped("name")),
                )

    # === ACTIONS ===#

    @own_context
    def action_settle_retention(self):
        """Settle the retention with all credits that `retention_credit` counts, an entry for each.

        :return: True
        :raise UserError: see `settle_retention`
        """
        self.ensure_one()
        for credit in self._get_settlements(self._get_retention_credits()) or [None]:
            self.settle_retention(credit and credit.id)
        return True

    # === BUSINESS METHODS ===#

    @own_context
    def settle_retention(self, line_id=None, amount=None):
        """Settle the retention of this invoice with what a posted payment left as a credit.

        An entry of the day of the payment (the first open day after it) moves the amount from the
        customer's account to the retention's, and is reconciled with both. It is undone with the
        payment.

        :param line_id: journal item of the credit; None for the first one, those of payments of this
            invoice before others, the oldest first
        :param amount: in the invoice's currency; None for all that is possible
        :return: id of the entry
        :raise AccessError: to users that may not register payments
        :raise UserError: where nothing is retained, something else is unpaid or there is no such credit;
            for an amount that isn't possible
        """
        self.ensure_one()
        self._check_settlement_rights()
        self.lock_for_update(allow_referencing=True)
        self._check_settlement()
        credit = self._read_retention_credit(line_id)
        credit.move_id.lock_for_update(allow_referencing=True)
        amount = self._read_settled_amount(amount, self._get_settlements(credit)[credit])
        entry, paying = self._post_settlement(credit, self._prepare_settlement(credit, amount))
        (self._get_open_retention() + paying).reconcile()
        return entry.id

    def _check_settlement_rights(self):
        """Check that the user may register payments of this invoice.

        :raise AccessError: otherwise
        """
        self.check_access("write")
        self.env["account.payment"].check_access("create")
        self.env["account.move"].check_access("create")

    def _check_settlement(self):
        """Check that the retention alone is open of this invoice.

        :raise UserError: otherwise
        """
        if not self._get_open_retention():
            raise UserError(
                self.env._(
                    "%(move)s is not a posted invoice with an open retention of guarantee.",
                    move=self.display_name,
                )
            )
        if not self.is_paid_except_retention:
            raise UserError(
                self.env._(
                    "Something else than the retention of guarantee is unpaid on %(move)s: reconcile the "
                    "payment with it first.",
                    move=self.display_name,
                )
            )

    def _get_open_retention(self):
        """Return the retention line of a posted customer invoice, as far as it is open."""
        if self.move_type != "out_invoice" or self.state != "posted":
            return self.line_ids.browse()
        return self._get_retention_lines().filtered(lambda line: line.amount_residual > 0)[:1]

    def _get_retention_credits(self):
        """Return the credits of the customer that can settle the retention: of posted payments and bank
        transactions, on the account of what isn't retained.

        :return: journal items, those of payments of this invoice first, then the oldest first; none while
            something else is unpaid
        """
        self.ensure_one()
        lines = self.env["account.move.line"]
        if (
            not self.is_paid_except_retention
            or not self._get_open_retention()
            or not self.env["account.payment"].has_access("create")
        ):
            return lines
        retention = self._get_open_retention()
        shares = self.line_ids.filtered(lambda line: line.display_type == "payment_term")
        own = shares.matched_credit_ids.credit_move_id
        accounts = (shares - self._get_retention_lines()).account_id - retention.account_id
        found = lines.search(
            Domain("account_id", "in", accounts.ids)
            & Domain("partner_id", "=", self.commercial_partner_id.id)
            & Domain("company_id", "=", self.company_id.id)
            & Domain("parent_state", "=", "posted")
            & Domain("reconciled", "=", False)
            & Domain("amount_residual", "<", 0)
            & Domain("journal_id.type", "in", LIQUIDITY_JOURNALS)
        )
        return found.sorted(lambda line: (line not in own, line.date, line.id))

    def _read_retention_credit(self, line_id):
        """Return the credit that is asked for.

        :raise UserError: where there is none
        """
        found = list(self._get_settlements(self._get_retention_credits()))
        if line_id is not None and line_id is not False:
            found = [
                line
                for line in self._get_retention_credits()
                if line.id == line_id and line in self._get_settlements(line)
            ]
        if not found:
            raise UserError(
                self.env._(
                    "There is no credit of a payment that can settle the retention of %(move)s.",
                    move=self.display_name,
                )
            )
        return found[0]

    def _read_settled_amount(self, value, possible):
        """Return the amount to settle, in the invoice's currency.

        :param possible: at most
        :raise UserError: when it isn't possible, naming it
        """
        currency = self.currency_id
        if value is None or value is False:
            return possible
        amount = float(
            rounded(self.env["sale.order"]._read_amount(value), exact(currency.rounding))
        )
        if (
            currency.compare_amounts(amount, 0) <= 0
            or currency.compare_amounts(amount, possible) > 0
        ):
            raise UserError(
                self.env._(
                    "%(amount)s is not possible for the retention of %(move)s: give an amount up to "
                    "%(limit)s.",
                    amount=formatLang(self.env, amount, currency_obj=currency),
                    move=self.display_name,
                    limit=formatLang(self.env, possible, currency_obj=currency),
                )
            )
        return amount

    def _get_settlements(self, credit_lines):
        """Return what each credit can settle of the retention.

        :return: ``{credit: amount}``, positive, in the invoice's currency, nothing of credits for which
            nothing is left
        """
        left = self._get_open_retention().amount_residual_currency
        amounts = {}
        for credit in credit_lines:
            amount = min(left, self._convert_credit(credit))
            if self.currency_id.compare_amounts(amount, 0) > 0:
                amounts[credit] = self.currency_id.round(amount)
                left -= amount
        return amounts

    def _convert_credit(self, credit):
        """Return what is left of a credit in the invoice's currency, at the rate of its day."""
        if credit.currency_id == self.currency_id:
            return -credit.amount_residual_currency
        return credit.company_currency_id._convert(
            -credit.amount_residual, self.currency_id, self.company_id, credit.date
        )

    def _prepare_settlement(self, credit, amount):
        """Return the values of the entry that settles the retention: the customer's account against the
        retention's, in the company's currency at the rate of the payment.

        :param amount: in the invoice's currency
        """
        retention = self._get_open_retention()
        part = amount / self._convert_credit(credit)
        used = credit.currency_id.round(-credit.amount_residual_currency * part)
        balance = self.company_currency_id.round(-credit.amount_residual * part)
        name = self.env._(
            "Retention of guarantee of %(move)s, paid by %(payment)s",
            move=self.name,
            payment=credit.move_id.name,
        )
        return self._prepare_transfer(
            name,
            credit.date,
            (credit.account_id, credit.partner_id, credit.currency_id, used, balance),
            (retention.account_id, retention.partner_id, self.currency_id, -amount, -balance),
        )

    def _prepare_transfer(self, name, date, *lines):
        """Return the values of an entry between the customer's account and the retention's.

        :param date: of the entry; the first open day after it where that is locked
        :param lines: ``(account, partner, currency, amount_currency, balance)``
        """
        journal = self._get_settlement_journal()
        entry = self.new({"journal_id": journal.id, "company_id": self.company_id.id})
        return {
            "move_type": "entry",
            "journal_id": journal.id,
            "company_id": self.company_id.id,
            "date": entry._get_open_date(date),
            "ref": name,
            "line_ids": [
                Command.create(
                    {
                        "name": name,
                        "account_id": account.id,
                        "partner_id": partner.id,
                        "currency_id": currency.id,
                        "amount_currency": amount_currency,
                        "balance": balance,
                    }
                )
                for account, partner, currency, amount_currency, balance in lines
            ],
        }

    def button_draft(self):
        # EXTENDS account: Odoo keeps the reconciliations of a draft, so that the retention would look
        # paid by an entry that isn't posted.
        settlements = self.env["account.retention.settlement"]._find(
            Domain("entry_id", "in", self.ids) | Domain("credit_line_id.move_id", "in", self.ids)
        )
        res = super().button_draft()
        settlements._undo()
        return res

    def _reverse_moves(self, default_values_list=None, cancel=False):
        # EXTENDS account: an entry that is reversed settles nothing any more, and needs no second reversal;
        # what it brought for retentions isn't free, its reversal takes it.
        moves = self
        if cancel:
            settlements = self.env["account.retention.settlement"]
            # sudo: settlements are nobody's to delete otherwise
            settlements._find(Domain("entry_id", "in", self.ids)).sudo().unlink()
            moves = self.with_context(reversed_entries=Handed(frozenset(self.ids)))
        return super(AccountMove, moves)._reverse_moves(default_values_list, cancel=cancel)

    def _get_open_date(self, date):
        """Return a date for an entry of this journal: the given one, or the first after it that isn't
        locked."""
        self.ensure_one()
        while locks := self._get_violated_lock_dates(date, False):
            date = fields.Date.add(locks[-1][0], days=1)
        return date

    # === WHAT IS FREE AGAIN ===#

    def _move_freed_payments(self, lines):
        """Bring what payments of this document's retention have free to the customer's account, where any
        invoice can use it. Each entry is undone with its payment.

        :param lines: journal items on the retention's account, from which the retention was taken off
        """
        account = self._get_receivable_account()
        for line in lines:
            amounts = (line.amount_residual_currency, line.amount_residual)
            name = self.env._(
                "%(payment)s, no longer for the retention of guarantee of %(move)s",
                payment=line.move_id.name,
                move=self.name or self.display_name,
            )
            values = self._prepare_transfer(
                name,
                max(fields.Date.context_today(self), line.date),
                (line.account_id, line.partner_id, line.currency_id, *(-x for x in amounts)),
                (account, line.partner_id, line.currency_id, *amounts),
            )
            self._post_settlement(line, values)

    def _post_settlement(self, credit, values):
        """Post an entry that stands and falls with a payment, and reconcile its first line with it.

        :param credit: journal item of the payment
        :return: the entry, and its second line
        """
        entry = self.env["account.move"].create(values)
        # sudo: rights were checked; settlements are made here only
        self.env["account.retention.settlement"].sudo().create(
            {"entry_id": entry.id, "move_id": self.id, "credit_line_id": credit.id}
        )
        entry._post(soft=False)
        used, other = entry.line_ids.sorted("id")
        (credit + used).reconcile()
        return entry, other

    def _get_settlement_journal(self):
        """Return the journal of entries that settle retentions.

        :raise UserError: when the company has none
        """
        company = self.company_id
        # sudo: the company's choice, whoever books
        journal = company.sudo().automatic_entry_default_journal_id.sudo(False)
        journal = journal or self.env["account.journal"].search(
            [
                *self.env["account.journal"]._check_company_domain(company),
                ("type", "=", "general"),
            ],
            limit=1,
        )
        if not journal:
            raise UserError(
                self.env._(
                    "%(company)s has no journal of miscellaneous operations.", company=company.name
                )
            )
        return journal

    def _get_other_due_invoices(self):
        """Return other posted invoices of the customer of which a share is due today, the first ones."""
        shares = self.env["account.move.line"].search(
            Domain("partner_id", "=", self.commercial_partner_id.id)
            & Domain("company_id", "=", self.company_id.id)
            & Domain("parent_state", "=", "posted")
            & Domain("display_type", "=", "payment_term")
            & Domain("reconciled", "=", False)
            & Domain("amount_residual", ">", 0)
            & Domain("date_maturity", "<=", fields.Date.context_today(self))
            & Domain("move_id", "!=", self.id),
            order="date_maturity, id",
            limit=5,
        )
        return shares.move_id
