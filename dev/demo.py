# Run inside `odoo shell` by dev/demo: two French jobs, one with a deposit, their recaps, the prints.
import os
import sys

sys.path.insert(0, ".")
from odoo.fields import Command  # noqa: E402

from dev.builders import sale_tax  # noqa: E402

env = env(context={"lang": "fr_FR", "tracking_disable": True})  # noqa: F821 (the shell's)

company = env.company
company.write(
    {
        "name": "Bâtiment Durand",
        "street": "12 rue des Tilleuls",
        "zip": "35000",
        "city": "Rennes",
        "country_id": env.ref("base.fr").id,
        "vat": "FR23334175221",
        "email": "contact@durand.example.com",
    }
)
if company.chart_template != "fr":
    env["account.chart.template"].try_loading("fr", company=company, install_demo=False)
parameters = env["ir.config_parameter"]
parameters.set_param("web.base.url", os.environ["DEMO_URL"])
parameters.set_param("web.base.url.freeze", "True")
parameters.set_param("report.url", os.environ["DEMO_URL"])
env.ref("base.user_admin").write(
    {"group_ids": [Command.link(env.ref("uom.group_uom").id)], "lang": "en_US"}
)

units = {
    "u": env.ref("uom.product_uom_unit"),
    "h": env.ref("uom.product_uom_hour"),
    "m²": env.ref("uom.product_uom_square_meter"),
    "m": env.ref("uom.product_uom_meter"),
}
vat = {rate: sale_tax(env, rate, "on_payment") for rate in (20, 10)}
work = env["product.product"].create(
    [
        {
            "name": name,
            "type": "service",
            "invoice_policy": "order",
            "uom_id": units[unit].id,
            "taxes_id": [Command.set(vat[20].ids)],
        }
        for unit, name in (
            ("u", "Travaux"),
            ("h", "Main-d'œuvre"),
            ("m²", "Surface"),
            ("m", "Linéaire"),
        )
    ]
)
product = dict(zip(("u", "h", "m²", "m"), work, strict=True))

JOB = [
    ("Gros œuvre", None),
    ("Installation de chantier (forfait)", (1, "u", 3333.33, 20, 0)),
    ("Terrassement en pleine masse", (85, "u", 42.50, 20, 0)),
    ("Fondations, béton armé", (24.5, "u", 215.80, 20, 0)),
    ("Dallage sur terre-plein", (128, "m²", 61.35, 20, 0)),
    ("Murs en briques", (212.4, "m²", 78.90, 20, 0)),
    ("Reprise en sous-œuvre", (36, "h", 54.00, 20, 0)),
    ("Charpente et couverture", None),
    ("Charpente traditionnelle", (1, "u", 14850.00, 20, 0)),
    ("Isolation de la toiture", (145, "m²", 48.70, 10, 0)),
    ("Couverture en ardoises", (145, "m²", 112.25, 20, 5)),
    ("Zinguerie", (38.5, "m", 67.40, 20, 0)),
    ("Fenêtres de toit", (4, "u", 689.95, 10, 0)),
    ("Finitions", None),
    ("Cloisons et doublages", (176, "m²", 39.60, 10, 0)),
    ("Menuiseries intérieures", (9, "u", 347.15, 10, 0)),
    ("Électricité", (1, "u", 9475.00, 10, 0)),
    ("Peinture", (410.75, "m²", 18.35, 10, 0)),
    ("Nettoyage de fin de chantier", (16, "h", 38.00, 20, 0)),
]


def make_order(customer, reference, confirm=True):
    lines = []
    for name, work_values in JOB:
        if not work_values:
            lines.append(Command.create({"display_type": "line_section", "name": name}))
            continue
        quantity, unit, price, rate, discount = work_values
        lines.append(
            Command.create(
                {
                    "product_id": product[unit].id,
                    "name": name,
                    "product_uom_qty": quantity,
                    "product_uom_id": units[unit].id,
                    "price_unit": price,
                    "discount": discount,
                    "tax_ids": [Command.set(vat[rate].ids)],
                }
            )
        )
    order = env["sale.order"].create(
        {
            "partner_id": env["res.partner"]
            .create(
                {
                    "name": customer,
                    "lang": "fr_FR",
                    "street": "3 place de la Mairie",
                    "zip": "35140",
                    "city": "Saint-Aubin",
                    "country_id": env.ref("base.fr").id,
                    "is_company": True,
                }
            )
            .id,
            "client_order_ref": reference,
            "date_order": "2026-03-02 08:00:00",
            "order_line": lines,
        }
    )
    if confirm:
        order.action_confirm()
        order.date_order = "2026-03-02 08:00:00"
    return order


