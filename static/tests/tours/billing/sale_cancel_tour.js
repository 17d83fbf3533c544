import {registry} from "@web/core/registry";

const rows = ".o_field_widget[name='billing_move_ids'] .o_data_row";

function sees(content, trigger) {
    return {content, trigger};
}

registry.category("web_tour.tours").add("sale_cancel_document", {
    steps: () => [
        {
            content: "Open the documents",
            trigger: ".o_notebook .nav-link[name='deposits_situations']",
            run: "click",
        },
        {
            content: "Cancel the draft",
            trigger: `${rows}:contains('Draft') button[name='action_cancel_draft_document']`,
            run: "click",
        },
        {
            content: "Yes",
            trigger: ".modal footer .btn-primary",
            run: "click",
        },
        sees("It is cancelled", `${rows}:contains('Cancelled')`),
        {
            content: "Cancel the posted one",
            trigger: `${rows}:contains('Posted') button[name='action_cancel_posted_document']`,
            run: "click",
        },
        {
            content: "Without a reason",
            trigger: ".modal button[name='action_cancel_document']",
            run: "click",
        },
        sees("It is asked for", ".modal .o_field_invalid[name='reason']"),
        {
            content: "Give it",
            trigger: ".modal .o_field_widget[name='reason'] input",
            run: "edit Wrong progress && press Tab",
        },
        {
            content: "Cancel the document",
            trigger: ".modal button[name='action_cancel_document']",
            run: "click",
        },
        sees("It is reversed, beside its credit note", `${rows}:contains('Reversed')`),
        sees(
            "Nothing is left to cancel",
            `.o_field_widget[name='billing_move_ids']:not(:has(button[name^='action_cancel']))`
        ),
    ],
});
