# Sourced after env.sh: databases with Odoo's modules and the addon in them.

BASE_DATABASE=situation_base
ODOO_MODULES=sale_management,account,l10n_fr_account

database() { python "$ROOT/dev/database.py" "$@"; }

# make_base_database: Odoo without the addon, made once; the others are copies of it.
make_base_database() {
  local stamp="$STATE/base.stamp" wanted="$ODOO_HOME $ODOO_MODULES $LANG_CODES"
  # Its files are in .odoo/: without them the database alone is of no use.
  [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ] && database exists "$BASE_DATABASE" && return 0
  say "Making a database with Odoo's sale and accounting modules (once, a minute or two)"
  database drop "$BASE_DATABASE.new"
  write_config "$STATE/base.conf" 8069
  ODOO_LOG_LEVEL=info run_logged "installing" "$STATE/log/base.log" python -m odoo -c "$STATE/base.conf" -d "$BASE_DATABASE.new" \
    -i "$ODOO_MODULES" --load-language="$LANG_CODES" --without-demo --stop-after-init --no-http --log-level=info ||
    die "Odoo's modules could not be installed" "$(grep -h -E 'ERROR|CRITICAL|Error' "$STATE/log/base.log" | tail -n 3)" "The whole log: $STATE/log/base.log"
  database rename "$BASE_DATABASE.new" "$BASE_DATABASE"
  echo "$wanted" >"$stamp"
}

# make_database NAME: a fresh copy with the addon installed.
make_database() {
  make_base_database
  say "Making the database $1 and installing the addon"
  database copy "$BASE_DATABASE" "$1"
  write_config "$STATE/$1.conf" 8069 "$1"
  run_logged "installing the addon" "$STATE/log/$1.log" python -m odoo -c "$STATE/$1.conf" -d "$1" \
    -i "$ADDON" --without-demo --stop-after-init --no-http --log-level=info ||
    die "the addon could not be installed" "$(tail -n 5 "$STATE/log/$1.log")" "The whole log: $STATE/log/$1.log"
  if grep -q -E " (ERROR|CRITICAL|WARNING) $1 " "$STATE/log/$1.log"; then
    grep -E " (ERROR|CRITICAL|WARNING) $1 " "$STATE/log/$1.log" | head -n 20
    die "installing the addon logged warnings or errors" "The whole log: $STATE/log/$1.log"
  fi
  database analyze "$1"
}

# prepare_for_tests NAME CONFIG: what many classes of the suite would make each: the companies and the web client's assets.
prepare_for_tests() {
  python -m odoo shell -c "$2" -d "$1" --no-http --log-level=error >"$STATE/log/prepare.log" 2>&1 <<'PY' ||
from odoo.addons.sale_situation_invoicing.tests.ready_companies import make_companies
make_companies(env)
env["ir.qweb"]._pregenerate_assets_bundles()
env.cr.commit()
PY
    die "the database could not be prepared for the tests" "$(tail -n 5 "$STATE/log/prepare.log")"
  database analyze "$1"
}