order = make_order("SCI Les Tilleuls", "Marché 2026-07, lot 2")
row = {line.name: line.id for line in order.order_line}
steps = [
    (
        "2026-04-30",
        [
            {"section_id": row["Gros œuvre"], "progress": 33.33},
            {"line_id": row["Dallage sur terre-plein"], "quantity": 40},
            {"line_id": row["Installation de chantier (forfait)"], "progress": 33.3333},
        ],
    ),
    (
        "2026-06-30",
        [
            {"section_id": row["Gros œuvre"], "progress": 100},
            {"section_id": row["Charpente et couverture"], "progress": 66.67},
            {"line_id": row["Électricité"], "amount": 3158.33},
        ],
    ),
    ("2026-08-31", 100),
]
moves = env["account.move"]
for date, entries in steps:
    moves += moves.browse(order.create_situation_invoice(entries, invoice_date=date, post=True))
with_deposit = make_order("SARL Martin", "Devis 2026-031")
moves += moves.browse(
    with_deposit.create_deposit_invoice(30, detail="lines", invoice_date="2026-03-12", post=True)
)
for date, progress in (("2026-05-31", 35), ("2026-07-31", 72.5)):
    moves += moves.browse(
        with_deposit.create_situation_invoice(progress, invoice_date=date, post=True)
    )
moves += moves.browse(with_deposit.create_balance_invoice(invoice_date="2026-09-30", post=True))
town = make_order("Mairie de Saint-Aubin", "Marché 2026-12")
town.payment_term_id = env.ref("sale_situation_invoicing.payment_term_30_days_retention")
school = make_order("Lycée Saint-Joseph", "Marché 2026-04")
school.payment_term_id = env.ref("sale_situation_invoicing.payment_term_30_days_retention")
for date, progress in (("2026-04-30", 45), ("2026-07-31", 100)):
    moves += moves.browse(school.create_situation_invoice(progress, invoice_date=date, post=True))
school.write({"works_acceptance_date": "2026-08-31", "works_reserves": "Gouttière côté nord"})
school.release_retention(2000.0)
flats = make_order("Copropriété Bellevue", "Devis 2026-058")
structure = flats.order_line.filtered(lambda line: line.display_type)[0]._get_section_lines()
moves += moves.browse(flats.create_partial_invoice(structure.ids, "2026-03-31", post=True))
moves += moves.browse(flats.create_instalment_invoices(4, "2026-04-30", post=True))
upkeep = make_order("Syndic Les Halles", "Entretien 2026", confirm=False)
upkeep.order_line = [
    Command.clear(),
    Command.create(
        {
            "product_id": product["u"].id,
            "name": "Entretien des toitures",
            "price_unit": 180.0,
            "tax_ids": [Command.set(vat[10].ids)],
        }
    ),
]
upkeep.write({"is_subscription": True, "subscription_start": "2026-01-31"})
upkeep.action_confirm()
env.cr.commit()

kinds = dict(env["account.move"]._fields["billing_kind"].selection)


def show(order):
    """Print the billing recap of an order, and stop when it doesn't sum to the contract."""
    recap = order.get_billing_recap()
    print(f"\nOrder {recap['order']}, {order.partner_id.name}, {recap['currency']}")
    print(
        f"{'document':<16}{'number':<18}{'date':<12}{'progress':>9}"
        f"{'deduction':>12}{'untaxed':>14}{'VAT':>12}{'total':>14}"
    )
    for row in recap["documents"]:
        label = kinds[row["kind"]] + (f" no. {row['number']}" if row["number"] else "")
        print(
            f"{label:<16}{row['name']:<18}{row['date']:<12}{row['progress']:>8.2f}%"
            f"{row['deduction']:>12,.2f}{row['untaxed']:>14,.2f}{row['tax']:>12,.2f}{row['total']:>14,.2f}"
        )
    names = ("untaxed", "tax", "total")
    sums = [round(sum(row[name] for row in recap["documents"]), 2) for name in names]
    contract = [recap[f"contract_{name}"] for name in names]
    print(f"{'Sum of documents':<67}{sums[0]:>14,.2f}{sums[1]:>12,.2f}{sums[2]:>14,.2f}")
    print(f"{'Contract':<67}{contract[0]:>14,.2f}{contract[1]:>12,.2f}{contract[2]:>14,.2f}")
    if sums != contract or recap["deposit_remaining"]:
        sys.exit("The documents don't sum to the contract.")
    print("The documents sum to the contract, to the cent.")


show(order)
show(with_deposit)
show(school)
show(flats)

print()
report = env["ir.actions.report"]
for move in moves:
    pdf, _kind = report._render_qweb_pdf("account.account_invoices", move.ids)
    name = f"{move.billing_order_id.name}-{move.billing_kind}"
    if move.situation_number:
        name += f"-{move.situation_number}"
    elif move.billing_kind == "instalment":
        name += f"-{move.invoice_date}"
    path = os.path.join(os.environ["DEMO_OUT"], f"{name}.pdf")
    with open(path, "wb") as target:
        target.write(pdf)
    print(f"wrote {path}")
pdf, _kind = report._render_qweb_pdf(
    "sale_situation_invoicing.action_report_retention_letter", school.ids
)
path = os.path.join(os.environ["DEMO_OUT"], f"{school.name}-release-letter.pdf")
with open(path, "wb") as target:
    target.write(pdf)
print(f"wrote {path}")
env.cr.commit()
