from . import controllers, models, report, wizards


def post_init_hook(env):
    """Give companies whose chart was loaded before this addon their accounts, and make
    the deposits that Odoo has billed so far known as such."""
    companies = env["res.company"].search([])
    companies._set_missing_accounts()
    companies._set_missing_mentions()
    env["sale.order"]._adopt_down_payments()
    env["sale.order"]._note_billed_contracts()
