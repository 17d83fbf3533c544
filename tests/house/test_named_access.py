"""Dialogs and batches tell nothing of orders and documents that their user may not read."""

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..common import SituationCommon


@tagged("post_install", "-at_install")
class TestNamedAccess(SituationCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.salesperson = cls.make_user(
            "salesperson", "sales_team.group_sale_salesman,base.group_allow_export"
        )
        cls.colleague = cls.make_user("colleague", "sales_team.group_sale_salesman")
        cls.billing = cls.make_user("billing", "account.group_account_invoice")
        cls.customer.name = "Secret customer"
        own = {"user_id": cls.colleague.id}
        cls.order = cls.make_order(cls.line("Secret works", 1, 4321), **own)
        cls.subscription = cls.make_order(
            cls.line("Secret rent", 1, 4321),
            is_subscription=True,
            subscription_start="2026-01-01",
            **own,
        )
        # sudo: an order of another company
        other = cls.setup_other_company(name="Other works")
        cls.foreign = (
            cls.env["sale.order"]
            .with_company(other["company"])
            .create(
                {
                    "partner_id": cls.customer.id,
                    "company_id": other["company"].id,
                    "user_id": False,
                    "order_line": [cls.line("Secret", 1, 4321, other["default_tax_sale"])],
                }
            )
        )
        cls.foreign.action_confirm()
        cls.invoice = cls.situation(cls.order, 50, post=True)

    @classmethod
    def make_user(cls, login, groups):
        return new_test_user(
            cls.env,
            login=login,
            groups=groups,
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )

    def model(self, name, user):
        self.env.flush_all()
        self.env.invalidate_all()
        context = {"allowed_company_ids": user.company_ids.ids}
        return self.env(user=user, context=context)[name]

    def get_dialogs(self, order, subscription=None, move=None):
        """Return ``[(model, values)]`` of every dialog and row that names an order or a document."""
        subscription = subscription or order
        line = order.order_line[:1]
        row = {"order_id": order.id}
        dialogs = [
            ("sale.situation.wizard", row),
            ("sale.balance.wizard", row),
            ("sale.instalment.wizard", row),
            ("sale.works.acceptance.wizard", row),
            ("account.retention.wizard", {**row, "kind": "release"}),
            (
                "sale.subscription.change.wizard",
                {
                    "order_id": subscription.id,
                    "date": "2026-01-01",
                    "interval": 1,
                    "unit": "month",
                },
            ),
            (
                "sale.subscription.stop.wizard",
                {"order_id": subscription.id, "kind": "stop", "date": "2026-06-30"},
            ),
            (
                "sale.subscription.invoice.wizard",
                {"order_ids": [Command.set(subscription.ids)], "until": "2026-06-30"},
            ),
            (
                "sale.advance.payment.inv",
                {"sale_order_ids": [Command.set(order.ids)], "advance_payment_method": "fixed"},
            ),
            ("sale.situation.batch", {"line_ids": [Command.create({**row, "new_progress": 60})]}),
        ]
        if move:
            kind = {"kind": "release", "move_ids": [Command.set(move.ids)]}
            dialogs.append(("account.retention.wizard", kind))
        own = self.make_order(self.line("Own", 1, 100), user_id=self.salesperson.id)
        child = {"order_line_id": line.id}
        dialogs += [
            (
                "sale.situation.wizard",
                {"order_id": own.id, "line_ids": [Command.create(child)]},
            ),
            (
                "sale.subscription.change.wizard",
                {
                    "order_id": own.id,
                    "date": "2026-01-01",
                    "interval": 1,
                    "unit": "month",
                    "line_ids": [Command.create(child)],
                },
            ),
        ]
        return dialogs

    def assertTellsNothing(self, call):
        """The call is refused, and the refusal says nothing either."""
        with self.assertRaises(AccessError) as caught, self.cr.savepoint():
            call()
        self.assertNotRegex(str(caught.exception), r"4.?321|5.?185|Secret")

    # === MAKING ===#

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_making(self):
        for order, subscription in (
            (self.order, self.subscription),
            (self.foreign, self.foreign),
        ):
            for model, values in self.get_dialogs(order, subscription, self.invoice):
                with self.subTest(model=model, values=values):
                    Model = self.model(model, self.salesperson)
                    self.assertTellsNothing(lambda Model=Model, values=values: Model.create(values))

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_forms_that_are_not_saved(self):
        for model, values in self.get_dialogs(self.order, self.subscription, self.invoice):
            names = list(self.env[model]._fields)
            spec = {name: {} for name in names if name not in ("message_ids",)}
            with self.subTest(model=model, values=values):
                Model = self.model(model, self.salesperson)
                defaults = {f"default_{name}": value for name, value in values.items()}
                self.assertTellsNothing(
                    lambda Model=Model, values=values, spec=spec: Model.browse().onchange(
                        values, list(values), spec
                    )
                )
                self.assertTellsNothing(
                    lambda Model=Model, spec=spec, defaults=defaults: Model.with_context(
                        **defaults
                    ).onchange({}, [], spec)
                )
                self.assertTellsNothing(
                    lambda Model=Model, values=values: Model.web_save(values, {"display_name": {}})
                )

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_naming_another_later(self):
        own = self.make_order(self.line("Own", 1, 100), user_id=self.salesperson.id)
        for model, values in self.get_dialogs(own):
            if model not in ("sale.situation.batch", "sale.advance.payment.inv"):
                name = "order_ids" if "order_ids" in values else "order_id"
                dialog = self.model(model, self.salesperson).create(values)
                ids = [Command.set(self.order.ids)] if name == "order_ids" else self.order.id
                with self.subTest(model=model):
                    self.assertTellsNothing(
                        lambda dialog=dialog, name=name, ids=ids: dialog.write({name: ids})
                    )
        batch = self.model("sale.situation.batch", self.salesperson).create({})
        row = {"order_id": self.order.id}
        self.assertTellsNothing(lambda: batch.write({"line_ids": [Command.create(row)]}))
        row = {**row, "batch_id": batch.id}
        Line = self.model("sale.situation.batch.line", self.salesperson)
        self.assertTellsNothing(lambda: Line.create(row))

    def test_lines_of_somebody_elses_dialog(self):
        theirs = self.model("sale.instalment.wizard", self.colleague).create(
            {"order_id": self.order.id}
        )
        Line = self.model("sale.instalment.wizard.line", self.salesperson)
        self.assertTellsNothing(
            lambda: Line.create({"wizard_id": theirs.id, "date": "2026-06-30", "percent": 100})
        )

    # === READING LATER ===#

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_access_that_is_lost(self):
        own = {"user_id": self.salesperson.id}
        order = self.make_order(self.line("Secret works", 1, 4321), **own)
        subscription = self.make_order(
            self.line("Secret rent", 1, 4321),
            is_subscription=True,
            subscription_start="2026-01-01",
            **own,
        )
        made = []
        for model, values in self.get_dialogs(order, subscription):
            dialog = self.model(model, self.salesperson).create(values)
            made.append(dialog.line_ids if model == "sale.situation.batch" else dialog)
        order.user_id = subscription.user_id = self.colleague
        for dialog in made:
            if "line_ids" in dialog and dialog._name != "sale.instalment.wizard":
                # The order of the dialog is his own; the line isn't.
                lines = dialog.sudo().line_ids.sudo(False)
                dialog = lines or dialog
            ids, model = dialog.ids, dialog._name
            with self.subTest(model=model):
                records = self.model(model, self.salesperson).browse(ids)
                names = [name for name in records._fields if name != "id"]
                self.assertTellsNothing(lambda records=records: records.read())
                for name in names:
                    records = self.model(model, self.salesperson).browse(ids)
                    self.assertTellsNothing(lambda records=records, name=name: records.read([name]))
                Model = self.model(model, self.salesperson)
                self.assertFalse(Model.search([("id", "in", ids)]))
                self.assertFalse(Model.search_read([("id", "in", ids)], ["display_name"]))
                self.assertEqual(Model.search_count([("id", "in", ids)]), 0)
                self.assertFalse(
                    Model.formatted_read_group([("id", "in", ids)], ["create_uid"], ["__count"])
                )
                records = Model.browse(ids)
                self.assertTellsNothing(
                    lambda records=records: records.export_data(["display_name"])
                )
                self.assertTellsNothing(
                    lambda records=records: records.web_read({"display_name": {}})
                )
                self.assertTellsNothing(lambda records=records: records.write({}))
                self.assertTellsNothing(lambda records=records: records.unlink())

    def test_row_of_a_batch(self):
        """The batch stays; what it tells is about the rows that are left."""
        orders = self.env["sale.order"]
        for _n in range(2):
            orders |= self.make_order(self.line("Works", 1, 1000), user_id=self.salesperson.id)
        rows = [Command.create({"order_id": order.id, "new_progress": 50}) for order in orders]
        batch = self.model("sale.situation.batch", self.salesperson).create({"line_ids": rows})
        batch.create_situations(1)
        batch.create_situations(1)
        self.assertIn("1,200.00", batch.created_total)
        orders[0].user_id = self.colleague
        batch = self.model("sale.situation.batch", self.salesperson).browse(batch.id)
        [values] = batch.read(["line_ids", "created_count", "created_total"])
        self.assertEqual((len(values["line_ids"]), values["created_count"]), (1, 1))
        self.assertIn("600.00", values["created_total"])
        manager = self.env["sale.situation.batch"].browse(batch.id)
        self.env.invalidate_all()
        self.assertIn("1,200.00", manager.created_total)

    def test_waiting_row_of_a_lost_order_is_not_billed(self):
        order = self.make_order(self.line("Works", 1, 1000), user_id=self.salesperson.id)
        rows = [Command.create({"order_id": order.id, "new_progress": 50})]
        batch = self.model("sale.situation.batch", self.salesperson).create({"line_ids": rows})
        order.user_id = self.colleague
        batch = self.model("sale.situation.batch", self.salesperson).browse(batch.id)
        with self.assertRaisesRegex(Exception, "Nothing to bill"):
            batch.create_situations()
        self.assertFalse(order.sudo().billing_document_ids)

    # === OPERATIONS ON RETENTIONS ===#

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_operations_without_order(self):
        """What is done with the retention of an invoice is for who may read that."""
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_user_id": self.colleague.id,
                "invoice_payment_term_id": self.make_term((95, 30), (5, None)).id,
                "invoice_line_ids": [Command.create({"name": "Secret", "price_unit": 4321})],
            }
        )
        invoice.action_post()
        action = self.env["account.retention"].browse(invoice._get_retention_lines().ids)
        wizard = self.env["account.retention.wizard"].browse(action.action_replace()["res_id"])
        wizard.bank = "Secret bank"
        wizard.action_confirm()
        operation = invoice.retention_share_ids.operation_id
        self.assertEqual(len(operation), 1)
        for user, seen in ((self.salesperson, False), (self.colleague, True), (self.billing, True)):
            for record in (operation, operation.share_ids):
                Model = self.model(record._name, user)
                found = bool(Model.search([("id", "in", record.ids)]))
                self.assertEqual(found, seen, (user.login, record._name))

    # === WHOEVER MAY ===#

    def test_whoever_may_read(self):
        self.order.user_id = self.subscription.user_id = self.salesperson
        for user in (self.salesperson, self.billing):
            for model, values in self.get_dialogs(self.order, self.subscription)[:-1]:
                with self.subTest(model=model, user=user.login):
                    dialog = self.model(model, user).create(values)
                    dialog = self.model(model, user).browse(dialog.id)
                    self.assertTrue(dialog.read(["display_name"]))
                    self.assertEqual(dialog.search([("id", "=", dialog.id)]), dialog)

    def test_queries_dont_grow(self):
        """A batch is read in as many queries as before, whatever its number of rows."""
        counts = []
        for number in (3, 3, 12):
            orders = self.env["sale.order"]
            for _n in range(number):
                orders |= self.make_order(self.line("Works", 1, 1000), user_id=self.salesperson.id)
            rows = [Command.create({"order_id": order.id, "new_progress": 5}) for order in orders]
            batch = self.model("sale.situation.batch", self.salesperson).create({"line_ids": rows})
            names = ["order_id", "partner_id", "order_amount", "new_progress", "estimated_amount"]
            lines = batch.line_ids.ids
            batch = self.model("sale.situation.batch.line", self.salesperson)
            before = self.cr.sql_log_count
            self.assertEqual(len(batch.browse(lines).read(names)), number)
            counts.append(self.cr.sql_log_count - before)
        # The first time, what Odoo knows of the user is read.
        self.assertEqual(counts[1], counts[2])
