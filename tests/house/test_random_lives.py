"""A few of the lives that `dev/attack` lives by the thousand."""

from odoo.tests import tagged

from ..random_lives import RandomLives

SEEDS = range(12)


class Undone(Exception):
    """Takes back what a life wrote."""


@tagged("post_install", "-at_install")
class TestRandomLives(RandomLives):
    def test_lives(self):
        for seed in SEEDS:
            with self.subTest(seed=seed):
                try:
                    with self.cr.savepoint():
                        life = self.live(seed)
                        raise Undone
                except Undone:
                    self.know_the_tables()
                self.assertFalse(life.findings, life.tell())
