import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("sale_situation_approval", {
    steps: () => [
        {
            content: "Open the tab",
            trigger: ".o_notebook a[name='deposits_situations']",
            run: "click",
        },
        {
            content: "Ask for a situation",
            trigger: ".tab-pane.active button[name='action_create_situation']",
            run: "click",
        },
        {
            content: "Half of everything",
            trigger: ".modal div[name='apply_progress'] input",
            run: "edit 50 && press Tab",
        },
        {
            content: "The recap follows",
            trigger: ".modal th[name='works_total']:contains('1,055.00')",
        },
        {
            content: "Ask for a draft for approval",
            trigger: ".modal button[name='action_send_for_approval']",
            run: "click",
        },
        {
            content: "The e-mail has its subject",
            trigger: ".modal div[name='subject'] input",
        },
        {
            content: "And the print",
            trigger:
                ".modal .o_attachment:contains('Draft situation 1'), .modal .o_attachments:contains('Draft situation 1'), .modal [name='attachment_ids']:contains('Draft situation 1')",
        },
        {
            content: "Send it",
            trigger: ".modal button[name='action_send_mail']",
            run: "click",
        },
        {
            content: "It is logged on the order, and nothing is billed",
            trigger: ".o-mail-Message:contains('Draft situation')",
        },
        {
            content: "Nothing is invoiced",
            trigger: ".tab-pane.active p:contains('Nothing is invoiced yet')",
        },
    ],
});
