from odoo import api, fields, models
from odoo.fields import Command

from ...models.billing.own_context import own_context
from ...tools.money import exact


class SaleAdvancePaymentInv(models.TransientModel):
    _name = "sale.advance.payment.inv"
    _inherit = ["sale.advance.payment.inv", "billing.named.access"]
    _named_fields = ("sale_order_ids",)

    deposit_detail = fields.Selection(
        [
            ("single", "One line"),
            ("lines", "All lines"),
        ],
        string="Details",
        default="single",
        required=True,
        help="All lines: the order's lines are named above the deposit, without amounts.",
    )
    deposit_date = fields.Date(string="Invoice Date", help="Empty: the day of posting.")
    contract_total = fields.Monetary(compute="_compute_deposit_figures")
    invoiced_total = fields.Monetary(
        string="Already Invoiced",
        compute="_compute_deposit_figures",
        help="All documents of the order, tax included, drafts counted.",
    )
    left_to_invoice = fields.Monetary(compute="_compute_deposit_figures")
    deposit_total = fields.Monetary(
        string="Deposit, Tax Included",
        compute="_compute_deposit_total",
    )
    deposit_account_warning = fields.Char(compute="_compute_deposit_account_warning")
    proposed_account_id = fields.Many2one(
        "account.account",
        compute="_compute_deposit_account_warning",
    )

    # === COMPUTE METHODS ===#

    @api.depends("sale_order_ids")
    def _compute_deposit_figures(self):
        for wizard in self:
            order = wizard.sale_order_ids._origin
            one = order if len(order) == 1 else order.browse()
            left = one._get_left_to_invoice() if one else 0.0
            total = one._get_amended_totals()[1] if one else 0.0
            wizard.contract_total = total
            wizard.left_to_invoice = left
            wizard.invoiced_total = total - left

    @api.depends("amount", "fixed_amount", "advance_payment_method", "contract_total")
    def _compute_deposit_total(self):
        for wizard in self:
            order = wizard.sale_order_ids._origin
            percent = wizard.advance_payment_method == "percentage"
            amount = exact(wizard.amount if percent else wizard.fixed_amount)
            wizard.deposit_total = len(order) == 1 and float(
                order._get_deposit_total(amount, "percent" if percent else "fixed")
            )

    @api.depends("company_id.downpayment_account_id")
    def _compute_deposit_account_warning(self):
        for wizard in self:
            wizard.deposit_account_warning = wizard.company_id._get_deposit_account_warning()
            wizard.proposed_account_id = (
                wizard.deposit_account_warning and wizard.company_id._find_deposit_account()
            )

    # === ACTIONS ===#

    def create_invoices(self):
        # EXTENDS sale: what a deposit comes to is never the caller's context's to say (`_create_deposit`).
        return super(SaleAdvancePaymentInv, self.with_context(deposit_total=None)).create_invoices()

    @own_context
    def action_create_draft(self):
        """Create what was chosen: Odoo's own invoice, or a deposit as RPC does.

        It is the screen's button in the place of `create_invoices`, which Odoo and other addons call
        for down payments that are not bounded by what is left to invoice.
        """
        if self.advance_payment_method == "delivered":
            return self.create_invoices()
        self._check_amount_is_positive()
        order = self.sale_order_ids
        percent = self.advance_payment_method == "percentage"
        move_id = order.create_deposit_invoice(
            self.amount if percent else self.fixed_amount,
            "percent" if percent else "fixed",
            self.deposit_detail,
            self.deposit_date or None,
        )
        return order.action_view_invoice(invoices=self.env["account.move"].browse(move_id))

    @own_context
    def action_set_deposit_account(self):
        """Set the company's down payment account to the one that is proposed."""
        self.ensure_one()
        self.company_id._set_deposit_account()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Create invoice(s)"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    # === BUSINESS METHODS ===#

    def _create_invoices(self, sale_orders):
        # EXTENDS sale: nobody bills the order beside its down payment, which Odoo makes without asking
        # what is left; where situations bill the order, it is bounded as every deposit is.
        if self.advance_payment_method != "delivered":
            order = self.sale_order_ids
            order._lock_for_billing()
            if len(order) == 1 and order._has_situations():
                percent = self.advance_payment_method == "percentage"
                order._read_deposit(
                    self.amount if percent else self.fixed_amount,
                    "percent" if percent else "fixed",
                    self.deposit_detail,
                )
        return super()._create_invoices(sale_orders)

    def _prepare_down_payment_invoice_values(self, order, so_lines):
        # EXTENDS sale: what of an invoice makes it a deposit of this order.
        values = super()._prepare_down_payment_invoice_values(order, so_lines)
        date = self.deposit_date
        if date:
            values["invoice_date"] = date
            if not values.get("invoice_payment_term_id"):
                # Without a term Odoo would have it due today, whatever its date.
                values["invoice_date_due"] = date
        details = []
        if self.deposit_detail == "lines":
            details = order.with_context(lang=order._get_lang())._prepare_deposit_details()
        lines = [Command.create(detail) for detail in details] + values["invoice_line_ids"]
        for sequence, (_command, _id, line) in enumerate(lines):
            line["sequence"] = sequence
        return {
            **values,
            "billing_kind": "deposit",
            "billing_order_id": order.id,
            "invoice_line_ids": lines,
        }

    def _prepare_down_payment_invoice_line_values(self, order, so_line, account):
        # EXTENDS sale: the order and its date, as every deposit has to name them; an account of another
        # company is none, Odoo then takes the product's.
        account = account and order.company_id._filter_usable(account)
        values = super()._prepare_down_payment_invoice_line_values(order, so_line, account)
        percent = self.amount if self.advance_payment_method == "percentage" else None
        values["name"] = order.with_context(lang=order._get_lang())._get_deposit_name(percent)
        return values
