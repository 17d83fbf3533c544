# Run inside `odoo shell` by dev/upgrade, on an older version of the addon: documents of every kind that it
# knows, made by its public methods, and what an administrator changes of its data; then the snapshot.
import os
import sys

sys.path.insert(0, ".")
from odoo.fields import Command  # noqa: E402

from dev.builders import french_company, sale_tax  # noqa: E402
from dev.upgrade_snapshot import ADMINISTERED, COMPANY, company_of, save  # noqa: E402

env = french_company(env, COMPANY)  # noqa: F821 (the shell's environment)
env = env(context={**env.context, "tracking_disable": True})
vat20, vat10 = sale_tax(env, 20), sale_tax(env, 10)
Orders, Moves = env["sale.order"], env["account.move"]
customer = env["res.partner"].create(
    {"name": "Customer", "country_id": env.ref("base.fr").id, "email": "customer@example.com"}
)
work = env["product.product"].create(
    {
        "name": "Work",
        "type": "service",
        "invoice_policy": "order",
        "taxes_id": [Command.set(vat20.ids)],
    }
)


def term(name, *shares, **values):
    """Return a payment term of (percentage, days) shares, None days for the retention."""
    return env["account.payment.term"].create(
        {
            "name": name,
            "line_ids": [
                Command.create(
                    {
                        "value": "percent",
                        "value_amount": percent,
                        "nb_days": days or 0,
                        **({"is_retention": True} if days is None else {}),
                    }
                )
                for percent, days in shares
            ],
            **values,
        }
    )


if hasattr(env["account.payment.term.line"], "is_retention"):
    retained = term("30 days, 5 % retained", (95, 30), (5, None))
    shared = term("In shares, 5 % retained", (40, 0), (40, 30), (15, 60), (5, None))
discounted = term("2 % in 10 days", (100, 30), early_discount=True, discount_percentage=2)


def line(name, quantity, price, tax=vat20, **values):
    return Command.create(
        {
            "product_id": work.id,
            "name": name,
            "product_uom_qty": quantity,
            "price_unit": price,
            "tax_ids": [Command.set(tax.ids)],
            **values,
        }
    )


def title(name, display_type="line_section"):
    return Command.create({"display_type": display_type, "name": name})


def house(name, *more, confirm=True, **values):
    """Return an order of two rates: sections, a lump sum, quantities, a discount, a note."""
    order = Orders.create(
        {
            "partner_id": customer.id,
            "client_order_ref": name,
            "date_order": "2026-03-12 10:00:00",
            "order_line": [
                title("Structure"),
                line("Site", 1, 3333.33),
                line("Walls", 212.4, 78.9),
                title("Envelope"),
                line("Roof", 145, 48.7, vat10, discount=5),
                title("Windows", "line_subsection"),
                line("Frames", 9, 347.15, vat10),
                title("As measured on the site", "line_note"),
                line("Hours", 7.5, 54.1),
                *more,
            ],
            **values,
        }
    )
    if confirm:
        order.action_confirm()
        order.date_order = "2026-03-12 10:00:00"
    return order


def row(order, name):
    return order.order_line.filtered(lambda own: own.name == name).id


def pay(move, **values):
    """Pay what the button Pay proposes."""
    action = move.action_register_payment()
    wizard = env[action["res_model"]].with_context(**action["context"]).create(values)
    wizard._create_payments()


def credit(move, **values):
    """Credit an invoice whole, as its button does, and return the draft of the credit note."""
    wizard = (
        env["account.move.reversal"]
        .with_context(active_model="account.move", active_ids=move.ids)
        .create({"journal_id": move.journal_id.id, "date": "2026-07-15", **values})
    )
    return Moves.browse(wizard.refund_moves()["res_id"])


def situations():
    order = house("situations")
    order.create_situation_invoice(33.33, invoice_date="2026-04-30", post=True)
    order.create_situation_invoice(
        [
            {"section_id": row(order, "Structure"), "progress": 66.67},
            {"line_id": row(order, "Site"), "progress": 33.3333},
            {"line_id": row(order, "Frames"), "quantity": 4},
            {"line_id": row(order, "Hours"), "amount": 200.0},
        ],
        invoice_date="2026-05-31",
        post=True,
    )
    order.create_situation_invoice(80, invoice_date="2026-06-30")


