"""What is done with a retention of guarantee: released, replaced, opposed, lost; and undone."""

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date, formatLang

from ...tools.money import ZERO, exact, rounded
from ...tools.retention import allot
from ..billing.own_context import own_context
from ..billing.reading import read_text
from .account_retention import ACTIVITY

KINDS = [
    ("release", "Release"),
    ("guarantee", "Bank guarantee"),
    ("opposition", "Opposition"),
    ("loss", "Loss"),
]

# What lets a retention go: it becomes due before its date.
FREEING_KINDS = ("release", "guarantee")


class AccountRetentionOperation(models.Model):
    """A decision about the retentions of one order, or of one invoice without order.

    The amounts stand in its shares, a document each; what they mean for a retention is read by
    `account.retention`. A loss has no share: its credit notes say what is lost.
    """

    _name = "account.retention.operation"
    _description = "Operation on Retentions of Guarantee"
    _order = "date desc, id desc"
    _check_company_auto = True

    kind = fields.Selection(KINDS, required=True, readonly=True)
    date = fields.Date(required=True, readonly=True)
    order_id = fields.Many2one(
        "sale.order", readonly=True, index="btree_not_null", ondelete="cascade", check_company=True
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    amount = fields.Monetary(
        readonly=True,
        help="Tax included. Of a bank guarantee, what the bank stands for, which may be more than what "
        "was held.",
    )
    bank = fields.Char(readonly=True)
    reference = fields.Char(readonly=True)
    reason = fields.Text(readonly=True)
    share_ids = fields.One2many("account.retention.share", "operation_id", readonly=True)
    credit_note_ids = fields.One2many("account.move", "retention_operation_id", readonly=True)
    details = fields.Char(compute="_compute_details", help="Bank and reference, or the reason.")

    # === COMPUTE METHODS ===#

    @api.depends("kind", "date", "amount")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for operation in self:
            amount = formatLang(self.env, operation.amount, currency_obj=operation.currency_id)
            operation.display_name = f"{kinds.get(operation.kind, '')} {amount}"

    @api.depends("bank", "reference", "reason", "credit_note_ids")
    def _compute_details(self):
        for operation in self:
            # sudo: the numbers of the credit notes, for the salesperson of the order
            names = operation.sudo().credit_note_ids.mapped("name")
            parts = [operation.bank, operation.reference, operation.reason, *names]
            operation.details = ", ".join(part for part in parts if part)

    # === ACTIONS ===#

    @own_context
    def action_undo(self):
        """Take operations back, as long as nothing was paid because of them.

        The credit notes of a loss are cancelled; where their journal or period is locked, they are
        reversed on the first open day.

        :return: True, which every RPC client can read
        :raise UserError: where a retention was paid since, naming the document
        """
        for operation in self:
            operation._check_rights()
            operation._lock()
            operation._check_undo()
            moves = operation.share_ids.move_id | operation.credit_note_ids.reversed_entry_id
            operation._hand_over()
            operation._log(self.env._("Undone: %(operation)s", operation=operation.display_name))
            operation.credit_note_ids._take_back_loss()
            operation.sudo().unlink()  # sudo: rights were checked; it is nobody's to delete otherwise
            moves._date_retentions()
        return True

    # === BUSINESS METHODS ===#

    @api.model
    def _carry_out(self, kind, moves, order=None, amount=None, date=None, **values):
        """Do something with the retentions of documents.

        :param kind: `release`, `guarantee`, `opposition` or `loss`
        :param moves: documents of one order (`order`), or one invoice without order
        :param amount: tax included, in the documents' currency; None for all that can be. The oldest
            retentions come first. A bank guarantee may be above what is held: it covers what later
            documents would retain.
        :param date: a day that has come; None for today
        :param values: `bank` and `reference` of a guarantee, `reason` of an opposition
        :raise UserError: on bad input, naming it; nothing is written
        """
        order = order or self.env["sale.order"]
        currency = self._get_currency(moves, order)
        values = {
            "kind": kind,
            "order_id": order.id,
            "company_id": (order or moves).company_id.id,
            "currency_id": currency.id,
            "date": self._read_date(date),
            **{name: read_text(self.env, value) for name, value in values.items()},
        }
        operation = self.new(values)
        operation._check_rights(moves)
        operation._lock(moves)
        operation._check_values()
        figures, lefts = operation._get_lefts(moves)
        amount = operation._read_amount(amount, operation._get_possible(lefts), sum(lefts.values()))
        shares = dict(zip(lefts, allot(amount, lefts.values()), strict=True))
        # sudo: rights were checked; operations are made here only
        operation = self.sudo().create(
            {
                **values,
                "amount": float(amount),
                "share_ids": [
                    fields.Command.create(
                        {
                            "move_id": move.id,
                            "amount": float(share),
                            "paid_before": operation._get_paid_before(figures[move.id]),
                        }
                    )
                    for move, share in shares.items()
                    if share and kind != "loss"
                ],
            }
        )
        if kind == "loss":
            for move, share in shares.items():
                if share:
                    move.with_env(self.env)._credit_lost_retention(operation.sudo(False), share)
        moves._date_retentions()
        operation = operation.sudo(False)
        operation._log(operation._get_log(shares))
        if kind in FREEING_KINDS:
            # sudo: what is done now may be somebody else's activity
            (order or moves).sudo().activity_feedback([ACTIVITY])
        return operation

    def _check_rights(self, moves=None):
        """Let through whoever may invoice the order; a loss is for who may make credit notes.

        :raise AccessError: to anyone else
        """
        self.ensure_one()
        if self.kind == "loss":
            self.env["account.move"].check_access("create")
        if self.order_id:
            self.order_id._check_billing_rights()
        else:
            (moves or self.share_ids.move_id or self.credit_note_ids).check_access("write")

    def _lock(self, moves=None):
        """Keep anybody else from doing the same at this moment."""
        if self.order_id:
            self.order_id._lock_for_billing()
        else:
            (moves or self.share_ids.move_id).lock_for_update(allow_referencing=True)

    def _check_values(self):
        """Refuse a guarantee without a bank, an opposition without a reason.

        :raise UserError:
        """
        self.ensure_one()
        if self.kind == "guarantee" and not self.bank:
            raise UserError(self.env._("Name the bank that gives the guarantee."))
        if self.kind == "opposition" and not self.reason:
            raise UserError(
                self.env._("An opposition needs its reason: without one it has no effect.")
            )

    @api.model
    def _read_date(self, value):
        """Return a day that has come.

        :raise UserError: on anything else
        """
        today = fields.Date.context_today(self)
        date = self.env["sale.order"]._read_invoice_date(value) or today
        if date > today:
            raise UserError(
                self.env._(
                    "%(date)s has not come yet: give today or an earlier day.",
                    date=format_date(self.env, date),
                )
            )
        return date

    @api.model
    def _get_possible_amount(self, kind, moves, order=None):
        """Return what an operation could be done with at most, as decimal; see `_carry_out`."""
        operation = self.new(
            {
                "kind": kind,
                "order_id": order.id,
                "currency_id": self._get_currency(moves, order).id,
            }
        )
        return operation._get_possible(operation._get_lefts(moves)[1])

    @api.model
    def _get_currency(self, moves, order):
        """Return the currency of an operation: the documents', the order's where they have several."""
        return moves.currency_id if len(moves.currency_id) == 1 else order.currency_id

    def _get_lefts(self, moves):
        """Return what this operation can be done with, by document, the oldest first.

        :return: figures of `account.retention._get_by_move`, ``{document: decimal}``
        """
        moves = moves.filtered(lambda move: move.currency_id == self.currency_id)
        figures = self.env["account.retention"]._get_by_move(moves)
        lefts = {
            move: exact(self._get_available(figures[move.id]))
            for move in moves._sort_by_retention_date()
            if move.id in figures and move.state == "posted"
        }
        return figures, {move: left for move, left in lefts.items() if left > 0}

    def _get_possible(self, lefts):
        """Return the amount of this operation when none is given."""
        held = sum(lefts.values(), ZERO)
        if self._covers_the_order():
            return max(held, self.order_id._get_retention_to_cover())
        return held

    def _covers_the_order(self):
        """Whether this is a guarantee that stands for later documents of its order, too."""
        order = self.order_id
        return (
            self.kind == "guarantee"
            and order.has_retention
            and order.currency_id == self.currency_id
        )

    def _read_amount(self, value, possible, held):
        """Return the amount of this operation.

        :param value: None for all that is possible
        :param possible: decimal
        :param held: decimal; a guarantee may be above it, up to the order's total
        :raise UserError: when it isn't possible, naming it
        """
        currency = self.currency_id
        step = exact(currency.rounding)
        limit = held
        if self._covers_the_order():
            limit = max(held, exact(self.order_id.amount_total))
        if value is None or value is False:
            amount = rounded(possible, step)
        else:
            amount = rounded(self.order_id._read_amount(value), step)
        name = self.order_id.name or self.env._("this invoice")
        if not limit:
            raise UserError(
                self.env._(
                    "There is no retention of %(name)s that this can be done with.", name=name
                )
            )
        if not 0 < amount <= limit:
            raise UserError(
                self.env._(
                    "%(amount)s is not possible for the retentions of %(name)s: give an amount up to "
                    "%(limit)s.",
                    amount=formatLang(self.env, float(amount), currency_obj=currency),
                    name=name,
                    limit=formatLang(self.env, float(limit), currency_obj=currency),
                )
            )
        return amount

    def _get_available(self, figures):
        """Return what of a retention this operation can be done with.

        :param figures: of `account.retention._get_by_move`
        """
        residual, opposed = figures["residual"], figures["opposed"]
        if self.kind == "loss":
            return residual
        if self.kind == "opposition":
            return residual - opposed
        return figures["amount"] - figures["lost"] - figures["released"] - opposed

    def _get_paid_before(self, figures):
        """Return what was paid of a retention before anything let it go."""
        if self.kind not in FREEING_KINDS:
            return 0.0
        return max(figures["paid"] - figures["freed"], 0.0)

    def _hand_over(self):
        """Pass on what this operation knew of its retentions, before it is undone."""
        self.ensure_one()
        # sudo: rights were checked; notes beside operations and credit notes
        for share in self.sudo().share_ids:
            others = share.move_id.retention_share_ids - share
            heirs = others.filtered(
                lambda other, kind=self.kind: (
                    kind in FREEING_KINDS and other.operation_id.kind in FREEING_KINDS
                )
            )
            heirs[:1].paid_before += share.paid_before
            if self.kind == "opposition":
                opposed = others.filtered(lambda other: other.operation_id.kind == "opposition")
                left = sum(opposed.mapped("amount"))
                for credit_note in share.move_id.reversal_move_ids.filtered(
                    "retention_operation_id"
                ):
                    settled = min(credit_note.retention_opposed_before, left)
                    credit_note.retention_opposed_before = settled
                    left -= settled

    def _check_undo(self):
        """Refuse to take back what somebody paid for.

        :raise UserError:
        """
        self.ensure_one()
        if self.kind not in FREEING_KINDS:
            return
        figures = self.env["account.retention"]._get_by_move(self.share_ids.move_id)
        for share in self.share_ids:
            now = figures.get(share.move_id.id)
            if not now:
                continue
            if self.currency_id.compare_amounts(now["paid"], now["freed"] - share.amount) > 0:
                raise UserError(
                    self.env._(
                        "The retention of %(move)s was paid since: this can't be undone any more.",
                        move=share.move_id.sudo().display_name,
                    )
                )

    def _log(self, body):
        """Post a note on the order, or on the invoice that has none."""
        # sudo: a note about what the user was allowed to do
        records = self.order_id or self.share_ids.move_id or self.credit_note_ids.reversed_entry_id
        for record in records.sudo():
            record.message_post(body=body)

    def _get_log(self, shares):
        """Return the note on what was done.

        :param shares: ``{document: decimal}``
        """
        texts = {
            "release": self.env._("Retention of guarantee released"),
            "guarantee": self.env._("Retention of guarantee replaced by a bank guarantee"),
            "opposition": self.env._("Release of the retention of guarantee opposed"),
            "loss": self.env._("Retention of guarantee lost"),
        }
        amount = formatLang(self.env, self.amount, currency_obj=self.currency_id)
        date = format_date(self.env, self.date)
        rows = [self.details] if self.details else []
        for move, share in shares.items():
            if share:
                part = formatLang(self.env, float(share), currency_obj=self.currency_id)
                rows.append(f"{move.sudo().name}: {part}")  # sudo: of the order, as above
        items = Markup().join(Markup("<li>%s</li>") % row for row in rows)
        title = f"{texts[self.kind]}: {amount} ({date})"
        return Markup("%s<ul>%s</ul>") % (title, items) if rows else title
