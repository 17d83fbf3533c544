"""What callers of public methods give, read once: texts and ids."""

from odoo.exceptions import UserError

from ...tools.echo import shown

# Characters of a reason, a name, a reference.
LONGEST_TEXT = 5000
# The database's ids have 32 bits.
LARGEST_ID = 2**31 - 1


def read_text(env, value):
    """Return a text without the blanks around it; False where that is nothing.

    :raise UserError: when it isn't one, or too long
    """
    if value is None or value is False:
        return False
    if not isinstance(value, str):
        raise UserError(env._("“%(value)s” is not a text.", value=shown(value)))
    if len(value) > LONGEST_TEXT:
        raise UserError(
            env._(
                "“%(value)s” is too long: %(count)s characters, give %(most)s at most.",
                value=shown(value),
                count=len(value),
                most=LONGEST_TEXT,
            )
        )
    return value.strip() or False


def is_id(value):
    """Whether a value can be asked for as the id of a record; 0 can, and is none."""
    return type(value) is int and 0 <= value <= LARGEST_ID
