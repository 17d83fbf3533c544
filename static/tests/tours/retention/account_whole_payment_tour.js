import {registry} from "@web/core/registry";

function click(content, trigger) {
    return {content, trigger, run: "click"};
}

function sees(content, trigger) {
    return {content, trigger};
}

registry.category("web_tour.tours").add("account_whole_payment", {
    steps: () => [
        click("Pay", ".o_form_view button[name='action_register_payment']"),
        sees(
            "Nothing of it is for the retention",
            ".modal:not(:has([name='retention_paid'])) div[name='amount']"
        ),
        {
            content: "The whole",
            trigger: ".modal div[name='amount'] input",
            run: "edit 600 && press Tab",
        },
        sees(
            "What is for the retention",
            ".modal [name='retention_paid']:contains('30.00')"
        ),
        sees(
            "There is no difference",
            ".modal:not(:has([name='payment_difference_handling']))"
        ),
        click("Pay it", ".modal button[name='action_create_payments']"),
        sees("It is done", "body:not(:has(.modal))"),
        sees(
            "It is paid",
            ".o_form_view .ribbon:contains('Paid'), .o_form_view .ribbon:contains('In Payment')"
        ),
    ],
});

registry.category("web_tour.tours").add("account_retention_settlement", {
    steps: () => [
        sees(
            "The credit",
            ".o_form_view [name='retention_credit_message']:contains('30.00')"
        ),
        sees(
            "Another invoice is due",
            ".o_form_view [name='retention_credit_warning']:contains('INV/')"
        ),
        click("Settle", ".o_form_view button[name='action_settle_retention']"),
        sees(
            "It is paid",
            ".o_form_view .ribbon:contains('Paid'), .o_form_view .ribbon:contains('In Payment')"
        ),
        sees(
            "Nothing is offered",
            ".o_form_view:not(:has(button[name='action_settle_retention']))"
        ),
    ],
});
