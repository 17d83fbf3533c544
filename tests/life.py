"""One life of an order: what may happen to it, in an order that chance tells."""

import traceback
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, MissingError, RedirectWarning, UserError
from odoo.fields import Command

from ..tools.deductions import RULES
from .life_checks import LifeChecks

# What happens, and how often it does beside the others.
STEPS = {
    "situation": 22,
    "deposit": 9,
    "dialog_deposit": 2,
    "work_back": 3,
    "partial": 3,
    "instalments": 3,
    "respread": 1,
    "cancel_plan": 1,
    "core_invoice": 2,
    "post": 12,
    "pay": 16,
    "unpay": 3,
    "credit": 6,
    "credit_partly": 3,
    "replace": 1,
    "cancel_document": 2,
    "fall": 3,
    "reset": 3,
    "order_line": 4,
    "new_line": 2,
    "order_again": 1,
    "hand_line": 2,
    "hand_price": 2,
    "accept": 2,
    "retention": 7,
    "undo_retention": 2,
    "days": 3,
    "rounding": 1,
    "term": 1,
}
LONGEST_REFUSAL = 1000


class Life:
    """An order, what happened to it (`trace`) and what didn't hold (`findings`, by kind)."""

    def __init__(self, case, seed, rng, clock):
        self.case, self.seed, self.rng, self.clock = case, seed, rng, clock
        self.env = case.env
        self.company, self.waiting = case.company, case.world["waiting"]
        self.trace, self.findings = [], {}
        self.fresh = self.env["account.move"]
        # What makes a check senseless from then on.
        self.happened = set()
        self.operations = self.env["account.retention.operation"]
        self.first_move = self.last_id("account.move")
        self.order = self.new_order()
        self.currency = self.order.currency_id
        self.checks = LifeChecks(self)

    def last_id(self, model):
        return self.env[model].sudo().search([], order="id desc", limit=1).id or 0

    def new_order(self):
        while True:
            order = self.case.random_order(self.rng)
            if order.amount_total > 0:
                break
        order.write(
            {
                "payment_term_id": self.case.random_term(self.rng).id,
                "deduction_rule": self.rng.choice([name for name in RULES if name != "manual"]),
                "deduction_start": self.rng.choice((0, 10, 65)),
                "deduction_end": 80,
            }
        )
        return order

    # === WHAT IS NOTED ===#

    def note(self, text):
        self.trace.append(text)

    def found(self, kind, text):
        """Keep the first finding of each kind: what follows is often its consequence."""
        self.findings.setdefault(kind, (len(self.trace), text))

    def tell(self):
        """Return the life and its findings as text."""
        lines = [f"seed {self.seed}"]
        for number, text in enumerate(self.trace, 1):
            lines.append(f"  {number:>2} {text}")
            for kind, (at, found) in self.findings.items():
                if at == number:
                    lines.append(f"     !! {kind}: {found}")
        return "\n".join(lines)

    # === LIVING ===#

    def live(self):
        self.note(self.describe_order())
        self.checks.look()
        for _turn in range(self.rng.randint(3, 9)):
            self.do(self.rng.choices(list(STEPS), list(STEPS.values()))[0])
        for name in ("post_all", "close", "post_all"):
            self.do(name)
        self.checks.look_at_the_closed_order()
        for name in ("end_guarantee", "pay_all"):
            self.do(name)
        self.checks.look_at_the_paid_order()

    def do(self, name):
        """Let one thing happen, and look at everything after it."""
        self.fresh = self.env["account.move"]
        self.note(name)
        at = len(self.trace) - 1
        try:
            with self.env.cr.savepoint():
                done = getattr(self, f"do_{name}")()
                self.env.flush_all()
        except (MissingError, AccessError) as error:
            self.raised(error)
            done = "raised"
        except (UserError, RedirectWarning) as refusal:
            done = self.refused(refusal)
        except Exception as error:  # whatever it is, it is what is sought
            self.raised(error)
            done = "raised"
        if done is None:
            self.trace.pop()
            return
        self.trace[at] += f": {done}"
        self.checks.look()

    def refused(self, refusal):
        message = str(refusal.args[0]) if refusal.args else ""
        if not message or len(message) > LONGEST_REFUSAL:
            self.found("refusal", f"{len(message)} characters: {message[:200]!r}")
        self.fresh = self.env["account.move"]
        return f"refused: {message[:110]}"

    def raised(self, error):
        frames = traceback.extract_tb(error.__traceback__)
        where = " < ".join(
            f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}" for frame in frames[:-7:-1]
        )
        name = type(error).__name__
        self.fresh = self.env["account.move"]
        self.found(f"exception {name}", f"{str(error)[:300]} ({where})")

    # === READING ===#

    def describe_order(self):
        lines = [
            f"{line.product_uom_qty:g} × {line.price_unit:g} −{line.discount:g} % "
            f"[{', '.join(line.tax_ids.mapped(lambda tax: f'{tax.amount_type} {tax.amount:g} {tax.price_include_override}'))}]"
            for line in self.order.order_line
            if not line.display_type
        ]
        term = self.order.payment_term_id
        shares = [
            f"{line.value_amount:g}{' retained of ' + term.retention_base if line.is_retention else ''}"
            for line in term.line_ids
        ]
        return (
            f"order of {self.show(self.order.amount_total)}, "
            f"{self.company.tax_calculation_rounding_method}, rule {self.order.deduction_rule}, "
            f"term {' / '.join(shares) or 'none'}: {'; '.join(lines)}"
        )

    def show(self, amount):
        return f"{amount:.{self.currency.decimal_places}f} {self.currency.name}"

    def show_move(self, move):
        kind = move.billing_kind or "invoice"
        retained = sum(move.line_ids.filtered("is_retention").mapped("amount_currency"))
        sign = "-" if move.move_type == "out_refund" else ""
        return (
            f"{kind} {move.id - self.first_move} {move.state} {sign}{self.show(move.amount_total)}"
            + (f" retained {abs(retained):g}" if retained else "")
        )

    def documents(self, *states):
        """Return the documents of the order in these states, by age; the credit notes of a loss are
        none of the order's."""
        moves = self.order.order_line.invoice_lines.move_id.sorted("id")
        return moves.filtered(lambda move: move.state in states) if states else moves

    def entries(self, *states):
        """Return all entries that this life has made."""
        return self.env["account.move"].search(
            [
                ("id", ">", self.first_move),
                ("company_id", "=", self.company.id),
                ("state", "in", states or ("draft", "posted")),
            ],
            order="id",
        )

    def one_of(self, moves):
        return self.rng.choice(moves) if moves else moves

    def left(self):
        """Return what of the order's total its documents leave."""
        billed = sum(
            -move.direction_sign * move.amount_total for move in self.documents("draft", "posted")
        )
        return self.currency.round(self.order.amount_total - billed)

    # === DOCUMENTS ===#

    def made(self, move_id):
        move = self.env["account.move"].browse(move_id)
        self.fresh = move
        return self.show_move(move)

    def do_deposit(self):
        rng, left = self.rng, self.left()
        amount = self.currency.round(left * rng.choice((0.1, 0.3333, 0.5, rng.random())))
        if amount <= 0:
            return None
        values = {"detail": rng.choice(("single", "lines")), "post": rng.random() < 0.85}
        if rng.random() < 0.6:
            return self.made(self.order.create_deposit_invoice(amount, "fixed", **values))
        percent = round(100 * amount / self.order.amount_total, 2)
        return self.made(self.order.create_deposit_invoice(percent, **values))

    def do_dialog_deposit(self):
        amount = self.currency.round(self.left() * self.rng.choice((0.1, 0.3, 0.5)))
        if amount <= 0:
            return None
        before = self.documents()
        self.env["sale.advance.payment.inv"].with_context(
            active_model="sale.order", active_ids=self.order.ids
        ).create(
            {
                "advance_payment_method": "fixed",
                "fixed_amount": amount,
                "sale_order_ids": [Command.set(self.order.ids)],
            }
        ).create_invoices()
        move = self.documents() - before
        if self.rng.random() < 0.8:
            move.action_post()
        return self.made(move.id)

    def random_deduction(self, entries):
        """Return a rule of deduction and its amount."""
        rule = self.rng.choice((None, None, *RULES))
        if rule != "manual":
            return rule, None
        works = self.order.preview_situation(entries, "final")["total"]
        left = self.order.get_billing_recap()["deposit_remaining"]
        amount = self.currency.round(max(min(works, left), 0) * self.rng.random())
        return rule, amount

    def do_situation(self):
        return self.make_situation(self.case.random_entries(self.rng, self.order))

    def do_work_back(self):
        progress = self.order.billing_progress
        if not progress:
            return None
        return self.make_situation(round(progress * self.rng.random(), 2))

    def make_situation(self, entries):
        rule, amount = self.random_deduction(entries)
        works = self.order.preview_situation(entries, "final")
        figures = self.order.preview_situation(entries, rule, amount)
        post = self.rng.random() < 0.7
        move = self.env["account.move"].browse(
            self.order.create_situation_invoice(entries, rule, amount, post=post)
        )
        self.checks.look_at_preview(move, figures, works)
        text = f"{entries if isinstance(entries, int | float) else len(entries)}"
        return f"{text} %, {rule or 'own rule'}, {self.made(move.id)}"

    def do_partial(self):
        lines = self.order.order_line.filtered(
            lambda line: not line.display_type and not line.is_downpayment
        )
        chosen = None
        if self.rng.random() < 0.8:
            chosen = self.rng.sample(lines.ids, self.rng.randint(1, len(lines)))
        return self.made(self.order.create_partial_invoice(chosen, post=self.rng.random() < 0.7))

    def do_instalments(self):
        today = fields.Date.today()
        if self.rng.random() < 0.5:
            ids = self.order.create_instalment_invoices(
                self.rng.randint(2, 6), str(today), unit=self.rng.choice(("week", "month"))
            )
        else:
            cuts = sorted(self.rng.sample(range(1, 100), self.rng.randint(1, 4)))
            ids = self.order.create_instalment_plan(
                [
                    {"date": str(today + timedelta(days=30 * index)), "percent": high - low}
                    for index, (low, high) in enumerate(zip([0, *cuts], [*cuts, 100], strict=True))
                ]
            )
        self.made(ids[-1])
        return "; ".join(self.show_move(move) for move in self.env["account.move"].browse(ids))

    def do_respread(self):
        if not self.order.draft_instalment_count:
            return None
        self.order.respread_instalments()
        return "done"

    def do_cancel_plan(self):
        if not self.order.draft_instalment_count:
            return None
        self.order.cancel_instalment_plan()
        return "done"

    def do_core_invoice(self):
        moves = self.order._create_invoices(final=self.rng.random() < 0.8)
        if self.rng.random() < 0.6:
            moves.action_post()
        return self.made(moves[:1].id)

    # === WHAT BECOMES OF DOCUMENTS ===#

    def do_post(self):
        move = self.one_of(self.documents("draft"))
        if not move:
            return None
        self.post(move)
        return self.show_move(move)

    def post(self, move):
        move.auto_post = "no"
        move.action_post()

    def do_fall(self):
        move = self.one_of(self.documents("draft"))
        if not move:
            return None
        text = self.show_move(move)
        self.disturb(move)
        if self.rng.random() < 0.5:
            move.button_cancel()
            return f"cancelled {text}"
        move.unlink()
        return f"deleted {text}"

    def do_reset(self):
        move = self.one_of(self.documents("posted"))
        if not move:
            return None
        self.disturb(move)
        move.button_draft()
        kind = self.rng.random()
        if kind < 0.3:
            move.button_cancel()
        elif kind < 0.6:
            move.action_post()
        return self.show_move(move)

    def disturb(self, move):
        """Note that what is left of a deposit may be less than what documents deduct of it."""
        if any(line.is_downpayment for line in move.invoice_line_ids):
            self.happened.add("deposit disturbed")

    def do_credit(self):
        move = self.one_of(
            self.documents("posted").filtered(lambda move: move.move_type == "out_invoice")
        )
        if not move:
            return None
        self.disturb(move)
        credit = move._reverse_moves([{"invoice_date": fields.Date.today()}])
        self.checks.look_at_credit_note(credit, move)
        if self.rng.random() < 0.8:
            credit.action_post()
        return f"{self.show_move(move)} by {self.show_move(credit)}"

    def do_credit_partly(self):
        move = self.one_of(
            self.documents("posted").filtered(lambda move: move.move_type == "out_invoice")
        )
        if not move:
            return None
        self.disturb(move)
        credit = move._reverse_moves([{"invoice_date": fields.Date.today()}])
        for line in credit.invoice_line_ids.filtered(lambda line: line.display_type == "product"):
            line.price_unit = round(line.price_unit * self.rng.uniform(0.1, 0.9), 2)
        if credit.amount_total < 0:
            credit.unlink()
            return None
        self.happened.add("price by hand")
        credit.action_post()
        return f"{self.show_move(move)} by {self.show_move(credit)}"

    def do_replace(self):
        move = self.one_of(
            self.documents("posted").filtered(lambda move: move.move_type == "out_invoice")
        )
        if not move:
            return None
        self.disturb(move)
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=move.ids)
            .create({"journal_id": move.journal_id.id, "reason": "Mistake"})
        )
        wizard.modify_moves()
        return f"{self.show_move(move)} by {self.show_move(wizard.new_move_ids)}"

    def do_cancel_document(self):
        move = self.one_of(self.documents("draft", "posted"))
        if not move:
            return None
        self.disturb(move)
        text = self.show_move(move)
        self.order.cancel_document(move.id, reason="Mistake")
        return text

    def do_hand_line(self):
        move = self.one_of(self.documents("draft"))
        if not move or move.billing_kind == "deposit":
            return None
        amount = self.currency.round(self.rng.uniform(-0.1, 0.3) * move.amount_total)
        move.write(
            {
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": "By hand",
                            "quantity": 1,
                            "price_unit": amount,
                            "tax_ids": [Command.clear()],
                        }
                    )
                ]
            }
        )
        self.happened.add("by hand")
        return f"{self.show(amount)} on {self.show_move(move)}"

    def do_hand_price(self):
        move = self.one_of(self.documents("draft"))
        lines = move.invoice_line_ids.filtered(
            lambda line: line.display_type == "product" and not line.is_downpayment
        )
        if not lines:
            return None
        line = self.rng.choice(lines)
        line.price_unit = round(line.price_unit * self.rng.uniform(0.5, 0.99), 2)
        self.happened.add("price by hand")
        return f"{line.price_unit:g} on {self.show_move(move)}"

    # === PAYMENTS ===#

    def do_pay(self):
        move = self.one_of(
            self.documents("posted").filtered(
                lambda move: move.amount_residual and move.move_type == "out_invoice"
            )
        )
        if not move:
            return None
        how = self.rng.choice(("asked", "asked", "part", "whole", "whole", "over"))
        return f"{how} of {self.show_move(move)}: {self.show(self.pay(move, how))}"

    def pay(self, move, how):
        """Register a payment by Odoo's dialog.

        :param how: what is `asked`, a `part`, the `whole` with its retention, or more (`over`)
        :return: the amount
        """
        action = move.action_register_payment()
        wizard = self.env["account.payment.register"].with_context(**action["context"]).create({})
        residual = move.amount_residual
        if how != "asked":
            factor = {"part": self.rng.random(), "whole": 1, "over": 1.1}[how]
            wizard.amount = self.currency.round(residual * factor)
            wizard.payment_difference_handling = "open"
        amount = wizard.amount
        if amount <= 0:
            return 0.0
        payment = wizard._create_payments()
        self.checks.look_at_payment(move, payment, how, residual)
        return amount

    def payments(self):
        """Return the payments that stand."""
        return self.entries("posted").origin_payment_id.sorted("id")

    def do_unpay(self):
        payment = self.one_of(self.payments())
        if not payment:
            return None
        if self.rng.random() < 0.3:
            payment.move_id.line_ids.remove_move_reconcile()
            return f"freed {self.show(payment.amount)}"
        payment.action_draft()
        payment.action_cancel()
        return f"cancelled {self.show(payment.amount)}"

    # === THE ORDER ===#

    def do_order_line(self):
        lines = self.order.order_line.filtered(
            lambda line: not line.display_type and not line.is_downpayment
        )
        line = self.rng.choice(lines)
        name, value = self.rng.choice(
            (
                ("product_uom_qty", self.rng.choice((0, 1, 2.5, line.product_uom_qty * 2))),
                ("price_unit", round(line.price_unit * self.rng.uniform(0.5, 1.5), 2)),
                ("discount", self.rng.choice((0, 10, 33.33))),
            )
        )
        line[name] = value
        self.happened.add("order changed")
        return f"{name} {value:g}"

    def do_new_line(self):
        self.order.write({"order_line": [self.case.random_line(self.rng, 99)]})
        self.happened.add("order changed")
        return self.show(self.order.amount_total)

    def do_order_again(self):
        self.order._action_cancel()
        self.order.action_draft()
        self.order.action_confirm()
        return "cancelled and confirmed"

    def do_rounding(self):
        methods = ["round_per_line", "round_globally"]
        methods.remove(self.company.tax_calculation_rounding_method)
        self.company.tax_calculation_rounding_method = methods[0]
        self.happened.add("rounding changed")
        return methods[0]

    def do_term(self):
        self.order.payment_term_id = self.case.random_term(self.rng)
        self.happened.add("term changed")
        return "another"

    def do_days(self):
        days = self.rng.choice((1, 30, 31, 200, 400))
        self.clock.tick(timedelta(days=days))
        return str(days)

    # === THE RETENTION ===#

    def do_accept(self):
        days = self.rng.choice((None, 0, 200, 500, 500))
        day = days is not None and fields.Date.today() - timedelta(days=days)
        self.order.works_acceptance_date = day
        return str(day)

    def do_retention(self):
        kind = self.rng.choice(("release", "guarantee", "opposition", "loss"))
        retained = sum(
            abs(line.amount_residual_currency)
            for line in self.documents("posted").line_ids.filtered("is_retention")
        )
        amount = self.currency.round(retained * self.rng.choice((0.2, 0.5, 1)))
        if not amount and kind != "guarantee":
            return None
        amount = amount or self.currency.round(self.order.amount_total * 0.02)
        call, *values = {
            "release": (self.order.release_retention,),
            "guarantee": (self.order.replace_retention, "Bank"),
            "opposition": (self.order.oppose_retention, "Leak"),
            "loss": (self.order.lose_retention,),
        }[kind]
        operation = call(*values, self.rng.choice((None, amount, amount)))
        self.operations += self.operations.browse(operation)
        if kind == "guarantee":
            self.happened.add("guarantee")
        return f"{kind} {self.show(self.operations[-1].amount)}"

    def do_undo_retention(self):
        operation = self.one_of(self.operations.exists())
        if not operation:
            return None
        text = operation.display_name
        operation.action_undo()
        return text

    # === THE END ===#

    def do_post_all(self):
        moves = self.documents("draft")
        if not moves:
            return None
        for move in moves:
            if move.exists() and move.state == "draft":
                self.post(move)
        return "; ".join(self.show_move(move) for move in moves.exists())

    def do_close(self):
        if self.order.state != "sale":
            return None
        if self.documents("draft", "posted"):
            if self.order.invoice_status == "invoiced" and not self.left():
                return None
            return self.made(self.order.create_balance_invoice())
        return self.made(self.order.create_situation_invoice(100))

    def do_end_guarantee(self):
        self.order.works_acceptance_date = fields.Date.today() - timedelta(days=500)
        oppositions = self.operations.exists().filtered(
            lambda operation: operation.kind == "opposition"
        )
        oppositions.action_undo()
        return "works accepted 500 days ago"

    def do_pay_all(self):
        """Pay everything, in the dialog for many; it takes the shares that are due next, and what is
        retained after the rest."""
        paid = 0
        for _round in range(12):
            lines = self.entries("posted").line_ids.filtered(
                lambda line: line.display_type == "payment_term" and line.amount_residual_currency
            )
            if not lines:
                break
            wizard = self.env["account.payment.register"].with_context(
                active_model="account.move.line", active_ids=lines.ids
            )
            paid += len(wizard.create({"group_payment": False})._create_payments())
        return f"{paid} payments" if paid else None
