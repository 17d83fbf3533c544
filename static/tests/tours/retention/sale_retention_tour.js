import {registry} from "@web/core/registry";

function click(content, trigger) {
    return {content, trigger, run: "click"};
}

function sees(content, trigger) {
    return {content, trigger};
}

function edit(content, trigger, value) {
    return {content, trigger, run: `edit ${value} && press Tab`};
}

function pay(amount) {
    return [
        click("Pay", ".o_form_view button[name='action_register_payment']"),
        {
            content: "What is proposed",
            trigger: ".modal div[name='amount'] input",
            run() {
                if (this.anchor.value !== amount) {
                    throw new Error(`${this.anchor.value} is proposed, not ${amount}`);
                }
            },
        },
        click("Pay it", ".modal button[name='action_create_payments']"),
        sees("It is done", "body:not(:has(.modal))"),
    ];
}

registry.category("web_tour.tours").add("sale_retention_payment", {
    steps: () => [
        sees(
            "What is due",
            ".o_form_view [name='amount_due_now']:contains('1,140.00')"
        ),
        ...pay("1,140.00"),
        sees(
            "The retention is left",
            ".o_form_view .oe_subtotal_footer [name='amount_residual']:contains('60.00')"
        ),
        ...pay("60.00"),
        sees(
            "It is paid",
            ".o_form_view .ribbon:contains('Paid'), .o_form_view .ribbon:contains('In Payment')"
        ),
    ],
});

const openTab = click("Open the tab", ".o_notebook a[name='deposits_situations']");

registry.category("web_tour.tours").add("sale_retention_release", {
    steps: () => [
        openTab,
        sees(
            "What is held",
            ".tab-pane.active [name='retention_held']:contains('60.00')"
        ),
        click("Release", ".tab-pane.active button[name='action_release_retention']"),
        sees("What is possible", ".modal [name='available']:contains('60.00')"),
        edit("More than that", ".modal div[name='amount'] input", "70"),
        click("Confirm", ".modal button[name='action_confirm']:contains('Release')"),
        click("It is refused", ".modal:contains('up to') .modal-footer button"),
        edit("A part of it", ".modal div[name='amount'] input", "40"),
        click("Confirm", ".modal button[name='action_confirm']:contains('Release')"),
        sees("It is due", ".tab-pane.active [name='retention_due']:contains('40.00')"),
        sees(
            "The rest is held",
            ".tab-pane.active [name='retention_held']:contains('20.00')"
        ),
        click(
            "Undo",
            ".tab-pane.active div[name='retention_operation_ids'] button[name='action_undo']"
        ),
        click("Sure", ".modal .modal-footer .btn-primary"),
        sees(
            "All is held again",
            ".tab-pane.active [name='retention_held']:contains('60.00')"
        ),
        click(
            "A bank guarantee",
            ".tab-pane.active button[name='action_replace_retention']"
        ),
        edit("Its bank", ".modal div[name='bank'] input", "BNP"),
        edit("Its number", ".modal div[name='reference'] input", "G-1"),
        click("Confirm", ".modal button[name='action_confirm']:contains('Replace')"),
        sees(
            "It is listed",
            ".tab-pane.active div[name='retention_operation_ids'] .o_data_row:contains('BNP, G-1')"
        ),
        sees("All is due", ".tab-pane.active [name='retention_due']:contains('60.00')"),
    ],
});

registry.category("web_tour.tours").add("sale_retention_list", {
    steps: () => [
        click("Open the customer's", ".o_group_header:contains('Customer')"),
        sees("It is held", ".o_data_row .badge:contains('Held')"),
        click("Choose it", ".o_data_row .o_list_record_selector input"),
        click("Note an opposition", ".o_control_panel button[name='action_oppose']"),
        edit("Why", ".modal div[name='reason'] textarea", "Leaking roof"),
        click("Confirm", ".modal button[name='action_confirm']:contains('Note')"),
        sees("It is opposed", ".o_data_row .badge:contains('Opposed')"),
        click("Open it", ".o_data_row .o_data_cell[name='move_id']"),
        sees(
            "Why",
            ".o_form_view div[name='operation_ids'] .o_data_row:contains('Leaking roof')"
        ),
        click(
            "Undo",
            ".o_form_view div[name='operation_ids'] button[name='action_undo']"
        ),
        click("Sure", ".modal .modal-footer .btn-primary"),
        sees(
            "It is held",
            ".o_form_view .o_statusbar_status .o_arrow_button_current:contains('Held')"
        ),
    ],
});
