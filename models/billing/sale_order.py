"""What Odoo's schedulers do with a document of an order: nothing that nobody asked for in its own words."""

import re
from contextlib import suppress
from dataclasses import replace
from datetime import date

from odoo import api, fields, models
from odoo.exceptions import AccessError, LockError, UserError

from ...tools.dates import FIRST_YEAR, LAST_YEAR, is_of_this_time
from ...tools.echo import shown
from ...tools.entries import LARGEST
from ...tools.money import exact
from ...tools.slices import weighted_progress
from .customer_figure import CustomerFigure, is_customer
from .own_context import Handed, own_context, with_own_context

# Shares and progress leave us in %, with as many decimals.
PROGRESS_DECIMALS = 4

SECTIONS = ("line_section", "line_subsection")

# Kinds of documents that bill work; a deposit bills none.
WORK_KINDS = ("partial", "situation", "instalment", "balance")


class SaleOrder(models.Model):
    _inherit = "sale.order"

    billing_progress = CustomerFigure(
        string="Billing Progress",
        compute="_compute_billing_progress",
        store=True,
        compute_sudo=True,
        aggregator="avg",
        help="Share of the order's value that its documents bill, in %, drafts included.",
    )

    billing_document_ids = fields.One2many(
        "account.move",
        "billing_order_id",
        string="Billing Documents",
        copy=False,
    )
    billing_move_ids = fields.Many2many(
        "account.move",
        string="Deposits & Situations",
        compute="_compute_billing_move_ids",
        help="All invoices and credit notes of the order, those of Odoo's own making included.",
    )
    billing_recap = fields.Html(compute="_compute_billing_recap", sanitize=False)
    situation_count = fields.Integer(
        string="Situations",
        compute="_compute_situation_count",
    )

    # === COMPUTE METHODS ===#

    @api.depends("billing_document_ids", "order_line.invoice_lines")
    @api.depends_context("uid")
    def _compute_billing_move_ids(self):
        for order in self:
            moves = self.env["account.move"]
            if order._origin:
                moves = order._origin._get_billing_documents().sudo(False)
            order.billing_move_ids = moves._filtered_access("read")

    @api.depends("billing_move_ids", "amount_total", "billing_progress")
    @api.depends_context("uid")
    def _compute_billing_recap(self):
        qweb = self.env["ir.qweb"]
        for order in self:
            # A customer reads the order, too; the recap is not for him (`get_billing_recap`).
            if not order.billing_move_ids or not self.env.user._is_internal():
                order.billing_recap = False
                continue
            order.billing_recap = qweb._render(
                "sale_situation_invoicing.order_billing_recap",
                {"recap": order._origin.get_billing_recap(), "currency": order.currency_id},
            )

    @api.depends("billing_document_ids.state", "billing_document_ids.billing_kind")
    @api.depends_context("uid")
    def _compute_situation_count(self):
        for order in self:
            # sudo: a number, for whoever reads the order; drafts are nothing that its customer knows of
            moves = order.sudo().billing_document_ids
            if is_customer(self.env):
                moves = moves.filtered(lambda move: move.state == "posted")
            order.situation_count = len(
                moves.filtered(lambda move: move.billing_kind == "situation")
            )

    @api.depends(
        "order_line.contract_amount",
        "order_line.invoice_lines.amount_currency",
        "order_line.invoice_lines.move_id.state",
    )
    def _compute_billing_progress(self):
        billed = self.order_line._get_billed_amounts()
        for order in self:
            lines = order._get_work_lines()
            if not any(billed[line.id or line._origin.id] for line in lines):
                order.billing_progress = 0.0
                continue
            progress = weighted_progress(
                (
                    exact(billed[line.id or line._origin.id]),
                    exact(line.contract_amount),
                )
                for line in lines
            )
            order.billing_progress = round(min(max(float(progress), 0.0), 100.0), PROGRESS_DECIMALS)

    # === ACTIONS ===#

    @own_context
    def action_create_situation(self):
        """Open the wizard that creates the next situation."""
        self.ensure_one()
        self._check_billing_rights()
        self._check_can_be_billed()
        if self.invoice_status == "invoiced":
            raise UserError(self.env._("Order %(order)s is billed whole already.", order=self.name))
        return self.env["sale.situation.wizard"]._create_for_order(self)._get_open_action()

    @own_context
    def action_create_balance(self):
        """Open the confirmation that shows what the balance will do."""
        self.ensure_one()
        self._check_billing_rights()
        self._check_can_be_billed()
        wizard = self.env["sale.balance.wizard"].create({"order_id": self.id})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Create balance invoice – %(order)s", order=self.name),
            "res_model": wizard._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }

    @own_context
    def action_view_situations(self):
        """Open the situations of the order."""
        self.ensure_one()
        self._check_recap_rights()
        situations = self.billing_document_ids.filtered(
            lambda move: move.billing_kind == "situation"
        )
        return self.action_view_invoice(invoices=situations)

    # === PUBLIC METHODS (RPC) ===#

    @own_context
    def create_situation_invoice(
        self,
        entries,
        deduction_rule=None,
        deduction_amount=None,
        invoice_date=None,
        post=False,
    ):
        """Create the next situation: what is done so far, minus what is already billed.

        :param entries: cumulative % for every line, or a list of dicts with `line_id` or `section_id`
            and one of `progress` (%), `quantity`, `amount` (untaxed, order's currency); all cumulative;
            lines that are not named keep their progress
        :param deduction_rule: how much of the posted deposits it gives back: `full`, `progressive`,
            `threshold`, `manual`, `final` (see `tools/deductions.py`); None for the order's own rule
        :param deduction_amount: what the rule `manual` deducts, tax included, order's currency
        :param invoice_date: date or ISO string; None leaves it to the posting
        :param bool post: post the document at once, with the caller's rights
        :return: id of the draft (or posted) invoice; of a credit note where the works are negative
        :raise UserError: on bad input, naming the line and the value; nothing is written
        """
        return self._create_situation(entries, deduction_rule, deduction_amount, invoice_date, post)

    def _create_situation(
        self,
        entries,
        deduction_rule=None,
        deduction_amount=None,
        invoice_date=None,
        post=False,
        title="",
        texts=None,
    ):
        """Create a situation; see `create_situation_invoice`.

        :param title: of the document, in the place of the company's
        :param texts: ``{line id: description}``, likewise
        """
        invoice_date = self._begin_billing(invoice_date)
        plan = replace(
            self._plan_situation(entries, deduction_rule, deduction_amount),
            title=title or "",
            texts=texts or {},
        )
        if not plan.parts:
            raise UserError(
                self.env._(
                    "Nothing to bill on order %(order)s: every line named already stands "
                    "at the progress that was asked for.",
                    order=self.name,
                )
            )
        return self._finish_billing(self._create_document("situation", plan, invoice_date), post)

    @own_context
    def create_balance_invoice(self, invoice_date=None, post=False):
        """Create the balance: the rest of every line, less all that is left of the deposits.

        With it the order is billed whole, to the cent. All posted deposits are deducted, whatever the
        company says about unpaid ones: the balance is the last document that can.

        :param invoice_date: date or ISO string; None leaves it to the posting
        :param bool post: post the document at once, with the caller's rights
        :return: id of the draft (or posted) invoice; of a credit note where the remainder is negative
        :raise UserError: where nothing was billed before, a deposit is still a draft, or a balance has
            closed the order; nothing is written
        """
        invoice_date = self._begin_billing(invoice_date)
        plan = self._plan_balance()
        return self._finish_billing(self._create_document("balance", plan, invoice_date), post)

    @own_context
    def preview_situation(self, entries, deduction_rule=None, deduction_amount=None):
        """Return the figures of the situation that `create_situation_invoice` would make.

        Nothing is written. Amounts are in the order's currency, progress in %, cumulative. `lines`
        has all lines of work, also those that nothing is billed of.

        :param entries: as in `create_situation_invoice`
        :rtype: dict
        :raise UserError: as `create_situation_invoice`, except that there may be nothing to bill
        """
        self._check_one_order()
        self._check_billing_rights()
        plan = self._plan_situation(entries, deduction_rule, deduction_amount)
        return self._get_plan_figures(plan)

    @own_context
    def get_billing_recap(self):
        """Return the contract, what is invoiced of it, and every document of the order.

        Amounts are in the order's currency; those of credit notes are negative, so that the documents
        that are not cancelled sum to `invoiced_*`. Deposits and their deductions are included.

        :rtype: dict
        """
        self._check_one_order()
        self._check_recap_rights()
        return self._get_recap()

    # === BUSINESS METHODS ===#

    def _begin_billing(self, invoice_date):
        """Check who asks for a document, and keep anybody else from billing the order meanwhile.

        :return: the date of the document, as a date
        :raise UserError: for no order or several, on a bad date, when somebody else is billing
        """
        self._check_one_order()
        invoice_date = self._read_invoice_date(invoice_date)
        self._lock_for_billing()
        return invoice_date

    def _finish_billing(self, move, post):
        """Post a document where the caller asks for it; return its id."""
        self._keep_rounding_method()
        if post:
            move.action_post()
        return move.id

    def _check_one_order(self):
        """Refuse to work on no order, or on several at once.

        :raise UserError:
        """
        if len(self) != 1:
            raise UserError(self.env._("Name one order; %(count)s were given.", count=len(self)))

    def _check_recap_rights(self):
        """Let through the company's own users who may read these orders.

        :raise AccessError: to anyone else
        """
        self.check_access("read")
        if not self.env.su and not self.env.user._is_internal():
            # A customer may read the order, but the recap has drafts, too.
            raise AccessError(self.env._("The billing recap is for the company's own users."))

    def _check_billing_rights(self):
        """Let through whoever may invoice this order in Odoo (`_create_invoices`), nobody else.

        :raise AccessError: to anyone else
        """
        self.check_access("read")
        if not self.env["account.move"].has_access("create"):
            self.check_access("write")

    def _may_be_invoiced(self):
        """Whether Odoo lets the user invoice these orders; where not, it makes nothing and says nothing."""
        return self.env["account.move"].has_access("create") or self.has_access("write")

    def _may_post(self):
        """Whether the scheduler may post what this user makes: nobody gets more rights by waiting."""
        return self.env.su or self.env.user.has_group("account.group_account_invoice")

    def _check_can_be_billed(self):
        """Refuse an order that isn't confirmed, or that has no line of work.

        :raise UserError:
        """
        self.ensure_one()
        if self.state != "sale":
            states = dict(self._fields["state"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "Order %(order)s can't be billed: it is “%(state)s”. Confirm it first.",
                    order=self.name,
                    state=states[self.state],
                )
            )
        if not self._get_work_lines():
            raise UserError(
                self.env._(
                    "Order %(order)s has no line to bill: add a product line first.",
                    order=self.name,
                )
            )
        self._check_order_amounts()

    def _check_order_amounts(self):
        """Refuse to bill amounts and quantities of which a float doesn't keep the cents.

        :raise UserError: naming the line
        """
        for line in self.order_line:
            figures = (line.price_total, line.price_subtotal, line.price_unit, line.product_uom_qty)
            if not all(abs(figure) < LARGEST for figure in figures):
                raise UserError(
                    self.env._(
                        "Line “%(line)s” of order %(order)s can't be billed to the cent: its price, "
                        "quantity or amount is too large.",
                        line=shown(line.name or ""),
                        order=self.name,
                    )
                )

    def _lock_for_billing(self):
        """Keep anybody else from billing these orders until the end of the transaction.

        They are locked in the order of their ids, by one statement. A transaction that began earlier
        and comes later meets the changed row: PostgreSQL refuses it, Odoo runs it again, and it sees
        what was billed meanwhile. So what was read before the lock stands, too.

        :raise AccessError: to whoever may not bill one of them
        :raise LockError: when somebody else is billing one of them right now, naming it
        """
        self._check_billing_rights()
        # An order that isn't saved yet is nobody else's.
        orders = self._origin.sorted("id")
        locked = orders.try_lock_for_update(allow_referencing=True, limit=len(orders))
        if busy := (orders - locked).exists():
            raise LockError(
                self.env._(
                    "Somebody else is billing order %(order)s at this moment. "
                    "Try again in a few seconds.",
                    order=", ".join(busy.mapped("name")),
                )
            )
        # sudo: marks the rows as changed, nothing else; an invoicing user needn't be allowed to write
        # on orders.
        locked.sudo().write({})

    def _read_invoice_date(self, value):
        """Return a date from what a caller gives.

        :raise UserError: when it isn't a date, or none of this time
        """
        if value is None or value is False:
            return False
        day = None
        if isinstance(value, date):
            day = fields.Date.to_date(value)
        elif isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
            with suppress(ValueError):
                day = fields.Date.to_date(value)
        if day and is_of_this_time(day):
            return day
        if day:
            raise UserError(
                self.env._(
                    "%(date)s is too far away: give a year from %(first)s to %(last)s.",
                    date=day.isoformat(),
                    first=FIRST_YEAR,
                    last=LAST_YEAR,
                )
            )
        raise UserError(
            self.env._("“%(value)s” is not a date: give it as YYYY-MM-DD.", value=shown(value))
        )

    def _create_invoices(self, grouped=False, final=False, date=None):
        # EXTENDS sale: what is left of an order with situations is the exact rest of each line, not
        # quantity × price; and nobody bills the order beside it.
        if self._may_be_invoiced():
            self._lock_for_billing()
        values = {}
        for order in self:
            if order._has_situations() or any(
                line._is_deducted_in_parts() for line in order._get_down_payment_lines()
            ):
                order._check_order_amounts()
                values[order.id] = with_own_context(order)._prepare_rest_values()
        # In the place of whatever a caller's context says of them.
        orders = self.with_context(situation_rest_values=Handed(values))
        moves = super(SaleOrder, orders)._create_invoices(grouped=grouped, final=final, date=date)
        moves._recognise_balance()
        return moves

    def _has_situations(self):
        """Whether a document of ours, not cancelled, bills work of this order."""
        self.ensure_one()
        # sudo: whether there is one, for users who may invoice the order but not read entries
        return any(
            move.state != "cancel" and move.billing_kind in WORK_KINDS
            for move in self.sudo().billing_document_ids
        )

    def _prepare_invoice(self):
        # EXTENDS sale: documents are created with more rights than their user's. The defaults of his
        # context aren't to have them posted or sent; who may post sets that (`_may_post`).
        return {"auto_post": "no", "send_when_posted": False, **super()._prepare_invoice()}
