import re
from contextlib import suppress
from datetime import date

from odoo import api, fields, models
from odoo.exceptions import AccessError, LockError, UserError

from ..tools.money import exact
from ..tools.slices import weighted_progress

# Shares and progress leave us in %, with as many decimals.
PROGRESS_DECIMALS = 4
SECTIONS = ("line_section", "line_subsection")


class SaleOrder(models.Model):
    _inherit = "sale.order"

    billing_document_ids = fields.One2many(
        "account.move",
        "billing_order_id",
        string="Billing Documents",
        copy=False,
    )
    situation_count = fields.Integer(
        string="Situations",
        compute="_compute_situation_count",
        compute_sudo=True,
    )
    billing_progress = fields.Float(
        string="Billing Progress",
        compute="_compute_billing_progress",
        store=True,
        compute_sudo=True,
        aggregator="avg",
        help="Share of the order's value that its documents bill, in %, drafts included.",
    )

    # === COMPUTE METHODS ===#

    @api.depends("billing_document_ids.state", "billing_document_ids.billing_kind")
    def _compute_situation_count(self):
        for order in self:
            order.situation_count = len(
                order.billing_document_ids.filtered(lambda move: move.billing_kind == "situation")
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

    # === PUBLIC METHODS (RPC) ===#

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
        :param deduction_rule: `final`, or None for it: deposits are deducted by the last invoice
        :param deduction_amount: reserved for the rule `manual`
        :param invoice_date: date or ISO string; None leaves it to the posting
        :param bool post: post the document at once, with the caller's rights
        :return: id of the draft (or posted) invoice; of a credit note where the whole is negative
        :raise UserError: on bad input, naming the line and the value; nothing is written
        """
        self._check_one_order()
        invoice_date = self._read_invoice_date(invoice_date)
        self._lock_for_billing()
        plan = self._plan_situation(entries, deduction_rule, deduction_amount)
        if not plan["parts"]:
            raise UserError(
                self.env._(
                    "Nothing to bill on order %(order)s: every line named already stands "
                    "at the progress that was asked for.",
                    order=self.name,
                )
            )
        move = self._create_situation(plan, invoice_date)
        if post:
            move.action_post()
        return move.id

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

    def get_billing_recap(self):
        """Return the contract, what is invoiced of it, and every document of the order.

        Amounts are in the order's currency; those of credit notes are negative, so that the documents
        that are not cancelled sum to `invoiced_*`. Deposits and their deductions are included.

        :rtype: dict
        """
        self._check_one_order()
        self.check_access("read")
        if not self.env.su and not self.env.user._is_internal():
            # A customer may read the order, but the recap has drafts, too.
            raise AccessError(self.env._("The billing recap is for the company's own users."))
        return self._get_recap()

    # === ACTIONS ===#

    def action_create_situation(self):
        """Open the wizard that creates the next situation."""
        self.ensure_one()
        self._check_billing_rights()
        self._check_can_be_billed()
        if self.invoice_status == "invoiced":
            raise UserError(self.env._("Order %(order)s is billed whole already.", order=self.name))
        return self.env["sale.situation.wizard"]._create_for_order(self)._get_open_action()

    def action_view_situations(self):
        """Open the situations of the order."""
        self.ensure_one()
        situations = self.billing_document_ids.filtered(
            lambda move: move.billing_kind == "situation"
        )
        return self.action_view_invoice(invoices=situations)

    # === BUSINESS METHODS ===#

    def _check_one_order(self):
        """Refuse to work on no order, or on several at once.

        :raise UserError:
        """
        if len(self) != 1:
            raise UserError(self.env._("Name one order; %(count)s were given.", count=len(self)))

    def _check_billing_rights(self):
        """Let through whoever may invoice this order in Odoo (`_create_invoices`), nobody else.

        :raise AccessError: to anyone else
        """
        self.check_access("read")
        if not self.env["account.move"].has_access("create"):
            self.check_access("write")

    def _check_can_be_billed(self):
        """Refuse an order that isn't confirmed, or that has no line of work.

        :raise UserError:
        """
        self.ensure_one()
        if self.state != "sale":
            states = dict(self._fields["state"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "Order %(order)s can't be billed by situations: it is “%(state)s”. "
                    "Confirm it first.",
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

    def _lock_for_billing(self):
        """Keep anybody else from billing this order until the end of the transaction.

        A transaction that began earlier and comes later meets the changed row: PostgreSQL refuses it,
        Odoo runs it again, and it sees what was billed meanwhile.

        :raise UserError: when somebody else is billing the order right now
        """
        self._check_billing_rights()
        try:
            self.lock_for_update(allow_referencing=True)
        except LockError:
            raise UserError(
                self.env._(
                    "Somebody else is billing order %(order)s at this moment. "
                    "Try again in a few seconds.",
                    order=self.name,
                )
            ) from None
        # sudo: marks the row as changed, nothing else; an invoicing user needn't be allowed to write
        # on orders.
        self.sudo().write({})

    def _read_invoice_date(self, value):
        """Return a date from what a caller gives.

        :raise UserError: when it isn't a date
        """
        if not value:
            return False
        if isinstance(value, date):
            return fields.Date.to_date(value)
        if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
            with suppress(ValueError):
                return fields.Date.to_date(value)
        raise UserError(
            self.env._("“%(value)s” is not a date: give it as YYYY-MM-DD.", value=str(value))
        )

    def _create_invoices(self, grouped=False, final=False, date=None):
        # EXTENDS sale: what is left of an order with situations is the exact rest of each line, not
        # quantity × price.
        values = {}
        for order in self:
            if order._has_situations():
                order._lock_for_billing()
                values.update(order._prepare_rest_values())
        if values:
            self = self.with_context(situation_slice_values=values)
        return super()._create_invoices(grouped=grouped, final=final, date=date)

    def _has_situations(self):
        """Whether a document of ours, not cancelled, bills work of this order."""
        self.ensure_one()
        # sudo: whether there is one, for users who may invoice the order but not read entries
        return any(move.state != "cancel" for move in self.sudo().billing_document_ids)
