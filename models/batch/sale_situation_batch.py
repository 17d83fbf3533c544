"""Situations of the month: those of many orders, made in chunks that each stand by themselves."""

import time
from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import clean_context, format_date, formatLang

from ...tools.echo import shown
from ..billing.own_context import own_context
from ..billing.reading import is_id

# Of a chunk, which is one request and one transaction.
CHUNK = 10
MOST = 100
SECONDS = 20
# What says how a batch runs, and is its own to write.
STEERING = {"company_id", "user_id", "in_background", "background_user_id"}


class SaleSituationBatch(models.Model):
    """Orders with the progress that each is to be billed to, and what became of them.

    A row bills its order once: it is locked while it is worked on, and its outcome is written in the
    transaction that creates the document.
    """

    _name = "sale.situation.batch"
    _description = "Situations of the Month"
    _inherit = ["mail.thread", "billing.named.access"]
    _order = "id desc"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company",
        required=True,
        readonly=True,
        copy=False,
        default=lambda self: self.env.company,
    )
    user_id = fields.Many2one(
        "res.users",
        string="Responsible",
        required=True,
        readonly=True,
        copy=False,
        default=lambda self: self.env.user,
    )
    invoice_date = fields.Date(
        default=fields.Date.context_today, help="Of all documents; empty: the day of posting."
    )
    line_ids = fields.One2many("sale.situation.batch.line", "batch_id", string="Orders", copy=False)
    in_background = fields.Boolean(readonly=True, copy=False)
    waiting_count = fields.Integer(string="Orders Waiting", compute="_compute_counts")
    created_count = fields.Integer(string="Documents Created", compute="_compute_counts")
    refused_count = fields.Integer(string="Orders Refused", compute="_compute_counts")
    left_out_count = fields.Integer(string="Orders Left Out", compute="_compute_counts")
    created_total = fields.Char(
        string="Total Created",
        compute="_compute_created_total",
        help="Of the documents, tax included.",
    )

    # === COMPUTE METHODS ===#

    @api.depends("invoice_date", "create_date")
    def _compute_display_name(self):
        for batch in self:
            day = batch.invoice_date or batch.create_date or fields.Date.context_today(batch)
            batch.display_name = batch.env._(
                "Situations of %(month)s",
                month=format_date(batch.env, day, date_format="LLLL y"),
            )

    @api.depends("line_ids.state")
    def _compute_counts(self):
        for batch in self:
            states = batch.line_ids.grouped("state")
            for state in ("waiting", "created", "refused", "left_out"):
                batch[f"{state}_count"] = len(states.get(state, ()))

    @api.depends("line_ids.move_id.amount_total")
    @api.depends_context("uid")
    def _compute_created_total(self):
        for batch in self:
            totals = defaultdict(float)
            # sudo: the documents of the rows that the user may read
            for move in batch.line_ids._filtered_access("read").sudo().move_id:
                if move.state != "cancel":
                    totals[move.currency_id] -= move.direction_sign * move.amount_total
            batch.created_total = " + ".join(
                formatLang(self.env, total, currency_obj=currency)
                for currency, total in totals.items()
            )

    # === PUBLIC METHODS (RPC) ===#

    @api.model
    @own_context
    def create_situations_of_the_month(self, progress, invoice_date=None):
        """Create the next situation of many orders; one that is refused doesn't lose the others.

        It is one transaction. For hundreds of orders, call it with fifty at a time.

        :param dict progress: ``{order id: cumulative progress in %}``, the ids as strings or numbers.
            Where an order's lines stand unevenly, what is left of each advances in proportion.
        :param invoice_date: date or ISO string, of all documents; None leaves it to the posting
        :return: ``{"created": {order id: document id}, "refused": {order id: reason},
            "batch_ids": [id]}``, the order ids as strings; a batch for each company, which shows the
            same on the screen
        :raise UserError: where no order or a bad date is given; nothing is written
        """
        self.browse().check_access("create")
        invoice_date = self.env["sale.order"]._read_invoice_date(invoice_date)
        orders, wanted, refused = self._read_progress(progress)
        batches = self._create_for_orders(orders, wanted, invoice_date)
        for row in batches.line_ids.filtered(lambda row: row.state == "waiting"):
            row._create_situation()
        return {**batches.line_ids._get_outcome(refused), "batch_ids": batches.ids}

    @own_context
    def create_situations(self, limit=None):
        """Create the situations of the next rows that wait: of one chunk, in this transaction.

        Rows that another user is working on are passed over; call it until nothing waits.

        :param int limit: most rows to work on, 1 to 100; None for 10
        :return: ``{"created": {order id: document id}, "refused": {order id: reason}, "waiting": int}``
            of this chunk, the order ids as strings, and how many rows of the batch still wait
        :raise UserError: where no row waits
        """
        if len(self) != 1:
            raise UserError(self.env._("Name one batch; %(count)s were given.", count=len(self)))
        self.check_access("write")
        limit = self._read_limit(limit)
        self._check_waiting()
        waiting = self._get_waiting_rows().try_lock_for_update(limit=limit)
        done = self.env["sale.situation.batch.line"]
        end = time.monotonic() + SECONDS
        for row in waiting.sorted(lambda row: row.order_id.id):
            row._create_situation()
            done |= row
            if time.monotonic() > end:
                break
        return {**done._get_outcome(), "waiting": len(self._get_waiting_rows())}

    # === ACTIONS ===#

    @own_context
    def action_retry_refused(self):
        """Let the refused orders wait again: what stood in their way was mended."""
        self.check_access("write")
        self.line_ids.filtered(lambda row: row.state == "refused")._reset()
        return True

    @own_context
    def action_open_documents(self):
        """Open the documents that were created, in Odoo's list of invoices.

        :raise UserError: where none is left
        """
        self.ensure_one()
        moves = self.line_ids.move_id
        if not moves:
            raise UserError(self.env._("No document was created yet."))
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account.action_move_out_invoice_type"
        )
        return {
            **action,
            "name": self.display_name,
            "domain": [("id", "in", moves.ids)],
            "context": {"default_move_type": "out_invoice", "create": False},
        }

    # === OVERRIDES ===#

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_given(vals)
        # Nor do defaults of the caller's say who asks for what.
        return super(SaleSituationBatch, self.with_context(clean_context(self.env.context))).create(
            vals_list
        )

    def write(self, vals):
        self._check_given(vals)
        if "invoice_date" in vals:
            self._check_not_running()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_created(self):
        """What was created is to be found again."""
        if self.line_ids.filtered(lambda row: row._is_done()):
            raise UserError(
                self.env._("A batch that created documents can't be deleted: cancel them first.")
            )

    # === BUSINESS METHODS ===#

    @api.model
    def _create_for_orders(self, orders, progress=None, invoice_date=None):
        """Return a batch of these orders, one for each company.

        :param progress: ``{order id: cumulative progress}``; None where the user is to type it
        :param invoice_date: None for today
        """
        batches = self.browse()
        for company, own in orders.grouped("company_id").items():
            values = {
                "line_ids": [
                    Command.create(
                        {
                            "order_id": order.id,
                            **({"new_progress": progress[order.id]} if progress else {}),
                        }
                    )
                    for order in own
                ],
            }
            if invoice_date is not None:
                values["invoice_date"] = invoice_date
            batches |= self.with_company(company).create(values)
        return batches

    def _check_given(self, vals):
        """Let a user say which orders and which date, nothing of how the batch runs: for whom, in which
        company, whether by itself.

        :raise UserError:
        """
        if self.env.su:
            return
        if others := vals.keys() & STEERING:
            raise UserError(
                self.env._(
                    "%(fields)s of a batch is not to be written.",
                    fields=", ".join(sorted(others)),
                )
            )

    def _check_not_running(self):
        """Refuse to change what is being worked on with the rights of who asked for it.

        :raise UserError:
        """
        if self.env.su:
            return
        # sudo: whether it runs, of a batch that the caller may write on
        if running := self.sudo().filtered("in_background")[:1]:
            raise UserError(
                self.env._(
                    "%(batch)s is being worked on in the background: stop it first.",
                    batch=running.display_name,
                )
            )

    def _read_progress(self, progress):
        """Return the orders, ``{order id: progress}``, and what is refused right away, of what a caller
        gives.

        :raise UserError: where it is no progress of orders
        """
        if not isinstance(progress, dict) or not progress:
            raise UserError(
                self.env._(
                    "“%(value)s” is no progress of orders: give at least one order's id with its "
                    "progress in %%.",
                    value=shown(progress),
                )
            )
        wanted, refused = {}, {}
        for key, value in progress.items():
            text = shown(key)
            order_id = int(text) if text.isdecimal() else 0
            order = self.env["sale.order"].browse(order_id if is_id(order_id) else 0).exists()
            if not order or not order.has_access("read"):
                refused[text] = self.env._("There is no order %(id)s that you may read.", id=text)
                continue
            try:
                wanted[order.id] = float(order._read_amount(value))
            except UserError as error:
                refused[text] = str(error)
        return self.env["sale.order"].browse(wanted), wanted, refused

    def _read_limit(self, limit):
        # XML-RPC has no null: what isn't given comes as False.
        if limit is None or limit is False:
            return CHUNK
        if type(limit) is int and 1 <= limit <= MOST:
            return limit
        raise UserError(
            self.env._(
                "“%(value)s” is no limit: give a number from 1 to %(most)s.",
                value=shown(limit),
                most=MOST,
            )
        )

    def _get_waiting_rows(self):
        return self.line_ids.filtered(lambda row: row.state == "waiting")

    def _check_waiting(self):
        """Refuse to create nothing.

        :raise UserError:
        """
        if self._get_waiting_rows():
            return
        raise UserError(
            self.env._("Nothing to bill: give at least one order a new progress.")
            if not self.created_count
            else self.env._("All is done: no order waits any more.")
        )

    def _get_batch_action(self):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "sale_situation_invoicing.action_situation_batches"
        )
        if len(self) != 1:
            return {**action, "domain": [("id", "in", self.ids)]}
        return {**action, "view_mode": "form", "views": [(False, "form")], "res_id": self.id}
