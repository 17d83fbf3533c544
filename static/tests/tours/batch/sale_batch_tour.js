import {registry} from "@web/core/registry";

function row(order) {
    return `.o_field_widget[name='line_ids'] .o_data_row:has(td[name='order_id']:contains('${order}'))`;
}

function progress(order, value) {
    return [
        {
            content: `Open the progress of ${order}`,
            trigger: `${row(order)} td[name='new_progress']`,
            run: "click",
        },
        {
            content: `Type ${value}`,
            trigger: `${row(order)} td[name='new_progress'] input`,
            run: `edit ${value} && press Tab`,
        },
    ];
}

function sees(content, trigger) {
    return {content, trigger};
}

registry.category("web_tour.tours").add("sale_situation_batch", {
    steps: () => [
        {
            content: "Choose all orders",
            trigger: ".o_list_view thead .o_list_record_selector input",
            run: "click",
        },
        {
            content: "Open the actions",
            trigger: ".o_cp_action_menus .dropdown-toggle:contains('Actions')",
            run: "click",
        },
        {
            content: "Situations of the month",
            trigger:
                ".o-dropdown--menu .o-dropdown-item:contains('Situations of the Month')",
            run: "click",
        },
        sees(
            "The order that isn't confirmed is refused",
            `${row("MONTH-4")}:contains('Confirm it first')`
        ),
        ...progress("MONTH-1", "50"),
        sees(
            "Half of 1 000",
            `${row("MONTH-1")} td[name='estimated_amount']:contains('500.00')`
        ),
        ...progress("MONTH-2", "140"),
        {
            content: "Create the drafts",
            trigger: ".o_situation_batch_start:contains('Create Drafts')",
            run: "click",
        },
        sees("One is created", ".o_batch_created:contains('1 created')"),
        sees("Two are refused", ".o_batch_refused:contains('2 refused')"),
        sees(
            "The reason is told",
            `${row("MONTH-2")} td[name='reason']:contains('140')`
        ),
        ...progress("MONTH-2", "40"),
        {
            content: "Go on",
            trigger: ".o_situation_batch_start:enabled:contains('Continue')",
            run: "click",
        },
        sees("Both are created", ".o_batch_created:contains('2 created')"),
        {
            content: "Line by line",
            trigger: `${row("MONTH-3")} button[name='action_open_detail']`,
            run: "click",
        },
        {
            content: "Bring its line to the end",
            trigger: ".modal .o_data_row button[name='action_finish']",
            run: "click",
        },
        sees("300", ".modal td[name='untaxed']:contains('300.00')"),
        {
            content: "Create it",
            trigger: ".modal button[name='action_create']",
            run: "click",
        },
        sees("It is the row's document", `${row("MONTH-3")}:contains('Created')`),
        {
            content: "Open the drafts",
            trigger: "button[name='action_open_documents']:visible",
            run: "click",
        },
        sees("Odoo's list has them", ".o_list_view .o_data_row:nth-child(3)"),
    ],
});
