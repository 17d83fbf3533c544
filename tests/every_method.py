"""Every public method of the addon, found by looking, on a job that has something of everything."""

import inspect

from odoo.fields import Command
from odoo.tests import new_test_user

from .common import SituationCommon

PACKAGE = "odoo.addons.sale_situation_invoicing."
# Valid arguments; a method that isn't here takes none.
ENTRIES = {
    "entries": 60,
    "deduction_rule": "full",
    "deduction_amount": None,
    "invoice_date": "2026-06-30",
}
PLAN = {
    "instalments": [
        {"date": "2027-01-31", "percent": 50.0},
        {"date": "2027-02-28", "percent": 50.0},
    ],
    "post": False,
}


def find_public_methods(env):
    """Return ``{(model, method)}`` of what RPC can call and Odoo itself hasn't."""
    found = set()
    for model, cls in env.registry.items():
        for base in cls.mro():
            if not base.__module__.startswith(PACKAGE):
                continue
            for name, member in vars(base).items():
                if name.startswith("_") or not inspect.isfunction(member):
                    continue
                # What extends a method of Odoo's has Odoo's rights.
                if not any(
                    name in vars(other)
                    for other in cls.mro()
                    if not other.__module__.startswith(PACKAGE)
                ):
                    found.add((model, name))
    return found


