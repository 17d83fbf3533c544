import {registry} from "@web/core/registry";

function click(content, trigger) {
    return {content, trigger, run: "click"};
}

function sees(content, trigger) {
    return {content, trigger};
}

function tick(content, line) {
    return [
        click(content, `${line} td[name='is_chosen']`),
        {
            content,
            trigger: `${line} .o_field_widget[name='is_chosen'] input:enabled`,
            run(helpers) {
                if (!this.anchor.checked) {
                    return helpers.click();
                }
            },
        },
    ];
}

const row = ".modal .o_field_one2many[name='line_ids'] .o_data_row:contains('INV/')";
const payment =
    ".modal .o_field_one2many[name='line_ids'] .o_data_row:not(:contains('INV/'))";

registry.category("web_tour.tours").add("account_deposits_by_hand", {
    steps: () => [
        click("Open the tab", ".o_notebook a[name='deposits']"),
        sees(
            "The open deposit",
            ".tab-pane.active tr[name='deposit'] td[name='left']:contains('4,425.00')"
        ),
        click("Choose", ".tab-pane.active button[name='action_choose_deposits']"),
        sees(
            "What the invoice bills",
            ".modal [name='amount_left']:contains('1,750.00')"
        ),
        ...tick("Tick the deposit", row),
        sees("All that is possible", ".modal [name='deducted']:contains('1,750.00')"),
        click("Its amount", `${row} td[name='amount']`),
        {
            content: "A third of it",
            trigger: `${row} div[name='amount'] input`,
            run: "edit 1475",
        },
        ...tick("Tick the payment", payment),
        sees("What it is used for", ".modal [name='advances']:contains('275.00')"),
        sees(
            "Nothing is left",
            ".modal .oe_subtotal_footer [name='amount_left']:contains('0.00')"
        ),
        click("Apply", ".modal button[name='action_apply']"),
        sees(
            "It is deducted",
            "body:not(:has(.modal)) .tab-pane.active td[name='deducted']:contains('1,475.00')"
        ),
        sees(
            "The payment waits",
            ".tab-pane.active td[name='chosen']:contains('when posted')"
        ),
        click("Choose again", ".tab-pane.active button[name='action_choose_deposits']"),
        sees("It is there", `${row} td[name='amount']:contains('1,475.00')`),
        click(
            "Leave it",
            ".modal button[special='cancel'], .modal .btn-secondary:contains('Discard')"
        ),
        click(
            "Confirm",
            "body:not(:has(.modal)) .o_form_view button[name='action_post']"
        ),
        sees(
            "It is posted",
            ".o_statusbar_status .o_arrow_button_current:contains('Posted')"
        ),
        sees(
            "The choice is frozen",
            ".tab-pane.active:not(:has(button[name='action_choose_deposits'])) td[name='deducted']:contains('1,475.00')"
        ),
    ],
});
