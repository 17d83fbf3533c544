import {registry} from "@web/core/registry";

function click(content, trigger) {
    return {content, trigger, run: "click"};
}

function sees(content, trigger) {
    return {content, trigger};
}

function filter(name) {
    return [
        click("Open the filters", ".o_searchview_dropdown_toggler"),
        click(name, `.o_filter_menu .o_menu_item:contains('${name}')`),
        click("Close the filters", ".o_searchview_dropdown_toggler"),
    ];
}

const job = ".o_job_kanban .o_kanban_record:contains('Tilleuls')";

registry.category("web_tour.tours").add("sale_jobs", {
    steps: () => [
        sees("Its reference", `${job}:contains('Contract 12')`),
        sees(
            "Its progress",
            `${job} [name='billing_progress'] .o_progressbar_value:contains('50')`
        ),
        sees(
            "Its deposits",
            `${job} .o_deposit_bar .o_progressbar_value:contains('30')`
        ),
        sees(
            "Its situations",
            `${job} .o_situation_bar .o_progressbar_value:contains('35')`
        ),
        sees("What is left", `${job} [name='to_invoice_total']:contains('420.00')`),
        sees("What is due", `${job} [name='due_amount']:contains('360.00')`),
        sees("The draft", `${job} .badge:contains('1 draft')`),
        click("Bill it on", `${job} button[name='action_create_situation']`),
        sees("The wizard", ".modal:contains('Left to bill')"),
        click("Another time", ".modal .btn-close"),
        sees("It is closed", "body:not(:has(.modal))"),
        ...filter("Ready for balance"),
        sees(
            "It isn't",
            ".o_job_kanban:not(:has(.o_kanban_record:contains('Tilleuls')))"
        ),
        sees(
            "The finished one is",
            ".o_kanban_record:contains('Martin') .badge:contains('Ready for balance')"
        ),
        click("As a list", ".o_switch_view.o_list"),
        sees("One row", ".o_list_view .o_data_row:contains('Martin'):only-of-type"),
        click("As cards", ".o_switch_view.o_kanban"),
        click(
            "Close it",
            ".o_kanban_record:contains('Martin') button[name='action_create_balance']"
        ),
        sees("What the balance will do", ".modal:contains('Create balance invoice')"),
        click("Another time", ".modal .btn-close"),
        click("Open the order", ".o_kanban_record:contains('Martin') .fw-bolder"),
        sees("It is open", ".o_form_view [name='name']"),
    ],
});

registry.category("web_tour.tours").add("sale_situation_analysis", {
    steps: () => [
        sees("The curve", ".o_graph_view .o_graph_canvas_container canvas"),
        sees("Cumulated", ".o_graph_view .o_graph_button[data-mode='line'].active"),
        click("As a table", ".o_switch_view.o_pivot"),
        sees("The customer", ".o_pivot th:contains('Tilleuls')"),
        sees("Only posted turnover", ".o_pivot td:contains('1,000.00')"),
        ...filter("Drafts"),
        sees("With drafts", ".o_pivot td:contains('1,500.00')"),
        click("As a list", ".o_switch_view.o_list"),
        sees(
            "A deduction is a deposit",
            ".o_data_row:contains('Deposit'):contains('-150.00')"
        ),
        click(
            "Open the document",
            ".o_data_row:contains('-150.00') .o_data_cell[name='date']"
        ),
        sees("It is open", ".o_form_view [name='billing_kind']"),
    ],
});
