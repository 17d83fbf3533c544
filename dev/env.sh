# Sourced after lib.sh: where the provisioned Odoo, Python and PostgreSQL are.

if [ -z "${ODOO_HOME:-}" ]; then ODOO_HOME="$STATE/odoo/usr/lib/python3/dist-packages"; fi
ODOO_HOME="$(cd "$ODOO_HOME" && pwd)"
export ODOO_HOME
export PYTHONPATH="$ODOO_HOME"
export PATH="$STATE/venv/bin:$STATE/node/node_modules/.bin:$PATH"
# Where the configurations of Prettier and ESLint find their plugins.
export NODE_PATH="$STATE/node/node_modules"
export PRE_COMMIT_HOME="$STATE/pre-commit"
export PYTHONDONTWRITEBYTECODE="${PYTHONDONTWRITEBYTECODE:-}"

if [ "$(id -u)" = 0 ]; then PG_DATA="/var/lib/postgresql/situation-$CHECKOUT_KEY"; else PG_DATA="$STATE/pg"; fi
# A socket's path may not be longer than 107 characters, a checkout's may.
PG_SOCKETS="/tmp/situation-pg-$(id -u)-$CHECKOUT_KEY"

use_postgres() {
  # Compiling a query costs more than any of ours takes.
  export PGOPTIONS="${PGOPTIONS:--c jit=off}"
  if [ -z "${PGHOST:-}" ]; then
    PGHOST="$PG_SOCKETS"
    PGUSER="$(id -un)"
    unset PGPORT PGPASSWORD
    export PGHOST PGUSER
  fi
}

# ADDONS_FOLDER: where the addon is, if not this checkout's.
addons_path() {
  local path="$ODOO_HOME/odoo/addons"
  [ -d "$ODOO_HOME/addons" ] && path="$path,$ODOO_HOME/addons"
  printf '%s,%s' "$path" "${ADDONS_FOLDER:-$STATE/addons}"
}

# write_config FILE HTTP_PORT [DATABASE]
write_config() {
  {
    echo "[options]"
    echo "addons_path = $(addons_path)"
    echo "data_dir = $STATE/data"
    echo "db_host = $PGHOST"
    [ -n "${PGPORT:-}" ] && echo "db_port = $PGPORT"
    [ -n "${PGUSER:-}" ] && echo "db_user = $PGUSER"
    [ -n "${PGPASSWORD:-}" ] && echo "db_password = $PGPASSWORD"
    [ -n "${3:-}" ] && echo "db_name = $3" && echo "dbfilter = ^$3\$"
    echo "http_interface = 127.0.0.1"
    echo "http_port = $2"
    echo "gevent_port = $(($2 + 1000))"
    echo "workers = 0"
    echo "max_cron_threads = 0"
    echo "list_db = False"
    echo "limit_time_real = 3600"
    echo "limit_time_cpu = 3600"
    echo "log_level = ${ODOO_LOG_LEVEL:-warn}"
  } >"$1"
}
