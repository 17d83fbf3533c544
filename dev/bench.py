# Run inside `odoo shell` by dev/bench, which sets BENCH_LINES.
import sys
import time

sys.path.insert(0, ".")
from dev.builders import french_company, order_of  # noqa: E402

env = french_company(env, f"Bench {time.time()}")  # noqa: F821 (the shell's environment)


def measure(call, *arguments):
    """Return (queries of a call, the same with the transaction's last flush, seconds).

    The call starts with cold caches.

    PostgreSQL gets its statistics first: in a table that it knows nothing of, a query of Odoo's own
    may take seconds or none, by luck.
    """
    env.cr.commit()
    env.cr.execute("ANALYZE")
    env.invalidate_all()
    queries, start = env.cr.sql_log_count, time.perf_counter()
    call(*arguments)
    called = env.cr.sql_log_count - queries
    env.flush_all()
    return called, env.cr.sql_log_count - queries, time.perf_counter() - start


def row(lines, label, measured, reference=None):
    called, queries, seconds = measured
    ratio = f"{seconds / reference[2]:8.2f}" if reference else " " * 8
    print(f"{lines:>7}  {label:<48}{called:>8}{queries:>12}{seconds:>9.2f}{ratio}")


def native_deposit(order):
    """Make a down payment of 30 % as Odoo's wizard does."""
    values = {
        "sale_order_ids": order.ids,
        "advance_payment_method": "percentage",
        "amount": 30,
    }
    env["sale.advance.payment.inv"].create(values).create_invoices()


# The first document of a process fills caches that later ones find: it is not measured.
order_of(env, 3)._create_invoices()
native_deposit(order_of(env, 3))
warm = order_of(env, 3)
warm.create_deposit_invoice(30, post=True)
warm.create_situation_invoice(50)
warm.create_balance_invoice()
print(f"{'lines':>7}  {'call':<48}{'queries':>8}{'with flush':>12}{'seconds':>9}{'× Odoo':>8}")
for count in BENCH_LINES:  # noqa: F821
    ours, twin = order_of(env, count), order_of(env, count)
    native = measure(twin._create_invoices)
    row(count, "Odoo _create_invoices", native)
    preview = measure(ours.preview_situation, 30)
    created = measure(ours.create_situation_invoice, 30)
    row(count, "create_situation_invoice", created, native)
    again = measure(ours.create_situation_invoice, 60)
    row(count, "create_situation_invoice, the second", again, native)
    row(count, "preview_situation", preview)
    row(count, "get_billing_recap", measure(ours.get_billing_recap))
    ours, twin = order_of(env, count), order_of(env, count)
    native = measure(native_deposit, twin)
    row(count, "Odoo's down payment", native)
    row(count, "create_deposit_invoice", measure(ours.create_deposit_invoice, 30), native)
    (ours | twin).billing_document_ids.action_post()
    native = measure(lambda order: order._create_invoices(final=True), twin)
    row(count, "Odoo _create_invoices, deducting", native)
    created = measure(ours.create_situation_invoice, 30)
    row(count, "create_situation_invoice, deducting", created, native)
    row(count, "create_balance_invoice", measure(ours.create_balance_invoice), native)

month = env["sale.order"].union(*(order_of(env, 30) for _n in range(20)))
batch = env["sale.situation.batch"]._create_for_orders(month, dict.fromkeys(month.ids, 30))
row(30, "situations of the month, 20 orders", measure(batch.create_situations, 20))

job = order_of(env, 100)
for step in range(1, 51):
    job.create_situation_invoice(step)
row(100, "preview_situation after 50 situations", measure(job.preview_situation, 70))
row(100, "get_billing_recap after 50 situations", measure(job.get_billing_recap))
