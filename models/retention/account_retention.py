"""Retentions of guarantee as a list: where each stands today, in amounts and in a word."""

from functools import partial

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, formatLang

from ..billing.own_context import own_context
from ..billing.refusal import attempt, get_responsible
from .account_payment_term import NO_DATE

ACTIVITY = "sale_situation_invoicing.mail_activity_type_retention"
# What a document's retention is told by, in its own currency (`account.retention._get_by_move`).
FIGURES = (
    "amount",
    "paid",
    "residual",
    "due",
    "held",
    "opposed",
    "lost",
    "released",
    "replaced",
    "not_due",
    "freed",
)


class AccountRetention(models.Model):
    """One retained share of a document; nothing is stored here.

    An amount is split into what is paid, due, held, opposed and lost. Amounts are in the document's
    currency, those that end in `_company` in the company's; those of credit notes are negative. What
    a credit note took of an invoice counts on neither.
    """

    _name = "account.retention"
    _description = "Retention of Guarantee"
    _auto = False
    _order = "date, id"
    _rec_name = "move_id"

    move_id = fields.Many2one("account.move", string="Invoice", readonly=True)
    order_id = fields.Many2one("sale.order", string="Order", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    user_id = fields.Many2one("res.users", string="Salesperson", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    company_currency_id = fields.Many2one("res.currency", readonly=True)
    move_state = fields.Selection(
        [("draft", "Draft"), ("posted", "Posted")], string="Invoice Status", readonly=True
    )
    date = fields.Date(
        string="Due on",
        readonly=True,
        help="Empty before the works are accepted, and while the customer opposes the release.",
    )
    state = fields.Selection(
        [
            ("held", "Held"),
            ("due", "To release"),
            ("opposed", "Opposed"),
            ("replaced", "Replaced by a bank guarantee"),
            ("released", "Released"),
            ("lost", "Lost"),
        ],
        readonly=True,
    )
    # Of several currencies a sum says nothing: pivots and graphs have those of the company.
    amount = fields.Monetary(string="Retained (currency)", aggregator=None, readonly=True)
    paid = fields.Monetary(string="Paid (currency)", aggregator=None, readonly=True)
    residual = fields.Monetary(string="Left to pay (currency)", aggregator=None, readonly=True)
    due = fields.Monetary(string="Due now (currency)", aggregator=None, readonly=True)
    held = fields.Monetary(string="Held (currency)", aggregator=None, readonly=True)
    opposed = fields.Monetary(string="Opposed (currency)", aggregator=None, readonly=True)
    lost = fields.Monetary(string="Lost (currency)", aggregator=None, readonly=True)
    released = fields.Monetary(
        string="Released (currency)",
        aggregator=None,
        readonly=True,
        help="Paid, or let go by a release or a bank guarantee.",
    )
    replaced = fields.Monetary(
        string="Replaced (currency)",
        aggregator=None,
        readonly=True,
        help="Let go by a bank guarantee.",
    )
    not_due = fields.Monetary(
        string="Not due (currency)",
        aggregator=None,
        readonly=True,
        help="What is not to be paid now, whether it was paid already or not, or is lost.",
    )
    freed = fields.Monetary(
        string="Let go (currency)",
        aggregator=None,
        readonly=True,
        help="By releases and bank guarantees, with what was paid before them.",
    )
    amount_company = fields.Monetary(
        string="Retained", currency_field="company_currency_id", readonly=True
    )
    paid_company = fields.Monetary(
        string="Paid", currency_field="company_currency_id", readonly=True
    )
    residual_company = fields.Monetary(
        string="Left to pay", currency_field="company_currency_id", readonly=True
    )
    due_company = fields.Monetary(
        string="Due now", currency_field="company_currency_id", readonly=True
    )
    held_company = fields.Monetary(
        string="Held", currency_field="company_currency_id", readonly=True
    )
    opposed_company = fields.Monetary(
        string="Opposed", currency_field="company_currency_id", readonly=True
    )
    lost_company = fields.Monetary(
        string="Lost", currency_field="company_currency_id", readonly=True
    )
    operation_ids = fields.Many2many(
        "account.retention.operation",
        compute="_compute_operation_ids",
        string="What was done",
    )

    _depends = {
        "account.move": [
            "state",
            "move_type",
            "billing_order_id",
            "reversed_entry_id",
            "retention_operation_id",
            "amount_total",
            "invoice_user_id",
            "retention_opposed_before",
        ],
        "account.move.line": [
            "is_retention",
            "date_maturity",
            "amount_currency",
            "amount_residual_currency",
            "amount_residual",
            "balance",
            "partner_id",
            "move_id",
        ],
        "account.partial.reconcile": [
            "debit_move_id",
            "credit_move_id",
            "debit_amount_currency",
            "credit_amount_currency",
        ],
        "account.retention.operation": ["kind"],
        "account.retention.share": ["operation_id", "move_id", "amount", "paid_before"],
    }

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT line.id, line.move_id, move.billing_order_id AS order_id, line.partner_id,
                   move.invoice_user_id AS user_id, line.company_id, line.currency_id,
                   line.company_currency_id, move.state AS move_state,
                   NULLIF(line.date_maturity, %(no_date)s) AS date,
                   CASE WHEN known.lost >= known.amount THEN 'lost'
                        WHEN known.residual > 0 AND now.opposed > 0 THEN 'opposed'
                        WHEN told.released >= known.amount - known.lost
                        THEN CASE WHEN now.replaced > 0 THEN 'replaced' ELSE 'released' END
                        WHEN known.reached THEN 'due'
                        ELSE 'held' END AS state,
                   known.sign * known.amount AS amount,
                   known.sign * now.paid AS paid,
                   known.sign * known.residual AS residual,
                   known.sign * due.due AS due,
                   known.sign * told.held AS held,
                   known.sign * now.opposed AS opposed,
                   known.sign * known.lost AS lost,
                   known.sign * told.released AS released,
                   known.sign * told.not_due AS not_due,
                   known.sign * now.replaced AS replaced,
                   known.sign * now.freed AS freed,
                   known.sign * known.rate * known.amount AS amount_company,
                   known.sign * known.rate * now.paid AS paid_company,
                   line.amount_residual AS residual_company,
                   known.sign * told.residual_rate * due.due AS due_company,
                   known.sign * told.residual_rate * told.held AS held_company,
                   known.sign * told.residual_rate * now.opposed AS opposed_company,
                   known.sign * known.rate * known.lost AS lost_company
              FROM account_move_line line
              JOIN account_move move ON move.id = line.move_id
         LEFT JOIN (%(operations)s) operations ON operations.move_id = line.move_id
         LEFT JOIN (%(losses)s) losses ON losses.move_id = line.move_id
        CROSS JOIN LATERAL (%(credited)s) credited
        CROSS JOIN LATERAL (
                   SELECT ABS(line.amount_currency) - credited.amount AS amount,
                          ABS(line.amount_residual_currency) AS residual,
                          COALESCE(losses.amount, 0) AS lost,
                          COALESCE(operations.freed, 0) AS freed,
                          COALESCE(operations.paid_before, 0) AS paid_before,
                          COALESCE(operations.replaced, 0) AS replaced,
                          GREATEST(COALESCE(operations.opposed, 0) - COALESCE(losses.opposed, 0), 0)
                          AS opposed,
                          line.date_maturity <= %(today)s AS reached,
                          SIGN(line.amount_currency) AS sign,
                          ABS(line.balance / NULLIF(line.amount_currency, 0)) AS rate
                   ) known
        CROSS JOIN LATERAL (
                   SELECT known.amount - known.lost - known.residual AS paid,
                          LEAST(known.opposed, known.residual) AS opposed,
                          -- A loss takes from what the guarantee replaced.
                          GREATEST(LEAST(known.replaced,
                                         known.amount - known.lost
                                         - (known.freed - known.replaced)), 0) AS replaced,
                          LEAST(known.freed
                                + LEAST(known.paid_before,
                                        known.amount - known.lost - known.residual),
                                known.amount - known.lost) AS freed
                   ) now
        CROSS JOIN LATERAL (
                   SELECT CASE WHEN known.reached THEN known.residual - now.opposed
                               ELSE GREATEST(LEAST(now.freed - now.paid,
                                                   known.residual - now.opposed), 0)
                          END AS due
                   ) due
        CROSS JOIN LATERAL (
                   SELECT known.residual - due.due - now.opposed AS held,
                          GREATEST(now.paid,
                                   LEAST(now.freed, known.amount - known.lost - now.opposed))
                          AS released,
                          known.lost
                          + CASE WHEN known.reached THEN now.opposed
                                 ELSE GREATEST(known.amount - known.lost - now.freed, now.opposed)
                            END AS not_due,
                          COALESCE(ABS(line.amount_residual) / NULLIF(known.residual, 0), 0)
                          AS residual_rate
                   ) told
             WHERE line.is_retention IS TRUE
               AND known.amount > 0
               AND move.state != 'cancel'
               AND move.retention_operation_id IS NULL
            """,
            no_date=NO_DATE,
            today=fields.Date.context_today(self),
            operations=self._get_operations_query(),
            losses=self._get_losses_query(),
            credited=self._get_credited_query(),
        )

    @api.model
    def _get_operations_query(self):
        """Return the query of what was done with each document's retention."""
        return SQL(
            """
            SELECT share.move_id,
                   SUM(share.amount)
                   FILTER (WHERE operation.kind IN ('release', 'guarantee')) AS freed,
                   SUM(share.paid_before) AS paid_before,
                   SUM(share.amount) FILTER (WHERE operation.kind = 'guarantee') AS replaced,
                   SUM(share.amount) FILTER (WHERE operation.kind = 'opposition') AS opposed
              FROM account_retention_share share
              JOIN account_retention_operation operation ON operation.id = share.operation_id
          GROUP BY share.move_id
            """
        )

    @api.model
    def _get_losses_query(self):
        """Return the query of what credit notes say is lost of each document's retention; one that was
        reset to draft stays reconciled with it, and counts."""
        return SQL(
            """
            SELECT credit.reversed_entry_id AS move_id, SUM(credit.amount_total) AS amount,
                   SUM(credit.retention_opposed_before) AS opposed
              FROM account_move credit
             WHERE credit.retention_operation_id IS NOT NULL AND credit.state != 'cancel'
          GROUP BY credit.reversed_entry_id
            """
        )

    @api.model
    def _get_credited_query(self):
        """Return the query of what ordinary credit notes and invoices settle of each other's retention."""
        return SQL(
            """
            SELECT COALESCE(SUM(CASE WHEN partial.debit_move_id = line.id
                                     THEN partial.debit_amount_currency
                                     ELSE partial.credit_amount_currency END), 0) AS amount
              FROM account_partial_reconcile partial
              JOIN account_move_line other
                ON other.id = CASE WHEN partial.debit_move_id = line.id
                                   THEN partial.credit_move_id ELSE partial.debit_move_id END
              JOIN account_move other_move ON other_move.id = other.move_id
             WHERE (partial.debit_move_id = line.id OR partial.credit_move_id = line.id)
               AND other.is_retention IS TRUE
               AND other_move.retention_operation_id IS NULL
            """
        )

    # === COMPUTE METHODS ===#

    @api.depends("move_id")
    def _compute_operation_ids(self):
        for retention in self:
            retention.operation_ids = retention.move_id.retention_share_ids.operation_id

    # === ACTIONS ===#

    @own_context
    def action_release(self):
        return self._open_wizard("release")

    @own_context
    def action_replace(self):
        return self._open_wizard("guarantee")

    @own_context
    def action_oppose(self):
        return self._open_wizard("opposition")

    @own_context
    def action_lose(self):
        return self._open_wizard("loss")

    @own_context
    def action_open_invoice(self):
        """Open the document."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": self.move_id.id,
            "view_mode": "form",
        }

    def _open_wizard(self, kind):
        """Open the dialog for what is done with the chosen retentions.

        :raise UserError: where a draft or a credit note is among them, or nothing is chosen
        """
        moves = self.move_id
        if not moves:
            raise UserError(self.env._("Choose the retentions first."))
        return self.env["account.retention.wizard"]._open(kind, moves)

    # === BUSINESS METHODS ===#

    @api.model
    def _get_by_move(self, moves):
        """Return where the retentions of documents stand now.

        :return: ``{move id: {name: amount}}`` of `FIGURES`, in the document's currency, those of
            credit notes negative; nothing of cancelled documents
        """
        # sudo: figures of documents that the caller has; a salesperson has them by his order
        rows = self.sudo()._read_group(
            [("move_id", "in", moves.ids)], ["move_id"], [f"{name}:sum" for name in FIGURES]
        )
        return {move.id: dict(zip(FIGURES, amounts, strict=True)) for move, *amounts in rows}

    @api.model
    def _cron_announce_due(self):
        """Schedule an activity for the salesperson of each order with retentions that have become
        releasable; once for each of them."""
        due = self.search(
            [
                ("due", ">", 0),
                ("date", "<=", fields.Date.context_today(self)),
                ("state", "not in", ("released", "replaced")),
                ("move_state", "=", "posted"),
                ("move_id.retention_announced", "=", False),
            ]
        )
        for order, retentions in due.grouped("order_id").items():
            if order:
                attempt(order, partial(retentions._announce, order, order.user_id))
                continue
            for retention in retentions:
                move = retention.move_id
                attempt(move, partial(retention._announce, move, retention.user_id))

    def _announce(self, record, user):
        """Schedule the activity that says what may be asked for.

        :param record: the order, or the invoice without one
        """
        amounts = ", ".join(
            f"{retention.move_id.name}: "
            + formatLang(self.env, retention.due, currency_obj=retention.currency_id)
            for retention in self
        )
        text = self.env._("The guarantee period has ended. Due now: %(amounts)s.", amounts=amounts)
        record.activity_schedule(
            ACTIVITY,
            summary=self.env._("Retention of guarantee to release"),
            note=Markup("<p>%s</p>") % text,
            user_id=get_responsible(self.env, user, record.create_uid).id,
        )
        # sudo: a note of what was done here, whoever the scheduler works for
        self.move_id.sudo().retention_announced = True
