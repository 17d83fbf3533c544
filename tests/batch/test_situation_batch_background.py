"""A batch that runs by itself, and two that run at once."""

from contextlib import closing

from odoo import SUPERUSER_ID
from odoo.api import Environment
from odoo.fields import Command
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, get_db_name, new_test_user, tagged
from odoo.tools import mute_logger

from .test_situation_batch import BatchCommon


@tagged("post_install", "-at_install")
class TestSituationBatchBackground(BatchCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.allow_over_billing = False
        cls.cron = cls.env.ref("sale_situation_invoicing.cron_create_situations")
        cls.sales = new_test_user(
            cls.env,
            login="batch-sales",
            groups="sales_team.group_sale_salesman",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )

    def setUp(self):
        super().setUp()
        if self.env["sale.situation.batch"]._has_job_queue():
            self.skipTest("the job queue does it: see the tests of it")

    def run_cron(self):
        with self.enter_registry_test_mode():
            self.cron.method_direct_trigger()
        self.env.invalidate_all()

    def make_own_batch(self, count, *progress):
        orders = self.env["sale.order"].union(
            *(self.make_house_of(1000, user_id=self.sales.id) for _n in range(count))
        )
        batch = self.make_batch(orders.with_user(self.sales), *progress)
        return batch.with_context(allowed_company_ids=self.company.ids)

    def test_runs_to_the_end_and_tells(self):
        batch = self.make_own_batch(12, *[30] * 11, 140)
        triggers = self.env["ir.cron.trigger"].search_count([])
        action = batch.action_create_in_background()
        self.assertEqual(action["tag"], "display_notification")
        self.assertEqual(self.env["ir.cron.trigger"].search_count([]), triggers + 1)
        batch.action_create_in_background()  # the second click
        self.assertEqual(self.env["ir.cron.trigger"].search_count([]), triggers + 1)
        self.run_cron()
        self.assertFalse(batch.in_background)
        self.assertEqual((batch.created_count, batch.refused_count), (11, 1))
        self.assertEqual(batch.line_ids.move_id.create_uid, self.sales)
        message = batch.message_ids[0]
        self.assertIn(self.sales.partner_id, message.notified_partner_ids)
        # 11 drafts of 300 at 20 % and 150 at 10 %
        self.assertIn("11 created", message.body)
        self.assertIn("5,775.00", message.body)
        self.assertIn("140", message.body)
        self.run_cron()
        self.assertEqual(set(batch.line_ids.order_id.mapped("situation_count")), {0, 1})

    def test_stopped(self):
        batch = self.make_own_batch(2, 30, 30)
        batch.action_create_in_background()
        batch.action_stop_background()
        self.run_cron()
        self.assertEqual(batch.waiting_count, 2)

    def test_who_asked_for_it_has_lost_the_right(self):
        batch = self.make_own_batch(2, 30, 30)
        batch.action_create_in_background()
        self.sales.group_ids = self.env.ref("base.group_user")
        batch = batch.with_user(self.env.user)
        self.run_cron()
        self.assertFalse(batch.in_background)
        self.assertEqual(batch.waiting_count, 2)
        self.assertFalse(batch.line_ids.move_id)


@tagged("post_install", "-at_install")
class TestSituationBatchConcurrency(BaseCase):
    """Two real transactions, on an order that stays."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        with closing(self.registry.cursor()) as cursor:
            env = Environment(cursor, SUPERUSER_ID, {})
            journal = env["account.journal"].search([("type", "=", "sale")], limit=1)
            self.assertTrue(journal, "this database has no chart of accounts")
            self.context = {"allowed_company_ids": journal.company_id.ids}
            env = env(context=self.context)
            orders = env["sale.order"].create(
                [
                    {
                        "partner_id": env["res.partner"].create({"name": "Twice"}).id,
                        "order_line": [
                            Command.create(
                                {
                                    "name": "Work",
                                    "product_id": env["product.product"]
                                    .create({"name": "Work", "type": "service"})
                                    .id,
                                    "price_unit": 100,
                                    "tax_ids": [],
                                }
                            )
                        ],
                    }
                    for _n in range(2)
                ]
            )
            orders.action_confirm()
            batch = env["sale.situation.batch"]._create_for_orders(orders)
            batch.line_ids.new_progress = 50
            self.order_ids, self.batch_id = orders.ids, batch.id
            cursor.commit()
        self.addCleanup(self.clean)

    def clean(self):
        with closing(self.registry.cursor()) as cursor:
            env = Environment(cursor, SUPERUSER_ID, self.context)
            env["account.move"].search([("billing_order_id", "in", self.order_ids)]).unlink()
            env["sale.situation.batch"].browse(self.batch_id).unlink()
            orders = env["sale.order"].browse(self.order_ids)
            products, partners = orders.order_line.product_id, orders.partner_id
            orders._action_cancel()
            orders.unlink()
            (products | products.product_tmpl_id.product_variant_ids).unlink()
            partners.unlink()
            cursor.commit()

    def batch(self, cursor):
        # Without the batch's own lock the second one would wait for ever.
        cursor.execute("SET LOCAL lock_timeout = '10s'")
        return Environment(cursor, SUPERUSER_ID, self.context)["sale.situation.batch"].browse(
            self.batch_id
        )

    def test_two_at_once(self):
        with closing(self.registry.cursor()) as first, closing(self.registry.cursor()) as second:
            mine, theirs = self.batch(first), self.batch(second)
            self.assertEqual(len(mine.create_situations(1)["created"]), 1)
            result = theirs.create_situations(10)
            self.assertEqual(list(result["created"]), [str(self.order_ids[1])])
            self.assertEqual(result["waiting"], 1, "the first one isn't committed yet")
            first.commit()
            second.commit()
        with closing(self.registry.cursor()) as cursor:
            batch = self.batch(cursor)
            self.assertEqual(batch.line_ids.mapped("state"), ["created", "created"])
            self.assertEqual(batch.line_ids.order_id.mapped("situation_count"), [1, 1])

    def test_somebody_is_billing_the_order(self):
        with closing(self.registry.cursor()) as first, closing(self.registry.cursor()) as second:
            order = Environment(first, SUPERUSER_ID, self.context)["sale.order"].browse(
                self.order_ids[0]
            )
            order._lock_for_billing()
            first.flush()
            with mute_logger("odoo.sql_db"):
                result = self.batch(second).create_situations()
            self.assertIn("Somebody else", result["refused"][str(self.order_ids[0])])
            self.assertEqual(list(result["created"]), [str(self.order_ids[1])])
            first.rollback()
            second.commit()
        with closing(self.registry.cursor()) as cursor:
            batch = self.batch(cursor)
            batch.action_retry_refused()
            self.assertEqual(batch.create_situations()["waiting"], 0)
            self.assertEqual(batch.line_ids.mapped("state"), ["created", "created"])
            cursor.commit()
