"""Dialogs and rows that tell figures of an order or a document: they are for who may read that."""

from functools import partial

from odoo import api, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ...tools.arguments import find_unusable
from ...tools.echo import shown


class BillingNamedAccess(models.AbstractModel):
    """What names an order or a document, and shows figures of it.

    Odoo lets anybody write any id into a many2one, shows the name of what it names, and computes
    related fields with all rights. A record with this is there for nobody who may not read all that
    it names in `_named_fields`: neither when it is made, nor when it is read, searched, grouped or
    edited later, as long as that takes.
    """

    _name = "billing.named.access"
    _description = "Accessible with What It Names"

    # Many2one and many2many fields.
    _named_fields = ()

    # === OVERRIDES ===#

    def _check_access(self, operation):
        # EXTENDS base: `create`, `write`, `read` and `unlink` all ask here.
        result = super()._check_access(operation)
        if self.env.su or not any(self._ids):
            return result
        forbidden, make_error = result or (self.browse(), None)
        if hidden := (self - forbidden)._filter_naming_hidden():
            make_error = make_error or partial(self._make_named_error, operation)
            return forbidden | hidden, make_error
        return result

    @api.model
    def _search(self, domain, *args, bypass_access=False, **kwargs):
        # EXTENDS base: lists, groups and exports leave out what `read` refuses.
        if not (self.env.su or bypass_access):
            domain = Domain(domain) & self._get_named_domain()
        return super()._search(domain, *args, bypass_access=bypass_access, **kwargs)

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS base: a dialog is as open to callers as a public method is.
        self._check_usable(vals_list)
        return super().create(vals_list)

    def write(self, vals):
        # EXTENDS base: what is named from now on, too.
        self._check_usable(vals)
        res = super().write(vals)
        if not vals.keys().isdisjoint(self._named_fields):
            self.check_access("read")
        return res

    @api.model
    def default_get(self, fields_list):
        # EXTENDS base: a default may come from the caller's context.
        values = super().default_get(fields_list)
        self._check_named([values])
        return values

    def onchange(self, values, field_names, fields_spec):
        # EXTENDS web: what isn't saved yet shows figures, too.
        self._check_usable(values)
        self._check_named([values])
        return super().onchange(values, field_names, fields_spec)

    # === BUSINESS METHODS ===#

    def _filter_naming_hidden(self):
        """Return those of these records that name something which the user may not read."""
        hidden = self.browse()
        # sudo: what they name; whether the user may read that is asked next
        records = self.sudo()
        for name in self._named_fields:
            named = records.mapped(name).sudo(False)
            unreadable = named - named._filtered_access("read")
            if unreadable:
                hidden |= records.filtered(
                    lambda record, name=name, ids=set(unreadable.ids): (
                        not ids.isdisjoint(record._get_named(name).ids)
                    )
                ).sudo(False)
        return hidden

    def _get_named(self, name):
        """Return what this record names in a field, as far as the user has to be allowed to read it."""
        self.ensure_one()
        return self[name]

    @api.model
    def _get_named_domain(self):
        """Return the domain of the records of which everything that they name may be read."""
        return Domain.AND(self._get_readable_domain(name) for name in self._named_fields)

    @api.model
    def _get_readable_domain(self, name):
        """Return the domain of the records of which what a field names may be read."""
        named = self.env[self._fields[name].comodel_name].with_context(active_test=False)
        if not named.has_access("read"):
            return Domain(name, "=", False)
        if self._fields[name].type == "many2one":
            return Domain(name, "=", False) | Domain(name, "in", named._search([]))
        # Without access checks, because it is what can't be read that is looked for.
        return ~Domain(name, "any!", Domain("id", "not in", named._search([])))

    @api.model
    def _check_named(self, values_list):
        """Refuse values that name what the user may not read, in the records of a parent, too.

        :param values_list: each as `create` and `onchange` take them
        :raise AccessError:
        """
        if self.env.su:
            return
        # All of them, because what isn't given would be asked for as a default.
        records = [
            self.new({name: values.get(name) or False for name in self._named_fields})
            for values in values_list
        ]
        for name in self._named_fields:
            named = (record._get_named(name)._origin for record in records)
            if named := self.env[self._fields[name].comodel_name].union(*named):
                named.check_access("read")
        for name, field in self._fields.items():
            comodel = self.env.get(field.comodel_name) if field.type == "one2many" else None
            if not hasattr(comodel, "_check_named"):
                continue
            children = [
                command[-1]
                for values in values_list
                if isinstance(values.get(name), list | tuple)
                for command in values[name]
                if isinstance(command, list | tuple) and isinstance(command[-1], dict)
            ]
            if children:
                comodel._check_named(children)

    @api.model
    def _check_usable(self, values):
        """Refuse values that no field can hold.

        :raise UserError: naming the first one
        """
        found = find_unusable(values, numbers=True)
        if found is not None:
            raise UserError(self.env._("“%(value)s” can't be used.", value=shown(found)))

    def _make_named_error(self, operation):
        return AccessError(
            self.env._("This is about an order or a document that you are not allowed to read.")
        )
