"""A French company and orders of any size, for the bench and for tries in `odoo shell`."""

from odoo.fields import Command


def french_company(env, name):
    """Return the environment of a new company with the French chart of accounts."""
    company = env["res.company"].create(
        {
            "name": name,
            "country_id": env.ref("base.fr").id,
            "currency_id": env.ref("base.EUR").id,
        }
    )
    env["account.chart.template"].try_loading("fr", company=company, install_demo=False)
    env.user.write({"company_ids": [Command.link(company.id)], "company_id": company.id})
    return env(context={"allowed_company_ids": company.ids})


def sale_tax(env, percent, exigibility="on_invoice"):
    """Return the chart's sale tax of this rate, price excluded, and put it to use.

    :param exigibility: `on_invoice`, or `on_payment` as French services have it
    """
    tax = (
        env["account.tax"]
        .with_context(active_test=False)
        .search(
            [
                ("company_id", "=", env.company.id),
                ("type_tax_use", "=", "sale"),
                ("amount_type", "=", "percent"),
                ("amount", "=", percent),
                ("tax_exigibility", "=", exigibility),
                ("price_include_override", "in", (False, "tax_excluded")),
            ],
            limit=1,
        )
    )
    tax.ensure_one()
    tax.active = True
    return tax


def order_of(env, count, products=10):
    """Return a confirmed order of ``count`` lines in sections of ten."""
    taxes = [sale_tax(env, 20), sale_tax(env, 10)]
    templates = env["product.product"].create(
        [
            {
                "name": f"Work {index}",
                "type": "service",
                "invoice_policy": "order",
                "taxes_id": [Command.set(taxes[index % 2].ids)],
            }
            for index in range(products)
        ]
    )
    commands = []
    for index in range(count):
        if index % 10 == 0:
            commands.append(
                Command.create(
                    {"display_type": "line_section", "name": f"Section {index // 10 + 1}"}
                )
            )
        product = templates[index % products]
        commands.append(
            Command.create(
                {
                    "product_id": product.id,
                    "product_uom_qty": 1 + index % 7,
                    "price_unit": 100.01 + index % 113,
                    "discount": 5 if index % 11 == 0 else 0,
                    "tax_ids": [Command.set(taxes[index % 2].ids)],
                }
            )
        )
    order = env["sale.order"].create(
        {
            "partner_id": env["res.partner"].create({"name": "Customer"}).id,
            "order_line": commands,
        }
    )
    order.action_confirm()
    env.flush_all()
    return order
