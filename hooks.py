"""What is done around the installation."""

from odoo.tools.sql import column_exists, create_column

# Stored fields that Odoo would compute for every entry, item or order of the database when it makes their
# columns, though they are empty without a document of ours.
COLUMNS = {
    "account_move": {
        "is_paid_except_retention": "bool",
        "reminder_date": "date",
        "reminder_level_id": "int4",
        "retention_amount": "numeric",
        "retention_residual": "numeric",
    },
    "account_move_line": {"progress": "float8"},
    "sale_order": {
        "subscription_next_date": "date",
        "subscription_next_end": "date",
        "subscription_next_start": "date",
        # Its default is a setting of the company, whose column may not be there yet.
        "subscription_send_mail": "bool",
        "subscription_stop_date": "date",
    },
}


def make_columns(cr):
    """Make the columns of `COLUMNS` that aren't there, empty."""
    for table, columns in COLUMNS.items():
        for name, kind in columns.items():
            if not column_exists(cr, table, name):
                create_column(cr, table, name, kind)


def pre_init_hook(env):
    """Make columns that Odoo would otherwise fill row by row."""
    make_columns(env.cr)


def post_init_hook(env):
    """Give companies whose chart was loaded before this addon their accounts, and make
    the deposits that Odoo has billed so far known as such."""
    companies = env["res.company"].search([])
    companies._set_missing_accounts()
    companies._set_missing_mentions()
    env["sale.order"]._adopt_down_payments()
    env["sale.order"]._note_billed_contracts()
