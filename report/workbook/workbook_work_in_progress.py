"""Sheet "Work in progress": an order a row, with totals for each currency."""

from .sheet import SUBTOTAL, cell, total

TEXTS = ("customer", "order", "date", "salesperson", "company")


class WorkInProgress:
    """The sheet while it is written."""

    def __init__(self, env, sheet, groups):
        self.env, self.sheet, self.groups = env, sheet, groups
        companies = {row["company"] for group in groups for row in group["rows"]}
        names = [
            *(name for name in TEXTS if name != "company" or len(companies) > 1),
            "contract_untaxed",
            "contract_total",
            "billed",
            "progress",
            "left",
            "deposit_invoiced",
            "deposit_deducted",
            "deposit_left",
            "retention_held",
            "invoiced_total",
            "paid",
            *(["retention_lost"] if any(g["totals"]["retention_lost"] for g in groups) else []),
            "unpaid",
        ]
        self.columns = {name: column for column, name in enumerate(names)}

    def fill(self):
        self.write_head()
        for group in self.groups:
            self.sheet.decimals = group["decimals"]
            if len(self.groups) > 1:
                self.sheet.text(0, group["currency"], "section")
                self.sheet.blanks(1, len(self.columns) - 1, "section")
                self.sheet.row += 1
            first = self.sheet.row
            for row in group["rows"]:
                self.write_row(row)
                self.sheet.row += 1
            if len(self.groups) == 1:
                # The totals follow what is filtered.
                last = self.sheet.row - 1
                self.sheet.file.autofilter(first - 1, 0, last, len(self.columns) - 1)
            self.write_totals(first, group["totals"])
            self.sheet.row += 2

    def write_head(self):
        env, sheet = self.env, self.sheet
        texts = sum(name in TEXTS for name in self.columns)
        sheet.set_widths(30, 14, 12, 18, *[20] * (texts - 4), *[14] * (len(self.columns) - texts))
        sheet.file.fit_to_pages(1, 0)
        sheet.text(0, env._("Work in progress"), "title")
        sheet.row += 1
        notice = env._(
            "Amounts in %(currency)s, tax included where nothing else is said. Drafts are counted, "
            "cancelled documents aren't.",
            currency=", ".join(group["currency"] for group in self.groups),
        )
        sheet.text(0, notice, "muted")
        sheet.row += 2
        heads = {
            "customer": env._("Customer"),
            "order": env._("Order"),
            "date": env._("Date"),
            "salesperson": env._("Salesperson"),
            "company": env._("Company"),
            "contract_untaxed": env._("Contract, untaxed"),
            "contract_total": env._("Contract"),
            "billed": env._("Billed without deposits, untaxed"),
            "progress": env._("Progress"),
            "left": env._("Left to bill, untaxed"),
            "deposit_invoiced": env._("Deposits invoiced"),
            "deposit_deducted": env._("Deposits deducted"),
            "deposit_left": env._("Deposits left to deduct"),
            "retention_held": env._("Retention held"),
            "invoiced_total": env._("Invoiced, deposits included"),
            "paid": env._("Paid"),
            "retention_lost": env._("Retention lost"),
            "unpaid": env._("Invoiced and not paid"),
        }
        sheet.file.set_row(sheet.row, 45)
        sheet.texts([heads[name] for name in self.columns], "head")
        sheet.file.repeat_rows(sheet.row)
        sheet.row += 1
        sheet.file.freeze_panes(sheet.row, 2)

    def write_row(self, row):
        sheet, formulas = self.sheet, self.get_formulas()
        for name, column in self.columns.items():
            if name == "date":
                sheet.date(column, row[name])
            elif name in TEXTS:
                sheet.text(column, row[name])
            elif name == "progress":
                sheet.number(column, row[name] / 100, "percent")
            elif name in formulas:
                sheet.formula(column, formulas[name], row[name], "amount")
            else:
                sheet.number(column, row[name], "amount")

    def get_formulas(self):
        """Return what follows from other columns of the same row."""
        return {
            "left": f"{self.at('contract_untaxed')}-{self.at('billed')}",
            "deposit_left": f"{self.at('deposit_invoiced')}-{self.at('deposit_deducted')}",
            "unpaid": "-".join(
                self.at(name)
                for name in ("invoiced_total", "paid", "retention_lost")
                if name in self.columns
            ),
        }

    def write_totals(self, first, totals):
        sheet = self.sheet
        sheet.text(0, self.env._("Total"), "double")
        for name, column in self.columns.items():
            if name in TEXTS:
                if column:
                    sheet.blanks(column, column, "double")
            elif name == "progress":
                contract = self.at("contract_untaxed")
                formula = f"IF({contract}=0,0,{self.at('billed')}/{contract})"
                sheet.formula(column, formula, totals[name], "percent", "double")
            else:
                formula = total(column, first, sheet.row - 1, SUBTOTAL)
                sheet.formula(column, formula, totals[name], "amount", "double")

    def at(self, name):
        """Return the address of a figure in this row."""
        return cell(self.sheet.row, self.columns[name])


def write(env, sheet, groups):
    """Write the sheet.

    :param groups: of `sale.order._get_work_in_progress`
    """
    WorkInProgress(env, sheet, groups).fill()
