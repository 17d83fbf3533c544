"""An order of a batch: the progress it is to be billed to, and what became of it."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import clean_context, float_compare

from ...tools.echo import shown
from ..billing.own_context import own_context
from ..billing.refusal import attempt
from ..billing.sale_order import PROGRESS_DECIMALS

# What a user says of a row, and may change of it; the rest is the batch's own account of it.
GIVEN = {"batch_id", "order_id", "new_progress"}
CHANGED = {"new_progress"}


class SaleSituationBatchLine(models.Model):
    _name = "sale.situation.batch.line"
    _inherit = "billing.named.access"
    _description = "Order of a Batch of Situations"
    _order = "id"
    _check_company_auto = True
    _named_fields = ("order_id",)

    batch_id = fields.Many2one(
        "sale.situation.batch", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="batch_id.company_id", store=True)
    order_id = fields.Many2one(
        "sale.order", required=True, index=True, ondelete="cascade", check_company=True
    )
    partner_id = fields.Many2one(related="order_id.partner_id")
    currency_id = fields.Many2one(related="order_id.currency_id")
    order_amount = fields.Monetary(related="order_id.amount_untaxed", string="Contract (untaxed)")
    current_progress = fields.Float(related="order_id.billing_progress", string="Billed %")
    start_progress = fields.Float(
        readonly=True, help="Progress of the order when it came into the batch."
    )
    new_progress = fields.Float(
        string="New %",
        help="Cumulative progress of the order; unchanged, the order is left out. Where its lines stand "
        "unevenly, what is left of each advances in proportion; its detail has them one by one.",
    )
    estimated_amount = fields.Monetary(
        string="To Bill (untaxed)",
        compute="_compute_estimated_amount",
        help="Of the works, before deposits are deducted.",
    )
    state = fields.Selection(
        [
            ("left_out", "Left out"),
            ("waiting", "Waiting"),
            ("created", "Created"),
            ("refused", "Refused"),
        ],
        compute="_compute_state",
        store=True,
        readonly=False,
        copy=False,
    )
    reason = fields.Text(
        compute="_compute_state", store=True, readonly=False, copy=False, help="Why it was refused."
    )
    move_id = fields.Many2one(
        "account.move",
        string="Document",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    move_state = fields.Selection(related="move_id.state", string="Document's State")
    move_total = fields.Monetary(
        string="Total",
        compute="_compute_move_total",
        compute_sudo=True,
        currency_field="currency_id",
        help="Of the document, tax included.",
    )

    _order_once = models.Constraint(
        "UNIQUE(batch_id, order_id)", "An order stands in a batch once."
    )

    # === COMPUTE METHODS ===#

    @api.depends("new_progress")
    def _compute_state(self):
        for row in self:
            if row._is_done():
                row.state, row.reason = row.state, row.reason
                continue
            row.state = "waiting" if row._is_changed() else "left_out"
            row.reason = False

    @api.depends("new_progress", "order_amount", "current_progress", "state")
    def _compute_estimated_amount(self):
        for row in self:
            step = max(min(row.new_progress, 100.0) - row.current_progress, 0.0)
            row.estimated_amount = (
                row.order_amount * step / 100 if row.state in ("waiting", "refused") else 0.0
            )

    @api.depends("move_id.amount_total", "move_id.state")
    def _compute_move_total(self):
        for row in self:
            move = row.move_id
            stands = move and move.state != "cancel"
            row.move_total = -move.direction_sign * move.amount_total if stands else 0.0

    # === OVERRIDES ===#

    @api.model_create_multi
    def create(self, vals_list):
        """Add orders to a batch; those of which no situation can be made are refused at once."""
        orders = self.env["sale.order"].browse(vals.get("order_id") for vals in vals_list)
        batch_ids = [vals["batch_id"] for vals in vals_list if vals.get("batch_id")]
        self.env["sale.situation.batch"].browse(batch_ids)._check_not_running()
        for vals, order in zip(vals_list, orders, strict=True):
            self._check_given(vals, GIVEN)
            order.check_access("read")
            vals["start_progress"] = order.billing_progress
            vals.setdefault("new_progress", order.billing_progress)
            if reason := order._get_batch_refusal():
                vals.update(state="refused", reason=reason)
        # Nor do defaults of the caller's say what becomes of a row.
        return super(
            SaleSituationBatchLine, self.with_context(clean_context(self.env.context))
        ).create(vals_list)

    def write(self, vals):
        self._check_given(vals, CHANGED)
        self.batch_id._check_not_running()
        if vals.keys() & GIVEN and (done := self.filtered(lambda row: row._is_done())):
            raise UserError(
                self.env._(
                    "Order %(order)s: its situation is created already.",
                    order=done[0].order_id.display_name,
                )
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_created(self):
        """What was created is to be found again."""
        if done := self.filtered(lambda row: row._is_done()):
            raise UserError(
                self.env._(
                    "Order %(order)s: its situation is created already.",
                    order=done[0].order_id.display_name,
                )
            )

    # === ACTIONS ===#

    @own_context
    def action_open_detail(self):
        """Open the order's situation line by line; what it creates is noted on this row."""
        self.ensure_one()
        self.check_access("write")
        self._check_open()
        action = self.order_id.action_create_situation()
        wizard = self.env["sale.situation.wizard"].browse(action["res_id"])
        wizard.write({"invoice_date": self.batch_id.invoice_date, "batch_line_id": self.id})
        return action

    @own_context
    def action_retry(self):
        """Let this order wait again."""
        self.check_access("write")
        self._reset()
        return True

    # === BUSINESS METHODS ===#

    def _create_situation(self):
        """Create the situation of this row, or note why not; the others are none the wiser.

        :raise: what PostgreSQL says of a concurrent change: Odoo runs the request again
        """
        self.ensure_one()
        if refusal := attempt(self, self._bill).refusal:
            # sudo: the outcome is the batch's to write, whoever may write on it (checked by the caller)
            self.sudo().write({"state": "refused", "reason": refusal})

    def _bill(self):
        """Create the draft situation of this row's order."""
        batch = self.batch_id
        order = self.order_id.with_company(batch.company_id)
        entries = order._get_progress_entries(self.new_progress)
        self._note_created(order.create_situation_invoice(entries, invoice_date=batch.invoice_date))

    def _note_created(self, move_id):
        # sudo: as in `_create_situation`
        self.sudo().write({"state": "created", "reason": False, "move_id": move_id})

    def _reset(self):
        """Let rows wait again, but those that have their document; an unchanged one is left out."""
        # sudo: as in `_create_situation`
        for row in self.sudo():
            if row._is_done():
                continue
            progress = row.order_id.billing_progress
            values = {"start_progress": progress, "move_id": False, "reason": False}
            if not row._is_changed():
                values["new_progress"] = progress
            row.write(values)
            row.state = "waiting" if row._is_changed() else "left_out"

    def _get_outcome(self, refused=None):
        """Return ``{"created": {order id: document id}, "refused": {order id: reason}}`` of rows.

        :param refused: what was refused before there were rows
        """
        outcome = {"created": {}, "refused": dict(refused or {})}
        for row in self:
            key = str(row.order_id.id)
            if row.state == "created":
                outcome["created"][key] = row.move_id.id
            elif row.state == "refused":
                outcome["refused"][key] = row.reason
            elif row.state == "left_out":
                outcome["refused"][key] = self.env._(
                    "Order %(order)s: nothing to bill, it stands at %(progress)s %% already.",
                    order=row.order_id.name,
                    progress=row.order_id._format_progress(row.new_progress),
                )
        return outcome

    def _is_done(self):
        """Whether this row has its document; one that is cancelled or deleted may be made again."""
        self.ensure_one()
        # sudo: the state of a document that the user may not be allowed to read
        return self.state == "created" and self.sudo().move_id.state in ("draft", "posted")

    def _is_changed(self):
        self.ensure_one()
        return bool(float_compare(self.new_progress, self.start_progress, PROGRESS_DECIMALS))

    def _check_open(self):
        """Refuse to bill an order twice.

        :raise UserError:
        """
        if self._is_done():
            raise UserError(
                self.env._(
                    "Order %(order)s: its situation is created already.",
                    order=self.order_id.display_name,
                )
            )

    def _check_given(self, vals, given):
        """Let a user say which order and which progress, nothing of what becomes of it.

        :param given: the names of what may be said
        :raise UserError:
        """
        if not self.env.su and (others := vals.keys() - given):
            raise UserError(
                self.env._(
                    "%(fields)s of an order in a batch is not to be written.",
                    fields=shown(", ".join(sorted(others))),
                )
            )
