"""A second company with another chart: the accounts of the first one are none of its own."""

from odoo.exceptions import RedirectWarning, UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..common import SituationCommon


@tagged("post_install", "-at_install")
class TestCompanyAccounts(SituationCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.french = cls.company.downpayment_account_id
        # As an administrator does who works in the French company.
        Company = cls.env["res.company"].with_company(cls.company)
        cls.second = Company.create({"name": "Works Ltd", "country_id": cls.env.ref("base.us").id})
        cls.born_with = cls.second.downpayment_account_id
        cls.env.user.company_ids |= cls.second
        cls.env["account.chart.template"].try_loading(
            "generic_coa", company=cls.second, install_demo=False
        )

    def make_second_order(self, **values):
        """Return an order of the second company, of 1 000.00 without tax."""
        order = (
            self.env["sale.order"]
            .with_company(self.second)
            .create(
                {
                    "partner_id": self.customer.id,
                    "company_id": self.second.id,
                    "order_line": [self.line("Works", 1, 1000, self.env["account.tax"])],
                    **values,
                }
            )
        )
        order.action_confirm()
        return order

    def make_account(self, account_type, code):
        return (
            self.env["account.account"]
            .with_company(self.second)
            .create(
                {
                    "name": "Own",
                    "code": code,
                    "account_type": account_type,
                    "company_ids": [Command.set(self.second.ids)],
                }
            )
        )

    def open_dialog(self, order):
        action = order.action_create_deposit()
        return self.env[action["res_model"]].with_context(**action["context"]).create({})

    def test_a_company_is_born_with_none(self):
        # Odoo's default, which this is about.
        self.assertEqual(self.born_with, self.french)
        self.assertEqual(self.french.code[:4], "4191")
        self.assertFalse(self.second.downpayment_account_id)
        self.assertFalse(self.second.retention_account_id)
        self.assertEqual(self.company.downpayment_account_id, self.french)

    def test_the_dialog_says_so_and_deposits_are_posted(self):
        order = self.make_second_order()
        for foreign in (self.french, self.french.browse()):
            self.second.downpayment_account_id = foreign
            wizard = self.open_dialog(order)
            self.assertIn(self.second.name, wizard.deposit_account_warning)
            self.assertFalse(wizard.proposed_account_id)
            with self.assertRaisesRegex(UserError, "choose one in the settings"):
                wizard.action_set_deposit_account()
            deposit = self.deposit(order, 10)
            self.assertIn("turnover", deposit.deposit_warning)
            deposit.action_post()
            self.assertEqual(deposit.amount_total, 100)
            self.assertEqual(deposit.line_ids.account_id.company_ids, self.second)
        own = self.make_account("liability_current", "2130")
        self.second.downpayment_account_id = own
        self.assertFalse(self.open_dialog(order).deposit_account_warning)
        deposit = self.deposit(order, 10, post=True)
        self.assertEqual(self.billed_lines(deposit).account_id, own)
        own.active = False
        self.assertIn("archived", self.open_dialog(order).deposit_account_warning)

    def test_one_s_own_chart_is_proposed(self):
        other = self.setup_other_company(name="Other works")["company"]
        own = other.downpayment_account_id
        self.assertEqual(own.company_ids, other)
        other.downpayment_account_id = self.french
        self.assertIn(other.name, other._get_deposit_account_warning())
        self.assertEqual(other._find_deposit_account(), own)
        other._set_deposit_account()
        self.assertEqual(other.downpayment_account_id, own)
        # What the company itself has chosen stays.
        chosen = self.env["account.account"].create(
            {
                "name": "Chosen",
                "code": "419199",
                "account_type": "liability_current",
                "company_ids": [Command.set(other.ids)],
            }
        )
        other.downpayment_account_id = chosen
        (other | self.second)._set_missing_accounts()
        self.assertEqual(other.downpayment_account_id, chosen)

    def test_retentions_have_none_either(self):
        term = self.make_term((95, 30), (5, None))
        order = self.make_second_order(payment_term_id=term.id)
        own = self.make_account("asset_receivable", "1215").sudo()
        # An account that both used, and the first company keeps.
        own.with_company(self.company).code = "411799"
        own.company_ids |= self.company
        self.second.retention_account_id = own
        own.company_ids = self.company
        self.assertEqual(self.second.retention_account_id, own)
        situation = self.situation(order, 50)
        self.assertEqual(situation.retention_amount, 25)
        self.assertEqual(situation.line_ids.account_id.company_ids, self.second)
        with self.assertRaisesRegex(RedirectWarning, "no account for retentions"):
            situation.action_post()
        self.second._set_missing_accounts()
        self.assertFalse(self.second.retention_account_id)
        own.company_ids |= self.second
        self.second.retention_account_id = own
        situation.action_post()
        self.assertEqual(situation.line_ids.filtered("is_retention").account_id, own)

    def test_a_branch_uses_the_accounts_of_its_root(self):
        branch = self.env["res.company"].create({"name": "Branch", "parent_id": self.company.id})
        branch.downpayment_account_id = self.french
        branch._set_missing_accounts()
        self.assertEqual(branch.downpayment_account_id, self.french)
        self.assertEqual(branch.retention_account_id, self.company.retention_account_id)
        self.assertFalse(branch._get_deposit_account_warning())
