from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import float_compare

from ...models.billing.own_context import own_context
from ...models.billing.res_company import DEDUCTION_RULES
from ...models.billing.sale_order import PROGRESS_DECIMALS, SECTIONS


class SaleSituationWizard(models.TransientModel):
    _name = "sale.situation.wizard"
    _inherit = "billing.named.access"
    _description = "Create Situation Invoice"
    _named_fields = ("order_id",)

    order_id = fields.Many2one("sale.order", required=True, readonly=True)
    currency_id = fields.Many2one(related="order_id.currency_id")
    line_ids = fields.One2many("sale.situation.wizard.line", "wizard_id")
    apply_progress = fields.Float(
        string="Progress for all lines (%)",
        digits=(5, 2),
        help="Cumulative progress to give to every line.",
    )
    deduction_rule = fields.Selection(
        DEDUCTION_RULES,
        string="Deduct deposits",
        help="How this situation gives the deposits back.",
    )
    deduction_amount = fields.Monetary(help="What to deduct by hand, tax included.")
    has_deposits = fields.Boolean(readonly=True)
    invoice_date = fields.Date(default=fields.Date.context_today)
    title = fields.Char(help="Empty: the title of the settings.")
    has_own_texts = fields.Boolean(compute="_compute_has_own_texts")
    billed_untaxed = fields.Monetary(readonly=True)
    billed_total = fields.Monetary(readonly=True)
    billed_progress = fields.Float(readonly=True)
    recap = fields.Html(readonly=True, sanitize=False)

    # === COMPUTE AND ONCHANGE METHODS ===#

    @api.depends("order_id")
    def _compute_has_own_texts(self):
        for wizard in self:
            company = wizard.order_id.company_id
            wizard.has_own_texts = bool(
                company.situation_title or company.situation_line_description
            )

    @api.onchange("line_ids")
    def _onchange_line_ids(self):
        for section in self.line_ids.filtered("pending"):
            section.pending = False
            for line in section._get_children():
                line._set_entry("progress", section.progress)
        self._refresh()

    @api.onchange("apply_progress")
    def _onchange_apply_progress(self):
        if self.apply_progress:
            for line in self._get_work_lines():
                line._set_entry("progress", self.apply_progress)
            self._refresh()

    @api.onchange("deduction_rule", "deduction_amount")
    def _onchange_deduction(self):
        self._refresh()

    # === ACTIONS ===#

    @own_context
    def action_finish_all(self):
        """Bring every line to 100 %."""
        for line in self._get_work_lines():
            line._set_entry("progress", 100.0)
        self._refresh()
        return self._get_open_action()

    @own_context
    def action_create(self):
        """Create the draft situation and open it."""
        self.ensure_one()
        entries = self._get_changed_entries()
        move_id = self.order_id._create_situation(
            entries, *self._get_deduction(), invoice_date=self.invoice_date, **self._get_texts()
        )
        return self.order_id.action_view_invoice(invoices=self.env["account.move"].browse(move_id))

    @own_context
    def action_send_for_approval(self):
        """Print the situation as a draft for approval, without making it, and open an e-mail with it."""
        self.ensure_one()
        print_values = self.order_id._get_draft_situation(
            self._get_changed_entries(),
            *self._get_deduction(),
            invoice_date=self.invoice_date,
            **self._get_texts(),
        )
        return self.order_id._open_approval_mail(self.order_id, print_values)

    # === BUSINESS METHODS ===#

    def _get_changed_entries(self):
        """Return the entries of the situation.

        :raise UserError: when nothing changed
        """
        entries = self._get_entries()
        if not entries:
            raise UserError(
                self.env._("Give at least one line a new progress: nothing changed yet.")
            )
        return entries

    @api.model
    def _create_for_order(self, order):
        """Return a wizard with the rows of an order, at the progress that its documents bill."""
        plan = order._plan_targets({})
        figures = {row["line_id"]: row for row in order._get_plan_figures(plan)["lines"]}
        recap = order.get_billing_recap()
        values_list = [
            values
            for sequence, line in enumerate(order.order_line)
            if (values := self._prepare_row(line, figures.get(line.id), sequence))
        ]
        wizard = self.create(
            {
                "order_id": order.id,
                "deduction_rule": order.deduction_rule,
                "has_deposits": bool(recap["deposit_invoiced"] or recap["deposit_deducted"]),
                "billed_untaxed": recap["invoiced_untaxed"],
                "billed_total": recap["invoiced_total"],
                "billed_progress": recap["progress"],
                "line_ids": [Command.create(values) for values in values_list],
            }
        )
        wizard._refresh()
        return wizard

    @api.model
    def _prepare_row(self, line, figures, sequence):
        """Return the values of a row; nothing for a row that situations don't show."""
        values = {
            "sequence": sequence,
            "order_line_id": line.id,
            "name": line.name,
            "path": self._get_path(line),
        }
        if line.display_type in SECTIONS and not line.is_downpayment:
            return {**values, "display_type": line.display_type}
        if not figures:
            return None
        progress = figures["previous_progress"]
        return {
            **values,
            "is_locked": line._is_kept_as_billed(),
            "ordered_quantity": line.product_uom_qty,
            "amount": line.contract_amount,
            "previous_progress": progress,
            "previous_amount": figures["previous_amount"],
            "progress": progress,
            "quantity": line.product_uom_qty * progress / 100,
            "cumulative_amount": figures["previous_amount"],
        }

    @api.model
    def _get_path(self, line):
        """Return the ids of the rows above an order line, as "/4/7/"."""
        above, path = line._get_row_above(), "/"
        while above:
            path = f"/{above.id}{path}"
            above = above._get_row_above()
        return path

    def _get_open_action(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Create situation invoice – %(order)s", order=self.order_id.name),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

    def _get_work_lines(self):
        return self.line_ids.filtered(lambda line: not line.display_type)

    def _get_entries(self):
        """Return the entries of `create_situation_invoice` for the rows that were changed."""
        return [
            {"line_id": line.order_line_id.id, line.entry_kind: line.entry_value}
            for line in self._get_work_lines()
            if line.entry_kind
        ]

    def _get_deduction(self):
        """Return rule and amount of `create_situation_invoice`."""
        rule = self.deduction_rule or None
        return rule, self.deduction_amount if rule == "manual" else None

    def _get_texts(self):
        """Return the texts of `sale.order._create_situation`."""
        texts = {line.order_line_id.id: line.text for line in self.line_ids if line.text}
        return {"title": self.title, "texts": texts}

    def _refresh(self):
        """Show on each section what its lines add up to, and in the recap what would be billed."""
        names = ("amount", "previous_amount", "cumulative_amount", "slice_amount")
        sums = defaultdict(lambda: dict.fromkeys(names, 0.0))
        for line in self._get_work_lines():
            for section_id in filter(None, line.path.split("/")):
                for name in names:
                    sums[int(section_id)][name] += line[name]
        for section in self.line_ids.filtered("display_type"):
            total = sums[section.order_line_id.id]
            for name in names:
                section[name] = total[name]
            section.previous_progress = section._get_share(section.previous_amount)
            section.progress = section._get_share(section.cumulative_amount)
        self.recap = self._render_recap()

    def _render_recap(self):
        """Return the live recap: contract, billed, this situation, tax by rate, left to bill."""
        order, qweb = self.order_id, self.env["ir.qweb"]
        entries = self._get_entries()
        try:
            if entries:
                plan = order._plan_situation(entries, *self._get_deduction())
            else:
                plan = order._plan_targets({})
        except UserError as error:
            return qweb._render("sale_situation_invoicing.situation_recap_error", {"error": error})
        figures = order._get_plan_figures(plan)
        contract_untaxed, contract_total = order._get_amended_totals()
        taxes = defaultdict(float)
        for tax_id, amount in plan.works_taxes.items():
            taxes[self.env["account.tax"].browse(tax_id).tax_group_id] += float(amount)
        return qweb._render(
            "sale_situation_invoicing.situation_recap",
            {
                "currency": self.currency_id,
                "wizard": self,
                "figures": figures,
                "works_untaxed": float(plan.works_untaxed),
                "works_total": float(plan.works_total),
                "deposits_left": 0.0,
                "draft_deposits": (),
                "taxes": [(group.name, amount) for group, amount in taxes.items()],
                "left_untaxed": contract_untaxed - self.billed_untaxed - figures["untaxed"],
                "left_total": contract_total - self.billed_total - figures["total"],
                **self._get_recap_values(),
            },
        )

    def _get_recap_values(self):
        """Return what other rooms tell in the recap; a hook."""
        return {}


class SaleSituationWizardLine(models.TransientModel):
    _name = "sale.situation.wizard.line"
    _inherit = "billing.named.access"
    _description = "Line of a Situation to Create"
    _order = "sequence, id"
    _named_fields = ("wizard_id", "order_line_id")

    wizard_id = fields.Many2one(
        "sale.situation.wizard", required=True, ondelete="cascade", index=True
    )
    sequence = fields.Integer()
    order_line_id = fields.Many2one("sale.order.line", required=True, ondelete="cascade")
    display_type = fields.Selection(
        [("line_section", "Section"), ("line_subsection", "Subsection")]
    )
    currency_id = fields.Many2one(related="wizard_id.currency_id")
    name = fields.Text(string="Description", readonly=True)
    text = fields.Text(string="Text on the invoice", help="Empty: the description of the settings.")
    unit_id = fields.Many2one(related="order_line_id.product_uom_id", string="Unit")
    ordered_quantity = fields.Float(string="Ordered", digits="Product Unit", readonly=True)
    amount = fields.Monetary(string="Contract", readonly=True)
    previous_progress = fields.Float(string="Previous %", readonly=True)
    previous_amount = fields.Monetary(readonly=True)
    progress = fields.Float(string="To date %")
    progress_bar = fields.Float(string="Progress", related="progress")
    quantity = fields.Float(string="Qty to date", digits="Product Unit")
    cumulative_amount = fields.Monetary(string="Amount to date")
    slice_amount = fields.Monetary(string="This situation", readonly=True)
    entry_kind = fields.Selection(
        [("progress", "Progress"), ("quantity", "Quantity"), ("amount", "Amount")],
        help="Which of the three cumulative values was given; the others follow.",
    )
    entry_value = fields.Float(digits=(16, 6))
    path = fields.Char(readonly=True, help="Ids of the sections above, as /4/7/.")
    is_locked = fields.Boolean(
        readonly=True, help="A partial invoice bills the whole line: it stays as it is."
    )
    pending = fields.Boolean(help="A section whose new progress is to be given to its lines.")

    # === ONCHANGE METHODS ===#

    @api.onchange("progress")
    def _onchange_progress(self):
        for line in self:
            if line.display_type:
                line.pending = True
            elif line._is_given("progress", line.progress, PROGRESS_DECIMALS):
                line._set_entry("progress", line.progress)

    @api.onchange("quantity")
    def _onchange_quantity(self):
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        for line in self:
            if not line.display_type and line._is_given("quantity", line.quantity, digits):
                line._set_entry("quantity", line.quantity)

    @api.onchange("cumulative_amount")
    def _onchange_cumulative_amount(self):
        digits = self.currency_id.decimal_places
        for line in self:
            if not line.display_type and line._is_given("amount", line.cumulative_amount, digits):
                line._set_entry("amount", line.cumulative_amount)

    # === ACTIONS ===#

    @own_context
    def action_finish(self):
        """Bring the line, or all lines of the section, to 100 %."""
        self.ensure_one()
        for line in self._get_children() if self.display_type else self:
            line._set_entry("progress", 100.0)
        self.wizard_id._refresh()
        return self.wizard_id._get_open_action()

    # === BUSINESS METHODS ===#

    def _get_share(self, amount):
        """Return an amount in % of the row's contract."""
        return round(amount / self.amount * 100, PROGRESS_DECIMALS) if self.amount else 0.0

    def _get_values(self):
        """Return the three cumulative values that the entry, or what is billed, stands for."""
        self.ensure_one()
        if not self.entry_kind:
            return {
                "progress": self.previous_progress,
                "quantity": self.ordered_quantity * self.previous_progress / 100,
                "amount": self.previous_amount,
            }
        value = self.entry_value
        if self.entry_kind == "progress":
            progress = value
        elif self.entry_kind == "quantity":
            progress = value / self.ordered_quantity * 100 if self.ordered_quantity else 0.0
        else:
            progress = value / self.amount * 100 if self.amount else 0.0
        values = {
            "progress": progress,
            "quantity": self.ordered_quantity * progress / 100,
            "amount": self.currency_id.round(self.amount * progress / 100),
        }
        return {**values, self.entry_kind: value}

    def _is_given(self, kind, value, digits):
        """Whether a value differs from the one that follows from the entry: the user changed it."""
        known = self._get_values()[kind]
        return float_compare(value, known, precision_digits=digits) != 0

    def _set_entry(self, kind, value):
        """Take one of the three cumulative values as the given one; the two others follow.

        What a partial invoice bills stays.
        """
        if self.is_locked:
            return
        self.entry_kind = kind
        self.entry_value = value
        values = self._get_values()
        self.progress = values["progress"]
        self.quantity = values["quantity"]
        self.cumulative_amount = values["amount"]
        self.slice_amount = values["amount"] - self.previous_amount

    def _get_children(self):
        """Return the rows of work under a section, its subsections included."""
        self.ensure_one()
        step = f"/{self.order_line_id.id}/"
        return self.wizard_id.line_ids.filtered(
            lambda line: not line.display_type and step in line.path
        )
