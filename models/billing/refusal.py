"""Work that is done for many: a record that is refused doesn't lose the others, and is told once."""

import logging
from contextlib import contextmanager
from functools import partial
from typing import Any, NamedTuple

from markupsafe import Markup

from odoo.exceptions import ConcurrencyError, LockError, RedirectWarning, UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

_logger = logging.getLogger(__name__)

# What somebody else's change of the same rows ends in: no refusal, it is done again.
CONCURRENCY = (*PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, ConcurrencyError)
# Of one record, by a scheduled action, before it is left to its next run.
TRIES = 3


class Outcome(NamedTuple):
    """What became of the work for one record."""

    result: Any = None
    # In words for a user; empty where it was done.
    refusal: str = ""
    # Whether somebody else works on the record at this moment.
    is_busy: bool = False


def attempt(record, work):
    """Do something for one of many records; what is refused leaves nothing behind.

    :param record: what it is about; named in the log
    :param work: callable without arguments
    :rtype: Outcome
    :raise: what PostgreSQL says of a concurrent change: Odoo runs the request again
    """
    try:
        with record.env.cr.savepoint():
            return Outcome(work())
    except CONCURRENCY:
        raise
    except (UserError, RedirectWarning) as error:
        return Outcome(None, str(error.args[0]), isinstance(error, LockError))
    except Exception as error:  # pylint: disable=broad-except
        # Whatever another addon does to one record, the others are worked on.
        _logger.exception("Unexpected error on %s", record)
        return Outcome(None, record.env._("Unexpected error: %(error)s", error=str(error)))


def attempt_each(env, jobs, tell):
    """Do something for each of many records by a scheduled action, in a transaction each.

    What somebody else works on is left to the next run, which the scheduler begins as soon as it can.

    :param jobs: list of ``(record, callable without arguments)``
    :param tell: callable (record, refusal) that tells whoever is responsible
    """
    commit = env["ir.cron"]._commit_progress
    commit(remaining=len(jobs))
    for record, work in jobs:
        outcome = _attempt_again(record, work)
        if outcome.refusal and not outcome.is_busy:
            outcome = _attempt_again(record, partial(tell, record, outcome.refusal))
        if not commit(0 if outcome.is_busy else 1):
            return


def _attempt_again(record, work):
    """Do as `attempt`, a few times where somebody else changes the record meanwhile."""
    for _try in range(TRIES):
        try:
            return attempt(record, work)
        except CONCURRENCY as error:
            # What was done before is committed: the transaction begins again, and sees the change.
            _logger.info("Concurrent change of %s: %s", record, error)
            record.env.cr.rollback()
    return Outcome(is_busy=True)


@contextmanager
def refusals_as_user_errors(record):
    """Let whatever is refused be refused by a `UserError`, the one that Odoo's scheduled posting expects.

    :raise UserError: in the place of a `RedirectWarning` and of what nobody expects
    :raise: what PostgreSQL says of a concurrent change
    """
    try:
        yield
    except (UserError, *CONCURRENCY):
        raise
    except RedirectWarning as error:
        raise UserError(error.args[0]) from error
    except Exception as error:
        _logger.exception("Unexpected error on %s", record)
        raise UserError(record.env._("Unexpected error: %(error)s", error=str(error))) from error


def get_responsible(env, *users):
    """Return the first of these users who is there to be told; whoever runs this where there is none."""
    for user in users:
        if user and user.active and not user.share:
            return user
    return env.user


def tell_once(record, activity_type, summary, text, user):
    """Leave somebody one activity; as long as it is open, it is only brought up to date.

    :param record: what it is about
    :param activity_type: xml id
    :param summary: tells the activities of this type apart; in the user's language
    :param text: plain
    :param user: of `get_responsible`
    """
    note = Markup("<p>%s</p>") % text
    known = record.activity_search([activity_type], only_automated=False)
    known = known.filtered(lambda activity: activity.summary == summary)
    if known:
        known.note = note
    else:
        record.activity_schedule(activity_type, summary=summary, note=note, user_id=user.id)
