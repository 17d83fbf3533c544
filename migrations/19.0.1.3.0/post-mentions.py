from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Do for a database that has the addon already what `post_init_hook` does for a new one."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    env["res.company"].search([])._set_missing_mentions()
    env["sale.order"]._note_billed_contracts()
