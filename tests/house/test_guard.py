"""What follows from the billing of orders is nobody's to write; the addon's own flows still do."""

from unittest.mock import ANY

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from ..common import SituationCommon

# What a user does set on invoices, of the fields that this addon adds.
GIVEN = {"payment_promise_date", "send_when_posted"}
MODELS = ("account.move", "account.move.line", "sale.order", "sale.order.line")
# Figures that nothing stored is computed from, of orders and their lines.
FLEETING = {"sale.order", "sale.order.line"}


@tagged("post_install", "-at_install")
class TestGuard(SituationCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accountant = cls.make_user(
            "accountant", "account.group_account_manager,sales_team.group_sale_manager"
        )
        cls.biller = cls.make_user("biller", "account.group_account_invoice")
        cls.term = cls.make_term((95, 30), (5, None))
        cls.order = cls.make_order(
            cls.line("Walls", 1, 1000), cls.line("Roof", 1, 500), payment_term_id=cls.term.id
        )
        cls.deposit(cls.order, 10, post=True)
        cls.posted = cls.situation(cls.order, 40, post=True)
        cls.hashed = cls.situation(cls.order, 50, post=True)
        cls.hashed.button_hash()
        cls.draft = cls.situation(cls.order, 60)
        cls.other = cls.make_order(cls.line("Other", 1, 100))
        cls.by_state = {"draft": cls.draft, "posted": cls.posted, "hashed": cls.hashed}

    @classmethod
    def make_user(cls, login, groups):
        return new_test_user(
            cls.env,
            login=login,
            groups=groups,
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )

    def as_user(self, records, user=None):
        return records.with_user(user or self.accountant).with_context(
            allowed_company_ids=self.company.ids
        )

    def get_kept(self, model):
        return sorted(self.env[model]._get_kept_by_billing())

    def get_value(self, record, name):
        """Return a value that isn't the record's, as JSON has it."""
        field = record._fields[name]
        current = record.sudo()[name]
        if field.type == "boolean":
            return not current
        if field.type == "many2one":
            found = self.env[field.comodel_name].search([("id", "!=", current.id)], limit=1)
            return found.id or 999999
        if field.type in ("one2many", "many2many"):
            return [[6, 0, current.search([], limit=1).ids], [4, 999999]]
        if field.type == "selection":
            return next(key for key in field.get_values(self.env) if key != current)
        return {
            "json": {"rows": []},
            "date": "2031-05-04",
            "float": 12.5,
            "monetary": 12.5,
            "integer": 7,
            "char": "x",
            "html": "<p>x</p>",
        }[field.type]

    def read_back(self, record, name):
        record.flush_recordset([name])
        record.invalidate_recordset([name], flush=False)
        return record.sudo()[name]

    def assertRefused(self, record, name, call, *args):
        before = self.read_back(record, name)
        with self.assertRaisesRegex(UserError, "changed manually"), self.cr.savepoint():
            call(*args)
        self.assertEqual(self.read_back(record, name), before)

    def refuse_all(self, records, way, calls, users=None):
        """Each guarded field of records is refused.

        :param way: of `calls`, for the message
        :param calls: ``function(record as the user, values)``
        :param users: the accountant
        """
        for state, record in records.items():
            for name in self.get_kept(record._name):
                for user in users or self.accountant:
                    with self.subTest(way=way, state=state, field=name, user=user.login):
                        own = self.as_user(record, user)
                        values = {name: self.get_value(record, name)}
                        self.assertRefused(record, name, calls, own, values)

    # === THE LIST ===#

    def test_no_field_is_forgotten(self):
        for model in MODELS:
            ours = {
                name
                for name, field in self.env[model]._fields.items()
                if "sale_situation_invoicing" in (field._modules or ())
                and field.readonly
                and (field.store or model not in FLEETING)
            }
            kept = set(self.get_kept(model))
            self.assertFalse(ours - kept - GIVEN, model)
            self.assertFalse(kept & GIVEN, model)

    # === DOCUMENTS ===#

    def test_documents_are_not_written(self):
        self.refuse_all(
            self.by_state,
            "write",
            lambda move, values: move.write(values),
            self.accountant | self.biller,
        )

    def test_a_plain_invoice_is_not_written(self):
        plain = self.make_plain()
        self.refuse_all({"plain": plain}, "write", lambda move, values: move.write(values))
        plain.action_post()
        self.refuse_all({"posted": plain}, "write", lambda move, values: move.write(values))

    def test_documents_are_not_written_through_their_order(self):
        for name in self.get_kept("account.move"):
            for state, move in self.by_state.items():
                values = {name: self.get_value(move, name)}
                order = self.as_user(self.order)
                command = {"billing_document_ids": [Command.update(move.id, values)]}
                with self.subTest(state=state, field=name):
                    self.assertRefused(move, name, order.write, command)

    def test_documents_are_not_moved_by_their_order(self):
        for commands in (
            [Command.unlink(self.posted.id)],
            [Command.clear()],
            [Command.set(self.hashed.ids)],
            [Command.link(self.make_plain().id)],
            [Command.create({"move_type": "out_invoice", "partner_id": self.customer.id})],
        ):
            with self.subTest(commands=commands):
                order = self.as_user(self.order)
                self.assertRefused(
                    self.posted,
                    "billing_order_id",
                    order.write,
                    {"billing_document_ids": commands},
                )

    def test_documents_are_not_created_so(self):
        Move = self.env["account.move"]
        for user in (self.accountant, self.biller):
            for name in self.get_kept("account.move"):
                # An empty value claims nothing.
                value = self.get_value(self.make_plain(), name) or True
                with self.subTest(field=name, user=user.login):
                    self.assertRefused(
                        self.posted,
                        name,
                        self.as_user(Move, user).create,
                        self.prepare_plain(**{name: value}),
                    )

    def test_documents_are_not_imported_so(self):
        Move = self.as_user(self.env["account.move"])
        for name, value in (
            ("billing_kind", "balance"),
            ("billing_order_id/.id", str(self.other.id)),
            ("situation_number", "9"),
            ("retention_amount", "12.5"),
            ("period_start", "2031-01-01"),
        ):
            with self.subTest(field=name):
                result = Move.load(
                    ["move_type", "partner_id/.id", name],
                    [["out_invoice", str(self.customer.id), value]],
                )
                self.assertFalse(result["ids"])
                self.assertIn("changed manually", result["messages"][0]["message"])
                result = Move.load([".id", name], [[str(self.posted.id), value]])
                self.assertFalse(result["ids"])
                self.assertIn("changed manually", result["messages"][0]["message"])

    def test_documents_are_not_copied_so(self):
        for name in self.get_kept("account.move"):
            value = self.get_value(self.posted, name) or True
            with self.subTest(field=name):
                copy = self.as_user(self.posted).copy
                self.assertRefused(self.posted, name, copy, {name: value})
        copied = self.as_user(self.posted).copy()
        self.assertFalse(copied.billing_kind or copied.billing_order_id or copied.situation_number)
        self.assertEqual(set(copied.invoice_line_ids.mapped("situation_contract_amount")), {0})
        # A copy that says to credit its original is an invoice of the same kind: no credit note.
        copied = self.as_user(self.posted).copy({"reversed_entry_id": self.posted.id})
        self.assertFalse(copied.billing_kind or copied.billing_order_id)

    def test_defaults_have_no_effect(self):
        fields = {model: self.get_kept(model) for model in ("account.move", "account.move.line")}
        plain = self.make_plain()
        item = self.billed_lines(plain)
        context = {}
        for record, model in ((plain, "account.move"), (item, "account.move.line")):
            for name in fields[model]:
                context[f"default_{name}"] = self.get_value(record, name)
        context["default_billing_order_id"] = self.other.id
        Move = self.as_user(self.env["account.move"]).with_context(**context)
        move = Move.create(self.prepare_plain())
        for record, expected in ((move, plain), (self.billed_lines(move), item)):
            for name in fields[record._name]:
                self.assertEqual(self.read_back(record, name), self.read_back(expected, name), name)
        self.assertFalse(set(fields["account.move"]) & Move.default_get(list(Move._fields)).keys())
        # Nor where the addon creates with more rights than the caller's.
        order = self.as_user(self.order).with_context(
            default_is_retention=True,
            default_billing_statement={"rows": []},
            default_retention_announced=True,
            default_instalment_percent=40,
        )
        situation = self.move(order.create_situation_invoice(70))
        self.assertFalse(situation.billing_statement)
        self.assertFalse(situation.retention_announced or situation.instalment_percent)
        # 10 % of 1 800.00, less the deposit's share of it; 5 % of 180.00 are retained.
        self.assertEqual(situation.retention_amount, 9)
        self.env["ir.default"].with_user(self.accountant).set(
            "account.move", "billing_kind", "situation", user_id=True
        )
        self.assertFalse(
            self.as_user(self.env["account.move"]).create(self.prepare_plain()).billing_kind
        )

    # === THEIR LINES ===#

    def get_items(self):
        """Return ``{state: line}`` of work, and of the receivable shares."""
        items = {state: self.billed_lines(move)[:1] for state, move in self.by_state.items()}
        for state, move in self.by_state.items():
            shares = move.line_ids.filtered(lambda line: line.display_type == "payment_term")
            items[f"{state}, share"] = shares.filtered(lambda line: not line.is_retention)[:1]
            items[f"{state}, retention"] = shares.filtered("is_retention")
        self.assertTrue(all(items.values()))
        return items

    def test_lines_are_not_written(self):
        self.refuse_all(
            self.get_items(),
            "write",
            lambda line, values: line.write(values),
            self.accountant | self.biller,
        )

    def test_lines_are_not_written_through_their_document(self):
        for state, item in self.get_items().items():
            if not state.startswith("draft"):
                continue
            for parent in ("line_ids", "invoice_line_ids"):
                self.refuse_all(
                    {state: item},
                    parent,
                    lambda line, values, parent=parent: line.move_id.write(
                        {parent: [Command.update(line.id, values)]}
                    ),
                )

    def test_lines_of_posted_documents_are_not_written_through_them(self):
        # Odoo looks at the state of the whole document only where its context doesn't say not to.
        for state, item in self.get_items().items():
            if state.startswith("draft"):
                continue
            self.refuse_all(
                {state: item},
                "line_ids",
                lambda line, values: line.move_id.with_context(skip_readonly_check=True).write(
                    {"line_ids": [Command.update(line.id, values)]}
                ),
            )

    def test_lines_are_not_written_through_order_lines(self):
        items = self.get_items()
        for state in ("draft", "posted", "hashed"):
            item = items[state]
            for name in self.get_kept("account.move.line"):
                values = {name: self.get_value(item, name)}
                order = self.as_user(self.order)
                command = Command.update(
                    item.sale_line_ids.id, {"invoice_lines": [Command.update(item.id, values)]}
                )
                with self.subTest(state=state, field=name):
                    self.assertRefused(item, name, order.write, {"order_line": [command]})

    def test_lines_are_not_created_so(self):
        draft = self.as_user(self.draft)
        item = self.billed_lines(self.draft)[:1]
        for name in self.get_kept("account.move.line"):
            value = self.get_value(item, name)
            values = {"product_id": self.work.id, "price_unit": 10, name: value}
            ways = {
                "line": lambda values=values: draft.line_ids.create(
                    {**values, "move_id": self.draft.id}
                ),
                "command": lambda values=values: draft.write(
                    {"invoice_line_ids": [Command.create(values)]}
                ),
                "document": lambda values=values: draft.create(
                    self.prepare_plain(invoice_line_ids=[Command.create(values)])
                ),
            }
            for way, call in ways.items():
                with self.subTest(field=name, way=way):
                    self.assertRefused(item, name, call)

    def test_defaults_of_lines_have_no_effect(self):
        Move = self.as_user(self.env["account.move"])
        item = self.billed_lines(self.draft)[:1]
        values = {name: self.get_value(item, name) for name in self.get_kept("account.move.line")}
        line = Command.create({"product_id": self.work.id, "price_unit": 10, **values})
        for given in ("line_ids", "invoice_line_ids"):
            for own in (Move, Move.sudo()):
                move = own.with_context(**{f"default_{given}": [line]}).create(
                    {"move_type": "out_invoice", "partner_id": self.customer.id}
                )
                items = self.billed_lines(move)
                self.assertEqual(items.mapped("price_unit"), [10])
                for name in ("is_retention", "previous_progress", "situation_contract_amount"):
                    self.assertFalse(any(items.mapped(name)), name)

    # === ORDERS ===#

    def test_orders_are_not_written(self):
        for record in (self.order, self.order.order_line[:1]):
            for name in self.get_kept(record._name):
                value = self.get_value(record, name)
                with self.subTest(field=name):
                    own = self.as_user(record)
                    self.assertRefused(record, name, own.write, {name: value})

    def test_orders_of_posted_documents_are_not_deleted(self):
        self.draft.unlink()
        self.order._action_cancel()
        with self.assertRaisesRegex(UserError, self.posted.name), self.cr.savepoint():
            self.as_user(self.order).unlink()
        self.other._action_cancel()
        self.as_user(self.other).unlink()
        self.assertFalse(self.other.exists())

    def test_rows_beside_documents_are_nobodys(self):
        self.order.release_retention()
        operation = self.order.retention_operation_ids
        share = operation.share_ids[:1]
        for record in (operation, share):
            own = self.as_user(record)
            for call in (
                lambda own=own: own.write({"amount": 1}),
                lambda own=own: own.unlink(),
                lambda own=own: own.copy(),
            ):
                with self.assertRaises(UserError), self.cr.savepoint():
                    call()
        for commands in ([Command.delete(share.id)], [Command.update(share.id, {"amount": 1})]):
            with self.assertRaises(UserError), self.cr.savepoint():
                self.as_user(share.move_id).write({"retention_share_ids": commands})

    # === WHAT MAY BE SAID ===#

    def test_what_was_read_may_be_sent_back(self):
        move = self.as_user(self.posted)
        names = self.get_kept("account.move")
        values = {
            name: value
            for name, value in move.read(names, load=None)[0].items()
            if name != "id"
            and move._fields[name].store
            and move._fields[name].type != "json"
            # Ids of records aren't commands.
            and not move._fields[name].relational
            or move._fields[name].type == "many2one"
        }
        self.assertIn("billing_order_id", values)
        move.write(values)
        with self.assertRaises(UserError), self.cr.savepoint():
            move.write({"billing_statement": self.posted.billing_statement})

    def test_what_a_user_sets_is_his(self):
        move = self.as_user(self.draft, self.biller)
        move.write({"payment_promise_date": "2031-01-01", "send_when_posted": True})
        self.assertTrue(self.draft.send_when_posted)
        move.write({"ref": "Our reference", "invoice_payment_term_id": False})
        self.assertEqual(self.draft.retention_amount, 0)
        move.write({"invoice_payment_term_id": self.term.id})
        # 10 % of 1 800.00, 5 % of it.
        self.assertEqual(self.draft.retention_amount, 9)
        self.assertEqual(self.draft.line_ids.filtered("is_retention").write_uid, self.biller)

    # === OWN FLOWS ===#

    def test_a_biller_bills(self):
        """Whoever may invoice does all that makes the addon write what he may not."""
        self.draft.unlink()
        order = self.as_user(self.order, self.biller)
        situation = self.as_user(
            self.move(order.create_situation_invoice(60, post=True)), self.biller
        )
        self.assertEqual((situation.billing_kind, situation.situation_number), ("situation", 3))
        statement = situation.billing_statement
        self.assertEqual(len(statement["documents"]), 3)
        situation.button_draft()
        self.assertFalse(situation.billing_statement)
        situation.action_post()
        self.assertEqual(situation.billing_statement, statement)
        self.assertEqual(situation.retention_amount, 9)
        # A credit note gives progress and retention back.
        credit = self.as_user(
            self.move(order.cancel_document(situation.id, "Not done")), self.biller
        )
        self.assertEqual((credit.billing_order_id, credit.situation_number), (order, 3))
        self.assertEqual((credit.state, credit.retention_amount), ("posted", 9))
        items = self.billed_lines(credit).filtered(lambda item: not item.is_downpayment)
        self.assertEqual(items.mapped("previous_progress"), [60, 60])
        self.assertEqual(items.mapped("progress"), [50, 50])
        self.assertEqual(items.mapped("situation_contract_amount"), [1000, 500])
        self.assertEqual(self.order.billing_progress, 50)
        self.assertEqual(credit.billing_statement["mentions"], ANY)
        balance = self.as_user(self.move(order.create_balance_invoice(post=True)), self.biller)
        self.assertEqual(balance.billing_kind, "balance")
        self.assertJobTies(self.order)

    def test_a_biller_credits_a_draft_and_replaces(self):
        self.draft.unlink()
        Reversal = self.as_user(self.env["account.move.reversal"], self.biller)
        wizard = Reversal.with_context(
            active_model="account.move", active_ids=self.hashed.ids
        ).create({"journal_id": self.hashed.journal_id.id, "reason": "Twice"})
        wizard.refund_moves()
        credit = wizard.new_move_ids
        self.assertEqual((credit.state, credit.billing_kind), ("draft", "situation"))
        self.assertEqual(credit.billing_order_id.id, self.order.id)
        self.assertEqual(credit.retention_amount, self.hashed.retention_amount)
        items = self.billed_lines(credit).filtered(lambda item: not item.is_downpayment)
        self.assertEqual(items.mapped("progress"), [40, 40])
        credit.unlink()
        wizard = Reversal.with_context(
            active_model="account.move", active_ids=(self.posted | self.hashed).ids
        ).create({"journal_id": self.hashed.journal_id.id, "reason": "Wrong"})
        wizard.modify_moves()
        replacements = wizard.new_move_ids.sorted("id")
        self.assertEqual(replacements.mapped("situation_number"), [1, 2])
        self.assertEqual(set(replacements.mapped("billing_kind")), {"situation"})
        self.assertEqual(
            replacements.mapped("amount_total"), (self.posted | self.hashed).mapped("amount_total")
        )
        replacements.action_post()
        self.assertEqual(replacements.mapped("retention_amount"), [36, 9])
        self.assertEqual(self.order.billing_progress, 50)

    def test_a_biller_does_with_retentions(self):
        self.draft.unlink()
        order = self.as_user(self.order, self.biller)
        # 5 % of 720.00 and of 180.00.
        self.assertEqual(order.retention_held, 45)
        order.works_acceptance_date = "2026-03-01"
        order.lose_retention(15)
        loss = self.order.retention_operation_ids.credit_note_ids
        self.assertEqual((loss.amount_total, loss.create_uid), (15, self.biller))
        order.release_retention()
        self.assertEqual(order.retention_held, 0)

    def make_plain(self):
        return self.env["account.move"].create(self.prepare_plain())

    def prepare_plain(self, **values):
        return {
            "move_type": "out_invoice",
            "partner_id": self.customer.id,
            "invoice_line_ids": [Command.create({"name": "Hours", "price_unit": 100})],
            **values,
        }
