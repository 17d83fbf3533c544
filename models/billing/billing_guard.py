"""What this addon works out itself, and nobody gives: by RPC, import, copy, default or command."""

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import ormcache


class BillingGuard(models.AbstractModel):
    """Keeps the fields of a model that follow from the billing of orders from being written by users.

    The addon's own methods write them with `sudo()`, after their checks; recomputation isn't a
    `write`. Other addons guard fields of theirs by a `_kept_by_billing` of their own class.
    """

    _name = "billing.guard"
    _description = "Figures Kept by the Billing of Orders"

    _kept_by_billing = ()

    # === OVERRIDES ===#

    @api.model
    def default_get(self, fields):
        # EXTENDS base: defaults come from the caller's context and from his own `ir.default`, also
        # where the addon's methods create with more rights than his.
        kept = self._get_kept_by_billing()
        defaults = super().default_get([name for name in fields if name not in kept])
        for name, value in defaults.items():
            field = self._fields.get(name)
            if value and field and field.type in ("one2many", "many2many"):
                self._drop_kept(field.comodel_name, value)
        return defaults

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS base: an empty value claims nothing.
        if not self.env.su:
            kept = self._get_kept_by_billing()
            for vals in vals_list:
                if not kept.isdisjoint(vals):
                    self.browse()._refuse_kept(
                        {name: vals[name] for name in vals if name in kept and vals[name]}
                    )
        return super().create(vals_list)

    def write(self, vals):
        # EXTENDS base: a client may send back what it read.
        if not self.env.su:
            kept = self._get_kept_by_billing()
            if not kept.isdisjoint(vals):
                self._refuse_kept(
                    {
                        name: value
                        for name, value in vals.items()
                        if name in kept and self._is_changed_by(name, value)
                    }
                )
        return super().write(vals)

    # === BUSINESS METHODS ===#

    @api.model
    @ormcache()
    def _get_kept_by_billing(self):
        """Return the names of the guarded fields: what every class of the model declares."""
        return frozenset(
            name for cls in type(self).mro() for name in vars(cls).get("_kept_by_billing", ())
        )

    @api.model
    def _drop_kept(self, model, commands):
        """Take the guarded fields of a model out of the values of its commands."""
        if not isinstance(self.env[model], self.pool["billing.guard"]):
            return
        kept = self.env[model]._get_kept_by_billing()
        for command in commands:
            if isinstance(command, list | tuple) and isinstance(command[-1], dict):
                for name in kept & command[-1].keys():
                    del command[-1][name]

    def _is_changed_by(self, name, value):
        """Whether a value written to these records would be another one than theirs."""
        field = self._fields[name]
        # sudo: compared only; a field may have groups of its own
        own = self.sudo()
        if field.type in ("one2many", "many2many"):
            # False clears the records, an empty list of commands leaves them.
            return value != [] and any(value or record[name] for record in own)
        if field.type == "json":
            # Python takes 1 and true for equal; a print doesn't.
            return any(value or record[name] for record in own)
        for record in own:
            current = field.convert_to_write(record[name], record)
            if field.type == "date" and current:
                current = str(current)
                value = value and str(value)
            if (value or current) and current != value:
                return True
        return False

    def _refuse_kept(self, values):
        """Refuse values that are nobody's to give; a hook for what may be chosen after all.

        :param values: of guarded fields, which were given for these records, or for one to be created
        :raise UserError: naming the fields
        """
        if not values:
            return
        names = ", ".join(
            f"{self._fields[name]._description_string(self.env)} ({name})" for name in values
        )
        raise UserError(
            self.env._(
                "%(fields)s can't be changed manually: this follows from the billing of the order.",
                fields=names,
            )
        )
