import {browser} from "@web/core/browser/browser";
import {registry} from "@web/core/registry";

function click(content, trigger) {
    return {content, trigger, run: "click"};
}

/** Fetch what the client would download, and count it on the page once it is a workbook. */
async function fetchWorkbook(url) {
    const response = await browser.fetch(url);
    const bytes = new Uint8Array(await response.arrayBuffer());
    const isZip = bytes[0] === 0x50 && bytes[1] === 0x4b;
    if (
        response.status !== 200 ||
        !isZip ||
        !response.headers.get("Content-Disposition")
    ) {
        throw new Error(`No workbook at ${url}: ${response.status}`);
    }
    document.body.dataset.workbooks = Number(document.body.dataset.workbooks || 0) + 1;
}

/** A headless browser keeps no downloads: have the client's next addresses fetched instead. */
const watchDownloads = {
    content: "Watch the downloads",
    trigger: ".o_form_view",
    run() {
        const location = window.location;
        const watched = new Proxy(
            {},
            {
                get(_target, name) {
                    const value = name === "assign" ? fetchWorkbook : location[name];
                    return typeof value === "function" ? value.bind(location) : value;
                },
            }
        );
        Object.defineProperty(browser, "location", {
            configurable: true,
            get: () => watched,
        });
    },
};

function downloaded(count) {
    return {
        content: `Workbook ${count} has come`,
        trigger: `body[data-workbooks='${count}']`,
    };
}

function chooseAction(name) {
    return [
        click("Open the action menu", ".o_cp_action_menus button:has(.fa-cog)"),
        click(`Choose ${name}`, `.o-dropdown--menu .o_menu_item:contains('${name}')`),
    ];
}

registry.category("web_tour.tours").add("sale_workbook_order", {
    steps: () => [
        click("Open the tab", ".o_notebook a[name='deposits_situations']"),
        watchDownloads,
        click("Ask for it", ".tab-pane.active button[name='action_download_workbook']"),
        downloaded(1),
        ...chooseAction("Billing Workbook"),
        downloaded(2),
        click("To the list of orders", ".o_back_button"),
        click("Choose them all", ".o_list_view thead .o_list_record_selector input"),
        ...chooseAction("Work in Progress"),
        downloaded(3),
    ],
});

registry.category("web_tour.tours").add("sale_workbook_invoice", {
    steps: () => [watchDownloads, ...chooseAction("Billing Workbook"), downloaded(1)],
});
