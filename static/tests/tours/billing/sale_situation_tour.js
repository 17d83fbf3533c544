import {registry} from "@web/core/registry";

function cell(row, column) {
    return `.modal .o_data_row:has(td[name='name']:contains('${row}')) td[name='${column}']`;
}

function edit(row, column, value) {
    return [
        {
            content: `Open ${column} of ${row}`,
            trigger: cell(row, column),
            run: "click",
        },
        {
            content: `Type ${value}`,
            trigger: `${cell(row, column)} input`,
            run: `edit ${value} && press Tab`,
        },
    ];
}

function sees(content, trigger) {
    return {content, trigger};
}

registry.category("web_tour.tours").add("sale_situation_create", {
    steps: () => [
        {
            content: "Open the wizard",
            trigger: "button[name='action_create_situation']",
            run: "click",
        },
        ...edit("Walls", "progress", "45"),
        sees("45 % of 40 are 18", `${cell("Walls", "quantity")} input:value('18.00')`),
        sees(
            "45 % of 1 000 are 450",
            `${cell("Walls", "cumulative_amount")} input:value('450.00')`
        ),
        sees("The recap follows", ".modal td[name='untaxed']:contains('450.00')"),
        ...edit("Walls", "quantity", "10"),
        sees("10 of 40 are 25 %", `${cell("Walls", "progress")} input:value('25.00')`),
        ...edit("Garden", "progress", "50"),
        sees(
            "The section's line follows",
            `${cell("Fence", "slice_amount")}:contains('150.00')`
        ),
        sees("250 and 150", ".modal td[name='untaxed']:contains('400.00')"),
        {
            content: "Bring the tiles to the end",
            trigger: `${cell("Tiles", "progress_bar")} ~ td button[name='action_finish']`,
            run: "click",
        },
        sees("500 more", ".modal td[name='untaxed']:contains('900.00')"),
        sees(
            "Progress before and after",
            ".modal [name='progress_after']:contains('50.00')"
        ),
        {
            content: "Create the draft",
            trigger: ".modal button[name='action_create']",
            run: "click",
        },
        sees(
            "The situation is there",
            ".o_form_view .o_field_widget[name='billing_kind']:contains('Situation')"
        ),
        sees("Its amount", ".o_form_view .oe_subtotal_footer :contains('900.00')"),
        {
            content: "Confirm it",
            trigger: "button[name='action_post']",
            run: "click",
        },
        sees(
            "It is posted",
            ".o_statusbar_status .o_arrow_button_current:contains('Posted')"
        ),
    ],
});

registry.category("web_tour.tours").add("sale_situation_order", {
    steps: () => [
        sees(
            "The order's progress",
            ".o_billing_progress .o_progressbar_value:contains('20')"
        ),
        {
            content: "Open its situations",
            trigger: "button[name='action_view_situations']:contains('2')",
            run: "click",
        },
        sees("Both are listed", ".o_list_view .o_data_row:nth-child(2)"),
    ],
});

registry.category("web_tour.tours").add("sale_situation_settings", {
    steps: () => [
        {
            content: "Type a title with an unknown placeholder",
            trigger: ".o_setting_box input[id^='situation_title']",
            run: "edit Claim {numbre}",
        },
        {
            content: "Save",
            trigger: "button.o_form_button_save",
            run: "click",
        },
        sees(
            "The refusal lists the known ones",
            ".modal:contains('{numbre}'):contains('{number}, {order}')"
        ),
        {
            content: "Close it",
            trigger: ".modal footer button",
            run: "click",
        },
        {
            content: "Type a good one",
            trigger: ".o_setting_box input[id^='situation_title']",
            run: "edit Claim {number}",
        },
        {
            content: "Save again",
            trigger: "button.o_form_button_save",
            run: "click",
        },
        sees("Saved", ".o_control_panel:not(:has(.o_dirty_warning))"),
    ],
});
