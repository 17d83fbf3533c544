"""Make, copy and drop the databases of this folder's scripts; their server is the environment's."""

import os
import shutil
import sys
from pathlib import Path

import psycopg2
from psycopg2 import sql

FILESTORE = Path(__file__).resolve().parent.parent / ".odoo" / "data" / "filestore"


def connect(name="postgres"):
    connection = psycopg2.connect(dbname=name, host=os.environ.get("PGHOST"))
    connection.autocommit = True
    return connection.cursor()


def exists(name):
    cursor = connect()
    cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,))
    return bool(cursor.fetchone())


def drop(name):
    cursor = connect()
    cursor.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
        (name,),
    )
    cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
    shutil.rmtree(FILESTORE / name, ignore_errors=True)


def copy(source, name):
    drop(name)
    connect().execute(
        sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
            sql.Identifier(name), sql.Identifier(source)
        )
    )
    if (FILESTORE / source).exists():
        shutil.copytree(FILESTORE / source, FILESTORE / name)


def rename(source, name):
    drop(name)
    connect().execute(
        sql.SQL("ALTER DATABASE {} RENAME TO {}").format(
            sql.Identifier(source), sql.Identifier(name)
        )
    )
    if (FILESTORE / source).exists():
        (FILESTORE / source).rename(FILESTORE / name)


def analyze(name):
    """Give PostgreSQL its statistics: tests never end a transaction, so that it wouldn't gather any,
    and Odoo's larger queries take seconds on tables that it thinks empty."""
    connect(name).execute("ANALYZE")


if __name__ == "__main__":
    command, *names = sys.argv[1:]
    if command == "exists":
        sys.exit(not exists(*names))
    {"analyze": analyze, "copy": copy, "drop": drop, "rename": rename}[command](*names)
