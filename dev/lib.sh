# Sourced by every script of this folder: names of places, how to speak, how to fail.

ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)"
STATE="$ROOT/.odoo"
ADDON=sale_situation_invoicing
LANG_CODES=en_US,fr_FR
# One database server and one folder of its own for each checkout.
CHECKOUT_KEY="$(printf '%s' "$ROOT" | cksum | cut -d' ' -f1)"

say() { printf '\033[1m==>\033[0m %s\n' "$*"; }
note() { printf '    %s\n' "$*"; }
die() {
  printf '\n\033[1;31mFailed:\033[0m %s\n' "$1" >&2
  shift
  for line in "$@"; do printf '    %s\n' "$line" >&2; done
  exit 1
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# run_logged LABEL LOG COMMAND…: runs a long command with its output in a file and a sign of life.
run_logged() {
  local label="$1" log="$2" started=$SECONDS pid
  shift 2
  mkdir -p "$(dirname "$log")"
  "$@" >"$log" 2>&1 </dev/null &
  pid=$!
  while jobs -rp | grep -qx "$pid"; do
    if [ $(((SECONDS - started) % 15)) = 14 ]; then
      note "$label … $((SECONDS - started)) s: $(tail -n 1 "$log" | tr -d '\r' | cut -c1-90)"
    fi
    sleep 1
  done
  wait "$pid"
}

free_port() {
  python3 - "$1" <<'PY'
import socket, sys
port = int(sys.argv[1])
for candidate in range(port, port + 200):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", candidate))
        except OSError:
            continue
        print(candidate)
        break
else:
    sys.exit(1)
PY
}
