from . import account_payment_term, res_company, sale_order, sale_situation_wizard
