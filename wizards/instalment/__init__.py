from . import sale_instalment_wizard
