"""What a document deducts of deposits, and what is to be known of them before it is posted.

Deposits by hand: on an invoice that no order makes, deposits of the customer can be chosen.
"""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...tools.money import ZERO, exact, rounded
from ..billing.own_context import own_context


class AccountMove(models.Model):
    _inherit = "account.move"

    _kept_by_billing = (
        "advance_line_ids",
        "deposit_deduction",
        "deposit_overview",
        "deposit_warning",
    )
    _internal_fields = (
        "advance_line_ids",
        "deposit_overview",
        "deposit_warning",
    )

    deposit_deduction = fields.Monetary(
        string="Deposits Deducted",
        compute="_compute_deposit_deduction",
        compute_sudo=True,
        help="What this document takes off for deposits, tax included; given back by a credit note.",
    )
    deposit_warning = fields.Char(compute="_compute_deposit_warning", compute_sudo=True)
    deposit_overview = fields.Html(
        string="Deposits",
        compute="_compute_deposit_overview",
        sanitize=False,
        help="The deposits and payments that this invoice deducts, or could deduct.",
    )

    # === COMPUTE METHODS ===#

    @api.depends("invoice_line_ids.is_downpayment", "invoice_line_ids.price_total", "billing_kind")
    def _compute_deposit_deduction(self):
        for move in self:
            lines = move.invoice_line_ids.filtered(
                lambda line: line.is_downpayment and line.display_type == "product"
            )
            is_deposit = not lines or move._is_deposit()
            move.deposit_deduction = (
                0.0 if is_deposit else move.direction_sign * sum(lines.mapped("price_total"))
            )

    @api.depends(
        "billing_kind",
        "state",
        "invoice_line_ids.account_id",
        # What is deducted by hand follows the other lines.
        "amount_total",
        "partner_id",
        "currency_id",
    )
    def _compute_deposit_warning(self):
        for move in self:
            move.deposit_warning = move.state == "draft" and move._get_deposit_warning()

    @api.depends(
        "state",
        "partner_id",
        "currency_id",
        "company_id",
        "deposit_deduction",
        "amount_total",
        "advance_line_ids",
    )
    def _compute_deposit_overview(self):
        qweb = self.env["ir.qweb"]
        for move in self:
            move.deposit_overview = False
            if not move._may_take_deposits():
                continue
            rows = move._get_deposit_rows()
            advances = move._get_advance_rows()
            if rows or (advances and (move.advance_line_ids or move._company_takes_deposits())):
                move.deposit_overview = qweb._render(
                    "sale_situation_invoicing.deposit_overview",
                    {
                        "rows": rows,
                        "advances": advances,
                        "currency": move.currency_id,
                        "draft": move.state == "draft",
                    },
                )

    # === PUBLIC METHODS (RPC) ===#

    @own_context
    def deduct_deposits(self, choices):
        """Deduct deposits of the customer on this draft invoice, in place of those chosen before.

        The deposits are posted ones, of any order of the same customer, company and currency, and paid
        where the company says so. Each is deducted by a title and one line a tax, whose amounts add up
        to it exactly.

        :param choices: a list of dicts with `deposit_id` (id of the deposit's invoice) and, if it isn't
            all that is possible, `amount` (tax included, the invoice's currency); an empty list takes
            the deductions off
        :return: what is deducted in all, tax included
        :rtype: float
        :raise UserError: on bad input, naming the deposit and the amount; nothing is written
        """
        self._check_takes_deposits()
        choices = self._read_deposit_choices(choices)
        self._lock_deposits(choices)
        deductions = self._plan_hand_deductions(choices)
        self._write_hand_deductions(deductions)
        return float(sum((deduction.amounts.total for _o, deduction in deductions), ZERO))

    # === ACTIONS ===#

    @own_context
    def action_set_deposit_account(self):
        """Set the company's down payment account, and put this draft deposit on it.

        :raise UserError: on any other document
        """
        self.ensure_one()
        if self.state != "draft" or self.billing_kind != "deposit":
            raise UserError(self.env._("%(move)s is no draft deposit.", move=self.display_name))
        self.company_id._set_deposit_account()
        lines = self.invoice_line_ids.filtered(lambda line: line.display_type == "product")
        lines.account_id = self.company_id.downpayment_account_id

    @own_context
    def action_choose_deposits(self):
        """Open the dialog in which deposits and payments of the customer are ticked."""
        self._check_takes_deposits()
        wizard = self.env["account.deposit.choice"]._create_for_move(self)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Choose deposits"),
            "res_model": wizard._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }

    # === OVERRIDES ===#

    def _before_posting(self):
        # EXTENDS: what was chosen may not be possible any more.
        for move in self.filtered(lambda move: move.state == "draft"):
            if problem := move._get_hand_deduction_problem():
                raise UserError(problem)
            move._refresh_hand_deductions()
        super()._before_posting()

    def _after_posting(self):
        # EXTENDS: the payments that were chosen settle what is posted; its deposits may be paid already.
        super()._after_posting()
        for move in self.filtered("advance_line_ids"):
            move._reconcile_advances()
        self._collect_tax_of_nought()

    def _is_downpayment(self):
        # EXTENDS sale: an invoice of other works, on which nothing but a deposit's deduction belongs to
        # an order, is no deposit itself.
        return super()._is_downpayment() and not self._get_hand_deductions()

    def copy(self, default=None):
        # EXTENDS account: a deposit is given back once. Odoo copies the lines without what they are of,
        # but for a credit note, which takes the deduction back.
        copies = super().copy(default)
        for move, new in zip(self, copies, strict=True):
            if new.move_type == move.move_type and move._get_hand_deductions():
                new.invoice_line_ids.filtered("is_downpayment").unlink()
        return copies

    # === WHAT IS DEDUCTED ===#

    def _may_take_deposits(self):
        """Whether deposits can be, or could have been, chosen on this document."""
        self.ensure_one()
        return (
            self.move_type == "out_invoice"
            and self.state in ("draft", "posted")
            and not self.billing_kind
            and not self._is_deposit()
        )

    def _company_takes_deposits(self):
        """Whether the company has ever made a deposit; else Odoo's own list of outstanding credits,
        once the invoice is posted, is all that somebody expects."""
        self.ensure_one()
        # sudo: whether there is one
        deposits = self.env["account.move"].sudo()
        domain = [("billing_kind", "=", "deposit"), ("company_id", "=", self.company_id.id)]
        return bool(deposits.search_count(domain, limit=1))

    def _get_hand_deductions(self):
        """Return the lines that deduct deposits of orders of which their document bills nothing."""
        result = self.env["account.move.line"]
        for move in self:
            if move.billing_kind or not move.is_sale_document():
                continue
            # sudo: which order a line is of, whoever reads the invoice
            items = move.invoice_line_ids.sudo().filtered(
                lambda item: item.display_type == "product" and item.sale_line_ids
            )
            billed = items.sale_line_ids.filtered(lambda line: not line.is_downpayment).order_id
            items = items.filtered(
                lambda item, billed=billed: not item.sale_line_ids.order_id & billed
            )
            # What a deposit bills is above 0, on its credit note as well.
            if items and sum(items.mapped("price_total")) < 0:
                result |= items
        return result

    def _get_deduction_lines(self):
        """Return the lines that deduct deposits, with their titles."""
        return self.invoice_line_ids.filtered("is_downpayment")

    def _get_amounts_deducted(self):
        """Return ``{down payment line of an order: amount}`` that this invoice deducts, tax included."""
        self.ensure_one()
        step = exact(self.currency_id.rounding)
        amounts = {}
        # sudo: as `_get_hand_deductions`
        for item in self._get_deduction_lines().sudo():
            if item.display_type == "product":
                for line in item.sale_line_ids:
                    amount = rounded(exact(-item.price_total), step)
                    amounts[line] = amounts.get(line, ZERO) + amount
        return amounts

    def _get_open_deposit_orders(self):
        """Return the orders of which a deposit of this customer is open, as the user may read them."""
        self.ensure_one()
        customer = self.commercial_partner_id
        if not customer:
            return self.env["sale.order"]
        deposits = (
            Domain("billing_kind", "=", "deposit")
            & Domain("state", "=", "posted")
            # The customer itself is compared where each deposit is read; this has an index.
            & Domain("partner_id", "child_of", customer.id)
        )
        # sudo: which orders there are; those that the user may not read are left out below
        lines = (
            self.env["sale.order.line"]
            .sudo()
            .search(
                Domain("is_downpayment", "=", True)
                & Domain("display_type", "=", False)
                & Domain("qty_invoiced", ">", 0)
                & Domain("company_id", "=", self.company_id.id)
                & Domain("currency_id", "=", self.currency_id.id)
                & Domain("invoice_lines.move_id", "any", deposits)
            )
        )
        return lines.order_id.sudo(False)._filtered_access("read")

    def _get_deposit_rows(self):
        """Return the deposits that this invoice deducts and, on a draft, those that it may deduct.

        :return: ``[{"order": record, "deposit": Deposit as it is without this invoice, "move": the
            deposit's invoice, "date", "total", "left": without this invoice, "deducted": here, "open":
            whether it may be deducted}]``, amounts as decimals, tax included
        """
        self.ensure_one()
        amounts = self._get_amounts_deducted()
        # sudo: figures of the orders, as of their documents in `_get_billing_documents`
        orders = self.env["sale.order"].sudo()
        for line in amounts:
            orders |= line.order_id
        if self.state == "draft":
            orders |= self._get_open_deposit_orders().sudo()
        rows = []
        for order in orders.sorted("id"):
            deposits = order._get_deposits(without=self._origin)
            deductible = order._filter_deductible(deposits)
            for deposit in deposits:
                deducted = sum((amounts.get(line, ZERO) for line in deposit.left), ZERO)
                may_be_deducted = (
                    deposit in deductible
                    and deposit.move.commercial_partner_id == self.commercial_partner_id
                    and order.currency_id == self.currency_id
                    and order.company_id == self.company_id
                )
                if deducted or (may_be_deducted and self.state == "draft"):
                    rows.append(
                        {
                            "order": order,
                            "deposit": deposit,
                            "move": deposit.move,
                            "date": deposit.move.invoice_date or deposit.move.date,
                            "total": deposit.worth,
                            "left": deposit.remaining,
                            "deducted": deducted,
                            "open": may_be_deducted,
                        }
                    )
        return rows

    def _get_hand_deduction_problem(self):
        """Return why this draft can't deduct what was chosen on it; False where it can, or where
        nothing was chosen."""
        self.ensure_one()
        if self.move_type != "out_invoice":
            return False
        lines = self._get_hand_deductions().sale_line_ids
        if not lines:
            return False
        limit = self._get_total_before_deductions()
        deducted = sum(self._get_amounts_deducted().values(), ZERO)
        if deducted > limit or self.currency_id.compare_amounts(self.amount_total, 0) < 0:
            return self.env._(
                "The deposits that are deducted, %(deducted)s, are above what this invoice bills: "
                "%(limit)s. Choose the deposits again.",
                deducted=self._format_money(deducted),
                limit=self._format_money(limit),
            )
        for order in lines.order_id:
            for deposit in order._get_deposits():
                if not any(line in lines for line in deposit.left):
                    continue
                move = deposit.move
                name = move.display_name or self.env._("A deleted deposit")
                if deposit.remaining < 0:
                    return self.env._(
                        "%(deposit)s is worth less than documents deduct of it: it was cancelled, "
                        "credited or set to draft since. Choose the deposits again.",
                        deposit=name,
                    )
                if move.commercial_partner_id != self.commercial_partner_id:
                    return self.env._(
                        "%(deposit)s is a deposit of %(owner)s, not of %(customer)s. Choose the "
                        "deposits again.",
                        deposit=name,
                        owner=move.commercial_partner_id.display_name,
                        customer=self.commercial_partner_id.display_name or "–",
                    )
                if order.currency_id != self.currency_id:
                    return self.env._(
                        "%(deposit)s is in %(currency)s, this invoice in %(other)s. Choose the "
                        "deposits again.",
                        deposit=name,
                        currency=order.currency_id.name,
                        other=self.currency_id.name,
                    )
        return False

    def _get_deposit_warning(self):
        """Return what somebody has to know about deposits before this draft is posted."""
        self.ensure_one()
        order = self.billing_order_id
        if self.billing_kind == "deposit":
            income = self.invoice_line_ids.account_id.filtered(
                lambda account: account.internal_group == "income"
            )
            if not income:
                return self._get_hand_deduction_problem()
            return self.env._(
                "This deposit would be posted to %(account)s, an income account, as if it were "
                "turnover.",
                account=income[0].display_name,
            )
        if not self._has_statement() or not self.deposit_deduction:
            return self._get_hand_deduction_problem()
        own_lines = self.invoice_line_ids.sale_line_ids
        for deposit in order._get_deposits():
            if deposit.remaining < 0 and any(line in own_lines for line in deposit.left):
                return self.env._(
                    "%(deposit)s is worth less than documents deduct of it: it was cancelled, "
                    "credited or set to draft since. Delete this draft and create it again.",
                    deposit=deposit.move.display_name or self.env._("A deleted deposit"),
                )
        return self._get_hand_deduction_problem()

    def _get_deducting_documents(self):
        """Return the documents that deduct this deposit, those that were credited left out."""
        self.ensure_one()
        found = self.browse()
        for order in self._get_billed_orders():
            for deposit in order._get_deposits():
                if deposit.move != self or deposit.deducted <= 0:
                    continue
                found |= self.union(
                    *(
                        item.move_id
                        for item, line, _amounts in order._get_deposit_items()
                        if line in deposit.left
                        and item.move_id.state != "cancel"
                        and item.move_id.move_type == "out_invoice"
                        and not item.move_id._is_deposit()
                        and not item.move_id._get_standing_credit_notes()
                    )
                )
        return found - self
