import {registry} from "@web/core/registry";

function click(content, trigger, expectUnloadPage = true) {
    return {content, trigger, run: "click", expectUnloadPage};
}

function sees(content, trigger) {
    return {content, trigger};
}

registry.category("web_tour.tours").add("sale_portal_billing", {
    steps: () => [
        click("Open the order", ".o_portal_my_doc_table tr:contains('12,000.00') a"),
        sees("What is due", "#billing [name='due_now']:contains('1,770.00')"),
        sees("What is retained", "#billing [name='retention_held']:contains('390.00')"),
        sees("Its progress", "#billing .progress-bar[style*='65']"),
        sees(
            "A document",
            "#billing tr:contains('Situation no. 2') [name='due_now']:contains('2,340.00')"
        ),
        sees(
            "Its PDF",
            "#billing tr:contains('Situation no. 2') a[href*='report_type=pdf']"
        ),
        click("Open it", "#billing a:contains('Situation no. 2')"),
        sees(
            "It is called so",
            ".o_portal_invoice_sidebar [name='billing_label']:contains('Situation no. 2')"
        ),
        sees(
            "Its retention",
            ".o_portal_invoice_sidebar [name='retention']:contains('180.00')"
        ),
        click("Back to the invoices", ".o_portal_submenu a:contains('Invoices')"),
        sees(
            "Their names",
            ".o_portal_my_doc_table [name='billing_label']:contains('Deposit')"
        ),
        sees(
            "What is retained",
            ".o_portal_my_doc_table tr:contains('Situation no. 1') [name='retained_later']:contains('240.00')"
        ),
        click(
            "Pay one",
            ".o_portal_my_doc_table tr:contains('Situation no. 2') a:contains('Pay Now')"
        ),
        sees("Without its retention", "#pay_with.show:contains('2,340.00')"),
    ],
});

registry.category("web_tour.tours").add("sale_portal_pay_due", {
    steps: () => [
        click("Pay what is due", "#billing a[name='pay_due']"),
        sees(
            "The documents",
            "#order_due [name='due_documents']:contains('Situation no. 2')"
        ),
        sees("Together", "#order_due td[name='total']:contains('1,770.00')"),
        click(
            "The means of payment",
            "#o_payment_form input[name='o_payment_radio']",
            false
        ),
        sees(
            "Ready to pay",
            "#o_payment_form button[name='o_payment_submit_button']:not(:disabled)"
        ),
    ],
});
