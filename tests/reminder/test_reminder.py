"""Reminders: what is overdue at a date, which level is sent, what stops it, what the mail says."""

from datetime import date

from freezegun import freeze_time
from lxml import etree

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import html2plaintext, mute_logger
from odoo.tools.safe_eval import safe_eval

from ..common import SituationCommon

CRON = "sale_situation_invoicing.cron_send_reminders"


class ReminderCommon(SituationCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first, cls.second, cls.third = (
            cls.env.ref(f"sale_situation_invoicing.reminder_level_{number}") for number in (1, 2, 3)
        )
        cls.env["res.company"].search([]).send_reminders = False
        cls.company.send_reminders = True
        cls.company.email = "books@example.com"
        cls.customer.email = "customer@example.com"
        cls.retained = cls.make_term((95, 30), (5, None))

    @classmethod
    def make_invoice(cls, price=10000.0, invoice_date="2026-01-10", **values):
        """Return a posted situation of 12 000 with 600 retained; 11 400 are to be paid by 9 February."""
        order = cls.make_order(
            cls.line("Works", 1, price), **{"payment_term_id": cls.retained.id, **values}
        )
        return cls.situation(order, 100, invoice_date=invoice_date, post=True)

    def pay_part(self, move, amount, payment_date="2026-02-20"):
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        )
        wizard.create({"amount": amount, "payment_date": payment_date})._create_payments()

    def run_cron(self):
        with self.enter_registry_test_mode():
            self.env.ref(CRON).method_direct_trigger()
        self.env.invalidate_all()

    def run_at(self, *days):
        """Let the reminders run on each of these days; return what was sent of each invoice since."""
        before = self.env["account.billing.reminder"].search([])
        for day in days:
            with freeze_time(day):
                self.run_cron()
        return self.env["account.billing.reminder"].search([]) - before

    def mails(self, move):
        return move.message_ids.filtered(lambda message: message.message_type == "comment")

    def text(self, message):
        return " ".join(html2plaintext(message.body).replace("\xa0", " ").split())