def deposit_to_balance():
    order = house("deposit to balance")
    deposit = Moves.browse(
        order.create_deposit_invoice(30, detail="lines", invoice_date="2026-03-20", post=True)
    )
    pay(deposit)
    first = Moves.browse(
        order.create_situation_invoice(35, "progressive", invoice_date="2026-04-30", post=True)
    )
    pay(first, amount=1000.0)
    order.create_situation_invoice(72.5, "manual", 1234.56, "2026-05-31", post=True)
    order.create_balance_invoice(invoice_date="2026-06-30", post=True)


def deposits_in_draft():
    order = house("deposits in draft", deduction_rule="threshold")
    order.create_deposit_invoice(5000.0, "fixed", invoice_date="2026-03-20", post=True)
    order.create_deposit_invoice(10, invoice_date="2026-03-25")
    order.create_situation_invoice(70, invoice_date="2026-04-30", post=True)
    order.create_situation_invoice(75, "full", invoice_date="2026-05-31")


def draft_balance():
    order = house("draft balance")
    order.create_deposit_invoice(20, invoice_date="2026-03-20", post=True)
    order.create_situation_invoice(40, "full", invoice_date="2026-04-30", post=True)
    order.create_balance_invoice(invoice_date="2026-06-30")


def credit_notes():
    order = house("credit notes")
    deposit = Moves.browse(order.create_deposit_invoice(25, invoice_date="2026-03-20", post=True))
    first = order.create_situation_invoice(50, "full", invoice_date="2026-04-30", post=True)
    credit(Moves.browse(first)).action_post()
    second = order.create_situation_invoice(60, invoice_date="2026-08-31", post=True)
    credit(Moves.browse(second))
    credit(deposit)


def odoos_own():
    """A down payment and an invoice that Odoo makes itself."""
    order = house("odoo's own")
    env["sale.advance.payment.inv"].create(
        {
            "sale_order_ids": order.ids,
            "advance_payment_method": "percentage",
            "amount": 20,
        }
    ).create_invoices()
    order.invoice_ids.write({"invoice_date": "2026-03-20"})
    order.invoice_ids.action_post()
    order.create_situation_invoice(50, invoice_date="2026-04-30", post=True)
    final = order._create_invoices(final=True)
    final.invoice_date = "2026-05-31"
    final.action_post()


def changes_of_the_order():
    order = house("changes of the order")
    order.create_situation_invoice(50, invoice_date="2026-04-30", post=True)
    order.order_line = [title("Added"), line("Terrace", 3, 999.99, vat10)]
    roof = order.order_line.filtered(lambda own: own.name == "Roof")
    roof.product_uom_qty = 150
    order.create_situation_invoice(60, invoice_date="2026-05-31", post=True)
    order.create_situation_invoice(
        [{"line_id": row(order, "Terrace"), "progress": 100}], invoice_date="2026-06-30"
    )


def retention():
    order = house("retention", payment_term_id=retained.id)
    first = order.create_situation_invoice(45, invoice_date="2026-04-30", post=True)
    pay(Moves.browse(first))
    order.create_situation_invoice(100, invoice_date="2026-07-31", post=True)
    order.works_acceptance_date = "2026-08-31"


def retention_in_shares():
    order = house("retention in shares", payment_term_id=shared.id)
    order.create_deposit_invoice(30, invoice_date="2026-03-20", post=True)
    first = order.create_situation_invoice(50, "full", invoice_date="2026-04-30", post=True)
    order.create_situation_invoice(70, "full", invoice_date="2026-05-31")
    credit(Moves.browse(first)).action_post()


def retention_on_an_invoice():
    """An invoice that no order makes."""
    move = Moves.create(
        {
            "move_type": "out_invoice",
            "partner_id": customer.id,
            "invoice_date": "2026-04-30",
            "invoice_payment_term_id": retained.id,
            "invoice_line_ids": [
                Command.create(
                    {
                        "name": "Repair",
                        "quantity": 3,
                        "price_unit": 333.33,
                        "tax_ids": [Command.set(vat10.ids)],
                    }
                )
            ],
        }
    )
    move.action_post()
    pay(move)


