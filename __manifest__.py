{
    "name": "Situation Invoicing",
    "summary": "Bill an order by deposits, situations (progress invoices) and balance, to the cent",
    "version": "19.0.1.0.0",
    "category": "Sales/Sales",
    "author": "Situation Invoicing contributors",
    "license": "LGPL-3",
    "depends": ["sale_management", "account"],
    "data": [
        "security/ir.model.access.csv",
        "security/wizard_rules.xml",
        "views/account_move_views.xml",
        "views/sale_order_views.xml",
        "views/res_config_settings_views.xml",
        "wizards/sale_advance_payment_inv_views.xml",
        "wizards/sale_balance_wizard_views.xml",
        "wizards/sale_situation_wizard_views.xml",
        "wizards/situation_recap_templates.xml",
        "report/account_invoice_report_views.xml",
        "report/situation_templates.xml",
    ],
    "assets": {
        "web.assets_backend": [
            "sale_situation_invoicing/static/src/**/*",
        ],
        "web.assets_tests": [
            "sale_situation_invoicing/static/tests/tours/**/*",
        ],
    },
    "post_init_hook": "post_init_hook",
    "application": False,
    "installable": True,
}
