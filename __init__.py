from . import models, report, wizards


def post_init_hook(env):
    """Give companies whose chart was loaded before this addon their down payment account, and make
    the deposits that Odoo has billed so far known as such."""
    for company in env["res.company"].search([]):
        if not company.downpayment_account_id:
            company.downpayment_account_id = company._find_deposit_account()
    env["sale.order"]._adopt_down_payments()
