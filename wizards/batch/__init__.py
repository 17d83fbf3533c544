from . import sale_situation_wizard
