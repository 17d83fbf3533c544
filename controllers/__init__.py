from . import order_portal, portal, workbook