def follow_up(name):
    order = house(name, payment_term_id=retained.id)
    order.create_situation_invoice(30, invoice_date="2026-04-30", post=True)
    pay(order.billing_document_ids)
    order.create_situation_invoice(60, invoice_date="2026-05-31", post=True)
    return order


def released():
    order = follow_up("released")
    order.release_retention(400.0)
    pay(order.billing_document_ids[0])


def replaced():
    order = follow_up("replaced")
    order.replace_retention("BNP", 1000.0, "G-1")
    order.create_situation_invoice(80, invoice_date="2026-06-30", post=True)


def opposed():
    order = follow_up("opposed")
    order.works_acceptance_date = "2024-08-31"
    order.oppose_retention("Leaking roof", 200.0)


def lost():
    follow_up("lost").lose_retention(150.0)


def early_discount():
    order = house("early discount", payment_term_id=discounted.id)
    order.create_deposit_invoice(20, invoice_date="2026-03-20", post=True)
    order.create_situation_invoice(50, invoice_date="2026-04-30", post=True)


def included_in_the_price():
    vat = vat20.copy({"name": "20 % included", "price_include_override": "tax_included"})
    order = Orders.create(
        {
            "partner_id": customer.id,
            "client_order_ref": "included in the price",
            "order_line": [line("Sign", 7, 10000.0, vat, discount=5), line("Bolt", 7, 0.07, vat)],
        }
    )
    order.action_confirm()
    order.create_deposit_invoice(33, invoice_date="2026-03-20", post=True)
    order.create_situation_invoice(33.33, invoice_date="2026-04-30", post=True)
    order.create_situation_invoice(66.67, invoice_date="2026-05-31", post=True)
    order.create_balance_invoice(invoice_date="2026-06-30")


def foreign_currency():
    currency = env.ref("base.USD")
    currency.active = True
    env["res.currency.rate"].create(
        {
            "currency_id": currency.id,
            "name": "2026-01-01",
            "rate": 1.1,
            "company_id": env.company.id,
        }
    )
    prices = env["product.pricelist"].create({"name": "USD", "currency_id": currency.id})
    order = house("foreign currency", pricelist_id=prices.id)
    order.create_deposit_invoice(30, invoice_date="2026-03-20", post=True)
    order.create_situation_invoice(50, "full", invoice_date="2026-04-30", post=True)


def partial_and_instalments():
    order = house("partial and instalments")
    order.create_partial_invoice([row(order, "Site"), row(order, "Roof")], "2026-03-31", post=True)
    order.create_instalment_invoices(3, "2026-04-30", post=True)


def draft_instalments():
    order = house("draft instalments", payment_term_id=retained.id)
    order.create_instalment_plan(
        [{"date": "2026-04-30", "percent": 30.0}, {"date": "2030-06-30", "percent": 70.0}]
    )
    order.billing_document_ids[0].action_post()


def draft_partial():
    order = house("draft partial")
    order.create_deposit_invoice(30, invoice_date="2026-03-20", post=True)
    order.create_partial_invoice([row(order, "Walls")], "2026-03-31")


def cancelled():
    order = house("cancelled")
    first = order.create_situation_invoice(40, invoice_date="2026-04-30", post=True)
    second = order.create_situation_invoice(70, invoice_date="2026-05-31")
    order.cancel_document(second, "Wrong progress")
    order.cancel_document(first, "Wrong rate", "2026-06-15")
    order.create_situation_invoice(50, invoice_date="2026-06-30", post=True)


def subscription():
    order = house("subscription", confirm=False)
    order.write({"is_subscription": True, "subscription_start": "2026-01-31"})
    order.action_confirm()
    first, *_others = order.create_subscription_invoices("2026-03-31", post=True)
    pay(Moves.browse(first))
    order.create_subscription_invoices("2026-04-30")


