"""A batch that runs by itself: a job for each chunk with OCA's job queue, else a scheduled action."""

from markupsafe import Markup

from odoo import api, fields, models

from ..billing.own_context import own_context
from ..billing.refusal import CONCURRENCY, attempt, get_responsible


class SaleSituationBatch(models.Model):
    _inherit = "sale.situation.batch"

    background_user_id = fields.Many2one(
        "res.users", readonly=True, copy=False, help="Who is told when all is done."
    )

    # === ACTIONS ===#

    @own_context
    def action_create_in_background(self):
        """Let the situations be created while the user does something else; he is told at the end."""
        self.ensure_one()
        self.check_access("write")
        self._check_waiting()
        if not self.in_background:
            # sudo: how the batch runs is its own to write (rights were checked)
            self.sudo().write({"in_background": True, "background_user_id": self.env.uid})
            self._start_in_background()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "info",
                "message": self.env._(
                    "The drafts are created in the background: you will be told."
                ),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    @own_context
    def action_stop_background(self):
        """Stop after the chunk that is being worked on."""
        self.check_access("write")
        self.sudo().in_background = False  # sudo: as above
        return True

    # === BUSINESS METHODS ===#

    @api.model
    def _has_job_queue(self):
        """Whether OCA's `queue_job` is installed."""
        return hasattr(self.env["base"], "with_delay")

    def _start_in_background(self, delay=0):
        """Have the next chunk worked on.

        :param delay: in seconds, where somebody else is working on the batch
        """
        if self._has_job_queue():
            # One after the other: the last chunk is the one that leaves nothing waiting.
            # sudo: its name
            description = self.env._("%(batch)s: next orders", batch=self.sudo().display_name)
            self.with_delay(eta=delay or None, description=description)._run_job()
        else:
            # sudo: whoever may run the batch may have it run now
            cron = self.env.ref("sale_situation_invoicing.cron_create_situations").sudo()
            cron._trigger()

    def _run_job(self):
        """Work on a chunk and leave the next one to the next job: what `queue_job` calls."""
        done = self._run_chunk()
        # sudo: as in `_run_chunk`, where the user has lost his rights
        if self.sudo().in_background:
            self._start_in_background(delay=0 if done else 10)

    @api.model
    def _cron_create_situations(self):
        """Work on the batches that run in the background, a chunk a transaction."""
        if self._has_job_queue():
            return
        batches = self.search([("in_background", "=", True)])
        commit = self.env["ir.cron"]._commit_progress
        commit(remaining=sum(batches.mapped("waiting_count")))
        for batch in batches:
            done = 1
            while done and batch.in_background:
                try:
                    done = batch._run_chunk()
                except CONCURRENCY:
                    # Somebody billed one of the orders meanwhile: the next run sees it.
                    self.env.cr.rollback()
                    done = 0
                if not commit(done):
                    return

    def _run_chunk(self):
        """Work on a chunk with the rights that who asked for it has now; tell him when nothing waits
        any more.

        :return: how many orders were worked on
        """
        self.ensure_one()
        # sudo: how the batch runs is its own to read and write; the work itself is done by the user
        batch = self.sudo()
        user = batch.background_user_id
        if not user.active or user.share:
            batch._stop_and_tell(
                batch.env._("who asked for it is no active user of the company any more.")
            )
            return 0
        own = batch.with_user(user).with_context(
            lang=user.lang, tz=user.tz, allowed_company_ids=batch.company_id.ids
        )
        done = 0
        if batch._get_waiting_rows():
            outcome = attempt(batch, own.create_situations)
            if outcome.refusal:
                # He may not use the batch any more.
                batch._stop_and_tell(outcome.refusal)
                return 0
            done = len(outcome.result["created"]) + len(outcome.result["refused"])
        if not batch._get_waiting_rows():
            batch.in_background = False
            attempt(batch, own._tell_finished)
        return done

    def _stop_and_tell(self, reason):
        """Stop, and say why on the batch: to who asked for it, or to who is responsible for it."""
        self.in_background = False
        user = get_responsible(self.env, self.background_user_id, self.user_id)
        self.with_context(lang=user.lang).message_post(
            body=self.env._("Stopped: %(reason)s", reason=reason),
            author_id=self.env.ref("base.partner_root").id,
            partner_ids=user.partner_id.ids,
            subtype_xmlid="mail.mt_comment",
        )

    def _tell_finished(self):
        """Tell the user what became of the batch, in the chatter and at once where he looks."""
        message = self.env._(
            "%(batch)s: %(created)s created (%(total)s), %(refused)s refused.",
            batch=self.display_name,
            created=self.created_count,
            total=self.created_total or "0",
            refused=self.refused_count,
        )
        partner = self.env.user.partner_id
        refused = self.line_ids.filtered(lambda row: row.state == "refused")
        body = Markup("<p>%s</p><ul>%s</ul>") % (
            message,
            Markup().join(Markup("<li>%s</li>") % row.reason for row in refused),
        )
        # By Odoo's robot, but with his rights: without this he isn't told what he does himself.
        self.with_context(mail_notify_author=True).message_post(
            body=body,
            author_id=self.env.ref("base.partner_root").id,
            partner_ids=partner.ids,
            subtype_xmlid="mail.mt_comment",
        )
        self.env.user._bus_send(
            "simple_notification",
            {"type": "info", "title": self.env._("Situations of the Month"), "message": message},
        )
