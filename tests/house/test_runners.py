"""Odoo's own runner (`odoo --test-tags /sale_situation_invoicing`) runs what `dev/test` runs."""

import inspect
import unittest

from odoo.tests import BaseCase, tagged
from odoo.tests.loader import get_module_test_cases, get_test_modules
from odoo.tests.tag_selector import TagsSelector

ADDON = "sale_situation_invoicing"


@tagged("post_install", "-at_install")
class TestRunners(BaseCase):
    def test_odoo_runs_what_pytest_runs(self):
        selector = TagsSelector(f"/{ADDON}")
        position = TagsSelector("post_install")
        found, ours = set(), set()
        for module in get_test_modules(ADDON):
            for case in get_module_test_cases(module):
                self.assertIsInstance(case, BaseCase, "Odoo's runner skips it in silence")
                self.assertTrue(selector.check(case) and position.check(case), case.id())
                found.add((module.__name__, type(case).__name__, case._testMethodName))
            # pytest takes each class of the module, with what it inherits.
            for name, cls in vars(module).items():
                if inspect.isclass(cls) and issubclass(cls, unittest.TestCase):
                    ours |= {
                        (module.__name__, name, method)
                        for method in dir(cls)
                        if method.startswith("test_") and callable(getattr(cls, method))
                    }
        self.assertGreater(len(found), 900)
        self.assertEqual(ours, found)
