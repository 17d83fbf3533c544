"""A French company, orders in one line of Python, and the check that a job adds up."""

from collections import defaultdict

from odoo.fields import Command

from odoo.addons.account.tests.common import AccountTestInvoicingCommon

from .ready_companies import CHART, take_company


class SituationCommon(AccountTestInvoicingCommon):
    @classmethod
    @AccountTestInvoicingCommon.setup_country("fr")
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.company_data["company"]
        cls.env.user.group_ids += cls.env.ref("sales_team.group_sale_manager")
        cls.work = cls.env["product.product"].create(
            {
                "name": "Work",
                "type": "service",
                "invoice_policy": "order",
                "taxes_id": [Command.clear()],
            }
        )
        cls.tax_number = 0
        cls.tax20 = cls.make_tax(20)
        cls.tax10 = cls.make_tax(10)
        cls.customer = cls.env["res.partner"].create({"name": "Customer"})

    @classmethod
    def _create_company(cls, **create_values):
        # EXTENDS account: a company of the usual kind need not be made, it stands ready.
        if create_values.keys() == {"name"} and (cls.country_code, cls.chart_template) == (
            CHART.upper(),
            False,
        ):
            company = take_company(cls.env, create_values["name"])
            if company:
                return company
        return super()._create_company(**create_values)

    # === BUILDERS ===#

    @classmethod
    def make_tax(cls, amount, **values):
        """Return a sale tax with accounts, of its own so that each test knows its rate."""
        cls.tax_number += 1
        tax = cls.company_data["default_tax_sale"].copy(
            {"name": f"VAT {amount} ({cls.tax_number})", "amount": amount, **values}
        )
        return tax

    @classmethod
    def make_term(cls, *shares, **values):
        """Return a payment term of (percentage, days) shares, None days for the retention."""
        return cls.env["account.payment.term"].create(
            {
                "name": "Term",
                "line_ids": [
                    Command.create(
                        {
                            "value": "percent",
                            "value_amount": amount,
                            "nb_days": days or 0,
                            "is_retention": days is None,
                        }
                    )
                    for amount, days in shares
                ],
                **values,
            }
        )

    @classmethod
    def line(cls, name, quantity, price, taxes=None, **values):
        """Return the command of an order line; taxes default to 20 %."""
        taxes = cls.tax20 if taxes is None else taxes
        return Command.create(
            {
                "product_id": cls.work.id,
                "name": name,
                "product_uom_qty": quantity,
                "price_unit": price,
                "tax_ids": [Command.set(taxes.ids)],
                **values,
            }
        )

    @classmethod
    def section(cls, name, display_type="line_section"):
        return Command.create({"display_type": display_type, "name": name})

    @classmethod
    def make_order(cls, *lines, confirm=True, **values):
        order = cls.env["sale.order"].create(
            {
                "partner_id": cls.customer.id,
                "company_id": cls.company.id,
                "order_line": list(lines),
                **values,
            }
        )
        if confirm:
            order.action_confirm()
        return order

    @classmethod
    def make_house(cls):
        """Return an order of two rates, of 12 March 2026: 12 000 and 2 750, tax included."""
        order = cls.make_order(
            cls.section("Building"),
            cls.line("Walls", 10, 1000.0),
            cls.line("Roof", 1, 2500.0, cls.tax10),
        )
        order.date_order = "2026-03-12 10:00:00"
        return order

    @classmethod
    def move(cls, move_id):
        return cls.env["account.move"].browse(move_id)

    @classmethod
    def situation(cls, order, entries, **values):
        """Create a situation and return its document."""
        return cls.move(order.create_situation_invoice(entries, **values))

    @classmethod
    def deposit(cls, order, amount, **values):
        """Create a deposit and return its document."""
        return cls.move(order.create_deposit_invoice(amount, **values))

    @classmethod
    def balance(cls, order, **values):
        """Create the balance and return its document."""
        return cls.move(order.create_balance_invoice(**values))

    def pay(self, move):
        """Register a payment of the whole, and return it."""
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        )
        return wizard.create({})._create_payments()

    def work_line(self, order, name):
        return order.order_line.filtered(lambda line: line.name == name and not line.display_type)

    def billed_lines(self, move):
        return move.invoice_line_ids.filtered(lambda line: line.display_type == "product")

    # === CHECKS ===#

    def order_taxes(self, order):
        """Return ``{tax: amount}`` of the order, by Odoo's own engine and aggregation."""
        AccountTax = self.env["account.tax"]
        base_lines = [
            line._prepare_base_line_for_taxes_computation() for line in order._get_priced_lines()
        ]
        AccountTax._add_tax_details_in_base_lines(base_lines, order.company_id)
        AccountTax._round_base_lines_tax_details(base_lines, order.company_id)
        amounts = defaultdict(float)
        for base_line in base_lines:
            for tax_data in base_line["tax_details"]["taxes_data"]:
                amounts[tax_data["tax"]] += tax_data["tax_amount_currency"]
        return {
            tax: order.currency_id.round(amount)
            for tax, amount in amounts.items()
            if not order.currency_id.is_zero(amount)
        }

    def documents_taxes(self, order):
        """Return ``{tax: amount}`` of the tax lines of the order's documents."""
        amounts = defaultdict(float)
        for move in self.documents(order):
            for item in move.line_ids.filtered("tax_line_id"):
                amounts[item.tax_line_id] -= item.amount_currency
        return {
            tax: order.currency_id.round(amount)
            for tax, amount in amounts.items()
            if not order.currency_id.is_zero(amount)
        }

    def documents(self, order):
        return order.order_line.invoice_lines.move_id.filtered(lambda move: move.state != "cancel")

    def assertJobTies(self, order, message=None):
        """The documents sum to the order: untaxed, each tax, total; and Odoo agrees."""
        documents = self.documents(order)
        currency = order.currency_id
        untaxed = currency.round(
            sum(-move.direction_sign * move.amount_untaxed for move in documents)
        )
        total = currency.round(sum(-move.direction_sign * move.amount_total for move in documents))
        self.assertEqual(untaxed, currency.round(order.amount_untaxed), message)
        self.assertEqual(self.documents_taxes(order), self.order_taxes(order), message)
        self.assertEqual(total, currency.round(order.amount_total), message)
        recap = order.get_billing_recap()
        self.assertEqual(recap["invoiced_total"], recap["contract_total"], message)
        self.assertEqual(recap["invoiced_tax"], recap["contract_tax"], message)
        self.assertEqual(recap["to_invoice_total"], 0, message)
        for line in order._get_work_lines():
            self.assertEqual(line.qty_invoiced, line.product_uom_qty, message)
            self.assertEqual(line.qty_to_invoice, 0, message)
        if all(move.state == "posted" for move in documents):
            for line in order._get_work_lines()._filter_billed_by_amount():
                self.assertEqual(line.untaxed_amount_to_invoice, 0, f"{message}: {line.name}")
                self.assertEqual(line.amount_to_invoice, 0, f"{message}: {line.name}")
        self.assertEqual(order.invoice_status, "invoiced", message)

    def assertDepositsTie(self, order, message=None):
        """Every deposit is deducted: its base, each tax; and Odoo's down payment lines agree."""
        currency = order.currency_id
        amounts = defaultdict(float)
        for move in self.documents(order):
            sign = -move.direction_sign
            base_lines, _tax_lines = move._get_rounded_base_and_tax_lines()
            for base_line in base_lines:
                # An invoice by hand may deduct deposits of other orders, too.
                lines = base_line["record"].sale_line_ids & order._get_down_payment_lines()
                if not lines:
                    continue
                details = base_line["tax_details"]
                amounts[lines.id, "base"] += sign * (
                    details["total_excluded_currency"] + details["delta_total_excluded_currency"]
                )
                for tax_data in details["taxes_data"]:
                    amounts[lines.id, tax_data["tax"]] += sign * tax_data["tax_amount_currency"]
        for key, amount in amounts.items():
            self.assertTrue(currency.is_zero(amount), f"{message}: {key} {amount}")
        for line in order._get_down_payment_lines():
            self.assertEqual(line.qty_invoiced, 0, message)
            self.assertEqual(line.qty_to_invoice, 0, message)
            if all(move.state == "posted" for move in line.invoice_lines.move_id):
                self.assertEqual(line.qty_invoiced_posted, 0, message)
                self.assertEqual(line.invoice_status, "invoiced", message)
                self.assertTrue(currency.is_zero(line.untaxed_amount_invoiced), message)
        recap = order.get_billing_recap()
        self.assertEqual(recap["deposit_remaining"], 0, message)
