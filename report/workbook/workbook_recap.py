"""Sheet "Recap": every document of the order, and where contract, deposits and retentions stand."""

from .sheet import cell, total

# Columns by the figure that they show; some are left out where they would be empty.
TEXTS = ("name", "label", "date", "state_label", "progress")
OPTIONAL = ("deposit", "deduction", "retention", "lost")


class Recap:
    """The sheet while it is written."""

    def __init__(self, env, sheet, figures):
        self.env, self.sheet, self.figures = env, sheet, figures
        documents = [*figures["documents"], *figures["cancelled"]]
        names = [
            *TEXTS,
            "untaxed",
            "tax",
            "total",
            *(name for name in OPTIONAL if any(row[name] for row in documents)),
            "amount_due_now",
            "paid",
            "left",
        ]
        self.columns = {name: column for column, name in enumerate(names)}

    def fill(self, contract, retained):
        self.write_head()
        first = self.sheet.row
        for document in self.figures["documents"]:
            self.write_document(document)
            self.sheet.row += 1
        totals_row = self.sheet.row
        self.write_totals(first)
        self.sheet.row += 2
        self.write_contract(contract, totals_row)
        self.write_deposits(totals_row)
        self.write_retention(retained)
        if self.figures["cancelled"]:
            self.sheet.row += 1
            self.write_cancelled()

    def write_head(self):
        env, sheet, figures = self.env, self.sheet, self.figures
        sheet.set_widths(22, 24, 12, 12, *[13] * (len(self.columns) - 4))
        sheet.file.fit_to_pages(1, 0)
        sheet.text(0, env._("Billing recap of order %(order)s", order=figures["order"]), "title")
        sheet.row += 1
        sheet.text(0, " – ".join(filter(None, (figures["customer"], figures["reference"]))))
        sheet.row += 1
        notice = env._("Amounts in %(currency)s.", currency=figures["currency"])
        sheet.text(0, notice, "muted")
        if figures["subject"]:
            sheet.row += 1
            sheet.text(0, env._("Up to: %(document)s", document=figures["subject"]), "bold")
        sheet.row = 5
        heads = {
            "name": env._("Number"),
            "label": env._("Document"),
            "date": env._("Date"),
            "state_label": env._("Status"),
            "progress": env._("Progress"),
            "untaxed": env._("Untaxed"),
            "tax": env._("Tax"),
            "total": env._("Total"),
            "deposit": env._("Of which deposits"),
            "deduction": env._("Deposits deducted"),
            "retention": env._("Retention"),
            "lost": env._("Retention lost"),
            "amount_due_now": env._("Due now"),
            "paid": env._("Paid"),
            "left": env._("Left to pay"),
        }
        sheet.texts([heads[name] for name in self.columns], "head")
        sheet.row += 1
        sheet.file.freeze_panes(sheet.row, 1)

    def write_document(self, document, *styles):
        """Write a document; ``styles`` mark one that doesn't count, which has no formula."""
        sheet, columns = self.sheet, self.columns
        sheet.text(columns["name"], document["name"] or "–", *styles)
        sheet.text(columns["label"], document["label"], *styles)
        sheet.date(columns["date"], document["date"], *styles)
        is_draft = document["state"] == "draft"
        marked = ("italic",) if is_draft else ()
        sheet.text(columns["state_label"], document["state_label"], *marked, *styles)
        if not styles:
            sheet.number(columns["progress"], document["progress"] / 100, "percent")
        formulas = {} if styles else self.get_formulas()
        for name, column in columns.items():
            if name in TEXTS:
                continue
            if name in formulas:
                sheet.formula(column, formulas[name], document[name], "amount", *styles)
            else:
                sheet.number(column, document[name], "amount", *styles)

    def get_formulas(self):
        """Return what follows from other columns of the same row."""
        taken = [name for name in ("total", "paid", "lost") if name in self.columns]
        return {
            "total": f"{self.at('untaxed')}+{self.at('tax')}",
            "left": "-".join(self.at(name) for name in taken),
        }

    def write_totals(self, first):
        sheet, totals = self.sheet, self.figures["totals"]
        sheet.text(0, self.env._("Total"), "double")
        sheet.blanks(1, len(TEXTS) - 1, "double")
        for name, column in self.columns.items():
            if name not in TEXTS:
                formula = total(column, first, sheet.row - 1)
                sheet.formula(column, formula, totals[name], "amount", "double")

    # === WHERE THE JOB STANDS ===#

    def write_contract(self, contract, totals_row):
        """Write contract, what is invoiced of it, and what is left.

        :param contract: address of its untaxed total
        """
        env, sheet, recap = self.env, self.sheet, self.figures["recap"]
        names = ("untaxed", "tax", "total")
        sheet.text(0, env._("Billing recap"), "head")
        sheet.blanks(1, len(TEXTS) - 1, "head")
        for name, head in zip(names, (env._("Untaxed"), env._("Tax"), env._("Total")), strict=True):
            sheet.text(self.columns[name], head, "head")
        sheet.row += 1
        sheet.text(0, env._("Contract"))
        contract_row = sheet.row
        sheet.formula(self.columns["untaxed"], contract, recap["contract_untaxed"], "amount")
        sheet.number(self.columns["tax"], recap["contract_tax"], "amount")
        formula = f"{self.at('untaxed')}+{self.at('tax')}"
        sheet.formula(self.columns["total"], formula, recap["contract_total"], "amount")
        sheet.row += 1
        sheet.text(0, env._("Invoiced, deposits included"))
        for name in names:
            formula = self.at(name, totals_row)
            sheet.formula(self.columns[name], formula, recap[f"invoiced_{name}"], "amount")
        sheet.row += 1
        sheet.text(0, env._("Left to invoice"), "double")
        sheet.blanks(1, len(TEXTS) - 1, "double")
        for name in names:
            formula = f"{self.at(name, contract_row)}-{self.at(name, sheet.row - 1)}"
            value = recap[f"to_invoice_{name}"]
            sheet.formula(self.columns[name], formula, value, "amount", "double")
        sheet.row += 1
        sheet.text(0, env._("Progress of the works"))
        sheet.number(self.columns["total"], recap["progress"] / 100, "percent")
        sheet.row += 2

    def write_deposits(self, totals_row):
        env, sheet, recap = self.env, self.sheet, self.figures["recap"]
        if not {"deposit", "deduction"} & set(self.columns):
            return
        column = self.columns["total"]
        first = sheet.row
        labels = {
            "deposit": env._("Deposits invoiced"),
            "deduction": env._("Deposits deducted"),
        }
        values = {"deposit": "deposit_invoiced", "deduction": "deposit_deducted"}
        for name, label in labels.items():
            sheet.text(0, label)
            formula = self.at(name, totals_row) if name in self.columns else "0"
            sheet.formula(column, formula, recap[values[name]], "amount")
            sheet.row += 1
        sheet.text(0, env._("Deposits left to deduct"), "sum")
        sheet.blanks(1, column - 1, "sum")
        formula = f"{cell(first, column)}-{cell(first + 1, column)}"
        sheet.formula(column, formula, recap["deposit_remaining"], "amount", "sum")
        sheet.row += 2

    def write_retention(self, retained):
        """Write what is retained.

        :param retained: addresses of the totals of the sheet "Retentions"; empty for none
        """
        if not retained:
            return
        env, sheet, recap = self.env, self.sheet, self.figures["recap"]
        labels = {"held": env._("Retention held"), "released": env._("Retention released or paid")}
        for name, label in labels.items():
            sheet.text(0, label)
            value = recap[f"retention_{name}"]
            sheet.formula(self.columns["total"], retained[name], value, "amount")
            sheet.row += 1

    def write_cancelled(self):
        self.sheet.text(0, self.env._("Cancelled, not counted"), "muted")
        for document in self.figures["cancelled"]:
            self.sheet.row += 1
            self.write_document(document, "strike")

    def at(self, name, row=None):
        """Return the address of a figure in a row, by default in this one."""
        return cell(self.sheet.row if row is None else row, self.columns[name])


def write(env, sheet, figures, contract, retained):
    """Write the sheet.

    :param figures: of `sale.order._get_workbook_figures`
    :param contract: address of the contract's untaxed total (`workbook_progress.write`)
    :param retained: addresses of the retentions' totals (`workbook_retentions.write`)
    """
    Recap(env, sheet, figures).fill(contract, retained)
