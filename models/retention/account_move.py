"""The retention of guarantee in an invoice: a receivable line of its own, on its own account."""

from contextlib import contextmanager

from odoo import api, fields, models
from odoo.exceptions import RedirectWarning
from odoo.tools import frozendict

from ...tools.money import exact, rounded
from ...tools.retention import NO_JOB, not_due
from ..billing.own_context import Handed
from ..billing.sale_order import WORK_KINDS
from .account_payment_term import NO_DATE


class AccountMove(models.Model):
    _inherit = "account.move"

    _kept_by_billing = (
        "amount_due_now",
        "is_paid_except_retention",
        "retention_amount",
        "retention_announced",
        "retention_credit",
        "retention_credit_message",
        "retention_credit_warning",
        "retention_operation_id",
        "retention_opposed_before",
        "retention_residual",
        "retention_share_ids",
    )
    _internal_fields = (
        "retention_announced",
        "retention_operation_id",
        "retention_opposed_before",
        "retention_share_ids",
    )

    retention_amount = fields.Monetary(
        compute="_compute_retention",
        store=True,
        help="What the customer retains of this document as a guarantee; positive on credit notes, too.",
    )
    retention_residual = fields.Monetary(
        string="Retention Unpaid",
        compute="_compute_retention",
        store=True,
        help="What of the retention is still unpaid.",
    )
    is_paid_except_retention = fields.Boolean(
        string="Paid except Retention",
        compute="_compute_retention",
        store=True,
        help="Nothing but the retention of guarantee is left to be paid.",
    )
    amount_due_now = fields.Monetary(
        compute="_compute_amount_due_now",
        help="The total without the retention that is not due yet.",
    )

    # === COMPUTE METHODS ===#

    @api.depends(
        "state",
        "line_ids.is_retention",
        "line_ids.amount_currency",
        "line_ids.amount_residual_currency",
        "amount_residual",
    )
    def _compute_retention(self):
        for move in self:
            lines = move._get_retention_lines()
            residual = abs(sum(lines.mapped("amount_residual_currency")))
            move.retention_amount = abs(sum(lines.mapped("amount_currency")))
            move.retention_residual = residual
            move.is_paid_except_retention = (
                move.state == "posted"
                and bool(residual)
                and move.currency_id.compare_amounts(move.amount_residual, residual) <= 0
            )

    @api.depends("deposit_deduction", "retention_operation_id")
    def _compute_needed_terms(self):
        # EXTENDS account: the retention is a share of its own, whatever its date; every share says on
        # which account it stands, because Odoo uses a deleted share's line again for another one.
        retaining = self.filtered(lambda move: move._has_retention_terms())
        super(AccountMove, self - retaining)._compute_needed_terms()
        for move in retaining:
            move = move.with_context(bin_size=False)
            if move.state == "posted":
                # What is posted stands, whatever became of its payment term.
                move.needed_terms = move._get_posted_terms()
                move.needed_terms_dirty = True
                continue
            move = move.with_context(retention_case=Handed(move._get_retention_case()))
            super(AccountMove, move)._compute_needed_terms()
            terms = move.needed_terms
            if move.retention_operation_id:
                terms = move._retain_whole(terms)
            elif move._get_reversed_retention():
                terms = move._carve_reversed_retention(terms)
            move.needed_terms = move._flag_retention(terms)

    def _compute_invoice_date_due(self):
        # EXTENDS account: the last share that isn't retained.
        res = super()._compute_invoice_date_due()
        for move in self:
            keys = [key for key in (move.needed_terms or {}) if key]
            if any(key.get("is_retention") for key in keys):
                dates = [key["date_maturity"] for key in keys if not key.get("is_retention")]
                move.invoice_date_due = max(dates, default=move.invoice_date or move.date)
        return res

    def _compute_payment_term_details(self):
        # EXTENDS account: a retention has no date before the works are accepted.
        res = super()._compute_payment_term_details()
        for move in self.filtered("payment_term_details"):
            lines = move.line_ids.filtered(lambda line: line.display_type == "payment_term")
            details = [dict(detail) for detail in move.payment_term_details]
            for line, detail in zip(lines.sorted("date_maturity"), details, strict=True):
                if line.date_maturity == NO_DATE:
                    detail["date"] = self.env._("release of the guarantee")
            move.payment_term_details = details
        return res

    @api.depends(
        "state",
        "amount_total",
        "line_ids.is_retention",
        "line_ids.date_maturity",
        "retention_residual",
        "retention_share_ids.amount",
        "reversal_move_ids.state",
    )
    def _compute_amount_due_now(self):
        today = fields.Date.context_today(self)
        posted = self._origin.filtered(
            lambda move: move.state == "posted" and move._get_retention_lines()
        )
        figures = self.env["account.retention"]._get_by_move(posted) if posted else {}
        for move in self:
            if move._origin.id in figures:
                later = abs(figures[move._origin.id]["not_due"])
            else:
                later = sum(
                    not_due(abs(line.amount_currency), line.date_maturity, today)
                    for line in move._get_retention_lines()
                )
            move.amount_due_now = move.amount_total - float(later)

    # === OVERRIDES ===#

    def _before_posting(self):
        # EXTENDS: a retention needs its account, and follows the documents before it.
        for move in self.filtered(lambda move: move.state == "draft"):
            move._refresh_retention()
        for move in self.filtered(lambda move: move._get_retention_lines()):
            move._check_retention_account()
        super()._before_posting()

    def _after_posting(self):
        # EXTENDS: what was done with a retention stands when its invoice was a draft meanwhile.
        super()._after_posting()
        done = self | self.filtered("retention_operation_id").reversed_entry_id
        done = done.filtered("retention_amount")
        done.filtered(lambda move: move.sudo().retention_share_ids)._date_retentions()  # see there

    def _get_invoice_next_payment_values(self, custom_amount=None):
        # EXTENDS account: what is asked for on the portal and by payment links.
        values = super()._get_invoice_next_payment_values(custom_amount=custom_amount)
        if not values or not self.retention_residual:
            return values
        asked = abs(self._get_payable_amounts()[self])
        if values["installment_state"] == "epd":
            # The discount is one of the other shares; what is due of the retention comes on top.
            values["amount_due"] += self._get_retention_due()
        else:
            values["amount_due"] = asked
        if custom_amount is None:
            values["next_amount_to_pay"] = min(values["next_amount_to_pay"], asked)
        if self.is_paid_except_retention:
            values.update(self._get_last_payment_values(custom_amount))
        values["amount_due"] = self.currency_id.round(values["amount_due"])
        return values

    # === BUSINESS METHODS ===#

    def _get_retention_lines(self):
        return self.line_ids.filtered("is_retention")

    def _has_retention_terms(self):
        """Whether a share of this invoice is, or was, retained, or stands where retentions do."""
        self.ensure_one()
        if not self.is_invoice(include_receipts=True):
            return False
        if self.invoice_payment_term_id.has_retention or self._get_reversed_retention():
            return True
        account = self.company_id.sudo().retention_account_id  # the company's choice, whoever bills
        return any(
            line.is_retention or (account and line.account_id == account)
            for line in self.line_ids
            if line.display_type == "payment_term"
        )

    def _refresh_retention(self):
        """Compute the retention again, which depends on documents that may have changed since this one
        was drafted."""
        self.ensure_one()
        term = self.invoice_payment_term_id
        if not term.has_retention:
            return
        self.invalidate_recordset(["needed_terms"], flush=False)
        due = sum(
            values["amount_currency"]
            for key, values in (self.needed_terms or {}).items()
            if key.get("is_retention")
        )
        now = sum(self._get_retention_lines().mapped("amount_currency"))
        if self.currency_id.compare_amounts(due, now):
            # Odoo keeps shares whose needs it thinks unchanged.
            self.invoice_payment_term_id = False
            self.invoice_payment_term_id = term

    def _get_posted_terms(self):
        """Return the shares of a posted invoice as Odoo's needed terms."""
        terms = {}
        for line in self.line_ids.filtered(lambda line: line.display_type == "payment_term"):
            terms[frozendict(line.term_key)] = {
                "balance": line.balance,
                "amount_currency": line.amount_currency,
                "discount_date": line.discount_date,
                "discount_balance": line.discount_balance,
                "discount_amount_currency": line.discount_amount_currency,
            }
        return terms

    def _get_reversed_retention(self):
        """Return the retention line of the document that this one credits."""
        self.ensure_one()
        return self._get_credited_document()._get_retention_lines()[:1]

    def _carve_reversed_retention(self, terms):
        """Give the retention of the credited document back, in the share that this one is of it.

        :param terms: Odoo's needed terms, in which nothing is retained
        """
        total = sum(values["amount_currency"] for values in terms.values())
        balance = sum(values["balance"] for values in terms.values())
        if not self._get_credited_document().amount_total or not total:
            return terms
        amount = self._get_retention_given_back(total)
        if not amount:
            return terms
        company_amount = self.company_currency_id.round(balance * amount / total)
        terms = dict(terms)
        largest = max(terms, key=lambda key: abs(terms[key]["amount_currency"]))
        terms[largest] = {
            **terms[largest],
            "amount_currency": terms[largest]["amount_currency"] - amount,
            "balance": terms[largest]["balance"] - company_amount,
        }
        key = frozendict({**largest, "date_maturity": NO_DATE})
        terms[key] = {"amount_currency": amount, "balance": company_amount}
        if self.currency_id.is_zero(terms[largest]["amount_currency"]):
            # All of it was retained: the credit note of a lost retention is given back.
            del terms[largest]
        return terms

    def _get_retention_given_back(self, total):
        """Return what a credit note gives back of its document's retention, signed as its total.

        Several credit notes are slices of the whole, so that together they give back it to the cent.

        :param float total: of this credit note, negative
        """
        self.ensure_one()
        # sudo: figures of the credit notes of the same document, whoever makes one more
        original = self._get_credited_document().sudo()
        retention = self._get_reversed_retention().amount_currency
        whole = -original.direction_sign * original.amount_total
        older = original.reversal_move_ids.filtered(
            lambda move: (
                move.id != self._origin.id
                and move.state != "cancel"
                and (move.state == "posted" or not self._origin or move.id < self._origin.id)
                and move._get_credited_document() == original
                and not move.retention_operation_id
                and move.currency_id == self.currency_id
            )
        )
        credited = sum(move.direction_sign * move.amount_total for move in older)
        given_back = -sum(older._get_retention_lines().mapped("amount_currency"))
        share = max((credited - total) / whole, 0.0)
        amount = self.currency_id.round(given_back - retention * share)
        # Never more than it is itself, nor than the document retained.
        limit = min(abs(total), abs(retention))
        low, high = (-limit, 0.0) if total < 0 else (0.0, limit)
        return min(max(amount, low), high)

    def _get_retention_case(self):
        """Return what the payment term has to know of this invoice to tell its retention.

        :return: dict of `none` (nothing is retained of it), `deduction` (of deposits, tax included,
            signed as the total) and `job` (:class:`Job`)
        """
        self.ensure_one()
        if not self.is_sale_document() or self._is_deposit() or self._get_credited_document():
            return {"none": True}
        return {"deduction": self.deposit_deduction, "job": self._get_retention_job()}

    def _get_retention_job(self):
        """Return what the older documents of the order retain, for the kernel."""
        # sudo: figures of the same order's documents, whoever bills
        order = self._get_retention_order().sudo()
        return order._get_retention_job(self.currency_id, self._origin.id) if order else NO_JOB

    def _get_retention_order(self):
        """Return the order of whose retention this document's is a slice: the one whose works it bills,
        Odoo's own invoices included; none of a deposit, of a lost retention's credit note, and of an
        invoice of several orders, which each stand for themselves."""
        self.ensure_one()
        # sudo: which order it is, whoever bills
        move = self.sudo()
        if move.billing_kind in WORK_KINDS and move.billing_order_id:
            return move.billing_order_id
        order = move.line_ids.sale_line_ids.order_id
        if len(order) != 1 or move.retention_operation_id or move._is_deposit():
            return order.browse()
        return order if move._bills_works_of(order) else order.browse()

    def _get_retention_base(self, term):
        """Return what a payment term retains of this document: its base, as a decimal in the document's
        currency, negative on a credit note."""
        self.ensure_one()
        sign = -self.direction_sign
        base = term._get_retention_base(
            exact(sign * self.amount_total),
            exact(sign * self.amount_untaxed),
            # That of a credit note is negative already.
            exact(self.deposit_deduction),
        )
        return rounded(base, exact(self.currency_id.rounding))

    def _get_signed_retention(self):
        """Return what this document retains, as a decimal, negative on a credit note."""
        self.ensure_one()
        return exact(sum(self._get_retention_lines().mapped("amount_currency")))

    def _get_credited_document(self):
        """Return the invoice that this one credits, or the credit note that it takes back."""
        self.ensure_one()
        original = self.reversed_entry_id
        return original if original.move_type != self.move_type else original.browse()

    def _flag_retention(self, terms):
        """Return the needed terms with the retention told apart, each with its account."""
        result = {}
        for key, values in terms.items():
            if key["date_maturity"] == NO_DATE:
                key = {
                    **key,
                    "date_maturity": self._get_retention_date(),
                    "discount_date": False,
                    "is_retention": True,
                }
                values = {
                    **values,
                    "discount_date": False,
                    "discount_balance": 0.0,
                    "discount_amount_currency": 0.0,
                    "account_id": self._get_retention_account().id,
                }
            else:
                account = self._get_receivable_account()
                values = {**values, "is_retention": False, "account_id": account.id}
            result[frozendict(key)] = values
        return result

    def _get_retention_date(self):
        """Return when the retention is due: the order's date, or none yet."""
        # sudo: a date of the order, whoever bills
        return self.billing_order_id.sudo().retention_date or NO_DATE

    def _get_retention_account(self):
        """Return the account of retentions; the receivable one until the company has chosen it."""
        if reversed_line := self._get_reversed_retention():
            return reversed_line.account_id
        account = self.company_id._get_own_account("retention_account_id")
        return account or self._get_receivable_account()

    def _get_receivable_account(self):
        """Return the account of the shares that aren't retained: as it is, or the partner's."""
        retention_account = self.company_id.sudo().retention_account_id  # as above
        if not self.is_sale_document(include_receipts=True):
            retention_account = retention_account.browse()
        shares = self.line_ids.filtered(
            lambda line: (
                line.display_type == "payment_term"
                and not line.is_retention
                and line.account_id
                and line.account_id != retention_account
            )
        )
        if shares:
            return shares[0].account_id
        sale = self.is_sale_document(include_receipts=True)
        name = "property_account_receivable_id" if sale else "property_account_payable_id"
        move = self.with_company(self.company_id)
        account = move.commercial_partner_id[name] or move.company_id.partner_id[name]
        return self.fiscal_position_id.map_account(account)

    def _check_retention_account(self):
        """Put the retention on its account before it is posted.

        :raise RedirectWarning: to the settings, when the company has none
        """
        self.ensure_one()
        account = self.company_id._get_own_account("retention_account_id")
        if not account and not self._get_reversed_retention():
            raise RedirectWarning(
                self.env._(
                    "%(company)s has no account for retentions of guarantee: choose a receivable "
                    "account in the settings of Invoicing, situation invoices.",
                    company=self.company_id.name,
                ),
                self.env.ref("account.action_account_config").id,
                self.env._("Go to the settings"),
            )
        lines = self._get_retention_lines()
        account = self._get_retention_account()
        if lines.account_id != account:
            lines.account_id = account

    def _get_last_payment_values(self, custom_amount):
        """Return what Odoo says of the next payment where the retention alone is left.

        Odoo counts the shares that are paid, so that the retention would be the last of several
        instalments, due in the year 9999.
        """
        date = self._get_retention_date_now()
        values = {"next_due_date": date, "due_date": date, "is_last_installment": True}
        if custom_amount is None:
            values["installment_state"] = None
            values["next_payment_reference"] = self.name
        return values

    def _get_retention_due(self):
        """Return what of the retention is left to be paid now."""
        self.ensure_one()
        figures = self.env["account.retention"]._get_by_move(self._origin)
        return abs(figures[self._origin.id]["due"]) if figures else 0.0

    @contextmanager
    def _sync_dynamic_line(
        self, existing_key_fname, needed_vals_fname, needed_dirty_fname, line_type, container
    ):
        # EXTENDS account: among what Odoo writes on the shares of an invoice is which one is retained.
        if line_type == "payment_term":
            # sudo: the shares follow from the invoice, which the user's own rights let him change
            self = self.sudo()
        with super()._sync_dynamic_line(
            existing_key_fname, needed_vals_fname, needed_dirty_fname, line_type, container
        ):
            yield

    def _follow_billing_of(self, original):
        # EXTENDS: its retention is what it would be of a document of the order.
        super()._follow_billing_of(original)
        if not original._get_billing_identity():
            return
        own = self.sudo()  # as there
        own._refresh_retention()
        date = own._get_retention_date()
        lines = own._get_retention_lines().filtered(lambda line: line.date_maturity != date)
        if lines:
            lines.date_maturity = date

    def _get_retention_date_now(self):
        """Return since when the retention, the last share that is left, is due in whole or in part, or
        from when it will be.

        :return: a date; False while it has none
        """
        self.ensure_one()
        line = self._get_retention_lines()[:1]
        today = fields.Date.context_today(self)
        if line.date_maturity > today and self._get_retention_due():
            return self._get_release_date() or today
        return line.date_maturity != NO_DATE and line.date_maturity

    def _get_advance_accounts(self):
        # EXTENDS: what is retained is no account of payments in advance.
        shares = self._get_payable_shares()
        return shares.account_id or self._get_receivable_account()

    def _get_payable_shares(self):
        # EXTENDS
        return super()._get_payable_shares().filtered(lambda line: not line.is_retention)

    def _get_payable_amounts(self):
        """Return ``{document: what is left to pay now}``, without what is held or opposed of its retention;
        negative on credit notes."""
        retained = self._origin.filtered("retention_residual")
        figures = self.env["account.retention"]._get_by_move(retained) if retained else {}
        amounts = {}
        for move in self:
            row = figures.get(move._origin.id)
            later = row["held"] + row["opposed"] if row else 0.0
            sign = -1 if move.move_type == "out_refund" else 1
            amounts[move] = sign * (move.amount_residual - abs(later))
        return amounts
