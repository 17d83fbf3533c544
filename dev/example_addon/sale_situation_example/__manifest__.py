{
    "name": "Situation Invoicing: Example",
    "summary": "How another addon adds a deduction rule, a retention base and figures",
    "version": "19.0.1.0.0",
    "category": "Sales/Sales",
    "author": "Situation Invoicing contributors",
    "license": "LGPL-3",
    "depends": ["sale_situation_invoicing"],
    "installable": True,
}
