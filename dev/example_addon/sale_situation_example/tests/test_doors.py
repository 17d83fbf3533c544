"""Each door, with money."""

from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from odoo.addons.sale_situation_invoicing.tests.common import SituationCommon


@tagged("post_install", "-at_install")
class TestDoors(SituationCommon):
    def test_a_deduction_rule(self):
        # 1 000.00 at 20 %; a deposit of 360.00; 25 % of a situation of 600.00 is 150.00
        order = self.make_order(self.line("Works", 1, 1000.0), deduction_rule="share")
        self.deposit(order, 30, post=True)
        self.assertEqual(order.preview_situation(50)["deduction"], 150)
        move = self.situation(order, 50, post=True)
        self.assertEqual((move.deposit_deduction, move.amount_total), (150, 450))
        # its own parameter: 10 % of 240.00
        order.deduction_share = 10
        self.assertEqual(self.situation(order, 70, post=True).deposit_deduction, 24)
        # chosen for one situation; never more than is left
        order.write({"deduction_rule": "final", "deduction_share": 100})
        self.assertEqual(order.preview_situation(100, "share")["deduction"], 186)
        with self.assertRaises(UserError):
            order.preview_situation(100, "nonsense")
        self.balance(order, post=True)
        recap = order.get_billing_recap()
        self.assertEqual(recap["deposit_remaining"], 0)
        self.assertEqual(recap["invoiced_total"], recap["contract_total"])

    def test_on_screen_and_by_the_company(self):
        self.company.deduction_rule = "share"
        order = self.make_order(self.line("Works", 1, 1000.0))
        self.assertEqual(order.deduction_rule, "share")
        self.deposit(order, 30, post=True)
        action = order.action_create_situation()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        with Form(wizard) as form:
            form.apply_progress = 50
        move = self.env["account.move"].browse(wizard.action_create()["res_id"])
        self.assertEqual(move.deposit_deduction, 150)

    def test_a_retention_base(self):
        term = self.make_term((95, 30), (5, None), retention_base="half")
        order = self.make_order(self.line("Works", 1, 1000.0), payment_term_id=term.id)
        self.deposit(order, 30, post=True)
        # 5 % of the half of 600.00, and of all of 1 200.00 in the end
        self.assertEqual(order.preview_situation(50)["retention"], 15)
        move = self.situation(order, 50, post=True)
        self.assertEqual(move.retention_amount, 15)
        balance = self.balance(order, post=True)
        self.assertEqual(move.retention_amount + balance.retention_amount, 30)

    def test_figures_of_the_recap(self):
        order = self.make_order(self.line("Works", 1, 1000.0))
        self.deposit(order, 30, post=True)
        recap = order.get_billing_recap()
        self.assertEqual(recap["deposit_share"], 30)
        self.assertEqual([row["salesperson"] for row in recap["documents"]], [self.env.user.name])
