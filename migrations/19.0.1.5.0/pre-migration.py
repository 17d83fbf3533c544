from odoo import SUPERUSER_ID, api

ADDON = "sale_situation_invoicing"
# What administrators make their own: intervals, texts, delays, names.
ADMINISTERED = [
    "account.billing.reminder.level",
    "account.payment.term",
    "ir.cron",
    "mail.activity.type",
    "mail.template",
]


def migrate(cr, version):
    """Leave to administrators what they change, before this update loads its data: some of it was
    installed by a version that took their changes back."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    data = env["ir.model.data"].search([("module", "=", ADDON)])
    own = data.filtered(lambda row: row.model in ADMINISTERED)
    # A scheduled action's code stands on an action of its own, with an identifier made of its.
    actions = {f"{row.name}_ir_actions_server" for row in own if row.model == "ir.cron"}
    own |= data.filtered(lambda row: row.name in actions)
    own.filtered(lambda row: not row.noupdate).noupdate = True
