from . import account_move_reversal, sale_situation_wizard