def deposits_by_hand():
    order = house("deposits by hand")
    deposit = order.create_deposit_invoice(30, invoice_date="2026-03-20", post=True)
    for post, amount in ((True, 1475.0), (False, 100.01)):
        move = Moves.create(
            {
                "move_type": "out_invoice",
                "partner_id": customer.id,
                "invoice_date": "2026-04-10",
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": f"By hand at {vat.amount} %",
                            "quantity": 1,
                            "price_unit": price,
                            "tax_ids": [Command.set(vat.ids)],
                        }
                    )
                    for vat, price in ((vat20, 1000.0), (vat10, 500.0))
                ],
            }
        )
        move.deduct_deposits([{"deposit_id": deposit, "amount": amount}])
        if post:
            move.action_post()
    order.create_situation_invoice(50, "full", invoice_date="2026-05-31", post=True)


def situations_of_the_month():
    orders = Orders.union(*(house(f"batch {number}") for number in (1, 2)))
    orders[0].create_situation_invoice(20, invoice_date="2026-04-30", post=True)
    action = orders.action_create_situation_batch()
    batch = env["sale.situation.batch"].browse(action["res_id"])
    batch.line_ids.new_progress = 45
    while batch.create_situations(10)["waiting"]:
        pass
    # One that nobody has run yet.
    rest = house("batch 3").action_create_situation_batch()
    env["sale.situation.batch"].browse(rest["res_id"]).line_ids.new_progress = 30


# What each needs beyond the situations that every version knows: (model, attribute).
SCENARIOS = {
    situations: (),
    deposit_to_balance: (("sale.order", "create_balance_invoice"),),
    deposits_in_draft: (("sale.order", "create_deposit_invoice"),),
    draft_balance: (("sale.order", "create_balance_invoice"),),
    credit_notes: (("sale.order", "create_deposit_invoice"),),
    odoos_own: (),
    changes_of_the_order: (),
    early_discount: (("sale.order", "create_deposit_invoice"),),
    included_in_the_price: (("sale.order", "create_balance_invoice"),),
    foreign_currency: (("sale.order", "create_deposit_invoice"),),
    retention: (("account.move", "retention_amount"),),
    retention_in_shares: (("account.move", "retention_amount"),),
    retention_on_an_invoice: (("account.move", "retention_amount"),),
    released: (("sale.order", "release_retention"),),
    replaced: (("sale.order", "replace_retention"),),
    opposed: (("sale.order", "oppose_retention"),),
    lost: (("sale.order", "lose_retention"),),
    partial_and_instalments: (
        ("sale.order", "create_partial_invoice"),
        ("sale.order", "create_instalment_invoices"),
    ),
    draft_instalments: (("sale.order", "create_instalment_plan"),),
    draft_partial: (("sale.order", "create_partial_invoice"),),
    cancelled: (("sale.order", "cancel_document"),),
    subscription: (("sale.order", "create_subscription_invoices"),),
    deposits_by_hand: (("account.move", "deduct_deposits"),),
    situations_of_the_month: (("sale.order", "action_create_situation_batch"),),
}

made, unknown = [], []
for scenario, needs in SCENARIOS.items():
    if all(hasattr(env[model], name) for model, name in needs):
        scenario()
        made.append(scenario.__name__)
    else:
        unknown.append(scenario.__name__)
env.flush_all()

# What administrators make their own of the addon's data: an update leaves it alone.
for data in env["ir.model.data"].search([("module", "=", "sale_situation_invoicing")]):
    if data.model not in ADMINISTERED:
        continue
    own = env[data.model].browse(data.res_id)
    if data.model == "ir.cron":
        own.write({"interval_number": 3, "interval_type": "weeks", "active": not own.active})
        own.nextcall = "2031-02-03 04:05:06"
    elif data.model == "mail.template":
        for lang in ("en_US", "fr_FR"):
            own.with_context(lang=lang).write(
                {"subject": f"Our subject in {lang}", "body_html": f"<p>Our words in {lang}</p>"}
            )
    else:
        own.name = f"Our {own.name}"
    if data.model == "account.billing.reminder.level":
        own.write({"delay": own.delay + 3, "active": False})

env.flush_all()
print(f"    made: {', '.join(made)}")
if unknown:
    print(f"    not known yet: {', '.join(unknown)}")
env.cr.commit()
save(company_of(env), os.environ["UPGRADE_SNAPSHOT"])
