import {registry} from "@web/core/registry";

function click(content, trigger) {
    return {content, trigger, run: "click"};
}

function sees(content, trigger) {
    return {content, trigger};
}

const openTab = click("Open the tab", ".o_notebook a[name='deposits_situations']");

function post() {
    return [
        click("Confirm it", ".o_form_view button[name='action_post']"),
        sees(
            "It is posted",
            ".o_statusbar_status .o_arrow_button_current:contains('Posted')"
        ),
    ];
}

function backToOrder() {
    return [
        click("Back to the order", ".o_back_button"),
        sees(
            "The order is there",
            ".o_form_view .o_notebook a[name='deposits_situations']"
        ),
        openTab,
    ];
}

registry.category("web_tour.tours").add("sale_deposit_balance", {
    steps: () => [
        openTab,
        sees(
            "Nothing is invoiced",
            ".tab-pane.active p:contains('Nothing is invoiced yet')"
        ),
        click(
            "Ask for a deposit",
            ".tab-pane.active button[name='action_create_deposit']"
        ),
        sees("What is left", ".modal [name='left_to_invoice']:contains('2,110.00')"),
        {
            content: "Type its percentage",
            trigger: ".modal div[name='amount'] input",
            run: "edit 30 && press Tab",
        },
        sees("What it comes to", ".modal [name='deposit_total']:contains('633.00')"),
        click(
            "All lines",
            ".modal [name='deposit_detail'] label:contains('All lines')"
        ),
        click("Create it", ".modal button[name='action_create_draft']"),
        sees(
            "It is a deposit",
            ".o_form_view [name='billing_kind']:contains('Deposit')"
        ),
        ...post(),
        ...backToOrder(),
        sees(
            "It is listed",
            ".tab-pane.active .o_data_row:contains('Deposit'):contains('633.00')"
        ),
        click(
            "Ask for a situation",
            ".tab-pane.active button[name='action_create_situation']"
        ),
        {
            content: "Half of everything",
            trigger: ".modal div[name='apply_progress'] input",
            run: "edit 50 && press Tab",
        },
        sees("Half of the deposit", ".modal td[name='deduction']:contains('316.50')"),
        sees("What is to be paid", ".modal [name='total']:contains('738.50')"),
        {
            content: "Deduct by hand",
            trigger:
                ".modal div[name='deduction_rule'] input, .modal div[name='deduction_rule'] select",
            run(helpers) {
                if (this.anchor.tagName === "SELECT") {
                    return helpers.select('"manual"');
                }
                return helpers.click();
            },
        },
        click("By hand", ".o_select_menu_item:contains('By hand')"),
        {
            content: "An amount",
            trigger: ".modal div[name='deduction_amount'] input",
            run: "edit 55 && press Tab",
        },
        sees("The recap follows", ".modal [name='total']:contains('1,000.00')"),
        click("Create it", ".modal button[name='action_create']"),
        sees(
            "It is a situation",
            ".o_form_view [name='billing_kind']:contains('Situation')"
        ),
        ...post(),
        ...backToOrder(),
        click(
            "Ask for the balance",
            ".tab-pane.active button[name='action_create_balance']"
        ),
        sees(
            "The rest of the deposit",
            ".modal td[name='deduction']:contains('578.00')"
        ),
        sees("The balance", ".modal td[name='balance_total']:contains('477.00')"),
        click("Create it", ".modal button[name='action_create']"),
        sees(
            "It is a balance",
            ".o_form_view [name='billing_kind']:contains('Balance')"
        ),
        ...post(),
        ...backToOrder(),
        sees(
            "Nothing is left",
            ".tab-pane.active td[name='to_invoice_total']:contains('0.00')"
        ),
        sees(
            "Nothing to balance",
            ".tab-pane.active:not(:has(button[name='action_create_balance']))"
        ),
    ],
});
