"""A batch on OCA's job queue, where it is installed: a job for each chunk, one after the other."""

from importlib.util import find_spec

from odoo.tests import tagged

from .test_situation_batch import BatchCommon

if find_spec("odoo.addons.queue_job"):
    from odoo.addons.queue_job.tests.common import trap_jobs

    @tagged("post_install", "-at_install")
    class TestSituationBatchQueue(BatchCommon):
        def setUp(self):
            super().setUp()
            if not self.env["sale.situation.batch"]._has_job_queue():
                self.skipTest("queue_job is there, but not installed in this database")

        def test_a_job_for_each_chunk(self):
            orders = self.env["sale.order"].union(*(self.make_house_of(1000) for _n in range(12)))
            batch = self.make_batch(orders, *[30] * 11, 140)
            with trap_jobs() as trap:
                batch.action_create_in_background()
                batch.action_create_in_background()  # the second click
                trap.assert_jobs_count(1, only=batch._run_job)
                # It doesn't run twice: the scheduled action leaves it to the queue.
                batch._cron_create_situations()
                self.assertEqual(batch.waiting_count, 12)
                trap.perform_enqueued_jobs()
                self.assertEqual(batch.waiting_count, 2)
                trap.perform_enqueued_jobs()
            self.assertFalse(batch.in_background)
            self.assertEqual((batch.created_count, batch.refused_count), (11, 1))
            self.assertIn("11 created", batch.message_ids[0].body)
