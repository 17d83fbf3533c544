"""Companies of the French chart of accounts that stand ready in the test database.

A chart takes seconds to load, and nearly every class of the suite needs one. `dev/test` makes the
companies once, after the addon is installed, and commits them; a class takes one in its own
transaction, which is rolled back afterwards as all that the class writes. Where none is left or
none was made, as in a database that only Odoo's runner knows, the class loads a chart itself.
"""

from odoo.fields import Command

# One for a class and one beside it: hardly a test needs a third.
NUMBER = 2
CHART = "fr"
# A company that bears this name is free: who takes it gives it another, until the rollback.
FREE = "Stands ready for the tests"


def make_companies(env):
    """Make the companies, unless they are there. The caller commits."""
    country = env.ref("base.fr")
    names = {f"{FREE} {number}" for number in range(1, NUMBER + 1)}
    names -= set(env["res.company"].search([]).mapped("name"))
    user_companies = env.user.company_ids
    for name in sorted(names):
        company = env["res.company"].create(
            {"name": name, "country_id": country.id, "currency_id": country.currency_id.id}
        )
        env["account.chart.template"].try_loading(CHART, company=company, install_demo=False)
        company.currency_id = country.currency_id
    # A company belongs to who made it; these belong to nobody yet.
    env.user.company_ids = [Command.set(user_companies.ids)]


def take_company(env, name):
    """Give a free company this name and return it; an empty recordset where none is free."""
    company = env["res.company"].search([("name", "=like", f"{FREE} %")], order="id", limit=1)
    if company:
        company.name = name
        env.user.company_ids = [Command.link(company.id)]
    return company
