"""Deposits in the books: their account, no turnover, the invoice's kind for Odoo and in the analysis."""

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from odoo.addons.sale_situation_invoicing import post_init_hook

from ..common import SituationCommon


@tagged("post_install", "-at_install")
class TestDepositAccounting(SituationCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls.make_order(cls.line("Works", 1, 1000.0))

    # === THE ACCOUNT ===#

    def test_it_is_found_at_install_and_when_a_chart_is_loaded(self):
        # The company of this class got its chart after the addon was installed.
        account = self.company.downpayment_account_id
        self.assertEqual(account.code, "419100")
        self.assertEqual(account.account_type, "liability_current")
        self.company.downpayment_account_id = False
        post_init_hook(self.env)
        self.assertEqual(self.company.downpayment_account_id, account)
        other = self.company_data["default_account_revenue"]
        self.company.downpayment_account_id = other
        post_init_hook(self.env)
        self.assertEqual(self.company.downpayment_account_id, other)

    def test_only_an_accounting_manager_sets_it(self):
        user = new_test_user(
            self.env,
            login="biller",
            groups="account.group_account_invoice",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        self.company.downpayment_account_id = False
        deposit = self.deposit(self.order, 30)
        with self.assertRaises(AccessError):
            deposit.with_user(user).action_set_deposit_account()
        self.assertFalse(self.company.downpayment_account_id)

    def test_only_a_draft_deposit_is_put_on_it(self):
        for move in (self.situation(self.order, 50), self.deposit(self.order, 10, post=True)):
            with self.assertRaises(UserError):
                move.action_set_deposit_account()

    def test_a_branch_finds_it_in_the_chart_of_its_root(self):
        branch = self.env["res.company"].create(
            {
                "name": "Branch",
                "parent_id": self.company.id,
                "country_id": self.company.country_id.id,
            }
        )
        branch.downpayment_account_id = False
        post_init_hook(self.env)
        self.assertEqual(branch.downpayment_account_id, self.company.downpayment_account_id)

    # === NO TURNOVER ===#

    def balances(self, move):
        """Return ``{code of the account: balance}`` of an entry."""
        result = {}
        for item in move.line_ids:
            code = item.account_id.code or ""
            result[code] = result.get(code, 0) + item.balance
        return {code: balance for code, balance in result.items() if balance}

    def test_the_entries(self):
        income = self.work._get_product_accounts()["income"].code
        receivable = self.company_data["default_account_receivable"].code
        vat = self.tax20.invoice_repartition_line_ids.account_id.code
        deposit = self.deposit(self.order, 30, post=True)
        self.assertEqual(self.balances(deposit), {receivable: 360, "419100": -300, vat: -60})
        situation = self.situation(self.order, 50, post=True)
        self.assertEqual(
            self.balances(situation), {receivable: 420, "419100": 150, income: -500, vat: -70}
        )
        self.balance(self.order, post=True)
        totals = {}
        for move in self.documents(self.order):
            for code, balance in self.balances(move).items():
                totals[code] = totals.get(code, 0) + balance
        self.assertEqual(totals, {receivable: 1200, "419100": 0, income: -1000, vat: -200})

    def test_the_analysis_tells_deposits_from_turnover(self):
        self.deposit(self.order, 30, post=True)
        self.situation(self.order, 50, post=True)
        self.env.flush_all()
        Report = self.env["account.invoice.report"].with_company(self.company)
        domain = [("partner_id", "=", self.customer.id)]
        amounts = dict(Report._read_group(domain, ["billing_kind"], ["price_subtotal:sum"]))
        self.assertEqual(amounts, {"deposit": 150, "situation": 500})
        self.balance(self.order, post=True)
        self.env.flush_all()
        amounts = dict(Report._read_group(domain, ["billing_kind"], ["price_subtotal:sum"]))
        self.assertEqual(amounts, {"deposit": 0, "situation": 500, "balance": 500})
        labels = dict(Report._fields["billing_kind"]._description_selection(self.env))
        self.assertEqual(labels["deposit"], "Deposit")

    def test_what_odoo_knows_of_each_kind(self):
        deposit = self.deposit(self.order, 30, detail="lines", post=True)
        situation = self.situation(self.order, 50, post=True)
        balance = self.balance(self.order, post=True)
        self.assertTrue(deposit._is_downpayment())
        self.assertFalse(situation._is_downpayment())
        self.assertFalse(balance._is_downpayment())
        deduction = self.billed_lines(balance).filtered("is_downpayment")
        self.assertEqual(deduction._get_downpayment_lines().move_id, deposit)

    def test_a_copy_is_no_deposit(self):
        deposit = self.deposit(self.order, 30, post=True)
        copy = deposit.copy()
        self.assertFalse(copy.billing_kind)
        self.assertFalse(copy.billing_order_id)
        self.assertEqual(self.order.get_billing_recap()["deposit_invoiced"], 360)
