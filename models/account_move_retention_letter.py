"""The letter that asks a customer to release what he retains."""

from odoo import fields, models


class AccountMove(models.Model):
    _inherit = "account.move"

    def _get_release_letter(self):
        """Return what the release letter of these invoices says: of one order, or one without.

        :return: dict of `rows` (`move`, `retained`, `amount` to release, in the documents' currency),
            `total`, `currency`, `is_due` (whether it is to be paid now; else `rows` has what will
            be), `later` (what is to be paid later than the rows), `opposed`, and `acceptance`,
            `reserves`, `date` (end of the guarantee) and `has_ended` of the order
        """
        figures = self.env["account.retention"]._get_by_move(self)
        moves = self._sort_by_retention_date().filtered(
            lambda move: move.state == "posted" and move.id in figures
        )
        is_due = any(figures[move.id]["due"] for move in moves)
        rows = []
        for move in moves:
            now = figures[move.id]
            amount = now["due"] if is_due else now["residual"] - now["opposed"]
            if amount:
                rows.append({"move": move, "retained": now["amount"], "amount": amount})
        currency = (moves or self).currency_id[:1] or self.env.company.currency_id
        order = self.billing_order_id[:1]
        return {
            "rows": rows,
            "total": currency.round(sum(row["amount"] for row in rows)) if rows else 0.0,
            "currency": currency,
            "is_due": is_due,
            "later": sum(figures[move.id]["held"] for move in moves) if is_due else 0.0,
            "opposed": sum(figures[move.id]["opposed"] for move in moves),
            "acceptance": order.works_acceptance_date,
            "reserves": order.works_reserves,
            "date": order.retention_date,
            "has_ended": bool(order.retention_date)
            and order.retention_date <= fields.Date.context_today(self),
        }
