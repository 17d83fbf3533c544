"""Situations by hand: figures worked out on paper, entries of each kind, Odoo's own view of them."""

from odoo.tests import tagged

from ..common import SituationCommon


@tagged("post_install", "-at_install")
class TestSituation(SituationCommon):
    def test_three_thirds_of_a_lump_sum(self):
        order = self.make_order(self.line("Lump sum", 1, 3333.33))
        amounts = []
        for progress in (33.3333, 66.6667, 100):
            move = self.situation(order, progress)
            amounts.append(move.amount_untaxed)
        # 1 111.11, then 2 222.22 − 1 111.11, then 3 333.33 − 2 222.22
        self.assertEqual(amounts, [1111.11, 1111.11, 1111.11])
        self.assertJobTies(order)

    def test_figures_of_the_preview(self):
        order = self.make_order(
            self.line("Doors", 8, 125),
            self.line("Paint", 40, 12.5, self.tax10),
        )
        line = self.work_line(order, "Doors")
        figures = order.preview_situation([{"line_id": line.id, "progress": 45}])
        # 45 % of 1 000 is 450, and 90 of VAT; 450 of 1 500 is 30 %
        self.assertEqual(figures["untaxed"], 450)
        self.assertEqual(figures["tax"], 90)
        self.assertEqual(figures["total"], 540)
        self.assertEqual(figures["amount_due_now"], 540)
        self.assertEqual(figures["progress"], 30)
        self.assertEqual(
            figures["lines"][0],
            {
                "line_id": line.id,
                "previous_progress": 0,
                "progress": 45,
                "previous_amount": 0,
                "amount": 450,
                "cumulative_amount": 450,
            },
        )
        self.assertFalse(order.invoice_ids, "a preview writes nothing")

    def test_a_quantity_that_shows_the_amount_is_kept(self):
        order = self.make_order(self.line("Doors", 8, 125), self.line("Lump sum", 1, 3333.33))
        doors, lump_sum = order.order_line
        move = self.situation(
            order,
            [
                {"line_id": doors.id, "progress": 50},
                {"line_id": lump_sum.id, "progress": 33.3333},
            ],
        )
        doors, lump_sum = self.billed_lines(move)
        self.assertRecordValues(doors, [{"quantity": 4, "price_unit": 125, "price_subtotal": 500}])
        self.assertRecordValues(
            lump_sum, [{"quantity": 1, "price_unit": 1111.11, "price_subtotal": 1111.11}]
        )

    def test_entries_by_progress_quantity_amount(self):
        order = self.make_order(
            self.line("By progress", 10, 100),
            self.line("By quantity", 8, 125),
            self.line("By amount", 1, 2000),
            self.line("Not named", 1, 500),
        )
        progress, quantity, amount, other = order.order_line
        move = self.situation(
            order,
            [
                {"line_id": progress.id, "progress": 12.34},
                {"line_id": quantity.id, "quantity": 3},
                {"line_id": amount.id, "amount": 777.77},
            ],
        )
        self.assertEqual(self.billed_lines(move).mapped("price_subtotal"), [123.4, 375, 777.77])
        self.assertEqual(other.qty_invoiced, 0)
        # Cumulative: 20 % − 12.34 %, 5 − 3 doors, the other lines stay.
        move = self.situation(
            order,
            [
                {"line_id": progress.id, "progress": 20},
                {"line_id": quantity.id, "quantity": 5},
            ],
        )
        self.assertEqual(self.billed_lines(move).mapped("price_subtotal"), [76.6, 250])
        self.situation(order, 100)
        self.assertJobTies(order)

    def test_a_section_covers_its_lines_and_subsections(self):
        order = self.make_order(
            self.line("Outside", 1, 100),
            self.section("House"),
            self.line("Walls", 1, 1000),
            self.section("Roof", "line_subsection"),
            self.line("Tiles", 1, 500),
            self.line("Gutter", 1, 200),
            self.section("Garden"),
            self.line("Fence", 1, 300),
        )
        house = order.order_line.filtered(lambda line: line.name == "House")
        roof = order.order_line.filtered(lambda line: line.name == "Roof")
        gutter = self.work_line(order, "Gutter")
        move = self.situation(
            order,
            [
                {"section_id": house.id, "progress": 10},
                {"section_id": roof.id, "progress": 20},
                {"line_id": gutter.id, "progress": 50},
            ],
        )
        # Walls by the house, tiles by the nearer roof, the gutter by its own entry.
        self.assertEqual(self.billed_lines(move).mapped("price_subtotal"), [100, 100, 100])
        titles = move.invoice_line_ids.filtered(
            lambda line: line.display_type in ("line_section", "line_subsection")
        )
        self.assertEqual(titles.mapped("name"), ["House", "Roof"])

    def test_titles_and_notes_come_where_something_is_under_them(self):
        order = self.make_order(
            self.section("First"),
            self.section("About the first", "line_note"),
            self.line("A", 1, 100),
            self.section("Second"),
            self.section("About the second", "line_note"),
            self.line("B", 1, 100),
        )
        line = self.work_line(order, "B")
        move = self.situation(order, [{"line_id": line.id, "progress": 50}])
        self.assertEqual(
            move.invoice_line_ids.sorted("sequence").mapped("display_type"),
            ["line_note", "line_section", "line_note", "product"],
        )
        names = move.invoice_line_ids.sorted("sequence").mapped("name")
        self.assertIn("Situation no. 1", names[0])
        self.assertEqual(names[1:3], ["Second", "About the second"])

    def test_combo_product(self):
        item = self.env["product.product"].create(
            {"name": "Part", "type": "consu", "invoice_policy": "order", "list_price": 60}
        )
        combo = self.env["product.combo"].create(
            {"name": "Kit", "combo_item_ids": [(0, 0, {"product_id": item.id})]}
        )
        kit = self.env["product.product"].create(
            {"name": "Kit", "type": "combo", "list_price": 100, "combo_ids": combo.ids}
        )
        order = self.make_order(self.line("Other", 1, 50), confirm=False)
        order.order_line = [(0, 0, {"product_id": kit.id, "product_uom_qty": 1, "sequence": 20})]
        parent = order.order_line.filtered(lambda line: line.product_id == kit)
        order.order_line = [
            (
                0,
                0,
                {
                    "product_id": item.id,
                    "product_uom_qty": 1,
                    "price_unit": 99.99,
                    "tax_ids": [(6, 0, self.tax20.ids)],
                    "combo_item_id": combo.combo_item_ids.id,
                    "linked_line_id": parent.id,
                    "sequence": 21,
                },
            )
        ]
        order.action_confirm()
        for progress in (33, 66, 100):
            self.situation(order, progress)
        # 33 % of 50 + 99.99 are 16.50 + 33.00
        self.assertEqual(order.billing_document_ids.sorted("id")[0].amount_untaxed, 49.5)
        names = order.billing_document_ids.invoice_line_ids.mapped("name")
        self.assertTrue([name for name in names if name.startswith("Kit x")])
        self.assertJobTies(order)

    def test_a_free_line_closes_with_the_order(self):
        order = self.make_order(self.line("Work", 1, 100), self.line("Free", 3, 0))
        self.situation(order, 33.33)
        free = self.work_line(order, "Free")
        self.assertEqual(free.qty_invoiced, 1)
        self.situation(order, 100)
        self.assertEqual(free.qty_invoiced, 3)
        self.assertJobTies(order)

    def test_odoo_agrees_on_the_way(self):
        order = self.make_order(self.line("A", 1, 1000), self.line("B", 4, 250.25))
        move = self.situation(order, 40, post=True)
        one, four = order.order_line
        self.assertEqual(move.state, "posted")
        self.assertEqual((one.qty_invoiced, one.qty_to_invoice), (0.4, 0.6))
        self.assertEqual((four.qty_invoiced, four.qty_to_invoice), (1.6, 2.4))
        self.assertEqual(one.untaxed_amount_invoiced, 400)
        self.assertEqual(one.untaxed_amount_to_invoice, 600)
        self.assertEqual(order.amount_invoiced, 960.48)
        self.assertEqual(order.amount_to_invoice, 1440.72)
        self.assertEqual(order.invoice_status, "to invoice")
        report = self.env["sale.report"].search(
            [("order_reference", "=", f"sale.order,{order.id}")]
        )
        self.assertAlmostEqual(sum(report.mapped("untaxed_amount_invoiced")), 800.4, 2)
        self.assertAlmostEqual(sum(report.mapped("untaxed_amount_to_invoice")), 1200.6, 2)

    def test_a_cent_left_keeps_the_order_open(self):
        order = self.make_order(self.line("A", 1, 10000))
        self.situation(order, [{"line_id": order.order_line.id, "amount": 9999.99}])
        self.assertEqual(order.order_line.qty_to_invoice, 0.01)
        self.assertEqual(order.invoice_status, "to invoice")
        rest = order._create_invoices()
        self.assertEqual(rest.amount_untaxed, 0.01)
        self.assertJobTies(order)

    def test_odoos_own_invoice_bills_the_rest(self):
        order = self.make_order(
            self.line("Thirds", 1, 3333.33), self.line("Doors", 3, 33.35, discount=10)
        )
        self.situation(order, 33.3333, post=True)
        wizard = self.env["sale.advance.payment.inv"].create(
            {"sale_order_ids": order.ids, "advance_payment_method": "delivered"}
        )
        wizard.create_invoices()
        rest = order.invoice_ids.filtered(lambda move: move.billing_kind == "balance")
        # 3 333.33 − 1 111.11, and 90.05 − 30.02
        self.assertEqual(rest.amount_untaxed, 2282.25)
        self.assertJobTies(order)

    def test_delivered_quantities_limit_odoos_own_invoice(self):
        self.work.invoice_policy = "delivery"
        order = self.make_order(self.line("Hours", 10, 100))
        self.situation(order, 20)
        order.order_line.qty_delivered = 5
        self.assertEqual(order.order_line.qty_to_invoice, 3)
        self.assertEqual(order._create_invoices().amount_untaxed, 300)
        self.assertEqual(order.order_line.qty_invoiced, 5)

    def test_work_billed_ahead_of_its_delivery_is_not_given_back(self):
        self.work.invoice_policy = "delivery"
        order = self.make_order(self.line("Hours", 10, 100), self.line("Lump sum", 1, 3333.33))
        self.situation(order, 33.3333, post=True)
        self.assertEqual(order.order_line.mapped("qty_to_invoice"), [0, 0])
        self.assertEqual(order.amount_to_invoice, 0)
        self.assertEqual(set(order.order_line.mapped("untaxed_amount_to_invoice")), {0})
        self.assertNotEqual(order.invoice_status, "to invoice")
        # Odoo's invoicing on payment asks for the ordered quantities: 4 333.33 − 333.33 − 1 111.11.
        order._force_lines_to_invoice_policy_order()
        rest = order._create_invoices(final=True)
        self.assertEqual(rest.amount_untaxed, 2888.89)
        self.assertEqual(order.order_line.mapped("qty_invoiced"), [10, 1])

    def test_a_given_away_line_counts_by_quantity(self):
        order = self.make_order(self.line("Work", 1, 100), self.line("Gift", 4, 50, discount=100))
        gift = self.work_line(order, "Gift")
        move = self.situation(order, 25)
        self.assertEqual(gift.qty_invoiced, 1)
        move.button_cancel()
        self.assertEqual(gift.qty_invoiced, 0)
        self.situation(order, 100)
        self.assertJobTies(order)

    def test_delivered_without_being_ordered_is_odoos(self):
        self.work.invoice_policy = "delivery"
        order = self.make_order(self.line("Work", 1, 100), self.line("Extra", 0, 20))
        extra = self.work_line(order, "Extra")
        extra.qty_delivered = 4
        order._create_invoices()
        self.assertEqual(extra.qty_invoiced, 4)
        figures = order.preview_situation(100)
        self.assertEqual(figures["untaxed"], 100)

    def test_taxes_follow_the_works_to_date(self):
        self.company.tax_calculation_rounding_method = "round_globally"
        order = self.make_order(*(self.line(str(n), 1, 33.35) for n in range(3)))
        first = self.situation(order, 50)
        # 16.68 × 3 = 50.04 and 20 % of it; then 100.05 − 50.04 and 20.01 − 10.01
        self.assertEqual((first.amount_untaxed, first.amount_tax), (50.04, 10.01))
        second = self.situation(order, 100)
        self.assertEqual((second.amount_untaxed, second.amount_tax), (50.01, 10.0))
        self.assertJobTies(order)

    def test_included_prices_whose_order_misses_a_cent(self):
        # 10 000.00 × 7 − 5 % and 0.07 × 7 at 20 % included: the order's untaxed total is not the sum of
        # its lines', 55 416.67 + 0.41 against 55 417.07.
        included = self.make_tax(20, price_include_override="tax_included")
        for method in ("round_globally", "round_per_line"):
            self.company.tax_calculation_rounding_method = method
            order = self.make_order(
                self.line("Large", 7, 10000, included, discount=5),
                self.line("Small", 7, 0.07, included),
            )
            for progress in (30, 77.77, 100):
                self.situation(order, progress)
            self.assertJobTies(order, method)

    def test_three_taxes_and_tax_on_tax(self):
        first = self.make_tax(7, include_base_amount=True, sequence=0)
        eco = self.make_tax(0.35, amount_type="fixed", sequence=1)
        order = self.make_order(
            self.line("A", 3, 33.33, first + eco + self.tax20), self.line("B", 1, 10)
        )
        for progress in (10, 45.5, 100):
            self.situation(order, progress)
        self.assertJobTies(order)

    def test_reverse_charge(self):
        reverse = self.make_tax(20)
        reverse.write(
            {
                "invoice_repartition_line_ids": [
                    (0, 0, {"factor_percent": -100, "repartition_type": "tax"})
                ],
                "refund_repartition_line_ids": [
                    (0, 0, {"factor_percent": -100, "repartition_type": "tax"})
                ],
            }
        )
        order = self.make_order(self.line("A", 1, 333.33, reverse))
        figures = order.preview_situation(50)
        self.assertEqual((figures["untaxed"], figures["tax"]), (166.67, 0))
        for progress in (50, 100):
            self.situation(order, progress)
        self.assertJobTies(order)

    def test_currency_without_decimals(self):
        yen = self.env.ref("base.JPY")
        yen.active = True
        pricelist = self.env["product.pricelist"].create({"name": "Yen", "currency_id": yen.id})
        order = self.make_order(
            self.line("A", 1, 1000), self.line("B", 3, 333), pricelist_id=pricelist.id
        )
        move = self.situation(order, 33.33)
        self.assertEqual(move.currency_id, yen)
        # 333.3 and 332.9667
        self.assertEqual(self.billed_lines(move).mapped("price_subtotal"), [333, 333])
        self.situation(order, 100)
        self.assertJobTies(order)
