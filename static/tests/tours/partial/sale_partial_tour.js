import {registry} from "@web/core/registry";

function click(content, trigger) {
    return {content, trigger, run: "click"};
}

function sees(content, trigger) {
    return {content, trigger};
}

const openTab = click("Open the tab", ".o_notebook a[name='deposits_situations']");

function backToOrder() {
    return [
        click("Back to the order", ".o_back_button"),
        sees(
            "The order is there",
            ".o_form_view .o_notebook a[name='deposits_situations']"
        ),
    ];
}

registry.category("web_tour.tours").add("sale_partial_invoice", {
    steps: () => [
        openTab,
        click(
            "Ask for a partial invoice",
            ".tab-pane.active button[name='action_create_partial']"
        ),
        sees("All that is left", ".modal td[name='works_total']:contains('2,110.00')"),
        click(
            "Not the fence",
            ".modal [name='partial_line_ids'] .o_data_row:contains('Fence') .o_list_record_remove"
        ),
        sees("The rest follows", ".modal td[name='works_total']:contains('1,750.00')"),
        click("Create it", ".modal button[name='action_create_draft']"),
        sees(
            "It is a partial invoice",
            ".o_form_view [name='billing_kind']:contains('Partial')"
        ),
        click("Confirm it", ".o_form_view button[name='action_post']"),
        sees(
            "It is posted",
            ".o_statusbar_status .o_arrow_button_current:contains('Posted')"
        ),
        ...backToOrder(),
        click("Look at the lines", ".o_notebook a[name='order_lines']"),
        click(
            "Try to change a line",
            ".o_data_row:contains('Walls') td[name='product_uom_qty']"
        ),
        sees(
            "It can't be changed",
            ".o_data_row:contains('Walls') td[name='product_uom_qty'].o_readonly_modifier"
        ),
        openTab,
        sees(
            "It is listed",
            ".tab-pane.active .o_data_row:contains('Partial'):contains('1,750.00')"
        ),
        click(
            "Plan the rest",
            ".tab-pane.active button[name='action_create_instalments']"
        ),
        sees("Three of them", ".modal .o_data_row:nth-child(3)"),
        {
            content: "Four of them",
            trigger: ".modal div[name='count'] input",
            run: "edit 4 && press Tab",
        },
        sees("The last of four", ".modal .o_data_row:nth-child(4):contains('90.00')"),
        click("Change a share", ".modal .o_data_row:nth-child(1) td[name='percent']"),
        {
            content: "Half at first",
            trigger: ".modal .o_data_row:nth-child(1) td[name='percent'] input",
            run: "edit 50 && press Tab",
        },
        sees("That is too much", ".modal [name='problem']:contains('125 %')"),
        {
            content: "Four again",
            trigger: ".modal div[name='count'] input",
            run: "edit 2 && press Tab",
        },
        sees("Two of them", ".modal .o_data_row:nth-child(2):contains('180.00')"),
        click(
            "Create them",
            ".modal button[name='action_create']:contains('Create Instalments')"
        ),
        sees("They are listed", ".o_last_breadcrumb_item:contains('Invoices')"),
        sees("Both are there", ".o_list_renderer .o_data_row:nth-child(2)"),
        ...backToOrder(),
        openTab,
        sees("They wait", ".tab-pane.active [name='instalments']:contains('2')"),
        click(
            "Cancel them",
            ".tab-pane.active button[name='action_cancel_instalments']"
        ),
        click("Yes", ".modal footer .btn-primary"),
        sees(
            "They are gone",
            ".tab-pane.active:not(:has(.o_data_row:contains('Instalment')))"
        ),
        click(
            "Plan again",
            ".tab-pane.active button[name='action_create_instalments']"
        ),
        click(
            "Create them",
            ".modal button[name='action_create']:contains('Create Instalments')"
        ),
        sees("They are listed", ".o_last_breadcrumb_item:contains('Invoices')"),
        sees("All are there", ".o_list_renderer .o_data_row:nth-child(3)"),
    ],
});
