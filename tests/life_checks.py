"""What has to hold in the life of an order, worked out from the order by Odoo's tax engine and from
journal items and their reconciliations: nothing here asks the addon how much something should be.
"""

from collections import defaultdict

from odoo.tools import float_round

PARTS = ("due", "held", "opposed", "lost")


class LifeChecks:
    def __init__(self, life):
        self.life, self.env = life, life.env
        self.order, self.company, self.currency = life.order, life.company, life.currency
        self.own = self.company.currency_id

    # === SAYING ===#

    def same(self, kind, found, wanted, text="", currency=None, tolerance=0.0):
        """Note a finding unless two amounts are the same, in steps of their currency."""
        currency = currency or self.currency
        if currency.is_zero(found - wanted) or abs(found - wanted) <= tolerance + 1e-6:
            return
        digits = max(currency.decimal_places, 2)
        self.life.found(kind, f"{found:.{digits}f} for {wanted:.{digits}f} {text}".strip())

    def get_coin(self):
        """Return the smallest coin of a currency whose steps are coarser than its decimals, else 0."""
        is_coarse = round(10**self.currency.decimal_places * self.currency.rounding) != 1
        return self.currency.rounding if is_coarse else 0.0

    def holds(self, kind, condition, text=""):
        if not condition:
            self.life.found(kind, text)

    # === READING ===#

    def sign(self, move):
        return -1 if move.move_type == "out_refund" else 1

    def shares(self, move):
        return move.line_ids.filtered(lambda line: line.display_type == "payment_term")

    def retained(self, move):
        """Return what is retained of a document, signed as its total."""
        lines = self.shares(move).filtered("is_retention")
        return sum(lines.mapped("amount_currency"))

    def settled_with_drafts(self, items, own=False):
        """Return what of posted items is reconciled with drafts: Odoo leaves the reconciliations of a
        document that is reset to draft, though it isn't in the books meanwhile.

        :param own: in the company's currency, not the items'
        """
        amount = 0.0
        for item in items:
            for partial in item.matched_credit_ids:
                if partial.credit_move_id.parent_state == "draft":
                    amount += partial.amount if own else partial.debit_amount_currency
            for partial in item.matched_debit_ids:
                if partial.debit_move_id.parent_state == "draft":
                    amount -= partial.amount if own else partial.credit_amount_currency
        return amount

    def products(self, move):
        return move.invoice_line_ids.filtered(lambda line: line.display_type == "product")

    def deduction(self, move):
        """Return what a document takes off for deposits, tax included; negative on a credit note."""
        if self.is_deposit(move):
            return 0.0
        lines = self.products(move).filtered("is_downpayment")
        return -self.sign(move) * sum(lines.mapped("price_total"))

    def is_deposit(self, move):
        """Whether a document bills nothing but a deposit, or credits such a one."""
        lines = self.products(move)
        positive = not move.reversed_entry_id and move.move_type == "out_invoice"
        if move.reversed_entry_id:
            return self.is_deposit(move.reversed_entry_id)
        return (
            positive
            and bool(lines)
            and all(lines.mapped("is_downpayment"))
            and sum(lines.mapped("price_total")) > 0
        )

    def works(self):
        """Return the order lines of work."""
        return self.order.order_line.filtered(
            lambda line: not line.display_type and not line.is_downpayment
        )

    def billed(self, line, *states):
        """Return the untaxed amount of a line in the documents of these states."""
        return sum(
            -item.amount_currency
            for item in line.invoice_lines
            if item.move_id.state in (states or ("draft", "posted"))
        )

    def contract(self):
        """Return ``{line: untaxed}`` and ``{tax: amount}`` of the order, by Odoo's engine."""
        AccountTax = self.env["account.tax"]
        base_lines = [line._prepare_base_line_for_taxes_computation() for line in self.works()]
        AccountTax._add_tax_details_in_base_lines(base_lines, self.company)
        AccountTax._round_base_lines_tax_details(base_lines, self.company)
        untaxed, taxes = {}, defaultdict(float)
        for base_line in base_lines:
            details = base_line["tax_details"]
            untaxed[base_line["record"]] = (
                details["total_excluded_currency"] + details["delta_total_excluded_currency"]
            )
            for tax_data in details["taxes_data"]:
                taxes[tax_data["tax"]] += tax_data["tax_amount_currency"]
        return untaxed, taxes

    # === AFTER EVERY STEP ===#

    def look(self):
        self.env.flush_all()
        self.env.invalidate_all()
        self.documents = self.life.documents("draft", "posted")
        self.entries = self.life.entries("draft", "posted")
        self.invoices = self.entries.filtered(lambda move: move.is_invoice())
        self.items = self.entries.filtered(lambda move: move.state == "posted").line_ids
        self.look_at_entries()
        self.look_at_documents()
        self.look_at_works()
        self.look_at_deposits()
        self.look_at_retained()
        self.look_at_retentions()
        self.look_at_receivables()
        self.look_at_tax_on_payments()
        self.look_at_recap()

    def look_at_entries(self):
        for move in self.entries:
            balance = sum(move.line_ids.mapped("balance"))
            self.same("entry balanced", balance, 0, move.name, self.own)
            if len(move.line_ids.currency_id) == 1:
                amount = sum(move.line_ids.mapped("amount_currency"))
                self.same("entry balanced", amount, 0, move.name, move.line_ids.currency_id)

    def look_at_documents(self):
        for move in self.invoices:
            text = self.life.show_move(move)
            shares, sign = self.shares(move), self.sign(move)
            total = sum(shares.mapped("amount_currency"))
            self.same("shares are the document", total, sign * move.amount_total, text)
            retained = shares.filtered("is_retention")
            self.holds("one retention", len(retained) <= 1, text)
            account = self.company.retention_account_id
            self.holds("retention on its account", retained.account_id <= account, text)
            self.holds("nothing else there", account not in (shares - retained).account_id, text)
            amount = sign * self.retained(move)
            self.holds(
                "retention within its document",
                -1e-6 <= amount <= move.amount_total + 1e-6,
                f"{amount:g} of {text}",
            )
            self.same("retention field", move.retention_amount, abs(amount), text)
            if self.is_deposit(move):
                self.same("retention of a deposit", amount, 0, text)
            if sign > 0 and "deposit disturbed" not in self.life.happened:
                self.holds("deduction below zero", self.deduction(move) >= -1e-6, text)
            self.holds("total not below zero", move.amount_total >= -1e-6, text)

    def look_at_works(self):
        """No line is billed above what is ordered; unless somebody changed the order or a draft."""
        # A draft whose price was changed by hand may leave less than the planned instalments share.
        if self.life.happened & {"order changed", "rounding changed", "price by hand"}:
            return
        untaxed, _taxes = self.contract()
        for line, whole in untaxed.items():
            billed = self.billed(line)
            low, high = sorted((0.0, whole))
            # Which lines bear the coins of a currency of coarse steps is not said by the engine.
            step = self.currency.rounding / 2 + self.get_coin() * len(untaxed)
            credited = any(item.move_id.move_type == "out_refund" for item in line.invoice_lines)
            self.holds(
                "billed above the contract",
                (credited or low - step <= billed) and billed <= high + step
                if whole >= 0
                else (credited or billed <= high + step) and billed >= low - step,
                f"{billed:g} of {whole:g}",
            )

    def look_at_deposits(self):
        """Nothing is deducted twice; unless the deposit itself was cancelled or credited since."""
        if "deposit disturbed" in self.life.happened:
            return
        for line in self.order.order_line.filtered(
            lambda line: line.is_downpayment and not line.display_type
        ):
            worth = sum(
                -item.amount_currency
                for item in line.invoice_lines
                if item.move_id.state != "cancel" and self.is_deposit(item.move_id)
            )
            left = self.billed(line)
            low, high = sorted((0.0, worth))
            step = self.currency.rounding / 2
            self.holds(
                "deducted within the deposit",
                low - step <= left <= high + step,
                f"{left:g} left of {worth:g}",
            )

    def look_at_retained(self):
        """After each document of work: retained to date is the sum, by rate and base, of the rounded
        rate of the base to date, as far as the document goes."""
        move = self.life.fresh
        if not move or len(move) != 1 or move.move_type != "out_invoice" or move.state == "cancel":
            return
        if self.is_deposit(move):
            return
        if any(other.id > move.id for other in self.documents):
            return
        bases, retained = defaultdict(float), 0.0
        for other in self.documents:
            if self.is_deposit(other):
                continue
            term = (other.reversed_entry_id or other).invoice_payment_term_id
            rate = term.line_ids.filtered("is_retention").value_amount
            sign = self.sign(other)
            base = {
                "gross": sign * other.amount_total + self.deduction(other),
                "total": sign * other.amount_total,
                "untaxed": sign * other.amount_untaxed,
            }[term.retention_base or "gross"]
            bases[rate, term.retention_base or "gross"] += base
            if other != move:
                retained += self.retained(other)
        due = sum(
            float_round(rate * base / 100, precision_rounding=self.currency.rounding)
            for (rate, _base_name), base in bases.items()
        )
        guarantees = self.life.operations.exists().filtered(
            lambda operation: operation.kind == "guarantee"
        )
        if guarantees:
            # What was let go before it makes more cases; none of them retains what it covers.
            if sum(guarantees.mapped("amount")) >= due:
                text = f"{self.life.show_move(move)}, guarantee of {guarantees[0].amount:g}"
                self.same("retained beside a guarantee", self.retained(move), 0, text)
            return
        wanted = min(max(due - retained, 0), move.amount_total)
        self.same("retained to date", self.retained(move), wanted, self.life.show_move(move))

    def look_at_retentions(self):
        """Each retention is paid, due, held, opposed and lost, and what is on its account is open."""
        account = self.company.retention_account_id
        items = self.items.filtered(lambda item: item.account_id == account)
        self.same(
            "retention account is what is held",
            sum(items.mapped("balance")),
            sum(items.filtered("is_retention").mapped("amount_residual"))
            + self.settled_with_drafts(items, own=True),
            currency=self.own,
        )
        rows = self.env["account.retention"].search([("move_id", "in", self.invoices.ids)])
        for row in rows:
            text = f"{row.state} of {self.life.show_move(row.move_id)}"
            sign = 1 if row.amount > 0 else -1
            paid = row.amount - row.lost - row.residual
            parts = [paid, *(row[name] for name in PARTS)]
            self.same("parts of a retention", sum(parts), row.amount, text)
            for part in parts:
                self.holds(
                    "part of a retention below zero",
                    sign * part > -self.currency.rounding / 2,
                    f"{dict(zip(('paid', *PARTS), parts, strict=True))} {text}",
                )
            line = row.move_id.line_ids.filtered("is_retention")
            self.same("retention left", row.residual, line.amount_residual_currency, text)
        residual = sum(
            line.amount_residual_currency
            for line in self.items
            if line.is_retention and not line.move_id.retention_operation_id
        )
        posted = rows.filtered(lambda row: row.move_state == "posted")
        self.same("retentions are the account", sum(posted.mapped("residual")), residual)

    def look_at_receivables(self):
        """What is open is what was invoiced less what was paid."""
        accounts = self.items.filtered(
            lambda item: item.account_id.account_type == "asset_receivable"
        )
        open_now = sum(accounts.mapped("amount_residual_currency"))
        open_now += self.settled_with_drafts(accounts)
        invoiced = sum(
            self.sign(move) * move.amount_total for move in self.invoices if move.state == "posted"
        )
        paid = sum(
            payment.amount if payment.payment_type == "inbound" else -payment.amount
            for payment in self.life.payments()
        )
        self.same("open is invoiced less paid", open_now, invoiced - paid)

    def look_at_recap(self):
        recap = self.order.get_billing_recap()
        documents = self.documents
        total = sum(self.sign(move) * move.amount_total for move in documents)
        untaxed = sum(self.sign(move) * move.amount_untaxed for move in documents)
        deposits = sum(
            self.sign(move) * move.amount_total for move in documents if self.is_deposit(move)
        )
        deducted = sum(self.deduction(move) for move in documents)
        retained = sum(self.retained(move) for move in documents)
        lost = sum(
            self.env["account.retention"].search([("move_id", "in", documents.ids)]).mapped("lost")
        )
        for name, found, wanted in (
            ("invoiced_total", recap["invoiced_total"], total),
            ("invoiced_untaxed", recap["invoiced_untaxed"], untaxed),
            ("invoiced_tax", recap["invoiced_tax"], total - untaxed),
            ("contract_total", recap["contract_total"], self.order.amount_total),
            ("deposit_invoiced", recap["deposit_invoiced"], deposits),
            ("deposit_deducted", recap["deposit_deducted"], deducted),
            ("deposit_remaining", recap["deposit_remaining"], deposits - deducted),
        ):
            self.same(f"recap {name}", found, wanted)
        # Of a retention that a credit note settled, nothing is held nor released.
        credited = sum(self.retained(move) for move in documents if move.state == "posted") - sum(
            row.amount
            for row in self.env["account.retention"].search([("move_id", "in", documents.ids)])
            if row.move_id.state == "posted"
        )
        self.same(
            "recap retention",
            recap["retention_held"] + recap["retention_released"] + lost,
            retained - credited,
        )
        alive = [row for row in recap["documents"] if row["state"] != "cancel"]
        for name in ("total", "untaxed"):
            self.same("recap documents", sum(row[name] for row in alive), recap[f"invoiced_{name}"])
        self.holds("recap documents", len(alive) == len(documents), f"{len(alive)} documents")

    # === TAXES ON PAYMENTS ===#

    def look_at_tax_on_payments(self):
        """By tax: collected is the paid share of each document's tax; the rest waits."""
        waiting = self.life.waiting
        posted = self.invoices.filtered(lambda move: move.state == "posted")
        # Odoo converts each part of a document by itself.
        steps = 1 if self.currency == self.own else 3
        wanted, invoiced, collected = defaultdict(float), defaultdict(float), defaultdict(float)
        tolerance = defaultdict(float)
        for move in posted:
            taxed = move.line_ids.filtered(
                lambda line: line.tax_line_id and line.account_id == waiting
            )
            if not taxed:
                continue
            if not move.amount_total and "deposit disturbed" in self.life.happened:
                # Of which deposit it was then, only the addon could tell.
                return
            share = self.paid_share(move)
            partials = self.shares(move).mapped("matched_debit_ids") | self.shares(move).mapped(
                "matched_credit_ids"
            )
            for line in taxed:
                invoiced[line.tax_line_id] -= line.balance
                wanted[line.tax_line_id] -= line.balance * share
                tolerance[line.tax_line_id] += steps * self.own.rounding * (len(partials) + 1)
        for item in self.items:
            # Odoo leaves the cash basis entries of what is a draft again.
            if item.move_id.tax_cash_basis_origin_move_id.state == "posted" and item.tax_line_id:
                if item.account_id != waiting:
                    collected[item.tax_line_id] -= item.balance
        for tax in invoiced.keys() | collected.keys():
            self.same(
                "tax on payments: collected",
                collected[tax],
                wanted[tax],
                f"of {invoiced[tax]:.2f} at {tax.amount:g}",
                self.own,
                tolerance[tax],
            )
        if self.currency != self.own:
            # What converting leaves, Odoo posts as a difference of exchange.
            return
        on_account = -sum(
            item.balance
            for item in self.items
            if item.account_id == waiting
            and item.move_id.tax_cash_basis_origin_move_id.state in (False, "posted")
        )
        self.same(
            "tax on payments: waiting",
            on_account,
            sum(invoiced.values()) - sum(collected.values()),
            currency=self.own,
        )

    def paid_share(self, move):
        """Return what of a document is paid, from 0 to 1; of one of nought, what is of the deposits
        that it deducts, each by its share of the deduction."""
        shares = self.shares(move)
        total = sum(shares.mapped("amount_currency"))
        if total:
            return 1 - sum(shares.mapped("amount_residual_currency")) / total
        deducted = self.products(move).filtered("is_downpayment")
        whole = sum(deducted.mapped("price_total"))
        if not whole:
            return 1.0
        paid = 0.0
        for item in deducted:
            deposits = item.sale_line_ids.invoice_lines.move_id.filtered(
                lambda other: (
                    other.state == "posted"
                    and other.move_type == "out_invoice"
                    and self.is_deposit(other)
                )
            )
            for deposit in deposits[:1]:
                paid += item.price_total / whole * self.paid_share(deposit)
        return paid

    # === WHAT SOME STEPS MADE ===#

    def look_at_preview(self, move, figures, works):
        """The document is what its preview said."""
        sign = self.sign(move)
        retained = self.retained(move)
        for name, found in (
            ("untaxed", sign * move.amount_untaxed),
            ("tax", sign * move.amount_tax),
            ("total", sign * move.amount_total),
            ("deduction", self.deduction(move)),
            ("retention", abs(retained)),
            ("amount_due_now", sign * move.amount_due_now),
        ):
            self.same(f"preview {name}", figures[name], found, self.life.show_move(move))
        for row in figures["lines"]:
            line = self.order.order_line.browse(row["line_id"])
            mine = sum(-item.amount_currency for item in line.invoice_lines & move.line_ids)
            self.same("preview line", row["amount"], mine, line.name)
            self.same("preview cumulative", row["cumulative_amount"], self.billed(line), line.name)
        if works["total"] >= 0:
            self.holds(
                "no credit note by a deposit",
                move.move_type == "out_invoice",
                self.life.show_move(move),
            )
        self.holds(
            "deduction within the works",
            figures["deduction"] <= max(works["total"], 0) + self.currency.rounding / 2,
            f"{figures['deduction']:g} of {works['total']:g}",
        )

    def look_at_credit_note(self, credit, move):
        """A credit note of the whole gives back what its document retained."""
        text = f"{self.life.show_move(credit)} of {self.life.show_move(move)}"
        self.same("credit note total", credit.amount_total, move.amount_total, text)
        self.same("credit note retention", -self.retained(credit), self.retained(move), text)

    def look_at_payment(self, move, payment, how, residual):
        """A payment settles what it is of, the retention too where it is of the whole."""
        text = f"{how}, {payment.amount:g} of {residual:g}, {self.life.show_move(move)}"
        self.same(
            "payment settles",
            move.amount_residual,
            max(residual - payment.amount, 0) if len(payment) == 1 else 0,
            text,
        )
        if how in ("whole", "over"):
            retained = self.shares(move).filtered("is_retention")
            self.same("whole payment: retention", sum(retained.mapped("amount_residual")), 0, text)
            counterpart = payment.move_id.line_ids.filtered(
                lambda line: line.account_id.account_type == "asset_receivable"
            )
            self.same(
                "whole payment: left on it",
                abs(sum(counterpart.mapped("amount_residual_currency"))),
                payment.amount - residual,
                text,
            )

    # === AT THE END ===#

    def look_at_the_closed_order(self):
        """Billed whole: the documents are the order, and nothing is left to do for Odoo."""
        order, happened = self.order, self.life.happened
        if order.state != "sale":
            return
        documents = self.documents = self.life.documents("draft", "posted")
        own = [
            item
            for item in documents.invoice_line_ids
            if item.display_type == "product" and not item.sale_line_ids
        ]
        beside = sum(-item.amount_currency for item in own)
        total = sum(self.sign(move) * move.amount_total for move in documents)
        untaxed = sum(self.sign(move) * move.amount_untaxed for move in documents)
        self.same("closed: untaxed", untaxed - beside, order.amount_untaxed)
        self.same("closed: total", total - beside, order.amount_total)
        self.same("closed: tax", total - untaxed, order.amount_tax)
        lines, taxes = self.contract()
        if "rounding changed" not in happened:
            self.look_at_closed_taxes(taxes)
            # The engine shares 0.05 francs as five times 0.01, which no document can bill.
            coin = self.get_coin()
            for line, whole in lines.items():
                self.same("closed: line", self.billed(line), whole, line.name, tolerance=coin)
        self.holds(
            "closed: invoice status", order.invoice_status == "invoiced", order.invoice_status
        )
        recap = order.get_billing_recap()
        self.same("closed: recap left", recap["to_invoice_total"], -beside)
        self.same("closed: deposits left", recap["deposit_remaining"], 0)
        for line in lines:
            self.same("closed: quantity", line.qty_invoiced, line.product_uom_qty, line.name)
            self.same("closed: quantity left", line.qty_to_invoice, 0, line.name)
            if "draft" not in documents.mapped("state"):
                for name in ("amount_to_invoice", "untaxed_amount_to_invoice"):
                    self.same(f"closed: {name}", line[name], 0, line.name)
        self.look_at_closed_deposits()

    def look_at_closed_taxes(self, taxes):
        billed = defaultdict(float)
        for item in self.documents.line_ids.filtered("tax_line_id"):
            billed[item.tax_line_id] -= item.amount_currency
        for tax in billed.keys() | taxes.keys():
            self.same("closed: each tax", billed[tax], taxes[tax], f"at {tax.amount:g}")

    def look_at_closed_deposits(self):
        """All that was asked for ahead is deducted, by line and by tax, and off its account."""
        left = defaultdict(float)
        down = self.order.order_line.filtered("is_downpayment")
        for move in self.documents:
            if not move.invoice_line_ids.sale_line_ids & down:
                continue
            base_lines, _tax_lines = move._get_rounded_base_and_tax_lines()
            for base_line in base_lines:
                lines = base_line["record"].sale_line_ids & down
                if not lines:
                    continue
                details, sign = base_line["tax_details"], self.sign(move)
                left[lines, "untaxed"] += sign * (
                    details["total_excluded_currency"] + details["delta_total_excluded_currency"]
                )
                for tax_data in details["taxes_data"]:
                    left[lines, tax_data["tax"]] += sign * tax_data["tax_amount_currency"]
        for (line, what), amount in left.items():
            name = what if isinstance(what, str) else f"{what.amount:g}"
            text = f"{name} of {line.name}"
            self.same("closed: deposit line", amount, 0, text, tolerance=self.get_coin())
        for line in down.filtered(lambda line: not line.display_type):
            self.same("closed: deposit quantity", line.qty_invoiced, 0, line.name)
            if "draft" not in self.documents.mapped("state"):
                for name in ("untaxed_amount_invoiced", "untaxed_amount_to_invoice"):
                    self.same(f"closed: deposit {name}", line[name], 0, line.name)
        posted = self.documents.filtered(lambda move: move.state == "posted").line_ids
        items = posted.filtered(lambda item: item.account_id == self.company.downpayment_account_id)
        self.same("closed: deposit account", sum(items.mapped("amount_currency")), 0)
        # In the company's currency Odoo places the cents of converting anew on each document.
        tolerance = self.own.rounding * len(items) if self.currency != self.own else 0.0
        self.same(
            "closed: deposit account",
            sum(items.mapped("balance")),
            0,
            currency=self.own,
            tolerance=tolerance,
        )

    def look_at_the_paid_order(self):
        """All paid: nothing is open, nothing is held, no tax waits."""
        if any(move.state == "draft" for move in self.life.entries("draft")):
            return
        for move in self.life.entries("posted"):
            if move.is_invoice():
                self.same("paid: document", move.amount_residual, 0, self.life.show_move(move))
        items = self.life.entries("posted").line_ids
        for kind, account in (
            ("paid: retention account", self.company.retention_account_id),
            ("paid: tax that waits", self.life.waiting),
        ):
            of_it = items.filtered(lambda item, account=account: item.account_id == account)
            # In the company's currency each entry of a foreign document may convert a cent anew.
            foreign = self.currency != self.own
            tolerance = self.own.rounding * len(of_it.move_id) if foreign else 0.0
            found = sum(of_it.mapped("balance"))
            self.same(kind, found, 0, currency=self.own, tolerance=tolerance)
