# Run inside `odoo shell` by dev/upgrade, on the updated database: the snapshot of today, then the jobs go on
# with today's code: drafts are posted, orders closed by their balance, every document printed once more.
import os
import sys

sys.path.insert(0, ".")
from odoo.exceptions import UserError  # noqa: E402

from dev.upgrade_snapshot import DOES_NOT_PRINT, company_of, print_of, save  # noqa: E402

env = company_of(env)  # noqa: F821 (the shell's environment)
save(env, os.environ["UPGRADE_SNAPSHOT"])

faults = []
for order in env["sale.order"].search([("company_id", "=", env.company.id)], order="id"):
    if "is_subscription" in order._fields and order.is_subscription:
        continue
    drafts = order._get_billing_documents().filtered(lambda move: move.state == "draft")
    for move in drafts.sorted("id"):
        move.auto_post = "no"
        move.action_post()
    if not order._get_billing_documents():
        order.create_situation_invoice(50, invoice_date="2026-11-30", post=True)
    try:
        order.create_balance_invoice(invoice_date="2026-12-31", post=True)
    except UserError as error:
        # Its last instalment or draft was its balance; the figures tell.
        closed = str(error)
    else:
        closed = "closed"
    recap = order.get_billing_recap()
    for name in ("untaxed", "total"):
        if recap[f"invoiced_{name}"] != recap[f"contract_{name}"]:
            faults.append(
                f"{order.client_order_ref}: {recap[f'invoiced_{name}']} of {recap[f'contract_{name}']} "
                f"({name}) are billed at the end ({closed})"
            )
    if recap["deposit_remaining"]:
        faults.append(
            f"{order.client_order_ref}: {recap['deposit_remaining']} of deposits are left"
        )
    for move in order._get_billing_documents():
        lines = print_of(env, move)
        if lines[0].startswith(DOES_NOT_PRINT):
            faults.append(f"{order.client_order_ref}: {lines[0]}")
env.cr.commit()
if faults:
    sys.exit("After the update the jobs don't go on:\n  " + "\n  ".join(faults))
