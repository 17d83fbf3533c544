"""Jobs in progress: each figure of a card, the filters, and a page of cards in so many queries."""

from lxml import etree

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import freeze_time, new_test_user, tagged
from odoo.tools.safe_eval import safe_eval

from ..common import SituationCommon

ACTION = "sale_situation_invoicing.action_jobs"


@tagged("post_install", "-at_install")
class TestJob(SituationCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.retained = cls.make_term((95, 30), (5, None))

    def found(self, *filters):
        """Return the orders of the screen under the filters of its search view."""
        action = self.env.ref(ACTION)
        arch = self.env["sale.order"].get_view(action.search_view_id.id, "search")["arch"]
        domain = safe_eval(action.domain)
        for name in filters:
            [node] = etree.fromstring(arch).xpath(f"//filter[@name='{name}']")
            domain += safe_eval(node.get("domain"), {"uid": self.env.uid})
        return self.env["sale.order"].search([("company_id", "=", self.company.id), *domain])

    def assertAsRecap(self, order):
        order.invalidate_recordset()
        recap = order.get_billing_recap()
        self.assertEqual(order.to_invoice_untaxed, recap["to_invoice_untaxed"])
        self.assertEqual(order.to_invoice_total, recap["to_invoice_total"])
        self.assertEqual(order.billing_progress, recap["progress"])
        if all(order.invoice_ids.mapped("billing_kind")):
            if not order.retention_operation_ids:
                self.assertEqual(order.retention_held, recap["retention_held"])
            deposits = 100 * recap["deposit_invoiced"] / order.amount_total
            self.assertAlmostEqual(order.deposit_percent, deposits, 2)
            works = 100 * recap["invoiced_total"] / order.amount_total - deposits
            self.assertAlmostEqual(order.situation_percent, works, 2)

    # === FIGURES ===#

    def test_a_job_step_by_step(self):
        order = self.make_order(self.line("Works", 1, 1000.0))
        self.assertAsRecap(order)
        self.deposit(order, 30)
        self.assertEqual((order.to_invoice_untaxed, order.to_invoice_total), (700, 840))
        self.assertEqual((order.draft_document_count, order.due_amount), (1, 0))
        self.assertAsRecap(order)
        order._get_draft_deposits().action_post()
        self.assertEqual((order.draft_document_count, order.due_amount), (0, 360))
        # 480 of works less 144 of the deposit.
        situation = self.situation(order, 40, post=True)
        self.assertEqual(order.to_invoice_total, 504)
        self.assertEqual(order.due_amount, 360 + 336)
        self.assertAsRecap(order)
        self.pay(situation)
        self.assertEqual(order.due_amount, 360)
        situation._reverse_moves([{"invoice_date": situation.invoice_date}]).action_post()
        self.assertEqual((order.to_invoice_total, order.due_amount), (840, 360 - 336))
        self.assertAsRecap(order)
        self.balance(order, post=True)
        self.assertEqual((order.to_invoice_untaxed, order.to_invoice_total), (0, 0))
        self.assertAsRecap(order)

    def test_odoos_own_invoice_counts(self):
        first, second = (self.make_order(self.line("Works", 1, 1000.0)) for _n in range(2))
        self.situation(first, 40)
        self.situation(second, 70)
        shared = (first | second)._create_invoices()
        for order in (first, second):
            self.assertEqual((order.to_invoice_untaxed, order.to_invoice_total), (0, 0))
            self.assertEqual((order.draft_document_count, order.due_amount), (2, 0))
            self.assertAsRecap(order)
        shared.action_post()
        # 1 080 of both orders, of which each owes its own part.
        self.assertEqual((first.due_amount, second.due_amount), (720, 360))

    def test_retention_is_due_when_it_is_asked_for(self):
        order = self.make_order(self.line("Works", 1, 1000.0), payment_term_id=self.retained.id)
        move = self.situation(order, 50, invoice_date="2026-01-10", post=True)
        self.assertEqual(
            (order.due_amount, order.retention_held, order.retention_due), (570, 30, 0)
        )
        self.assertAsRecap(order)
        self.pay(move)
        self.assertEqual((order.due_amount, order.retention_held), (0, 30))
        order.release_retention(20)
        self.assertEqual((order.due_amount, order.retention_held), (20, 10))
        self.assertEqual(order.retention_due, 20)
        order.oppose_retention("Leak", 5)
        self.assertEqual(order.due_amount, 20)

    def test_overdue_is_what_should_have_been_paid(self):
        order = self.make_order(self.line("Works", 1, 1000.0), payment_term_id=self.retained.id)
        with freeze_time("2026-03-01"):
            self.situation(order, 50, invoice_date="2026-01-10", post=True)
            self.situation(order, 100, invoice_date="2026-02-20", post=True)
            self.assertEqual((order.overdue_amount, order.due_amount), (570, 1140))
            # Whole a credit note is that of the first one.
            first = order.billing_document_ids.sorted("id")[0]
            first._reverse_moves(
                [{"invoice_date": fields.Date.to_date("2026-02-25")}]
            ).action_post()
            order.invalidate_recordset()
            self.assertEqual(order.due_amount, 570)

    # === SCREEN ===#

    def test_filters(self):
        lines = [self.line("Works", 1, 1000.0)]
        plain = self.make_order(*lines)
        plain._create_invoices()
        waiting, begun, finished, closed = (self.make_order(*lines) for _n in range(4))
        self.deposit(begun, 30, post=True)
        self.deposit(finished, 30, post=True)
        self.situation(finished, 100, deduction_rule="final")
        self.situation(closed, 100)
        held = self.make_order(*lines, payment_term_id=self.retained.id)
        self.situation(held, 100, post=True)
        due = self.make_order(*lines, payment_term_id=self.retained.id, user_id=False)
        self.situation(due, 100, post=True)
        due.release_retention(20)
        jobs = begun | finished | closed | held | due
        self.assertEqual(self.found(), jobs.sorted())
        self.assertNotIn(waiting, self.found())
        self.assertEqual(self.found("in_progress"), (begun | finished | due).sorted())
        self.assertEqual(self.found("ready_for_balance"), finished)
        self.assertEqual(self.found("billed_whole"), (closed | held | due).sorted())
        self.assertEqual(self.found("retention_to_release"), due)
        self.assertEqual(self.found("mine"), (jobs - due).sorted())
        begun.works_acceptance_date = "2026-05-01"
        self.assertIn(begun, self.found("ready_for_balance"))

    def test_a_page_of_cards_costs_the_same_whatever_its_length(self):
        def job(index):
            order = self.make_order(
                self.line("Works", 1, 1000.0 + index), payment_term_id=self.retained.id
            )
            self.deposit(order, 10, invoice_date="2026-01-10", post=True)
            for progress in (20, 30, 40)[: 1 + index % 3]:
                self.situation(order, progress, invoice_date="2026-01-20", post=True)
            self.situation(order, 50)
            if index % 2:
                order.order_line[0].product_uom_qty = 2
                order._create_invoices()
            return order

        jobs = self.env["sale.order"].union(*(job(index) for index in range(12)))
        view = self.env.ref("sale_situation_invoicing.view_job_kanban")
        names = self.env["sale.order"].get_view(view.id, "kanban")["models"]["sale.order"]
        shown = [
            name
            for name in names
            if f'name="{name}"' in view.arch and name in self.env["sale.order"]._fields
        ]
        self.assertIn("to_invoice_total", shown)
        counts = []
        for orders in (jobs[:6], jobs, jobs[:6], jobs):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            rows = self.env["sale.order"].web_search_read(
                [("id", "in", orders.ids)], {name: {} for name in shown}
            )
            counts.append(self.cr.sql_log_count - before)
            self.assertEqual(rows["length"], len(orders))
        self.assertLessEqual(counts[3], counts[2], counts)
        self.assertLess(counts[3], 33, counts)
        for order in jobs:
            self.assertAsRecap(order)

    # === RIGHTS ===#

    def test_a_salesperson_reads_the_figures_a_customer_does_not(self):
        user = new_test_user(
            self.env,
            login="job-own",
            groups="sales_team.group_sale_salesman",
            company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
        )
        order = self.make_order(self.line("Works", 1, 1000.0), user_id=user.id)
        self.situation(order, 40, post=True)
        self.env.invalidate_all()
        names = ["to_invoice_untaxed", "to_invoice_total", "due_amount", "overdue_amount"]
        [row] = order.with_user(user).read(names)
        self.assertEqual([row[name] for name in names], [600, 720, 480, 0])
        orders = self.env["sale.order"].with_user(user)
        self.assertFalse(orders.search([("retention_due", ">", 0)]))
        customer = new_test_user(
            self.env, login="job-portal", groups="base.group_portal", partner_id=self.customer.id
        )
        with self.assertRaises(AccessError):
            order.with_user(customer).read(names)
