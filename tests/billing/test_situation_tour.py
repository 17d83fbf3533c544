"""The browser: the wizard from order to posted invoice, the order's screen, the settings."""

from odoo.tests import HttpCase, tagged

from ..common import SituationCommon


@tagged("post_install", "-at_install")
class TestSituationTour(HttpCase, SituationCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = cls.env.ref("base.user_admin")
        cls.admin.write(
            {
                "company_ids": [(4, cls.company.id)],
                "company_id": cls.company.id,
                "lang": "en_US",
                "group_ids": [
                    (4, cls.env.ref("account.group_account_manager").id),
                    (4, cls.env.ref("sales_team.group_sale_manager").id),
                ],
            }
        )
        cls.order = cls.make_order(
            cls.section("House"),
            cls.line("Walls", 40, 25),
            cls.line("Tiles", 1, 500, cls.tax10),
            cls.section("Garden"),
            cls.line("Fence", 1, 300),
        )

    def tour(self, name, url):
        self.start_tour(url, name, login="admin", cookies={"cids": str(self.company.id)})

    def test_create(self):
        self.tour("sale_situation_create", f"/odoo/action-sale.action_orders/{self.order.id}")
        situation = self.order.billing_document_ids
        self.assertRecordValues(
            situation,
            [{"state": "posted", "amount_untaxed": 900, "amount_tax": 130}],
        )
        self.assertEqual(self.order.billing_progress, 50)

    def test_deposit_situation_balance(self):
        self.tour("sale_deposit_balance", f"/odoo/action-sale.action_orders/{self.order.id}")
        documents = self.order.billing_document_ids.sorted("id")
        self.assertRecordValues(
            documents,
            [
                {"billing_kind": "deposit", "state": "posted", "amount_total": 633},
                {"billing_kind": "situation", "state": "posted", "amount_total": 1000},
                {"billing_kind": "balance", "state": "posted", "amount_total": 477},
            ],
        )
        self.assertJobTies(self.order)
        self.assertDepositsTie(self.order)

    def test_partial_and_instalments(self):
        self.tour("sale_partial_invoice", f"/odoo/action-sale.action_orders/{self.order.id}")
        documents = self.order.billing_document_ids.sorted("id")
        self.assertRecordValues(
            documents,
            [
                {"billing_kind": "partial", "state": "posted", "amount_total": 1750},
                {"billing_kind": "instalment", "state": "draft", "amount_total": 120},
                {"billing_kind": "instalment", "state": "draft", "amount_total": 120},
                {"billing_kind": "balance", "state": "draft", "amount_total": 120},
            ],
        )
        self.assertJobTies(self.order)

    def test_order(self):
        self.situation(self.order, 10)
        self.situation(self.order, 20)
        self.tour("sale_situation_order", f"/odoo/action-sale.action_orders/{self.order.id}")

    def test_draft_for_approval(self):
        self.customer.email = "customer@example.com"
        self.tour("sale_situation_approval", f"/odoo/action-sale.action_orders/{self.order.id}")
        self.assertFalse(self.order.billing_document_ids)
        message = self.order.message_ids.filtered("attachment_ids")
        self.assertIn("Draft situation 1", message.attachment_ids.name)

    def make_retained(self):
        """Return an order of 1 200, all billed by one posted invoice with 60 retained."""
        order = self.make_order(
            self.line("Works", 1, 1000.0), payment_term_id=self.make_term((95, 30), (5, None)).id
        )
        return order, self.situation(order, 100, post=True)

    def test_retention_payment(self):
        _order, move = self.make_retained()
        self.tour(
            "sale_retention_payment", f"/odoo/action-account.action_move_out_invoice_type/{move.id}"
        )
        self.assertEqual(move.amount_residual, 0)

    def test_retention_release(self):
        order, move = self.make_retained()
        self.tour("sale_retention_release", f"/odoo/action-sale.action_orders/{order.id}")
        self.assertEqual(order.retention_operation_ids.mapped("kind"), ["guarantee"])
        self.assertEqual(move.amount_due_now, 1200)

    def test_retention_list(self):
        order, _move = self.make_retained()
        self.tour("sale_retention_list", "/odoo/action-sale_situation_invoicing.action_retentions")
        self.assertFalse(order.retention_operation_ids)

    def test_settings(self):
        self.tour("sale_situation_settings", "/odoo/action-account.action_account_config")
        self.assertEqual(self.company.situation_title, "Claim {number}")
