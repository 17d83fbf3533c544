from odoo.addons.sale_situation_invoicing.hooks import make_columns


def migrate(cr, version):
    """Make the columns that a version before this one lacks, as an installation does."""
    make_columns(cr)
