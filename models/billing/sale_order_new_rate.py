"""Earlier work that is brought to the order's present taxes, on a document of its own.

What was billed stays at the taxes of then (see `tools.position`). Who agrees with his customer that
the new rate holds for the earlier work too, a certificate for the reduced rate for one, says so.
"""

from dataclasses import replace

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools.money import ZERO, exact, rounded
from ...tools.position import Amounts
from ...tools.slices import Slice, billed_share, share
from .own_context import own_context


class SaleOrder(models.Model):
    _inherit = "sale.order"

    has_earlier_taxes = fields.Boolean(
        compute="_compute_has_earlier_taxes",
        help="Work is billed at other taxes than the order bears now.",
    )

    # === COMPUTE METHODS ===#

    @api.depends("order_line.tax_ids", "order_line.invoice_lines.tax_ids")
    def _compute_has_earlier_taxes(self):
        for order in self:
            begun = order.state == "sale" and order._origin.id
            order.has_earlier_taxes = begun and any(
                line.product_uom_qty for line in order._get_earlier_taxes()
            )

    # === ACTIONS ===#

    @own_context
    def action_bring_to_new_rate(self):
        """Create the draft that brings earlier work to the order's present taxes, and open it."""
        move_id = self.bring_to_new_rate()
        return self.action_view_invoice(invoices=self.env["account.move"].browse(move_id))

    # === PUBLIC METHODS (RPC) ===#

    @own_context
    def bring_to_new_rate(self, invoice_date=None, post=False):
        """Bring the work that is billed at other taxes to those that the order's lines bear now.

        One document, the progress unchanged: what goes back at the taxes of then and comes at the present
        ones. It names the documents that it corrects. Without it, what was billed stays as it was, and the
        new taxes hold for the rest.

        :param invoice_date: date or ISO string; None leaves it to the posting
        :param bool post: post the document at once, with the caller's rights
        :return: id of the draft (or posted) invoice; of a credit note where its total is negative
        :raise UserError: where no work is billed at other taxes; nothing is written
        """
        invoice_date = self._begin_billing(invoice_date)
        plan = self._plan_new_rate()
        return self._finish_billing(self._create_document("situation", plan, invoice_date), post)

    # === PLAN ===#

    def _plan_new_rate(self):
        """Return the plan of `bring_to_new_rate`.

        :rtype: BillingPlan
        :raise UserError: where there is nothing to bring
        """
        self._check_can_be_billed()
        position = self._get_work_position()
        contract = self._get_contract()[1]
        changed = {
            line: at for line, at in position.items() if at.earlier and contract[line]["untaxed"]
        }
        if not changed:
            raise UserError(
                self.env._(
                    "Order %(order)s: no work is billed at other taxes than those of its lines.",
                    order=self.name,
                )
            )
        step = exact(self.currency_id.rounding)
        position = dict(position)
        slices = {}
        split = {}
        for line, at in position.items():
            part = billed_share(at.work)
            slices[line.id] = Slice(
                line.id, at.work.billed, at.work.billed, ZERO, before=part, after=part
            )
            if line not in changed:
                if at.earlier:
                    split[line.id] = (ZERO, ())
                continue
            own = contract[line]
            price = Amounts(
                rounded(exact(own["untaxed"]), step),
                {tax.id: rounded(exact(amount), step) for tax, amount in own["taxes"].items()},
                {tax.id: rounded(exact(base), step) for tax, base in own["bases"].items()},
                rounded(exact(own["total"]), step),
            )
            brought = self._get_brought_amount(at, price, step)
            cumulative = at.billed_now + brought
            position[line] = at._replace(
                work=at.work._replace(amount=price.untaxed),
                taxes=price.taxes,
                bases=price.bases,
                carrier=price.untaxed,
            )
            slices[line.id] = slices[line.id]._replace(
                cumulative=cumulative, after=share(cumulative, price.untaxed)
            )
            back = tuple((earlier, earlier.amounts.negative()) for earlier in at.earlier)
            split[line.id] = (brought, back)
        plan = self._close_plan(position, slices, split)
        title = self._in_document_language()._get_new_rate_title(changed)
        return replace(plan, title=title)

    def _get_brought_amount(self, at, price, step):
        """Return the untaxed amount, at the present taxes, of what is billed at others: the same, or, of a
        price that includes its taxes, what the same price has of it.

        :param at: :class:`LinePosition`
        :param price: :class:`Amounts` of the whole line
        """
        AccountTax = self.env["account.tax"]

        def included(amounts):
            return AccountTax.browse(amounts.taxes).filtered("price_include").ids

        if not included(price):
            return sum((earlier.amounts.untaxed for earlier in at.earlier), ZERO)
        gone = sum(
            (earlier.amounts.gross(included(earlier.amounts)) for earlier in at.earlier), ZERO
        )
        return rounded(price.untaxed * gone / price.gross(included(price)), step)

    def _get_new_rate_title(self, lines):
        """Return the title of the document, in the environment's language.

        :param lines: lines of the order that it brings to their present taxes
        """
        # sudo: names of documents of the order, as in its recap
        items = self.env["account.move.line"].sudo()
        found = items.search(
            items.env["sale.order.line"]._get_billing_items_domain([line.id for line in lines]),
            order="move_id, id",
        )
        taxes = {line.id: line.tax_ids for line in lines}
        corrected = found.filtered(
            lambda item: any(
                item.tax_ids != taxes[line.id] for line in item.sale_line_ids if line.id in taxes
            )
        ).move_id
        return self.env._(
            "Earlier work brought to the present taxes of order %(order)s. Corrects %(documents)s.",
            order=self.name,
            documents=", ".join(move.name or self.env._("(draft)") for move in corrected),
        )
