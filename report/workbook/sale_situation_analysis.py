"""The billing of orders as figures to be turned around: by month, customer, salesperson, kind."""

from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.query import Query

from ...models.billing.own_context import own_context


class SaleSituationAnalysis(models.Model):
    """One billed line of a document, invoice or credit note, of an order that is billed in steps.

    Amounts are in the company's currency, untaxed, those of credit notes negative. Documents that
    Odoo itself made for such an order count, too, so that the lines of an order sum to what its
    billing recap has as invoiced; cancelled ones don't.
    """

    _name = "sale.situation.analysis"
    _description = "Situation Analysis"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "move_id"

    move_id = fields.Many2one("account.move", string="Document", readonly=True)
    date = fields.Date(
        readonly=True,
        help="Of the invoice; the accounting date of a document that has none yet.",
    )
    order_id = fields.Many2one("sale.order", string="Order", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    user_id = fields.Many2one("res.users", string="Salesperson", readonly=True)
    team_id = fields.Many2one("crm.team", string="Sales Team", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    company_currency_id = fields.Many2one("res.currency", readonly=True)
    currency_id = fields.Many2one("res.currency", string="Document Currency", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    product_categ_id = fields.Many2one("product.category", string="Product Category", readonly=True)
    billing_kind = fields.Selection(
        selection=lambda self: self._get_kinds(),
        readonly=True,
        help="What a situation deducts of deposits counts as deposit, so that the other kinds show "
        "the works alone.",
    )
    situation_number = fields.Integer(string="Situation No.", aggregator=None, readonly=True)
    state = fields.Selection([("draft", "Draft"), ("posted", "Posted")], readonly=True)
    amount = fields.Monetary(
        string="Billed (untaxed)",
        currency_field="company_currency_id",
        readonly=True,
        help="Deposits and their deductions included.",
    )
    turnover = fields.Monetary(
        currency_field="company_currency_id",
        readonly=True,
        help="What is billed of works: without deposits and their deductions.",
    )
    deposits = fields.Monetary(
        currency_field="company_currency_id",
        readonly=True,
        help="Deposits less their deductions: what is left to deduct.",
    )
    progress = fields.Float(
        string="Progress (%)",
        aggregator="avg",
        readonly=True,
        help="Works billed, in % of the orders' untaxed amounts; of several orders, weighted by value.",
    )
    contract_amount = fields.Monetary(
        string="Contract (untaxed)",
        currency_field="company_currency_id",
        aggregator=None,
        readonly=True,
        help="Untaxed amount of the order.",
    )

    _depends = {
        "account.move": [
            "billing_kind",
            "billing_order_id",
            "commercial_partner_id",
            "date",
            "invoice_date",
            "move_type",
            "situation_number",
            "state",
        ],
        "account.move.line": [
            "amount_currency",
            "balance",
            "company_id",
            "currency_id",
            "display_type",
            "is_downpayment",
            "move_id",
            "price_total",
            "product_id",
            "sale_line_ids",
            "tax_repartition_line_id",
        ],
        "product.product": ["product_tmpl_id"],
        "product.template": ["categ_id"],
        "res.company": ["currency_id"],
        "sale.order": ["amount_untaxed", "currency_id", "currency_rate", "team_id", "user_id"],
        "sale.order.line": ["invoice_lines", "is_downpayment", "order_id"],
    }

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT item.id, item.move_id, item.date, item.order_id, item.partner_id,
                   sale.user_id, sale.team_id, item.company_id, item.company_currency_id,
                   item.currency_id, item.product_id, template.categ_id AS product_categ_id,
                   item.billing_kind, item.situation_number, item.state,
                   item.amount,
                   CASE WHEN item.billing_kind = 'deposit' THEN 0 ELSE item.amount END AS turnover,
                   CASE WHEN item.billing_kind = 'deposit' THEN item.amount ELSE 0 END AS deposits,
                   CASE WHEN item.billing_kind = 'deposit' THEN 0
                        WHEN item.currency_id = sale.currency_id
                        THEN 100 * item.amount_currency / NULLIF(sale.amount_untaxed, 0)
                        ELSE 100 * item.amount / NULLIF(contract.amount, 0) END AS progress,
                   contract.amount AS contract_amount
              FROM (%(items)s) item
              JOIN sale_order sale ON sale.id = item.order_id
        CROSS JOIN LATERAL (
                   SELECT sale.amount_untaxed / COALESCE(NULLIF(sale.currency_rate, 0), 1) AS amount
                   ) contract
         LEFT JOIN product_product product ON product.id = item.product_id
         LEFT JOIN product_template template ON template.id = product.product_tmpl_id
             WHERE item.order_id IN (
                   SELECT billing_order_id FROM account_move WHERE billing_order_id IS NOT NULL
                   )
            """,
            items=self._get_items_query(),
        )

    @api.model
    def _get_items_query(self):
        """Return the query of the billed lines, each with the order that it is of.

        A line is of the order that its order line is of; one without, added by hand or by cash
        rounding, of the only order of its document, unless that is an invoice which bills nothing of
        the order and deducts a deposit of it by hand.
        """
        return SQL(
            """
            SELECT line.id, line.move_id, line.company_id, line.company_currency_id,
                   line.currency_id, line.product_id,
                   COALESCE(move.invoice_date, move.date) AS date,
                   move.commercial_partner_id AS partner_id,
                   NULLIF(move.situation_number, 0) AS situation_number,
                   move.state,
                   CASE WHEN line.is_downpayment THEN 'deposit'
                        ELSE COALESCE(move.billing_kind, 'other') END AS billing_kind,
                   -line.balance AS amount,
                   -line.amount_currency AS amount_currency,
                   COALESCE(
                       own.order_id,
                       CASE WHEN move.billing_order_id IS NULL
                                 AND BOOL_AND(own.is_deposit) OVER document
                                 AND SUM(line.price_total) FILTER (WHERE own.is_deposit)
                                     OVER document < 0
                            THEN NULL
                            WHEN MIN(own.order_id) OVER document
                                 IS NOT DISTINCT FROM MAX(own.order_id) OVER document
                            THEN COALESCE(MIN(own.order_id) OVER document, move.billing_order_id)
                       END
                   ) AS order_id
              FROM account_move_line line
              JOIN account_move move ON move.id = line.move_id
         LEFT JOIN LATERAL (
                   SELECT MIN(order_line.order_id) AS order_id,
                          BOOL_AND(order_line.is_downpayment) AS is_deposit
                     FROM sale_order_line_invoice_rel link
                     JOIN sale_order_line order_line ON order_line.id = link.order_line_id
                    WHERE link.invoice_line_id = line.id
                   ) own ON TRUE
             WHERE line.move_id IN (%(documents)s)
               AND line.display_type IN ('product', 'rounding')
               AND line.tax_repartition_line_id IS NULL
               AND move.move_type IN ('out_invoice', 'out_refund')
               AND move.state != 'cancel'
            WINDOW document AS (PARTITION BY line.move_id)
            """,
            documents=self._get_documents_query(),
        )

    @api.model
    def _get_documents_query(self):
        """Return the query of the documents of orders that are billed in steps: ours, and those that
        Odoo made of the same orders."""
        return SQL(
            """
            SELECT id FROM account_move WHERE billing_order_id IS NOT NULL
             UNION
            SELECT line.move_id
              FROM sale_order_line order_line
              JOIN sale_order_line_invoice_rel link ON link.order_line_id = order_line.id
              JOIN account_move_line line ON line.id = link.invoice_line_id
             WHERE order_line.order_id IN (
                   SELECT billing_order_id FROM account_move WHERE billing_order_id IS NOT NULL
                   )
            """
        )

    @api.model
    def _get_kinds(self):
        """Return the kinds of documents, Odoo's own ones included."""
        kinds = self.env["account.move"]._fields["billing_kind"]._description_selection(self.env)
        return [*kinds, ("other", self.env._("Ordinary invoice"))]

    def _read_group_select(self, aggregate_spec: str, query: Query) -> SQL:
        # EXTENDS base: the progress of a group is what is billed of its orders, each counted once.
        if aggregate_spec != "progress:avg":
            return super()._read_group_select(aggregate_spec, query)
        return SQL(
            """
            COALESCE(
                SUM(%(progress)s * %(contract)s) / NULLIF((
                    SELECT SUM(sale.contract)
                      FROM (SELECT DISTINCT * FROM UNNEST(
                               ARRAY_AGG(%(order)s), ARRAY_AGG(%(contract)s)
                           ) AS pair(id, contract)) sale
                ), 0),
                0
            )
            """,
            progress=self._field_to_sql(self._table, "progress", query),
            contract=self._field_to_sql(self._table, "contract_amount", query),
            order=self._field_to_sql(self._table, "order_id", query),
        )

    # === ACTIONS ===#

    @own_context
    def action_open_document(self):
        """Open the document of this line."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": self.move_id.id,
            "view_mode": "form",
        }