@tagged("post_install", "-at_install")
class TestReminder(ReminderCommon):
    # === WHAT IS OVERDUE ===#

    def test_overdue_at_dates(self):
        move = self.make_invoice()
        for day, amount, since in (
            ("2026-02-09", 0, False),
            ("2026-02-10", 11400, date(2026, 2, 9)),
        ):
            with freeze_time(day):
                move.invalidate_recordset()
                self.assertEqual((move.overdue_amount, move.overdue_since), (amount, since), day)
        with freeze_time("2026-02-20"):
            self.pay_part(move, 5000)
            self.assertEqual(move.overdue_amount, 6400)
            self.pay_part(move, 6400)
            self.assertEqual((move.overdue_amount, move.overdue_since), (0, False))
            # 250 of the 600 are released, to be paid at once; the rest is held
            move.billing_order_id.release_retention(250, "2026-02-20")
            self.assertEqual(move.overdue_amount, 0)
        with freeze_time("2026-02-21"):
            move.invalidate_recordset()
            self.assertEqual((move.overdue_amount, move.overdue_since), (250, date(2026, 2, 20)))
            move.billing_order_id.works_acceptance_date = "2025-02-20"
            self.assertEqual(move.overdue_amount, 600)
            move.billing_order_id.oppose_retention("Leak", 100)
            move.invalidate_recordset()
            self.assertEqual(move.overdue_amount, 500)
            overdue = move._get_overdue()[move.id]
            self.assertEqual((overdue.shares, overdue.retention), (0, 500))
            self.assertEqual(overdue.company_amount, 500)

    def test_overdue_in_another_currency(self):
        currency = self.setup_other_currency("USD", rates=[("2026-01-01", 2.0)])
        pricelist = self.env["product.pricelist"].create(
            {"name": "Dollars", "currency_id": currency.id}
        )
        move = self.make_invoice(pricelist_id=pricelist.id)
        self.assertEqual(move.currency_id, currency)
        move.billing_order_id.works_acceptance_date = "2025-01-15"
        with freeze_time("2026-02-10"):
            overdue = move._get_overdue()[move.id]
        self.assertEqual((overdue.shares, overdue.retention), (11400, 600))
        self.assertEqual(overdue.company_amount, 6000)
        self.assertEqual(overdue.since, date(2026, 1, 15))

    # === WHICH LEVEL ===#

    def test_each_level_once_in_time(self):
        move = self.make_invoice()
        self.company.send_reminders = False
        self.assertFalse(self.run_at("2026-03-31"))
        self.company.send_reminders = True
        self.assertFalse(self.run_at("2026-02-09", "2026-02-15"))
        for days, level in (
            (("2026-02-16", "2026-02-16", "2026-02-17", "2026-02-23"), self.first),
            (("2026-02-24", "2026-02-25", "2026-03-10"), self.second),
            (("2026-03-11", "2026-03-12", "2026-12-31"), self.third),
        ):
            sent = self.run_at(*days)
            self.assertEqual((sent.level_id, len(sent)), (level, 1))
            self.assertEqual(str(sent.date), days[0])
            self.assertEqual((sent.amount, str(sent.due_date)), (11400, "2026-02-09"))
            self.assertEqual(move.reminder_level_id, level)
            self.assertEqual(str(move.reminder_date), days[0])
        self.assertEqual(len(self.mails(move)), 3)

    def test_the_highest_level_that_is_reached(self):
        self.make_invoice()
        sent = self.run_at("2026-02-28", "2026-03-01")
        self.assertEqual(sent.level_id, self.second)
        self.assertEqual(self.run_at("2026-03-11").level_id, self.third)

    def test_a_share_that_is_late_later_starts_again(self):
        move = self.make_invoice(payment_term_id=self.make_term((55, 30), (40, 60), (5, None)).id)
        # 6 600 by 9 February, 4 800 by 11 March, 600 retained
        self.assertEqual(self.run_at("2026-02-24").level_id, self.second)
        self.pay_part(move, 6600, "2026-03-01")
        self.assertFalse(self.run_at("2026-03-17"))
        sent = self.run_at("2026-03-18")
        self.assertEqual((sent.level_id, sent.amount), (self.first, 4800))
        self.pay_part(move, 4800, "2026-03-20")
        self.assertFalse(self.run_at("2026-12-31"))
        move.billing_order_id.works_acceptance_date = "2026-02-01"
        self.assertFalse(self.run_at("2027-02-01", "2027-02-07"))
        sent = self.run_at("2027-02-08")
        self.assertEqual((sent.level_id, sent.amount), (self.first, 600))
        self.assertEqual(str(sent.due_date), "2027-02-01")

    def test_levels_of_companies(self):
        other = self.setup_other_company()["company"]
        own = self.first.copy({"name": "Soon", "delay": 3, "company_id": self.company.id})
        self.first.copy({"name": "Elsewhere", "delay": 2, "company_id": other.id})
        self.make_invoice()
        self.assertEqual(self.run_at("2026-02-12").level_id, own)
        own.active = False
        self.assertEqual(self.run_at("2026-02-16").level_id, self.first)
        with self.assertRaisesRegex(Exception, "reminder_level_delay|delay_positive"):
            with mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                self.first.delay = 0
                self.env.flush_all()

    # === WHAT STOPS IT ===#

    def test_what_stops_it(self):
        def block(move):
            move.action_toggle_block_payment()

        def exclude(move):
            move.no_followup = True

        def promise(move):
            move.payment_promise_date = "2026-02-16"

        def credit(move):
            move._reverse_moves([{"invoice_date": date(2026, 2, 1)}]).action_post()

        def reset(move):
            move.button_draft()

        def pay_and_forget(_move):
            contact = self.env["res.partner"].create({"name": "C", "parent_id": self.customer.id})
            payment = self.env["account.payment"].create(
                {
                    "partner_id": contact.id,
                    "payment_type": "inbound",
                    "amount": 11400,
                    "date": "2026-02-10",
                    "journal_id": self.company_data["default_journal_bank"].id,
                    "payment_method_line_id": self.inbound_payment_method_line.id,
                }
            )
            payment.action_post()
            self.assertTrue(payment.move_id)

        def start_later(_move):
            self.company.reminder_start_date = "2026-02-10"

        for stop in (block, exclude, promise, self.pay, credit, reset, pay_and_forget, start_later):
            with self.subTest(stop=stop.__name__), self.env.cr.savepoint() as savepoint:
                move = self.make_invoice()
                stop(move)
                self.assertFalse(self.run_at("2026-02-16"), stop)
                self.assertFalse(self.mails(move))
                savepoint.rollback()
            self.env.invalidate_all()
        move = self.make_invoice()
        self.assertTrue(self.run_at("2026-02-16"))
        promise(move)
        move.payment_promise_date = "2026-02-26"
        self.assertFalse(self.run_at("2026-02-24", "2026-02-26"))
        self.assertEqual(self.run_at("2026-02-27").level_id, self.second)

    def test_only_documents_of_orders_unless_all(self):
        invoice = self.init_invoice(
            "out_invoice", self.customer, invoice_date="2026-01-10", amounts=[100.0]
        )
        invoice.invoice_payment_term_id = self.make_term((100, 30))
        invoice.action_post()
        self.assertFalse(self.run_at("2026-03-01"))
        self.company.follow_all_invoices = True
        sent = self.run_at("2026-03-01")
        self.assertEqual(sent.move_id, invoice)

    # === THE MAIL ===#

    def test_the_mail(self):
        move = self.make_invoice(
            payment_term_id=self.make_term((55, 30), (40, 60), (5, None)).id,
            user_id=self.env.user.id,
        )
        self.pay_part(move, 600, "2026-02-12")
        self.run_at("2026-02-16")
        [mail] = self.mails(move)
        self.assertEqual(mail.subject, f"Reminder: invoice {move.name}")
        self.assertEqual(mail.partner_ids, self.customer)
        text = self.text(mail)
        for part in (
            f"Invoice: *{move.name}* of 01/10/2026, order {move.billing_order_id.name}",
            "Overdue: *6,000.00 €*, since 02/09/2026",
            "To be paid later, and not part of this reminder: 4,800.00 €",
            "Retained as a guarantee, not due and not part of this reminder: 600.00 €",
            "with the reference",
        ):
            self.assertIn(part, text)
        self.assertNotIn("40 €", text)
        self.assertNotIn("9999", text)
        self.assertEqual(mail.attachment_ids.name, move.invoice_pdf_report_id.name)
        self.assertTrue(mail.attachment_ids.raw)
        # the last level has the company's own mention, and when the retention will be due
        move.billing_order_id.works_acceptance_date = "2026-02-28"
        self.company.mention_late_payment = "Own penalty of 12 %, 40 € for recovery."
        self.run_at("2026-03-11")
        mail = self.mails(move)[0]
        text = self.text(mail)
        self.assertIn("formal notice", text)
        self.assertIn("Own penalty of 12 %, 40 € for recovery.", text)
        self.assertIn("not part of this reminder, until 02/28/2027: 600.00 €", text)
        self.company.mention_late_payment = False
        self.assertIn("indemnité forfaitaire", move._get_late_payment_mention())
        self.company.account_fiscal_country_id = self.env.ref("base.de")
        self.assertFalse(move._get_late_payment_mention())
        # the PDF is made once, as Odoo sends it
        self.assertEqual(mail.attachment_ids.raw, self.mails(move)[1].attachment_ids.raw)

    def test_the_customers_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.customer.lang = "fr_FR"
        template = self.first.mail_template_id
        template.with_context(lang="fr_FR").subject = "Relance : {{ object.name }}"
        move = self.make_invoice()
        self.run_at("2026-02-16")
        [mail] = self.mails(move)
        self.assertEqual(mail.subject, f"Relance : {move.name}")
        text = self.text(mail).replace("\u202f", " ")
        self.assertIn("11 400,00 €", text)
        self.assertIn("09/02/2026", text)

    def test_no_email(self):
        user = self.env.user
        move = self.make_invoice(user_id=user.id)
        self.customer.email = False
        sent = self.run_at("2026-02-16", "2026-02-17", "2026-02-18")
        self.assertEqual((sent.state, sent.level_id), ("no_email", self.first))
        [activity] = move.activity_ids
        self.assertEqual(activity.user_id, user)
        self.assertIn("11,400.00", activity.note)
        self.assertFalse(move.reminder_level_id)
        self.assertFalse(self.mails(move))
        # the next level is told again; with an address the mail goes
        self.assertEqual(self.run_at("2026-02-24").level_id, self.second)
        self.customer.email = "customer@example.com"
        sent = self.run_at("2026-02-25")
        self.assertEqual((sent.state, sent.level_id), ("sent", self.second))

    def test_one_failure_does_not_lose_the_others(self):
        moves = [self.make_invoice() for _number in range(3)]
        template = self.first.mail_template_id
        template.subject = f"Reminder {{{{ 1 / (object.id - {moves[1].id}) }}}}"
        with mute_logger(
            "odoo.addons.sale_situation_invoicing.models.reminder.account_move",
            "odoo.addons.mail.models.mail_render_mixin",
        ):
            sent = self.run_at("2026-02-16", "2026-02-17")
        self.assertEqual(set(sent.move_id), {moves[0], moves[2]})
        self.assertEqual(moves[1].activity_ids.mapped("summary"), ["Reminder not sent"])
        template.subject = "Reminder"
        self.assertEqual(self.run_at("2026-02-18").move_id, moves[1])

    # === BY HAND ===#

    @freeze_time("2026-02-12")
    def test_by_hand(self):
        move = self.make_invoice()
        self.company.send_reminders = False
        # three days late: the next level, ahead of its days; not twice on a day
        self.assertEqual(move.send_reminder(), "Reminder")
        with self.assertRaisesRegex(UserError, "was sent today: Reminder"):
            move.send_reminder()
        for day, name in (("2026-02-13", "Second reminder"), ("2026-02-14", "Formal notice")):
            with freeze_time(day):
                self.assertEqual(move.send_reminder(), name)
        with freeze_time("2026-02-15"), self.assertRaisesRegex(UserError, "No level"):
            move.send_reminder()

    @freeze_time("2026-02-16")
    def test_by_hand_refused(self):
        move = self.make_invoice()
        later = self.make_invoice(invoice_date="2026-02-01")
        draft = self.situation(self.make_order(self.line("Works", 1, 100.0)), 50)
        for record, message in (
            (draft, "no posted customer invoice"),
            (later, "retention of 600.00"),
            (move | later, "Name one invoice; 2 were given"),
        ):
            with self.assertRaisesRegex(UserError, message):
                record.send_reminder()
        move.no_followup = True
        with self.assertRaisesRegex(UserError, "excluded"):
            move.send_reminder()
        move.no_followup = False
        move.action_toggle_block_payment()
        with self.assertRaisesRegex(UserError, "blocked"):
            move.send_reminder()
        move.action_toggle_block_payment()
        self.customer.email = False
        with self.assertRaisesRegex(UserError, "no e-mail address"):
            move.send_reminder()
        self.customer.email = "customer@example.com"
        self.pay(move)
        with self.assertRaisesRegex(UserError, "Nothing is overdue.*600.00"):
            move.send_reminder()
        self.assertFalse(move.reminder_ids)

    @freeze_time("2026-02-16")
    def test_several_by_hand(self):
        moves = (
            self.make_invoice() | self.make_invoice() | self.make_invoice(invoice_date="2026-02-01")
        )
        params = moves.action_send_reminders()["params"]
        self.assertEqual((params["type"], params["title"]), ("warning", "2 reminders sent"))
        self.assertIn(f"Nothing is overdue on {moves[2].name}", params["message"])
        self.assertEqual(moves.mapped("reminder_level_id"), self.first)
        self.assertEqual(len(moves.reminder_ids), 2)

    @freeze_time("2026-02-16")
    def test_rights(self):
        def user(login, groups):
            return new_test_user(
                self.env,
                login=login,
                groups=groups,
                company_id=self.company.id,
                company_ids=[Command.set(self.company.ids)],
            )

        seller, other = (
            user(f"reminder-{name}", "sales_team.group_sale_salesman") for name in ("own", "other")
        )
        reader = user("reminder-reader", "account.group_account_readonly")
        biller = user("reminder-biller", "account.group_account_invoice")
        own, second = (self.make_invoice(user_id=seller.id) for _number in range(2))
        # as for Odoo's own sending: a salesperson sends what is his
        self.assertEqual(own.with_user(seller).send_reminder(), "Reminder")
        self.assertEqual(own.with_user(seller).reminder_ids.level_id.name, "Reminder")
        for refused in (other, reader):
            with self.assertRaises(AccessError):
                second.with_user(refused).send_reminder()
        self.assertFalse(
            self.env["account.billing.reminder"].with_user(other).search([("move_id", "=", own.id)])
        )
        self.assertEqual(len(own.with_user(reader).reminder_ids), 1)
        self.assertEqual(second.with_user(biller).send_reminder(), "Reminder")
        with self.assertRaises(AccessError):
            self.first.with_user(biller).delay = 3
        with self.assertRaises(AccessError):
            own.with_user(biller).reminder_ids.unlink()

    # === SCREEN ===#

    @freeze_time("2026-02-16")
    def test_filters(self):
        reminded, waiting, promised = (self.make_invoice() for _number in range(3))
        self.make_invoice(invoice_date="2026-02-01")
        reminded.send_reminder()
        promised.payment_promise_date = "2026-03-01"
        self.assertEqual(self.found("to_remind"), waiting)
        self.assertEqual(self.found("reminded"), reminded)
        self.assertTrue(waiting.is_to_remind)
        self.assertFalse((reminded | promised).filtered("is_to_remind"))
        self.assertNotIn(waiting, self.env["account.move"].search([("is_to_remind", "=", False)]))
        groups = self.env["account.move"]._read_group(
            [("company_id", "=", self.company.id), ("reminder_level_id", "!=", False)],
            ["reminder_level_id"],
            ["__count"],
        )
        self.assertEqual(groups, [(self.first, 1)])

    def found(self, name):
        view = self.env.ref("account.view_account_invoice_filter")
        arch = self.env["account.move"].get_view(view.id, "search")["arch"]
        [node] = etree.fromstring(arch).xpath(f"//filter[@name='{name}']")
        domain = safe_eval(node.get("domain"))
        return self.env["account.move"].search([("company_id", "=", self.company.id), *domain])

    @freeze_time("2026-03-01")
    def test_settings(self):
        self.company.write({"send_reminders": False, "reminder_start_date": False})
        settings = self.env["res.config.settings"].new({"send_reminders": True})
        settings._onchange_send_reminders()
        self.assertEqual(str(settings.reminder_start_date), "2026-03-01")

    @freeze_time("2026-02-16")
    def test_so_many_queries_whatever_the_invoices(self):
        moves = self.env["account.move"].union(*(self.make_invoice() for _number in range(6)))
        counts = []
        for chosen in (moves[:2], moves, moves[:2], moves):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.assertEqual(len(chosen._get_due_reminders()), len(chosen))
            counts.append(self.cr.sql_log_count - before)
        self.assertEqual(counts[3], counts[2], counts)