class EveryMethodCommon(SituationCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.deduct_paid_deposits_only = False
        cls.salesperson = cls.make_user("salesperson", "sales_team.group_sale_salesman")
        cls.term = cls.make_term((95, 30), (5, None))
        cls.customer.email = "customer@example.com"
        own = {"user_id": cls.salesperson.id, "payment_term_id": cls.term.id}
        cls.order = cls.make_order(
            cls.section("House"), cls.line("Walls", 1, 1000), cls.line("Roof", 1, 500), **own
        )
        cls.paid_deposit = cls.deposit(cls.order, 10, invoice_date="2026-01-31", post=True)
        cls.document = cls.situation(cls.order, 40, invoice_date="2026-02-28", post=True)
        cls.operation = cls.env["account.retention.operation"].browse(
            cls.order.release_retention(5.0)
        )
        cls.draft = cls.situation(cls.order, 50)
        cls.taxed_anew = cls.make_order(cls.line("Floor", 1, 200), **own)
        cls.situation(cls.taxed_anew, 50, invoice_date="2026-02-28", post=True)
        cls.taxed_anew.order_line.tax_ids = cls.tax10
        cls.draft_deposit = cls.deposit(
            cls.make_order(cls.line("Fence", 1, 300), **own), 10, invoice_date="2026-01-31"
        )
        cls.plan_order = cls.make_order(cls.line("Garden", 1, 900), **own)
        cls.plan_order.create_instalment_invoices(3, "2027-01-31")
        cls.subscription = cls.make_order(
            cls.line("Rent", 1, 100),
            is_subscription=True,
            subscription_start="2026-01-01",
            **own,
        )
        cls.stopped = cls.make_order(
            cls.line("Rent", 1, 100),
            is_subscription=True,
            subscription_start="2026-01-01",
            **own,
        )
        cls.stopped.stop_subscription("2026-01-31", "Reason")
        cls.hand_invoice = cls.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": cls.customer.id,
                "invoice_user_id": cls.salesperson.id,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": "By hand",
                            "price_unit": 500,
                            "tax_ids": [Command.set(cls.tax20.ids)],
                        }
                    )
                ],
            }
        )
        cls.overpaid = cls.make_overpaid(cls.make_order(cls.line("Gate", 1, 500), **own))
        cls.batch = (
            cls.env["sale.situation.batch"]
            .with_user(cls.salesperson)
            .create({"line_ids": [Command.create({"order_id": cls.order.id, "new_progress": 70})]})
            .sudo(False)
        )
        cls.batch_line = cls.batch.line_ids
        cls.retention = cls.env["account.retention"].browse(cls.document._get_retention_lines().ids)
        cls.analysis = cls.env["sale.situation.analysis"].search(
            [("order_id", "=", cls.order.id)], limit=1
        )
        cls.env.flush_all()

    @classmethod
    def make_overpaid(cls, order):
        """Return an invoice of which the retention alone is open, beside a credit of the customer."""
        move = cls.situation(order, 100, invoice_date="2026-02-28", post=True)
        payment = cls.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": cls.customer.id,
                "amount": move.amount_total,
                "date": "2026-03-20",
                "journal_id": cls.company_data["default_journal_bank"].id,
            }
        )
        payment.action_post()
        shares = move.line_ids.filtered(
            lambda line: line.display_type == "payment_term" and not line.is_retention
        )
        credit = payment.move_id.line_ids.filtered(
            lambda line: line.account_id == shares.account_id
        )
        (shares + credit).reconcile()
        return move

    @classmethod
    def make_user(cls, login, groups, **values):
        company = values.pop("company", cls.company)
        return new_test_user(
            cls.env,
            login=login,
            groups=groups,
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
            **values,
        )

    def get_arguments(self):
        """Return ``{(model, method): valid keyword arguments}``."""
        orders = {
            "create_deposit_invoice": {
                "amount": 10,
                "amount_type": "percent",
                "detail": "single",
                "invoice_date": "2026-06-30",
                "post": False,
            },
            "create_situation_invoice": {**ENTRIES, "post": False},
            "bring_to_new_rate": {"invoice_date": "2026-06-30", "post": False},
            "create_balance_invoice": {"invoice_date": "2026-06-30", "post": False},
            "create_partial_invoice": {
                "line_ids": None,
                "invoice_date": "2026-06-30",
                "post": False,
            },
            "create_instalment_invoices": {
                "count": 3,
                "first_date": "2027-01-31",
                "interval": 1,
                "unit": "month",
                "post": False,
            },
            "create_instalment_plan": {**PLAN},
            "change_instalment_plan": {**PLAN},
            "preview_situation": {
                name: ENTRIES[name] for name in ("entries", "deduction_rule", "deduction_amount")
            },
            "get_draft_situation": {**ENTRIES},
            "cancel_document": {
                "document_id": self.document.id,
                "reason": "Reason",
                "date": "2026-06-30",
            },
            "release_retention": {"amount": 1.0, "date": "2026-06-30"},
            "replace_retention": {
                "bank": "Bank",
                "amount": 1.0,
                "reference": "R",
                "date": "2026-06-30",
            },
            "oppose_retention": {"reason": "Reason", "amount": 1.0, "date": "2026-06-30"},
            "lose_retention": {"amount": 1.0, "date": "2026-06-30", "reason": "Reason"},
            "stop_subscription": {"date": "2026-06-30", "reason": "Reason"},
            "resume_subscription": {"date": "2026-06-30"},
            "change_subscription_period": {"interval": 2, "unit": "month", "date": None},
            "change_subscription_lines": {
                "lines": [{"line_id": self.subscription.order_line.id, "quantity": 2.0}],
                "date": None,
            },
            "create_subscription_invoices": {"until": "2026-02-01", "post": False},
            "create_period_invoice": {
                "start": "2026-01-01",
                "invoice_date": "2026-06-30",
                "post": False,
            },
            "get_subscription_periods": {"until": "2026-06-30"},
        }
        return {
            **{("sale.order", name): values for name, values in orders.items()},
            ("account.move", "choose_advances"): {"advance_ids": []},
            ("account.move", "settle_retention"): {"line_id": None, "amount": 1.0},
            ("account.move", "deduct_deposits"): {
                "choices": [{"deposit_id": self.paid_deposit.id, "amount": 1.0}]
            },
            ("sale.situation.batch", "create_situations_of_the_month"): {
                "progress": {str(self.order.id): 70},
                "invoice_date": "2026-06-30",
            },
            ("sale.situation.batch", "create_situations"): {"limit": 10},
        }

    def get_target(self, model, name):
        """Return what makes the record that a method is called on, from an environment."""
        if wizard := self.get_wizard(model):
            return wizard
        records = {
            "res.partner": self.customer,
            "account.retention": self.retention,
            "account.retention.operation": self.operation,
            "sale.situation.batch": self.batch,
            "sale.situation.batch.line": self.batch_line,
            "sale.situation.analysis": self.analysis,
        }
        others = {
            **dict.fromkeys(
                (
                    "change_instalment_plan",
                    "cancel_instalment_plan",
                    "respread_instalments",
                    "action_cancel_instalments",
                    "action_respread_instalments",
                    "action_create_instalments",
                ),
                self.plan_order,
            ),
            **dict.fromkeys(("resume_subscription", "action_resume_subscription"), self.stopped),
            **dict.fromkeys(("bring_to_new_rate", "action_bring_to_new_rate"), self.taxed_anew),
            **dict.fromkeys(
                ("choose_advances", "deduct_deposits", "action_choose_deposits"),
                self.hand_invoice,
            ),
            **dict.fromkeys(
                ("action_cancel_draft_document", "action_send_for_approval"), self.draft
            ),
            "action_set_deposit_account": self.draft_deposit,
            **dict.fromkeys(("settle_retention", "action_settle_retention"), self.overpaid),
        }
        if name in others:
            record = others[name]
        elif model in records:
            record = records[model]
        elif model == "account.move":
            record = self.document
        else:
            subscription = "subscription" in name or "period" in name
            record = self.subscription if subscription else self.order
        return lambda env: record.with_env(env)

    def get_wizard(self, model):
        """Return what makes a dialog, from an environment; None of any other model."""
        order = {"order_id": self.order.id}
        values = {
            "sale.situation.wizard": {
                **order,
                "line_ids": [
                    Command.create(
                        {
                            "order_line_id": self.work_line(self.order, "Walls").id,
                            "entry_kind": "progress",
                            "entry_value": 60,
                            "path": "/",
                        }
                    )
                ],
            },
            "sale.balance.wizard": order,
            "sale.instalment.wizard": {
                "order_id": self.plan_order.id,
                "is_change": True,
                "line_ids": [Command.create(row) for row in PLAN["instalments"]],
            },
            "sale.works.acceptance.wizard": order,
            "sale.subscription.change.wizard": {
                "order_id": self.subscription.id,
                "date": "2026-01-01",
                "interval": 2,
                "unit": "month",
            },
            "sale.subscription.stop.wizard": {
                "order_id": self.subscription.id,
                "kind": "stop",
                "date": "2026-06-30",
                "reason": "Reason",
            },
            "sale.subscription.invoice.wizard": {
                "order_ids": [Command.set(self.subscription.ids)],
                "until": "2026-02-01",
            },
            "account.retention.wizard": {**order, "kind": "release", "amount": 1.0},
            "account.deposit.choice": {"move_id": self.hand_invoice.id},
            "sale.advance.payment.inv": {
                "sale_order_ids": [Command.set(self.order.ids)],
                "advance_payment_method": "percentage",
                "amount": 10,
            },
        }
        if model in values:
            return lambda env: env[model].create(values[model])
        if model == "sale.situation.wizard.line":
            situation = values["sale.situation.wizard"]
            return lambda env: env["sale.situation.wizard"].create(situation).line_ids
        if model == "account.move.reversal":
            active = {"active_model": "account.move", "active_ids": self.document.ids}
            reversal = {"journal_id": self.document.journal_id.id, "reason": "Reason"}
            return lambda env: env[model].with_context(**active).create(reversal)
        return None

    def get_call(self, model, name, env, **changes):
        """Return the call of a method, with valid arguments but for the changes.

        Nothing is cached then that the call would have to be allowed to read.
        """
        arguments = {**self.get_arguments().get((model, name), {}), **changes}
        target = self.get_target(model, name)
        self.env.flush_all()
        self.env.invalidate_all()
        return lambda: getattr(target(env), name)(**arguments)
