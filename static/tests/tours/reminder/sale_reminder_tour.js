import {registry} from "@web/core/registry";

function click(content, trigger) {
    return {content, trigger, run: "click"};
}

function sees(content, trigger) {
    return {content, trigger};
}

registry.category("web_tour.tours").add("sale_reminder", {
    steps: () => [
        click("Open the tab", ".o_notebook a[name='reminders']"),
        sees(
            "What is overdue",
            ".tab-pane.active [name='overdue_amount']:contains('11,400.00')"
        ),
        sees("Nothing was sent", ".tab-pane.active:contains('No reminder was sent')"),
        click("Send the first", ".o_form_view button[name='action_send_reminder']"),
        click("Sure", ".modal .modal-footer .btn-primary"),
        sees("It is said", ".o_notification:contains('Reminder sent')"),
        sees(
            "It is noted",
            ".o_form_view [name='reminder_level_id']:contains('Reminder')"
        ),
        click("Open the tab again", ".o_notebook a[name='reminders']"),
        sees(
            "It is listed",
            ".tab-pane.active [name='reminder_ids'] .o_data_row:contains('11,400.00'):contains('Sent')"
        ),
        click("A second time", ".o_form_view button[name='action_send_reminder']"),
        click("Sure, too", ".modal .modal-footer .btn-primary"),
        click(
            "It is refused",
            ".modal:contains('was sent today') .modal-footer button"
        ),
        sees("Nothing is open", "body:not(:has(.modal))"),
    ],
});

registry.category("web_tour.tours").add("sale_reminder_list", {
    steps: () => [
        sees("The invoices", ".o_data_row:contains('Late customer')"),
        click("Choose all", ".o_list_view thead .o_list_record_selector input"),
        click("Remind", ".o_control_panel button[name='action_send_reminders']"),
        click("Sure", ".modal .modal-footer .btn-primary"),
        sees("Both were sent", ".o_notification:contains('2 reminders sent')"),
    ],
});

registry.category("web_tour.tours").add("sale_customer_page", {
    steps: () => [
        click("Open the tab", ".o_notebook a[name='billing']"),
        // 24 000 and a deposit of 3 600, which nothing deducts yet
        sees(
            "Billed",
            ".tab-pane.active [name='billing_billed']:contains('27,600.00')"
        ),
        sees(
            "To be paid",
            ".tab-pane.active [name='billing_due']:contains('26,400.00')"
        ),
        sees(
            "Retained",
            ".tab-pane.active [name='billing_retained']:contains('1,200.00')"
        ),
        sees(
            "Deposits",
            ".tab-pane.active [name='billing_deposits_open']:contains('3,600.00')"
        ),
        sees(
            "The order",
            ".tab-pane.active [name='billing_order_ids'] .o_data_row:contains('S-PAGE'):contains('8,400.00')"
        ),
        click(
            "What is overdue",
            ".tab-pane.active button[name='action_view_overdue']:contains('22,800.00')"
        ),
        sees(
            "Two invoices",
            ".o_list_view:has(.o_data_row:nth-child(2)):not(:has(.o_data_row:nth-child(3)))"
        ),
    ],
});

registry.category("web_tour.tours").add("sale_reminder_settings", {
    steps: () => [
        click("Remind", "#send_reminders div[name='send_reminders'] input"),
        sees(
            "From today on",
            "#send_reminders div[name='reminder_start_date'] input:value, #send_reminders div[name='reminder_start_date']"
        ),
        click("Tell nobody", "#notify_payments div[name='notify_payments'] input"),
        {...click("Save", "button.o_form_button_save"), expectUnloadPage: true},
        sees("It is saved", "#send_reminders div[name='send_reminders'] input:checked"),
    ],
});
