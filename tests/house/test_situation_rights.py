"""Who may bill what, in which company, and one at a time."""

from contextlib import suppress
from functools import partial

from psycopg2.errors import SerializationFailure

from odoo import SUPERUSER_ID
from odoo.api import Environment
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.modules.registry import Registry
from odoo.service.model import retrying
from odoo.tests import BaseCase, get_db_name, new_test_user, tagged
from odoo.tools import mute_logger

from ..common import SituationCommon


@tagged("post_install", "-at_install")
class TestSituationRights(SituationCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.salesperson = cls.make_user("salesperson", "sales_team.group_sale_salesman")
        cls.colleague = cls.make_user("colleague", "sales_team.group_sale_salesman")
        cls.sales_team = cls.make_user("team", "sales_team.group_sale_salesman_all_leads")
        cls.invoicing = cls.make_user("invoicing", "account.group_account_invoice")
        cls.auditor = cls.make_user("auditor", "account.group_account_readonly")
        cls.internal = cls.make_user("internal", "base.group_user")
        cls.portal = cls.make_user(
            "portal-customer", "base.group_portal", partner_id=cls.customer.id
        )
        cls.order = cls.make_order(cls.line("Walls", 1, 1000), user_id=cls.salesperson.id)

    @classmethod
    def make_user(cls, login, groups, **values):
        company = values.pop("company", cls.company)
        companies = values.pop("companies", company)
        return new_test_user(
            cls.env,
            login=login,
            groups=groups,
            company_id=company.id,
            company_ids=[Command.set(companies.ids)],
            **values,
        )

    def as_user(self, user, order=None):
        """Return the order as the user's own call meets it: without anybody's cache."""
        order = self.order if order is None else order
        self.env.flush_all()
        self.env.invalidate_all()
        return order.with_user(user).with_context(allowed_company_ids=user.company_ids.ids)

    def count_moves(self):
        self.env.flush_all()
        return self.env["account.move"].sudo().search_count([])

    def assertDenied(self, method, *args, **kwargs):
        """The call is denied before it writes: its transaction isn't undone here."""
        before = self.count_moves()
        with self.subTest(method=method.__name__, user=method.__self__.env.user.login):
            allowed = False
            with suppress(AccessError):
                method(*args, **kwargs)
                allowed = True
            self.assertFalse(allowed, "this was allowed")
            self.assertEqual(self.count_moves(), before)

    def assertDeniedToBill(self, user, order=None):
        for name in ("create_situation_invoice", "preview_situation"):
            self.assertDenied(getattr(self.as_user(user, order), name), 45)
        self.assertDenied(self.as_user(user, order).create_deposit_invoice, 30)
        self.assertDenied(self.as_user(user, order).create_balance_invoice)
        self.assertDenied(self.as_user(user, order).create_partial_invoice)
        plan = [{"date": "2027-01-31", "percent": 100}]
        for name, args in (
            ("create_instalment_invoices", (3, "2027-01-31")),
            ("create_instalment_plan", (plan,)),
            ("change_instalment_plan", (plan,)),
            ("cancel_instalment_plan", ()),
            ("respread_instalments", ()),
        ):
            self.assertDenied(getattr(self.as_user(user, order), name), *args)
        for name in (
            "action_create_situation",
            "action_create_deposit",
            "action_create_balance",
            "action_create_partial",
            "action_create_instalments",
        ):
            self.assertDenied(getattr(self.as_user(user, order), name))

    def assertDeniedAll(self, user, order=None):
        self.assertDeniedToBill(user, order)
        self.assertDenied(self.as_user(user, order).get_billing_recap)

    # === WHO ===#

    def test_salesperson_bills_an_own_order(self):
        order = self.as_user(self.salesperson)
        figures = order.preview_situation(45)
        move_id = order.create_situation_invoice(45)
        self.assertIsInstance(move_id, int)
        move = self.move(move_id)
        self.assertEqual((move.state, move.amount_total), ("draft", figures["total"]))
        self.assertEqual(move.amount_total, 540)
        self.assertEqual(move.create_uid, self.salesperson)
        recap = self.as_user(self.salesperson).get_billing_recap()
        self.assertEqual([row["id"] for row in recap["documents"]], [move_id])
        action = self.as_user(self.salesperson).action_view_situations()
        self.assertEqual(action["res_id"], move_id)

    def test_salesperson_makes_partial_and_instalments(self):
        order = self.as_user(self.salesperson)
        order.write({"order_line": [self.line("Roof", 1, 500)]})
        partial = self.move(order.create_partial_invoice(order.order_line[0].ids))
        self.assertEqual((partial.state, partial.amount_total), ("draft", 1200))
        with self.assertRaises(UserError):
            self.as_user(self.salesperson).order_line[0].product_uom_qty = 2
        order = self.as_user(self.salesperson)
        wizard = self.env["sale.instalment.wizard"].with_env(order.env)._create_for_order(order)
        self.assertEqual(wizard.line_ids.mapped("amount"), [200, 200, 200])
        wizard.action_create()
        self.assertEqual(order.draft_instalment_count, 3)
        ids = [row["id"] for row in order.get_billing_recap()["documents"]]
        moves = self.move(ids[1:])
        # Nobody gets more rights by waiting: what he may not post, the scheduler doesn't post for him.
        self.assertEqual(set(moves.mapped("auto_post")), {"no"})
        # Odoo lets a salesperson make invoices, not delete them.
        self.assertDenied(self.as_user(self.salesperson).cancel_instalment_plan)
        order = self.as_user(self.invoicing)
        self.assertTrue(order.respread_instalments())
        self.assertTrue(order.cancel_instalment_plan())
        self.assertFalse(moves.exists())

    def test_salesperson_makes_deposit_and_balance(self):
        order = self.as_user(self.salesperson)
        with self.assertRaises(AccessError):
            order.create_deposit_invoice(30, post=True)
        deposit = self.move(order.create_deposit_invoice(30))
        self.assertEqual((deposit.state, deposit.amount_total), ("draft", 360))
        deposit.action_post()
        order = self.as_user(self.salesperson)
        self.assertEqual(order.preview_situation(50)["deduction"], 180)
        self.assertEqual(self.move(order.create_situation_invoice(50)).amount_total, 420)
        self.assertEqual(len(order.billing_move_ids), 2)
        self.assertIn("180.00", order.billing_recap)
        wizard = order.env["sale.balance.wizard"].browse(order.action_create_balance()["res_id"])
        self.assertIn("420.00", wizard.summary)
        self.assertEqual(self.move(wizard.action_create()["res_id"]).amount_total, 420)

    def test_salesperson_sees_the_documents_that_are_theirs(self):
        move = self.situation(self.order, 50)
        self.assertEqual(self.as_user(self.salesperson).billing_move_ids, move)
        move.invoice_user_id = self.colleague
        order = self.as_user(self.salesperson)
        self.assertFalse(order.billing_move_ids)
        self.assertEqual(len(order.get_billing_recap()["documents"]), 1)

    def test_customer_reads_the_order_without_the_recap(self):
        self.situation(self.order, 50, post=True)
        self.assertFalse(self.as_user(self.portal).billing_recap)

    def test_salesperson_bills_as_odoo_lets_them(self):
        own = self.as_user(self.salesperson)._create_invoices()
        self.assertEqual(own.amount_total, 1200)

    def test_salesperson_may_not_post(self):
        before = self.count_moves()
        # `assertRaises` undoes the transaction's part, as the server does with a refused call.
        with self.assertRaises(AccessError):
            self.as_user(self.salesperson).create_situation_invoice(45, post=True)
        self.assertEqual(self.count_moves(), before)
        self.assertEqual(self.order.get_billing_recap()["documents"], [])
        self.assertEqual(self.order.billing_progress, 0)

    def test_salesperson_may_not_bill_a_colleagues_order(self):
        order = self.make_order(self.line("Roof", 1, 1000), user_id=self.colleague.id)
        self.assertDeniedAll(self.salesperson, order)
        self.assertTrue(self.as_user(self.sales_team, order).create_situation_invoice(45))

    def test_invoicing_user_bills_and_posts(self):
        order = self.as_user(self.invoicing)
        figures = order.preview_situation(45)
        move = self.move(order.create_situation_invoice(45, post=True))
        self.assertEqual((move.state, move.amount_total), ("posted", figures["total"]))
        self.assertEqual(self.order.billing_progress, 45)
        recap = self.as_user(self.invoicing).get_billing_recap()
        self.assertEqual(recap["invoiced_total"], 540)

    def test_invoicing_user_makes_a_deposit_by_the_wizard(self):
        order = self.as_user(self.invoicing)
        action = order.action_create_deposit()
        Wizard = order.env[action["res_model"]].with_context(**action["context"])
        wizard = Wizard.create({"amount": 30})
        self.assertEqual(wizard.left_to_invoice, 1200)
        deposit = order.env["account.move"].browse(wizard.action_create_draft()["res_id"])
        self.assertEqual(deposit.billing_kind, "deposit")
        deposit.action_post()
        self.assertEqual(deposit.state, "posted")
        balance = order.env["account.move"].browse(order.create_balance_invoice(post=True))
        self.assertEqual((balance.state, balance.amount_total), ("posted", 840))

    def test_invoicing_user_needs_no_right_to_write_orders(self):
        rights = self.env["ir.model.access"].search(
            [
                ("model_id.model", "in", ("sale.order", "sale.order.line")),
                ("perm_write", "=", True),
                ("group_id", "in", self.invoicing.all_group_ids.ids),
            ]
        )
        rights.perm_write = False
        self.assertFalse(self.as_user(self.invoicing).has_access("write"))
        move = self.move(self.as_user(self.invoicing).create_situation_invoice(45, post=True))
        self.assertEqual(move.state, "posted")
        self.assertEqual(self.order.billing_progress, 45)

    def test_auditor_reads_only(self):
        self.assertDeniedToBill(self.auditor)
        self.assertEqual(self.as_user(self.auditor).get_billing_recap()["contract_total"], 1200)

    def test_internal_user_may_nothing(self):
        self.assertDeniedAll(self.internal)

    def test_public_user_may_nothing(self):
        public = self.env.ref("base.public_user")
        order = self.order.with_user(public)
        for method in (order.create_situation_invoice, order.preview_situation):
            self.assertDenied(method, 45)
        self.assertDenied(order.get_billing_recap)

    def test_customer_may_not_bill(self):
        self.assertEqual(self.as_user(self.portal).name, self.order.name, "the order is theirs")
        self.assertDeniedToBill(self.portal)

    def test_customer_may_not_read_the_recap(self):
        """Drafts stand in the recap, which Odoo hides from the customer."""
        self.situation(self.order, 45)
        self.assertDenied(self.as_user(self.portal).get_billing_recap)
        no_work = self.make_order(self.section("House"))
        self.assertDenied(self.as_user(self.portal, no_work).get_billing_recap)

    # === WIZARD ===#

    def test_wizard_is_for_those_who_bill(self):
        wizard = self.env["sale.situation.wizard"]._create_for_order(self.order)
        for user in (self.internal, self.portal, self.auditor):
            Wizard = self.env["sale.situation.wizard"].with_user(user)
            with self.subTest(user=user.login):
                self.assertDenied(Wizard.create, {"order_id": self.order.id})
                self.assertDenied(Wizard.search, [])
                theirs = wizard.with_user(user)
                self.assertDenied(theirs.read, ["order_id"])
                self.assertDenied(theirs.write, {"title": "Mine"})
                self.assertDenied(theirs.line_ids.read, ["amount"])

    def test_wizard_of_a_salesperson(self):
        action = self.as_user(self.salesperson).action_create_situation()
        wizard = self.env[action["res_model"]].with_user(self.salesperson)
        wizard = wizard.browse(action["res_id"])
        wizard.action_finish_all()
        wizard.action_create()
        self.assertEqual(self.order.billing_document_ids.amount_total, 1200)

    def test_wizard_doesnt_open_a_colleagues_order(self):
        order = self.make_order(self.line("Secret roof", 1, 4321), user_id=self.colleague.id)
        self.env.flush_all()
        self.env.invalidate_all()
        Wizard = self.env["sale.situation.wizard"].with_user(self.salesperson)
        try:
            wizard = Wizard.create(
                {
                    "order_id": order.id,
                    "line_ids": [
                        Command.create(
                            {
                                "order_line_id": order.order_line.id,
                                "entry_kind": "progress",
                                "entry_value": 45,
                            }
                        )
                    ],
                }
            )
        except AccessError:
            return
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertDenied(wizard.action_create)
        try:
            seen = str(wizard.read(["recap"]))
        except AccessError:
            seen = ""
        self.assertNotRegex(seen, r"4.?321|5.?185")

    def test_wizard_of_another_user(self):
        action = self.as_user(self.salesperson).action_create_situation()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(wizard.create_uid, self.salesperson)
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertDenied(wizard.with_user(self.colleague).read, ["order_id"])
        self.assertDenied(wizard.with_user(self.colleague).action_create)


@tagged("post_install", "-at_install")
class TestSituationCompanies(SituationCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_data = cls.setup_other_company(name="Other works")
        cls.other = cls.other_data["company"]
        cls.order = (
            cls.env["sale.order"]
            .with_company(cls.other)
            .create(
                {
                    "partner_id": cls.customer.id,
                    "company_id": cls.other.id,
                    "user_id": False,
                    "order_line": [cls.line("Walls", 1, 1000, cls.other_data["default_tax_sale"])],
                }
            )
        )
        cls.order.action_confirm()

    def make_user(self, login, companies):
        return new_test_user(
            self.env,
            login=login,
            groups="sales_team.group_sale_manager,account.group_account_invoice",
            company_id=self.company.id,
            company_ids=[Command.set(companies.ids)],
        )

    def check_document(self, order):
        figures = order.preview_situation(45)
        move = self.move(order.create_situation_invoice(45, post=True)).sudo()
        self.assertEqual(move.company_id, self.other)
        self.assertEqual(move.journal_id.company_id, self.other)
        self.assertEqual(move.journal_id.type, "sale")
        self.assertEqual(move.line_ids.account_id.company_ids, self.other)
        self.assertEqual(move.line_ids.tax_ids.company_id, self.other)
        self.assertEqual((move.state, move.amount_total), ("posted", figures["total"]))
        self.assertEqual(self.order.get_billing_recap()["invoiced_total"], move.amount_total)

    def test_order_of_a_company_that_isnt_the_users(self):
        order = self.order.with_user(self.make_user("one", self.company))
        self.env.flush_all()
        self.env.invalidate_all()
        for method in (order.create_situation_invoice, order.preview_situation):
            with self.subTest(method=method.__name__), self.assertRaises(AccessError):
                method(45)
        with self.assertRaises(AccessError):
            order.get_billing_recap()
        self.assertFalse(self.order.invoice_ids)

    def test_order_of_a_company_that_isnt_selected(self):
        user = self.make_user("both", self.company + self.other)
        order = self.order.with_user(user).with_context(allowed_company_ids=self.company.ids)
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            order.create_situation_invoice(45)
        self.assertFalse(self.order.invoice_ids)

    def test_another_active_company(self):
        """Company A is active, B allowed: the document is B's, its journal and accounts too."""
        user = self.make_user("both", self.company + self.other)
        companies = (self.company + self.other).ids
        order = self.order.with_user(user).with_context(allowed_company_ids=companies)
        self.assertEqual(order.env.company, self.company)
        self.check_document(order)

    def test_deposit_and_balance_in_another_active_company(self):
        user = self.make_user("both", self.company + self.other)
        companies = (self.company + self.other).ids
        order = self.order.with_user(user).with_context(allowed_company_ids=companies)
        account = self.other.downpayment_account_id
        self.assertNotEqual(account, self.company.downpayment_account_id)
        moves = self.move(order.create_deposit_invoice(30, post=True))
        moves += self.move(order.create_situation_invoice(50, post=True))
        moves += self.move(order.create_balance_invoice(post=True))
        self.assertEqual(moves.company_id, self.other)
        self.assertEqual(moves.line_ids.account_id.company_ids, self.other)
        lines = moves.line_ids.filtered("is_downpayment")
        self.assertEqual(lines.filtered("account_id").account_id, account)
        self.assertJobTies(self.order)
        self.assertDepositsTie(self.order)

    def test_another_active_company_without_a_selection(self):
        """As RPC calls: no company in the context, the user's own one is active."""
        user = self.make_user("both", self.company + self.other)
        order = self.order.with_env(self.env(user=user, context={}))
        self.assertEqual(order.env.company, self.company)
        self.check_document(order)

    def test_wizard_in_another_active_company(self):
        user = self.make_user("both", self.company + self.other)
        companies = (self.company + self.other).ids
        order = self.order.with_user(user).with_context(allowed_company_ids=companies)
        action = order.action_create_situation()
        wizard = order.env[action["res_model"]].browse(action["res_id"])
        wizard.action_finish_all()
        wizard.action_create()
        self.assertEqual(self.order.billing_document_ids.company_id, self.other)
        self.assertEqual(self.order.billing_document_ids.journal_id.company_id, self.other)

    def test_over_billing_is_the_orders_companys_choice(self):
        self.company.allow_over_billing = True
        self.other.allow_over_billing = False
        order = self.order.with_user(self.make_user("both", self.company + self.other))
        with self.assertRaises(UserError):
            order.create_situation_invoice(120)
        self.other.allow_over_billing = True
        self.company.allow_over_billing = False
        self.assertEqual(order.preview_situation(120)["untaxed"], 1200)


@tagged("post_install", "-at_install")
class TestSituationLock(BaseCase):
    """Two connections to the database: what the order needs is committed, and removed after."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        with self.registry.cursor() as cr:
            env = Environment(cr, SUPERUSER_ID, {})
            journal = env["account.journal"].search([("type", "=", "sale")], limit=1)
            self.assertTrue(journal, "this database has no chart of accounts")
            self.company_id = journal.company_id.id
            env = env(context={"allowed_company_ids": [self.company_id]})
            partner = env["res.partner"].create({"name": "Two at a time"})
            product = env["product.product"].create(
                {"name": "Work for two", "type": "service", "invoice_policy": "order"}
            )
            order = env["sale.order"].create(
                {
                    "partner_id": partner.id,
                    "order_line": [
                        Command.create(
                            {
                                "product_id": product.id,
                                "price_unit": 1000,
                                "tax_ids": [Command.clear()],
                            }
                        )
                    ],
                }
            )
            order.action_confirm()
            self.order_id, self.order_name = order.id, order.name
            self.made = [order, product, partner]
        self.addCleanup(self.remove)

    def remove(self):
        with self.registry.cursor() as cr:
            env = Environment(cr, SUPERUSER_ID, {"allowed_company_ids": [self.company_id]})
            order, product, partner = (record.with_env(env) for record in self.made)
            order.invoice_ids.unlink()
            order._action_cancel()
            order.unlink()
            product.unlink()
            partner.unlink()

    def begin(self):
        """Return the order in a transaction of its own, which has begun."""
        cr = self.registry.cursor()
        self.addCleanup(cr.close)
        env = Environment(cr, SUPERUSER_ID, {"allowed_company_ids": [self.company_id]})
        order = env["sale.order"].browse(self.order_id)
        self.assertEqual(order.state, "sale", "the snapshot is taken")
        return order

    def test_nobody_else_while_one_bills(self):
        one, other = self.begin(), self.begin()
        one._lock_for_billing()
        with self.assertRaisesRegex(UserError, self.order_name):
            other.create_situation_invoice(45)
        self.assertEqual(other.preview_situation(45)["untaxed"], 450, "looking is free")
        one.env.cr.rollback()
        self.assertTrue(other.create_situation_invoice(45))

    def test_a_transaction_that_began_earlier_is_refused(self):
        early, late = self.begin(), self.begin()
        self.assertTrue(late.create_situation_invoice(60))
        late.env.cr.commit()
        with mute_logger("odoo.sql_db"), self.assertRaises(SerializationFailure):
            early.create_situation_invoice(60)

    def test_a_lock_alone_refuses_who_began_earlier(self):
        """Also when nothing but the lock was taken: the row has to be marked as changed."""
        early, late = self.begin(), self.begin()
        late._lock_for_billing()
        late.env.cr.commit()
        with mute_logger("odoo.sql_db"), self.assertRaises(SerializationFailure):
            early._lock_for_billing()

    def test_odoo_runs_the_refused_one_again(self):
        early, late = self.begin(), self.begin()
        late.create_situation_invoice(60)
        late.env.cr.commit()
        with mute_logger("odoo.sql_db", "odoo.service.model"):
            move_id = retrying(partial(early.create_situation_invoice, 100), early.env)
        early.env.cr.commit()
        order = self.begin()
        self.assertEqual(
            order.billing_document_ids.sorted("id").mapped("amount_untaxed"), [600, 400]
        )
        self.assertEqual(order.billing_document_ids.sorted("id").mapped("situation_number"), [1, 2])
        self.assertEqual(max(order.billing_document_ids.ids), move_id)

    def test_the_same_click_twice_bills_once(self):
        early, late = self.begin(), self.begin()
        late.create_situation_invoice(60)
        late.env.cr.commit()
        with (
            mute_logger("odoo.sql_db", "odoo.service.model"),
            self.assertRaisesRegex(UserError, self.order_name),
        ):
            retrying(partial(early.create_situation_invoice, 60), early.env)
        early.env.cr.rollback()
        documents = self.begin().billing_document_ids
        self.assertEqual(documents.mapped("amount_untaxed"), [600])
