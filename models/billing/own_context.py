"""Where a public method starts from: arguments that can be used, and a context of its own.

Whoever calls over RPC sets the context freely. Odoo and other addons read many keys of it, which choose
a journal, a type, a date up to which documents count: none of them is an argument of ours.
"""

from dataclasses import dataclass
from functools import wraps
from typing import Any

from odoo.exceptions import UserError

from ...tools.arguments import find_unusable
from ...tools.echo import shown

# What changes words, days and the log of changes alone; companies are checked by Odoo where they are read.
KEPT_KEYS = (
    "lang",
    "tz",
    "uid",
    "allowed_company_ids",
    "force_report_rendering",
    "mail_create_nolog",
    "mail_create_nosubscribe",
    "mail_notrack",
    "tracking_disable",
)


@dataclass(frozen=True)
class Handed:
    """A value that our own code hands down through the context, where Odoo leaves no other way.

    No RPC client can make one: a plain value under the same key counts for nothing.
    """

    value: Any


def get_handed(env, key):
    """Return what our own code has handed down under a key of the context; None where it hasn't."""
    handed = env.context.get(key)
    return handed.value if isinstance(handed, Handed) else None


def with_own_context(records):
    """Return records without anything of the caller's context that could steer what is done."""
    context = {
        key: value
        for key, value in records.env.context.items()
        if key in KEPT_KEYS or isinstance(value, Handed)
    }
    return records if context == records.env.context else records.with_context(context)


def own_context(method):
    """Let a public method start from a context of its own, and refuse what no argument may hold.

    :raise UserError: on such an argument; see `tools.arguments`
    """

    @wraps(method)
    def start(self, *args, **kwargs):
        found = find_unusable([args, kwargs])
        if found is not None:
            raise UserError(self.env._("“%(value)s” can't be used.", value=shown(found)))
        return method(with_own_context(self), *args, **kwargs)

    start.starts_from_own_context = True
    return start
