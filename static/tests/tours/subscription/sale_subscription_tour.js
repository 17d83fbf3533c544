import {registry} from "@web/core/registry";

function click(content, trigger) {
    return {content, trigger, run: "click"};
}

function sees(content, trigger) {
    return {content, trigger};
}

function edits(content, trigger, text) {
    return {content, trigger, run: `edit ${text}`};
}

const due = ".o_data_row:contains('Tilleuls')";

registry.category("web_tour.tours").add("sale_subscription_invoice", {
    steps: () => [
        sees(
            "Two periods are due",
            `${due} [name='subscription_due_count']:contains('2')`
        ),
        sees(
            "What they come to",
            `${due} [name='subscription_due_amount']:contains('450.96')`
        ),
        click("Choose it", `${due} .o_list_record_selector input`),
        click(
            "And the other one",
            ".o_data_row:contains('Martin') .o_list_record_selector input"
        ),
        click(
            "Invoice them",
            ".o_control_panel button[name='action_invoice_periods'], .o_list_view button[name='action_invoice_periods']"
        ),
        sees(
            "The periods",
            ".modal .o_subscription_summary:contains('Tilleuls'):contains('Period from')"
        ),
        sees("Their amount", ".modal .o_subscription_summary:contains('450.96')"),
        click(
            "Keep the drafts",
            ".modal [name='posting'] .o_radio_item:contains('by hand') input"
        ),
        click("Go", ".modal footer button[name='action_invoice']"),
        sees("What was made", ".modal [name='made']:contains('2')"),
        sees(
            "What was refused, and why",
            ".modal [name='refused']:contains('no line to bill')"
        ),
        click("Look at them", ".modal button[name='action_open_invoices']"),
        sees(
            "Two drafts",
            ".o_list_view .o_data_row:contains('Tilleuls'):contains('Draft')"
        ),
    ],
});

registry.category("web_tour.tours").add("sale_subscription_change", {
    steps: () => [
        click("Its tab", ".o_notebook .nav-link[name='subscription']"),
        sees("It runs", "[name='subscription_state']:contains('Running')"),
        click("Change it", "button[name='action_change_subscription']"),
        click(
            "Its quantity",
            ".modal .o_data_row:contains('Hosting') .o_data_cell[name='quantity']"
        ),
        edits("Three", ".modal [name='quantity'] input", "3"),
        edits("Every two", ".modal [name='interval'] input", "2"),
        click("Go", ".modal footer button[name='action_apply']"),
        sees(
            "Another period",
            "[name='subscription_event_ids'] .o_data_row:contains('Period changed')"
        ),
        click("Stop it", "button[name='action_stop_subscription']"),
        edits("Why", ".modal [name='reason'] textarea", "Moved out"),
        sees("What it does", ".modal [name='consequence']:contains('billed wholly')"),
        click("Go", ".modal footer button[name='action_apply']"),
        sees(
            "It has a stop",
            "[name='subscription_event_ids'] .o_data_row:contains('Stopped'):contains('Moved out')"
        ),
        click("Resume it", "button[name='action_resume_subscription']"),
        sees(
            "What it does",
            ".modal [name='consequence']:contains('the next period begins on')"
        ),
        click("Go", ".modal footer button[name='action_apply']"),
        sees(
            "It is resumed",
            "[name='subscription_event_ids'] .o_data_row:contains('Resumed')"
        ),
        sees("It has been", "body:not(:has(.modal))"),
    ],
});
