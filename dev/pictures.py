"""Pictures of the addon's screens, prints and workbook, for dev/pictures, which starts the server."""

import base64
import io
import json
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import xmlrpc.client
from contextlib import contextmanager
from pathlib import Path

import openpyxl
import requests
import websocket
from PIL import Image, ImageChops

DATABASE, LOGIN = "situation_demo", "admin"
PATIENCE = 60
# The web client has drawn what it fetched.
SETTLED = """!document.querySelector('.o_loading_indicator, .o_blockUI')
  && [...document.images].every(image => image.complete || image.loading == 'lazy')"""


class Browser:
    """A headless browser, steered by its debugging protocol."""

    def __init__(self, program, folder):
        self.process = subprocess.Popen(
            [
                program,
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--hide-scrollbars",
                "--no-first-run",
                "--remote-debugging-port=0",
                "--remote-allow-origins=*",
                f"--user-data-dir={folder}",
                "about:blank",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        told = Path(folder) / "DevToolsActivePort"
        wait(lambda: told.exists() and told.read_text().count("\n"), "the browser's port")
        port = told.read_text().split()[0]
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/json/list") as answer:
            [page] = [target for target in json.load(answer) if target["type"] == "page"]
        self.socket = websocket.create_connection(page["webSocketDebuggerUrl"], timeout=PATIENCE)
        self.number = 0

    def close(self):
        self.socket.close()
        self.process.terminate()
        self.process.wait()

    def tell(self, method, **parameters):
        """Send a command, and return its answer."""
        self.number += 1
        self.socket.send(json.dumps({"id": self.number, "method": method, "params": parameters}))
        while True:
            answer = json.loads(self.socket.recv())
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']['message']}")
                return answer["result"]

    def ask(self, expression):
        """Return what a JavaScript expression comes to."""
        result = self.tell("Runtime.evaluate", expression=expression, returnByValue=True)
        return result["result"].get("value")

    def open(self, url, width, height):
        self.tell(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )
        self.tell("Page.navigate", url=url)

    def sees(self, selector):
        try:
            wait(
                lambda: self.ask(f"!!document.querySelector({json.dumps(selector)}) && {SETTLED}"),
                selector,
            )
        except TimeoutError as error:
            seen = self.ask("location.href + ': ' + document.body.innerText.slice(0, 400)")
            raise TimeoutError(f"{error}; the page is {seen}") from None

    def click(self, selector):
        self.sees(selector)
        self.ask(f"document.querySelector({json.dumps(selector)}).click()")

    def type(self, selector, text):
        """Put a text in the place of an input's, and leave it."""
        self.sees(selector)
        self.ask(f"document.querySelector({json.dumps(selector)}).select()")
        self.tell("Input.insertText", text=text)
        self.ask("document.activeElement.blur()")

    def take(self, selector="body", whole=False):
        """Return the picture of an element; what is beyond the window's edge only where `whole`."""
        # What moves comes to rest, and what was typed comes back.
        time.sleep(1.5)
        self.sees(selector)
        box = self.ask(
            f"JSON.stringify(document.querySelector({json.dumps(selector)}).getBoundingClientRect())"
        )
        box = json.loads(box)
        picture = self.tell(
            "Page.captureScreenshot",
            clip={key: box[key] for key in ("x", "y", "width", "height")} | {"scale": 1},
            captureBeyondViewport=whole,
        )
        return Image.open(io.BytesIO(base64.b64decode(picture["data"])))


def wait(condition, what):
    end = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"{what} didn't come within {PATIENCE} s")
        time.sleep(0.2)


@contextmanager
def browser_of(program):
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        browser = Browser(program, folder)
        try:
            yield browser
        finally:
            browser.close()


class Pictures:
    """One method for each picture; they return it.

    :param url: where Odoo answers
    :param out: folder of the demo's prints
    """

    def __init__(self, url, browser, out):
        self.url, self.browser, self.out = url, browser, out
        wait(self.is_ready, "Odoo")
        common = xmlrpc.client.ServerProxy(f"{url}/xmlrpc/2/common")
        self.uid = common.authenticate(DATABASE, LOGIN, LOGIN, {})
        self.models = xmlrpc.client.ServerProxy(f"{url}/xmlrpc/2/object", allow_none=True)
        session = requests.post(
            f"{url}/web/session/authenticate",
            json={"params": {"db": DATABASE, "login": LOGIN, "password": LOGIN}},
            timeout=PATIENCE,
        )
        browser.tell(
            "Network.setCookie", name="session_id", value=session.cookies["session_id"], url=url
        )

    def is_ready(self):
        try:
            with urllib.request.urlopen(f"{self.url}/web/health", timeout=5):
                return True
        except (urllib.error.URLError, OSError):
            return False

    def call(self, model, method, *arguments, **options):
        return self.models.execute_kw(DATABASE, self.uid, LOGIN, model, method, arguments, options)

    def order(self, customer):
        """Return the id of a customer's order."""
        return self.call("sale.order", "search", [("partner_id.name", "=", customer)])[0]

    def open_order(self, customer, width, height):
        path = f"/odoo/action-sale.action_orders/{self.order(customer)}"
        self.browser.open(self.url + path, width, height)
        self.browser.sees(".o_form_view .o_notebook")

    def open_action(self, name, width, height):
        self.browser.open(f"{self.url}/odoo/action-sale_situation_invoicing.{name}", width, height)

    # === THE PICTURES ===#

    def wizard(self):
        self.open_order("Mairie de Saint-Aubin", 1280, 1000)
        self.browser.click("button[name='action_create_situation']")
        self.browser.type(".modal [name='apply_progress'] input", "40")
        return self.browser.take(".modal-content")

    def order_documents(self):
        self.open_order("SARL Martin", 1366, 1000)
        self.browser.click(".o_notebook a[name='deposits_situations']")
        self.browser.sees(".o_notebook [name='billing_move_ids'] .o_data_row")
        return self.browser.take()

    def instalments(self):
        self.open_order("Mairie de Saint-Aubin", 1100, 760)
        self.browser.click(".o_notebook a[name='deposits_situations']")
        self.browser.click("button[name='action_create_instalments']")
        self.browser.sees(".modal-content .o_form_view")
        return self.browser.take(".modal-content")

    def retentions(self):
        self.open_action("action_retentions", 1440, 360)
        self.browser.click(".o_list_view .o_group_header .o_group_name")
        self.browser.sees(".o_list_view .o_data_row")
        return self.browser.take()

    def jobs(self):
        self.open_action("action_jobs", 1100, 620)
        # Those that are finished, too.
        self.browser.click(".o_searchview .o_facet_remove")
        self.browser.sees(".o_kanban_view .o_kanban_record:nth-of-type(3)")
        return self.browser.take()

    def analysis(self):
        self.open_action("action_situation_analysis", 1100, 640)
        self.browser.sees(".o_graph_view canvas")
        return self.browser.take()

    def print(self):
        """The second situation of the job with a retention."""
        name = self.call("sale.order", "read", [self.order("Lycée Saint-Joseph")], ["name"])[0]
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run(
                ["pdftoppm", "-png", "-r", "110", str(self.out / f"{name['name']}-situation-2.pdf"),
                 f"{folder}/page"],
                check=True,
            )  # fmt: skip
            pages = [without_margins(Image.open(path)) for path in sorted(Path(folder).iterdir())]
        return beside(pages)

    def workbook(self):
        """The sheets, one below the other, with the values that viewers show."""
        content = self.call("sale.order", "get_billing_workbook", [self.order("SARL Martin")])
        book = openpyxl.load_workbook(
            io.BytesIO(base64.b64decode(content["content"])), data_only=True
        )
        with tempfile.NamedTemporaryFile("w", suffix=".html", encoding="utf-8") as page:
            page.write(as_page(book))
            page.flush()
            self.browser.open(f"file://{page.name}", 1750, 1000)
            return self.browser.take(whole=True)


def without_margins(page, kept=24):
    """Return what is printed of a page, with a little white around it."""
    page = page.convert("RGB")
    left, top, right, bottom = ImageChops.invert(page).getbbox()
    return page.crop((left - kept, top - kept, right + kept, bottom + kept))


def beside(pages):
    """Return pages side by side."""
    picture = Image.new(
        "RGB", (sum(page.width for page in pages), max(page.height for page in pages)), "white"
    )
    left = 0
    for page in pages:
        picture.paste(page, (left, 0))
        left += page.width
    return picture


def as_page(book):
    """Return the sheets of a workbook as a web page."""
    parts = [
        "<!doctype html><meta charset='utf-8'><style>body{font:11px Arial,sans-serif;margin:8px;width:max-content}"
        "table{border-collapse:collapse;margin-bottom:14px}td{border:1px solid #ddd;padding:1px 5px;"
        "white-space:pre;height:13px}h3{margin:4px 0}</style>"
    ]
    for sheet in book:
        parts.append(f"<h3>{escape(sheet.title)}</h3><table>")
        for row in sheet.iter_rows():
            parts.append("<tr>" + "".join(map(as_cell, row)) + "</tr>")
        parts.append("</table>")
    return "".join(parts)


def as_cell(cell):
    if isinstance(cell, openpyxl.cell.cell.MergedCell):
        return ""
    style = [f"text-align:{cell.alignment.horizontal or 'left'}"]
    text = "" if cell.value is None else str(cell.value)
    if isinstance(cell.value, int | float):
        percent = "%" in cell.number_format
        text = f"{cell.value * 100:,.2f} %" if percent else f"{cell.value:,.2f}"
        style[0] = "text-align:right"
    elif hasattr(cell.value, "strftime"):
        text = cell.value.strftime("%m/%d/%Y")
    if cell.font.b:
        style.append("font-weight:bold")
    if cell.fill.fill_type == "solid":
        style.append(f"background:#{cell.fill.fgColor.rgb[2:]}")
    span = next(
        (area.size["columns"] for area in cell.parent.merged_cells if cell.coordinate in area), 1
    )
    return f"<td colspan={span} style='{';'.join(style)}'>{escape(text)}</td>"


def escape(text):
    return text.replace("&", "&amp;").replace("<", "&lt;")


METHODS = {
    "wizard": Pictures.wizard,
    "order": Pictures.order_documents,
    "instalments": Pictures.instalments,
    "retentions": Pictures.retentions,
    "jobs": Pictures.jobs,
    "analysis": Pictures.analysis,
    "print": Pictures.print,
    "workbook": Pictures.workbook,
}


def main(url, program, state, target, *names):
    with browser_of(program) as browser:
        pictures = Pictures(url, browser, Path(state) / "out")
        for name in names or METHODS:
            picture = METHODS[name](pictures).convert("RGB").quantize(256, dither=Image.Dither.NONE)
            picture.save(Path(target) / f"{name}.png", optimize=True)
            sys.stdout.write(f"    {name}.png {picture.width} × {picture.height}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
