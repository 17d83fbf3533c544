"""The making of a document: entries, slices, values, one invoice."""

from dataclasses import replace

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import format_date, formatLang

from ...tools.echo import shown
from ...tools.entries import EntryError, Node, resolve_entries
from ...tools.money import HUNDRED, ONE, ZERO, exact, rounded
from ...tools.placeholders import fill
from ...tools.plan import Rounding, close_plan, plan_targets
from ...tools.slices import Target, line_shape, share
from .account_move_line import get_progress
from .reading import is_id
from .sale_order import PROGRESS_DECIMALS, SECTIONS


class SaleOrder(models.Model):
    _inherit = "sale.order"

    # === PLAN ===#

    def _plan_situation(self, entries, deduction_rule=None, deduction_amount=None):
        """Return what a situation with these entries bills, before anything is written.

        :rtype: BillingPlan
        :raise UserError: on bad input
        """
        self._check_can_be_billed()
        position = self._get_work_position()
        targets = self._leave_targets(self._resolve_entries(entries, position), entries)
        plan = self._plan_targets(targets, position)
        deductions = self._plan_deductions(plan, deduction_rule, deduction_amount)
        return replace(plan, deductions=tuple(deductions))

    def _plan_targets(self, targets, position=None, billed_taxes=None):
        """Return the plan that brings the lines of ``targets`` there, the others staying.

        :param targets: ``{line id: Target}``
        :param position: where the order stands, if it is known already
        :param billed_taxes: `_get_billed_taxes`, if they are known already
        :rtype: BillingPlan
        """
        self.ensure_one()
        position = self._get_work_position() if position is None else position
        return plan_targets(
            {at.work.key: at for at in position.values()},
            targets,
            self._get_billed_taxes() if billed_taxes is None else billed_taxes,
            *self._get_plan_terms(position),
        )

    def _close_plan(self, position, slices, split):
        """Return the plan of slices; see `tools.plan.close_plan`.

        :param position: ``{line: LinePosition}``
        :rtype: BillingPlan
        """
        return close_plan(
            {at.work.key: at for at in position.values()},
            slices,
            split,
            self._get_billed_taxes(),
            *self._get_plan_terms(position),
        )

    def _get_plan_terms(self, position):
        """Return how a document of the order is rounded, and the ids of the taxes that add nothing to
        its total: those of a reverse charge.

        :rtype: Rounding, frozenset
        """
        tax_ids = {
            tax_id
            for at in position.values()
            for taxes in (at.taxes, *(earlier.amounts.taxes for earlier in at.earlier))
            for tax_id in taxes
        }
        taxes = self.env["account.tax"].browse(tax_ids)
        rounding = Rounding(
            exact(self.currency_id.rounding),
            self._get_quantity_step(),
            self.company_id.tax_calculation_rounding_method == "round_per_line",
        )
        return rounding, frozenset(taxes.filtered("has_negative_factor").ids)

    def _get_quantity_step(self):
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        return ONE.scaleb(-digits)

    def _get_plan_figures(self, plan):
        """Return the figures of a plan as plain values; see `preview_situation`."""
        return {
            "untaxed": float(plan.untaxed),
            "tax": float(plan.tax),
            "total": float(plan.total),
            "deduction": float(plan.deducted.total),
            "retention": 0.0,
            "amount_due_now": float(plan.total),
            "progress": round(float(plan.progress), PROGRESS_DECIMALS),
            "lines": [
                {
                    "line_id": part.key,
                    "previous_progress": round(float(part.before * HUNDRED), PROGRESS_DECIMALS),
                    "progress": round(float(part.after * HUNDRED), PROGRESS_DECIMALS),
                    "previous_amount": float(part.previous),
                    "amount": float(part.amount),
                    "cumulative_amount": float(part.cumulative),
                }
                for part in plan.slices.values()
            ],
        }

    # === ENTRIES ===#

    def _resolve_entries(self, entries, position):
        """Return ``{line id: Target}``; the kernel's refusals become messages for the user.

        :raise UserError:
        """
        self.ensure_one()
        try:
            return resolve_entries(
                entries,
                self._get_entry_nodes(position),
                self.company_id.allow_over_billing,
            )
        except EntryError as error:
            raise UserError(self._get_entry_message(error)) from None

    def _get_entry_nodes(self, position):
        """Return the sections and work lines of the order for the kernel.

        A combo product stands for its items, as a section does.
        """
        nodes = []
        for line in self.order_line:
            above = line._get_row_above().id or None
            if line.display_type in SECTIONS:
                nodes.append(Node(line.id, "section", above))
            elif line.product_type == "combo":
                nodes.append(Node(line.id, "bundle", above))
            elif line in position:
                work = position[line].work
                nodes.append(Node(line.id, "line", above, work.amount, work.quantity))
        return nodes

    def _get_entry_message(self, error):
        """Return the sentence for a refusal of the kernel, in the caller's language."""
        values = {
            "line": self._get_row_name(error.key) or self.env._("all lines"),
            # A list or a dict would be shown without its values.
            "value": shown(error.value),
            "order": self.name,
        }
        if error.code in ("unknown_line", "unknown_section"):
            if name := self._get_row_name(error.value):
                values["value"] = f"{shown(name)} ({error.value})"
        messages = {
            "not_a_number": self.env._("Line “%(line)s”: “%(value)s” is not a number.", **values),
            "not_an_entry": self.env._(
                "“%(value)s” is not an entry: give a line or a section and one value.",
                **values,
            ),
            "unknown_name": self.env._(
                "Line “%(line)s”: unknown “%(value)s”. Known are line_id, section_id, progress, "
                "quantity, amount.",
                **values,
            ),
            "one_target": self.env._(
                "Entry “%(value)s” must name one line or one section.", **values
            ),
            "one_value": self.env._(
                "Line “%(line)s”: entry “%(value)s” must have one value, progress, quantity "
                "or amount.",
                **values,
            ),
            "section_progress": self.env._(
                "Section “%(line)s” takes a progress, not a value of “%(value)s”.",
                **values,
            ),
            "unknown_line": self.env._(
                "Line “%(value)s” is not a line to bill of order %(order)s.", **values
            ),
            "unknown_section": self.env._(
                "Section “%(value)s” is not a section of order %(order)s.", **values
            ),
            "twice": self.env._(
                "Line “%(line)s” has two entries, the second one with %(value)s.",
                **values,
            ),
            "empty": self.env._("No progress was given for order %(order)s.", **values),
            "empty_section": self.env._("Section “%(line)s” has no line to bill.", **values),
            "below_zero_progress": self.env._(
                "Line “%(line)s”: a progress of %(value)s %% is below 0.", **values
            ),
            "below_zero_quantity": self.env._(
                "Line “%(line)s”: a quantity of %(value)s has not the sign of the ordered one.",
                **values,
            ),
            "below_zero_amount": self.env._(
                "Line “%(line)s”: an amount of %(value)s has not the sign of the order's.",
                **values,
            ),
            "nothing_ordered_quantity": self.env._(
                "Line “%(line)s”: a quantity of %(value)s can't be billed, none is ordered.",
                **values,
            ),
            "nothing_ordered_amount": self.env._(
                "Line “%(line)s”: an amount of %(value)s can't be billed, the line has none.",
                **values,
            ),
            "above_whole_progress": self.env._(
                "Line “%(line)s”: a progress of %(value)s %% is above 100, and the company "
                "doesn't allow over-billing.",
                **values,
            ),
            "above_whole_quantity": self.env._(
                "Line “%(line)s”: a quantity of %(value)s is above the ordered one, and the "
                "company doesn't allow over-billing.",
                **values,
            ),
            "above_whole_amount": self.env._(
                "Line “%(line)s”: an amount of %(value)s is above the order's, and the company "
                "doesn't allow over-billing.",
                **values,
            ),
        }
        return messages[error.code]

    def _get_row_name(self, row_id):
        """Return the first line of a row's description; nothing of a row that can't be read."""
        if not is_id(row_id):
            return ""
        row = self.env["sale.order.line"].browse(row_id).exists()
        if not row.has_access("read"):
            return ""
        name = row.name or row.product_id.display_name or ""
        return shown(name.split("\n")[0]) if name else ""

    # === DOCUMENT ===#

    def _create_document(self, kind, plan, invoice_date=False, **values):
        """Create the draft document of a plan, as `_create_invoices` creates Odoo's invoices.

        :param kind: `billing_kind` of the document
        :param values: further values of the document
        """
        order = self._in_document_language()
        values = {**order._prepare_document(kind, plan, invoice_date), **values}
        return order._create_billing_move(values)

    def _create_billing_move(self, values):
        """Create the draft of a document, a credit note where its total is negative."""
        move_sudo = self._create_account_invoices([values], final=True)
        if move_sudo.amount_total < 0:
            with self.env.protecting([move_sudo._fields["team_id"]], move_sudo):
                move_sudo.action_switch_move_type()
        move_sudo.message_post_with_source(
            "mail.message_origin_link",
            render_values={"self": move_sudo, "origin": self},
            subtype_xmlid="mail.mt_note",
        )
        return self.env["account.move"].browse(move_sudo.id).with_company(self.company_id)

    def _in_document_language(self):
        """Return the order as its documents are written: its company's, in its customer's language."""
        order = self.with_company(self.company_id)
        if order.partner_invoice_id.lang:
            order = order.with_context(lang=order.partner_invoice_id.lang)
        return order

    def _get_next_situation_number(self):
        """Return the first number from 1 that no situation of the order bears."""
        # sudo: numbers of documents that the user may not be allowed to read
        taken = set(
            self.env["account.move"]
            .sudo()
            .search(
                [
                    ("billing_order_id", "=", self.id),
                    ("billing_kind", "=", "situation"),
                ]
            )
            .mapped("situation_number")
        )
        return next(n for n in range(1, len(taken) + 2) if n not in taken)

    def _prepare_document(self, kind, plan, invoice_date=False):
        """Return the values of the document of a plan; a hook for other addons."""
        self.ensure_one()
        number = self._get_next_situation_number() if kind == "situation" else 0
        texts = self._get_document_placeholders(plan, number, invoice_date)
        invoice = self._prepare_invoice()
        # What Odoo computes alike on every line after it inserted them: given here, it finds nothing to
        # write again, a statement a hundred lines. Should it find otherwise, it corrects them.
        stored = {
            "date": invoice_date or fields.Date.context_today(self),
            "parent_state": "draft",
            "ref": invoice.get("ref"),
            "reconciled": False,
            "no_followup": False,
            "amount_residual": 0.0,
            "amount_residual_currency": 0.0,
            "price_subtotal": 0.0,
            "price_total": 0.0,
            "progress": 0.0,
        }
        if invoice_date and not invoice.get("invoice_payment_term_id"):
            # Without a term Odoo would have it due today, whatever its date.
            invoice["invoice_date_due"] = invoice_date
        return {
            **invoice,
            "invoice_date": invoice_date,
            "billing_kind": kind,
            "billing_order_id": self.id,
            "situation_number": number,
            "invoice_line_ids": [
                Command.create({**stored, **values, "sequence": sequence})
                for sequence, values in enumerate(
                    [
                        {"display_type": "line_note", "name": self._get_title(kind, plan, texts)},
                        *self._prepare_work_lines(kind, plan, texts),
                        *self._prepare_other_lines(plan),
                        *self._prepare_deduction_lines(plan.deductions),
                    ]
                )
            ],
        }

    def _get_document_placeholders(self, plan, number, invoice_date):
        """Return the placeholders that titles and descriptions may use."""
        return {
            "number": number,
            "order": self.name,
            "order_date": format_date(self.env, self.date_order),
            "date": format_date(self.env, invoice_date or self.env.cr.now().date()),
            "customer": self.partner_id.display_name,
            "reference": self.client_order_ref or "",
            "previous_progress": self._format_progress(plan.previous_progress),
            "progress": self._format_progress(plan.progress),
        }

    def _get_title(self, kind, plan, texts):
        """Return the title of a document, in the environment's language."""
        if plan.title:
            return plan.title
        if kind == "balance":
            return self._get_balance_title()
        return fill(self.company_id._get_situation_title_template(), texts)

    def _get_line_template(self, kind):
        """Return the template of the descriptions of a document's lines; see `LINE_PLACEHOLDERS`."""
        return self.company_id._get_situation_line_template()

    def _format_progress(self, progress):
        """Return a progress for a text: as many decimals as it needs, two at most."""
        text = formatLang(self.env, float(progress), digits=2, grouping=False)
        return text.rstrip("0").rstrip(".,")

    def _prepare_work_lines(self, kind, plan, texts):
        """Return the values of the order's lines that bill something; in a balance, of all of them."""
        shown = plan.slices if kind == "balance" else plan.parts
        values_list = []
        give_analytic = self._lines_without_analytic_have_none()
        tags = {}
        template = self._get_line_template(kind)
        for line in self._get_document_rows(shown):
            if line.id not in shown:
                values_list.append(self._prepare_situation_title(line))
                continue
            name = plan.texts.get(line.id)
            rows = []
            if plan.now[line.id] or kind == "balance" or not plan.returned[line.id]:
                values = line._prepare_invoice_line(**self._prepare_slice_values(plan, line))
                values.update(self._prepare_entry_values(plan, line, tags))
                rows.append(values)
            rows += [
                line._prepare_invoice_line(**values)
                for values in self._prepare_returned_values(plan, line)
            ]
            for values in rows:
                values["name"] = name or fill(
                    template, {**texts, **self._get_line_texts(plan, line, values["name"])}
                )
                if line.analytic_distribution or give_analytic:
                    values["analytic_distribution"] = line.analytic_distribution or False
            values_list += rows
        return values_list

    def _prepare_other_lines(self, plan):
        """Return the values of the lines that are no work and that a document bills with it."""
        lines = self.order_line.browse(line.key for line in plan.others)
        return [line._prepare_invoice_line() for line in lines]

    def _prepare_returned_values(self, plan, line):
        """Return the values of what of a line is given back at the taxes at which it was billed."""
        part, work = plan.slices[line.id], plan.position[line.id].work
        step = exact(self.currency_id.rounding)
        before = part.before + share(plan.now[line.id].amount, work.amount or work.billed)
        values_list = []
        for earlier, amounts in plan.returned[line.id]:
            taxes = self.env["account.tax"].browse(earlier.tax_ids)
            borne = self.env["account.tax"].browse(amounts.taxes)
            included = borne.filtered("price_include").ids
            quantity, price_unit, discount = line_shape(
                part._replace(previous=ZERO, cumulative=amounts.untaxed, quantity=ZERO),
                work,
                amounts.gross(included),
                exact(line.price_unit),
                exact(line.discount),
                self._get_quantity_step(),
                step,
                bool(amounts.taxes),
            )
            values = {
                "quantity": float(quantity),
                "price_unit": float(price_unit),
                "discount": float(discount),
                "extra_tax_data": False,
                "tax_ids": [Command.set(taxes.ids)],
                "previous_progress": round(float(before * HUNDRED), PROGRESS_DECIMALS),
                "situation_contract_amount": float(work.amount),
                "situation_contract_quantity": float(work.quantity),
            }
            if amounts.taxes:
                values["extra_tax_data"] = self._prepare_exact_taxes(
                    values, amounts.untaxed, amounts.taxes, amounts.bases
                )
            values_list.append(values)
            before += share(amounts.untaxed, work.amount or work.billed)
        return values_list

    def _lines_without_analytic_have_none(self):
        """Whether Odoo would find no analytic distribution for a line that has none on the order.

        It looks one up for each line (a query each), which is of no use without any model.
        """
        # sudo: whether there is a model at all, the lookup itself is Odoo's
        return (
            not self.env["account.analytic.distribution.model"]
            .sudo()
            .search_count([("company_id", "in", (False, self.company_id.id))], limit=1)
        )

    def _get_document_rows(self, parts):
        """Return the rows of the document: lines, and the titles and notes above them.

        :param parts: ids of the lines
        """
        wanted = set(parts)
        for line in self.order_line:
            if line.id not in parts:
                continue
            above = line._get_row_above()
            while above:
                wanted.add(above.id)
                above = above.parent_id
        notes_without_section = any(
            not line.parent_id and line.id in parts for line in self.order_line
        )
        return self.order_line.filtered(
            lambda line: (
                line.id in wanted
                or (
                    line.display_type == "line_note"
                    and (line.parent_id.id in wanted if line.parent_id else notes_without_section)
                )
            )
        )

    def _prepare_situation_title(self, line):
        """Return the values of a section, a note, or a combo product, which is a title above its
        items."""
        values = line._prepare_invoice_line()
        if line.product_type == "combo":
            quantity = formatLang(self.env, line.product_uom_qty, digits=2)
            values.update(name=f"{line.product_id.name} x {quantity}", quantity=0.0)
        return values

    def _prepare_slice_values(self, plan, line):
        """Return quantity, price, discount and the exact amounts of a line's slice."""
        part, at = plan.now[line.id], plan.position[line.id]
        work = at.work
        taxes = plan.taxes.get(line.id, {})
        step = exact(self.currency_id.rounding)
        included = self.env["account.tax"].browse(taxes).filtered("price_include")
        gross = part.amount + sum((taxes[tax.id] for tax in included), ZERO)
        quantity, price_unit, discount = line_shape(
            part,
            work,
            gross,
            exact(line.price_unit),
            exact(line.discount),
            self._get_quantity_step(),
            step,
            bool(taxes),
        )
        values = {
            "quantity": float(quantity),
            "price_unit": float(price_unit),
            "discount": float(discount),
            "extra_tax_data": False,
            "previous_progress": round(
                float(plan.slices[line.id].before * HUNDRED), PROGRESS_DECIMALS
            ),
            "situation_contract_amount": float(work.amount),
            "situation_contract_quantity": float(work.quantity),
        }
        if taxes:
            values["extra_tax_data"] = self._prepare_exact_taxes(
                values,
                part.amount,
                taxes,
                {
                    tax_id: self._slice_base(part, at.bases[tax_id], at.carrier, step)
                    for tax_id in taxes
                },
            )
        return values

    def _prepare_entry_values(self, plan, line, tags):
        """Return the accounting amounts and tags of a line, which Odoo would write line by line.

        :param tags: the tags found so far, by taxes and product tags
        """
        key = (line.tax_ids, line.product_id.account_tag_ids)
        if key not in tags:
            tags[key] = self._get_tax_tags(line)
        part, work = plan.now[line.id], plan.position[line.id].work
        amount = part.amount
        tax = sum(
            tax_amount
            for tax_id, tax_amount in plan.taxes.get(line.id, {}).items()
            if tax_id not in plan.neutral_taxes
        )
        values = {
            "tax_tag_ids": [Command.set(tags[key].ids)],
            "amount_currency": -float(amount),
            "price_subtotal": float(amount),
            "price_total": float(amount + tax),
            "progress": get_progress(
                round(float(plan.slices[line.id].before * HUNDRED), PROGRESS_DECIMALS),
                (float(amount), float(work.amount)),
                (float(part.quantity), float(work.quantity)),
            ),
        }
        if self.currency_id == self.company_id.currency_id:
            values["balance"] = -float(amount)
        return values

    def _get_tax_tags(self, line):
        """Return the tags of an invoice line with the taxes of an order line, by the tax engine."""
        [base_line] = self._round_lines(line, quantity=1.0)
        self.env["account.tax"]._add_accounting_data_in_base_lines_tax_details(
            [base_line], self.company_id
        )
        return base_line["tax_tag_ids"]

    def _slice_base(self, part, base, whole, step):
        """Return the tax base of a slice: the slice, or its share of a base that holds other taxes."""
        if base == whole or not whole:
            return part.amount
        return rounded(base * part.cumulative / whole, step) - rounded(
            base * part.previous / whole, step
        )

    def _get_line_texts(self, plan, line, description):
        """Return the placeholders of a line's description."""
        part, work = plan.slices[line.id], plan.position[line.id].work
        return {
            "description": description,
            "section": line.get_parent_section_line().name or "",
            "previous_progress": self._format_progress(part.before * HUNDRED),
            "progress": self._format_progress(part.after * HUNDRED),
            "quantity": formatLang(self.env, float(part.after * work.quantity), digits=2),
            "ordered_quantity": formatLang(self.env, float(work.quantity), digits=2),
            "unit": line.product_uom_id.name or "",
            "amount": formatLang(self.env, float(part.amount), currency_obj=self.currency_id),
            "cumulative_amount": formatLang(
                self.env, float(part.cumulative), currency_obj=self.currency_id
            ),
        }

    # === ODOO'S OWN INVOICE ===#

    def _prepare_rest_values(self):
        """Return ``{line id: [values]}`` with which Odoo's own invoice bills the exact rest of what may
        be invoiced now: the whole line, or what is delivered of it."""
        self.ensure_one()
        return self._prepare_work_rest_values() if self._has_situations() else {}

    def _prepare_work_rest_values(self):
        """Return `_prepare_rest_values` of the lines of work."""
        # What Odoo invoices and what it asks for now are, together, what is due of the order.
        targets = {
            line.id: Target(
                "progress",
                share(
                    exact(line.qty_invoiced) + exact(line.qty_to_invoice),
                    exact(line.product_uom_qty),
                )
                * HUNDRED,
            )
            for line in self._get_work_lines()
            if line.qty_to_invoice
        }
        plan = self._plan_targets(targets)
        return {
            line.id: [
                *([self._prepare_slice_values(plan, line)] if plan.now[line.id] else []),
                *self._prepare_returned_values(plan, line),
            ]
            for line in self.order_line
            if line.id in plan.parts
        }

    def _prepare_exact_taxes(self, values, untaxed, taxes, bases):
        """Return exact amounts as Odoo stores them beside a line (`extra_tax_data`).

        :param values: `price_unit`, `quantity` and `discount` of the line, which Odoo compares
        """
        return {
            "currency_id": self.currency_id.id,
            "price_unit": values["price_unit"],
            "quantity": values["quantity"],
            "discount": values["discount"],
            "rate": self.currency_rate or 1.0,
            "manual_total_excluded_currency": float(untaxed),
            "manual_tax_amounts": {
                str(tax_id): {
                    "tax_amount_currency": float(amount),
                    "base_amount_currency": float(bases[tax_id]),
                }
                for tax_id, amount in taxes.items()
            },
        }

    # === HOOKS ===#

    def _plan_deductions(self, plan, rule=None, amount=None):
        """Return what a situation takes off for what was paid in advance; nothing but for deposits.

        :param plan: :class:`BillingPlan` without any deduction
        :param rule: name of a rule; None for the order's own
        :param amount: what the rule `manual` deducts, tax included
        :return: :class:`Deduction` s of `tools.plan`
        :raise UserError: on an unknown rule, and on an amount that can't be deducted
        """
        return []

    def _prepare_deduction_lines(self, deductions):
        """Return the values of the lines that take `_plan_deductions` off."""
        return []

    def _leave_targets(self, targets, entries):
        """Return targets without the lines that a progress for everything leaves alone.

        :param targets: what ``entries`` stand for, see `resolve_entries`
        :raise UserError: where an entry names such a line, and asks for less than the whole
        """
        return targets

    def _get_deduction_title(self, deduction):
        """Return what is said of a deduction of `_plan_deductions`, in the environment's language."""
        return ""
