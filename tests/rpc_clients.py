"""The three clients of an integrator, on any model: XML-RPC, odoorpc and /json/2."""

import json
from contextlib import contextmanager
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from odoo.tests import get_db_name
from odoo.tools import mute_logger

from .house.test_situation_rpc import SituationRpcCommon, odoorpc


class RpcClients(SituationRpcCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.key = cls.env(user=cls.invoicing)["res.users.apikeys"]._generate(
            scope="rpc", name="test", expiration_date=datetime.now() + timedelta(hours=6)
        )

    def xmlrpc(self, model, method, *args, user=None, **kwargs):
        """Return what a method says over XML-RPC."""
        user = user or self.invoicing
        with mute_logger("odoo.addons.rpc.controllers.xmlrpc", "odoo.http", "odoo.sql_db"):
            result = self.xmlrpc_object.execute_kw(
                get_db_name(), user.id, user.login, model, method, args, kwargs
            )
        self.env.invalidate_all()
        return result

    def json2(self, model, method, status=200, **body):
        """Return what a method says over /json/2, or the message of its refusal."""
        with mute_logger("odoo.http", "odoo.sql_db"):
            response = self.url_open(
                f"/json/2/{model}/{method}",
                data=json.dumps(body),
                headers={
                    "Content-Type": "application/json",
                    "Authorization": f"Bearer {self.key}",
                    "X-Odoo-Database": get_db_name(),
                },
            )
        self.env.invalidate_all()
        self.assertEqual(response.status_code, status, response.text)
        return response.json() if status == 200 else response.json()["message"]

    @contextmanager
    def odoorpc(self, user=None):
        """Give an odoorpc client that is logged in."""
        if odoorpc is None:
            self.skipTest("odoorpc is not installed")
        user = user or self.invoicing
        url = urlsplit(self.base_url())
        self.cr.flush()
        self.cr.clear()
        with (
            self.allow_requests(all_requests=True),
            mute_logger("odoo.addons.rpc.controllers.jsonrpc"),
        ):
            client = odoorpc.ODOO(url.hostname, port=url.port, version="19.0")
            client.login(get_db_name(), user.login, user.login)
            yield client
        self.env.invalidate_all()
