from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools.placeholders import has_stray_brace, unknown_placeholders

TITLE_PLACEHOLDERS = (
    "number",
    "order",
    "order_date",
    "date",
    "customer",
    "reference",
    "progress",
    "previous_progress",
)
LINE_PLACEHOLDERS = (
    *TITLE_PLACEHOLDERS,
    "description",
    "section",
    "quantity",
    "ordered_quantity",
    "unit",
    "amount",
    "cumulative_amount",
)


class ResCompany(models.Model):
    _inherit = "res.company"

    situation_title = fields.Char(
        string="Situation Title",
        translate=True,
        help="Title line of a situation, with placeholders. Empty: the standard text.",
    )
    situation_line_description = fields.Text(
        string="Situation Line Description",
        translate=True,
        help="Description of a situation's lines, with placeholders. Empty: the standard text.",
    )
    allow_over_billing = fields.Boolean(
        string="Allow Over-billing",
        help="Situations may bill more than 100 % of an order line.",
    )

    @api.constrains("situation_title")
    def _check_situation_title(self):
        for company in self:
            company._check_placeholders(company.situation_title, TITLE_PLACEHOLDERS)

    @api.constrains("situation_line_description")
    def _check_situation_line_description(self):
        for company in self:
            company._check_placeholders(company.situation_line_description, LINE_PLACEHOLDERS)

    def _check_placeholders(self, template, known):
        """Refuse a template with unknown placeholders, naming the known ones.

        :raise ValidationError: also on a brace that opens or closes nothing
        """
        unknown = unknown_placeholders(template, known)
        known_names = ", ".join(f"{{{name}}}" for name in known)
        if unknown:
            raise ValidationError(
                self.env._(
                    "Unknown placeholder %(unknown)s in “%(template)s”. Known ones: %(known)s.",
                    unknown=", ".join(f"{{{name}}}" for name in unknown),
                    template=template,
                    known=known_names,
                )
            )
        if has_stray_brace(template):
            raise ValidationError(
                self.env._(
                    "A brace in “%(template)s” is not part of a placeholder. "
                    "Known placeholders: %(known)s.",
                    template=template,
                    known=known_names,
                )
            )

    def _get_situation_title_template(self):
        """Return the title template in the language of the environment."""
        self.ensure_one()
        return self.situation_title or self.env._(
            "Situation no. {number} – order {order} of {order_date}"
        )

    def _get_situation_line_template(self):
        """Return the line description template in the language of the environment."""
        self.ensure_one()
        return self.situation_line_description or self.env._(
            "{description}\nProgress: {progress} % (previously {previous_progress} %)"
        )
