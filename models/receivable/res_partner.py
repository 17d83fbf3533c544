"""The billing of a customer on his page: billed, due, retained, deposits open, orders in progress."""

from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ..billing.own_context import own_context

GROUPS = (
    "account.group_account_invoice,account.group_account_readonly,sales_team.group_sale_salesman"
)
FIGURES = ("billed", "due", "overdue", "retained", "deposits_open")


class ResPartner(models.Model):
    _inherit = "res.partner"

    billing_currency_id = fields.Many2one(
        "res.currency",
        compute="_compute_billing",
        groups=GROUPS,
    )
    billing_billed = fields.Monetary(
        string="Billed",
        compute="_compute_billing",
        currency_field="billing_currency_id",
        groups=GROUPS,
        help="Posted invoices less credit notes, tax included.",
    )
    billing_due = fields.Monetary(
        string="To Be Paid",
        compute="_compute_billing",
        currency_field="billing_currency_id",
        groups=GROUPS,
        help="Unpaid of posted documents, without the retention that is held or opposed.",
    )
    billing_overdue = fields.Monetary(
        string="Overdue",
        compute="_compute_billing",
        currency_field="billing_currency_id",
        groups=GROUPS,
        help="What of it had to be paid before today.",
    )
    billing_retained = fields.Monetary(
        string="Retained",
        compute="_compute_billing",
        currency_field="billing_currency_id",
        groups=GROUPS,
        help="Retentions of guarantee that are held or opposed.",
    )
    billing_deposits_open = fields.Monetary(
        string="Deposits Open",
        compute="_compute_billing",
        currency_field="billing_currency_id",
        groups=GROUPS,
        help="Posted deposits less what documents deduct of them, drafts included.",
    )
    billing_order_ids = fields.Many2many(
        "sale.order",
        string="Orders in Progress",
        compute="_compute_billing_order_ids",
        groups=GROUPS,
    )
    has_billing = fields.Boolean(compute="_compute_has_billing", groups=GROUPS)

    # === COMPUTE METHODS ===#

    @api.depends("commercial_partner_id")
    @api.depends_context("uid", "company", "allowed_company_ids")
    def _compute_billing(self):
        currency = self.env.company.currency_id
        figures = self._origin.commercial_partner_id._get_billing_figures()
        for partner in self:
            row = figures[partner._origin.commercial_partner_id.id]
            partner.billing_currency_id = currency
            for name in FIGURES:
                partner[f"billing_{name}"] = row[name]

    @api.depends("commercial_partner_id")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_billing_order_ids(self):
        Order = self.env["sale.order"]
        by_customer = defaultdict(Order.browse)
        customers = self._origin.commercial_partner_id
        if customers and Order.has_access("read"):
            orders = Order.search(customers._get_billing_order_domain())
            for order in orders:
                by_customer[order.partner_id.commercial_partner_id.id] |= order
        for partner in self:
            partner.billing_order_ids = by_customer[partner._origin.commercial_partner_id.id]

    @api.depends("billing_billed", "billing_order_ids")
    @api.depends_context("uid", "company", "allowed_company_ids")
    def _compute_has_billing(self):
        billed = {
            partner.id
            for (partner,) in self.env["account.move"]._read_group(
                self._origin.commercial_partner_id._get_billing_domain(),
                ["commercial_partner_id"],
            )
        }
        for partner in self:
            customer = partner._origin.commercial_partner_id
            partner.has_billing = customer.id in billed or bool(partner.billing_order_ids)

    # === PUBLIC METHODS (RPC) ===#

    @own_context
    def get_billing_summary(self):
        """Return the billing of a customer: of the company that a contact belongs to, with all its contacts.

        The figures are those of the documents that the caller may read, of the companies that he has
        chosen, in the currency of his company; those of an order are in the order's.

        :return: ``{"customer": name, "currency": code, "billed", "due", "overdue", "retained", "deposits_open",
            "orders": [{"id", "name", "currency", "progress": %, "total", "billed", "to_invoice", "due"}]}``
        :raise UserError: for no contact or several
        :raise AccessError: to whoever may not read invoices
        """
        if len(self) != 1:
            raise UserError(self.env._("Name one contact; %(count)s were given.", count=len(self)))
        self.check_access("read")
        self._check_billing_access()
        customer = self.commercial_partner_id
        figures = customer._get_billing_figures()[customer.id]
        return {
            "customer": customer.display_name,
            "currency": self.env.company.currency_id.name,
            **figures,
            "orders": [
                {
                    "id": order.id,
                    "name": order.name,
                    "currency": order.currency_id.name,
                    "progress": order.billing_progress,
                    "total": order.amount_total,
                    "billed": order.billed_total,
                    "to_invoice": order.to_invoice_total,
                    "due": order.due_amount,
                }
                for order in self.billing_order_ids
            ],
        }

    # === ACTIONS ===#

    @own_context
    def action_view_billed(self):
        """Open the posted invoices and credit notes of the customer."""
        self._check_billing_access()
        return self._get_billing_action(self.env._("Billed"), self._get_billing_domain())

    @own_context
    def action_view_due(self):
        """Open the documents of which something is to be paid now."""
        self._check_billing_access()
        moves = self.env["account.move"].search(
            self._get_billing_domain() & Domain("amount_residual", "!=", 0)
        )
        due = moves.filtered(lambda move: not move.currency_id.is_zero(move.amount_to_pay))
        return self._get_billing_action(self.env._("To Be Paid"), Domain("id", "in", due.ids))

    @own_context
    def action_view_overdue(self):
        """Open the documents of which something had to be paid before today."""
        self._check_billing_access()
        moves = self.env["account.move"].search(
            self._get_billing_domain() & Domain("amount_residual", "!=", 0)
        )
        overdue = list(moves._get_overdue())
        return self._get_billing_action(self.env._("Overdue"), Domain("id", "in", overdue))

    @own_context
    def action_view_retained(self):
        """Open the documents of which something is retained; where he may, the list of retentions."""
        self._check_billing_access()
        moves = self._get_retained_moves()
        Retention = self.env["account.retention"]
        if not Retention.has_access("read"):
            return self._get_billing_action(self.env._("Retained"), Domain("id", "in", moves.ids))
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "sale_situation_invoicing.action_retentions"
        )
        action["domain"] = [("move_id", "in", moves.ids)]
        action["context"] = {}
        return action

    @own_context
    def action_view_open_deposits(self):
        """Open the deposits of the orders that have some open."""
        self._check_billing_access()
        rows = self.env["account.move"]._get_open_deposits(self._get_billing_documents_domain())
        orders = [
            order.id
            for parts in rows.values()
            for (order, currency), amount in parts.items()
            if not currency.is_zero(amount)
        ]
        return self._get_billing_action(
            self.env._("Deposits Open"),
            self._get_billing_domain()
            & Domain("line_ids.sale_line_ids.order_id", "in", orders)
            & Domain("line_ids.is_downpayment", "=", True),
        )

    @own_context
    def action_view_billing_orders(self):
        """Open the customer's orders in progress."""
        self._check_billing_access()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "sale_situation_invoicing.action_jobs"
        )
        customers = self.commercial_partner_id
        action["domain"] = list(customers._get_billing_order_domain())
        action["context"] = {}
        return action

    def _get_billing_action(self, name, domain):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account.action_move_out_invoice_type"
        )
        customer = self.commercial_partner_id
        action.update(
            name=f"{name} – {customer.display_name}",
            domain=list(domain),
            context={"default_move_type": "out_invoice", "create": False},
        )
        return action

    # === BUSINESS METHODS ===#

    def _check_billing_access(self):
        """Let through the company's own users who may read invoices.

        :raise AccessError: to anyone else
        """
        if not self.env.su and not self.env.user._is_internal():
            raise AccessError(
                self.env._("The billing of a customer is for the company's own users.")
            )
        self.env["account.move"].check_access("read")

    def _get_billing_documents_domain(self):
        """Return the domain of the customer invoices and credit notes of these customers, in the
        companies that the user has chosen."""
        return (
            Domain("commercial_partner_id", "in", self.commercial_partner_id.ids)
            & Domain("move_type", "in", ("out_invoice", "out_refund"))
            & Domain("company_id", "in", self.env.companies.ids)
        )

    def _get_billing_domain(self):
        """Return the domain of what is billed: the posted ones."""
        return self._get_billing_documents_domain() & Domain("state", "=", "posted")

    def _get_billing_order_domain(self):
        """Return the domain of the orders of these customers that are in progress."""
        return (
            Domain("partner_id.commercial_partner_id", "in", self.commercial_partner_id.ids)
            & Domain("company_id", "in", self.env.companies.ids)
            & self.env["sale.order"]._get_in_progress_domain()
        )

    def _get_retained_moves(self):
        """Return the documents of these customers of which something is held or opposed."""
        moves = self.env["account.move"].search(
            self._get_billing_domain() & Domain("retention_residual", "!=", 0)
        )
        figures = self.env["account.retention"]._get_by_move(moves) if moves else {}
        return moves.filtered(
            lambda move: (
                move.id in figures
                and not move.currency_id.is_zero(
                    figures[move.id]["held"] + figures[move.id]["opposed"]
                )
            )
        )

    def _get_billing_figures(self):
        """Return the figures of customers, in so many queries whatever the number of their documents.

        :return: ``{customer id: {name: amount}}`` of `FIGURES`, in the currency of the user's company: the
            books' own amounts, and those of companies with another currency at the rate of today
        """
        sums = defaultdict(lambda: defaultdict(float))
        figures = defaultdict(lambda: dict.fromkeys(FIGURES, 0.0))
        if not self or not self.env["account.move"].has_access("read"):
            return figures
        self._add_billed(sums)
        self._add_overdue(sums)
        self._add_retained(sums)
        self._add_open_deposits(sums)
        company, today = self.env.company, fields.Date.context_today(self)
        for (customer_id, name), amounts in sums.items():
            figures[customer_id][name] = company.currency_id.round(
                sum(
                    currency._convert(amount, company.currency_id, company, today)
                    for currency, amount in amounts.items()
                )
            )
        for row in figures.values():
            row["overdue"] = max(row["overdue"], 0.0)
        return figures

    def _add_billed(self, sums):
        """Add what is billed and what is unpaid of it, by currency of the books."""
        for customer, company, total, residual in self.env["account.move"]._read_group(
            self._get_billing_domain(),
            ["commercial_partner_id", "company_id"],
            ["amount_total_signed:sum", "amount_residual_signed:sum"],
        ):
            currency = company.sudo().currency_id  # of a company that the user has chosen
            sums[customer.id, "billed"][currency] += total
            sums[customer.id, "due"][currency] += residual

    def _add_overdue(self, sums):
        """Add what of it is overdue."""
        moves = self.env["account.move"].search(
            self._get_billing_domain() & Domain("amount_residual", "!=", 0)
        )
        overdue = moves._get_overdue()
        for move in moves.filtered(lambda move: move.id in overdue):
            amount = -move.direction_sign * overdue[move.id].company_amount
            sums[move.commercial_partner_id.id, "overdue"][move.company_currency_id] += amount

    def _add_retained(self, sums):
        """Add what is held and opposed of retentions; it isn't due."""
        moves = self.env["account.move"].search(
            self._get_billing_domain() & Domain("retention_residual", "!=", 0)
        )
        if not moves:
            return
        # sudo: retentions of the documents that the user may read
        rows = (
            self.env["account.retention"]
            .sudo()
            ._read_group(
                [("move_id", "in", moves.ids)],
                ["partner_id", "company_currency_id"],
                ["held_company:sum", "opposed_company:sum"],
            )
        )
        for partner, currency, held, opposed in rows:
            customer = partner.commercial_partner_id
            sums[customer.id, "retained"][currency] += held + opposed
            sums[customer.id, "due"][currency] -= held + opposed

    def _add_open_deposits(self, sums):
        """Add what is open of deposits, by currency of the documents."""
        rows = self.env["account.move"]._get_open_deposits(self._get_billing_documents_domain())
        for customer_id, parts in rows.items():
            for (_order, currency), amount in parts.items():
                sums[customer_id, "deposits_open"][currency] += amount
