"""Lives of orders by chance in several processes; see dev/attack."""

import json
import selectors
import subprocess
import sys
import time
import traceback
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT)]
from dev.database import copy, drop  # noqa: E402

STATISTICS_SEED = -1
PROGRESS = 25


def tell(*values):
    sys.stdout.write(" ".join(map(str, values)) + "\n")
    sys.stdout.flush()


# === ONE PROCESS ===#


def work(config_file, database, seeds):
    """Live the lives of these seeds, each in a transaction that is taken back; print a line of JSON for
    each."""
    from odoo.modules import module
    from odoo.modules.registry import Registry
    from odoo.service import server
    from odoo.tools import config

    config.parse_config(["-c", config_file, "-d", database, "--log-level=critical"])
    server.load_server_wide_modules()
    Registry(database)
    from odoo.addons.sale_situation_invoicing.tests.random_lives import RandomLives

    # As Odoo's runner of tests says it: no mail leaves, no module is installed for a new country.
    module.current_test = True
    RandomLives.setUpClass()
    case = RandomLives()
    # Odoo keeps tests from ending their transaction. This database is a copy, and each life ends its
    # own: what it wrote can be cleaned away, and PostgreSQL has statistics.
    case.commit_patcher.stop()
    case.rollback_patcher.stop()
    case.live(STATISTICS_SEED)
    case.env.cr.commit()
    case.env.cr.execute("ANALYZE")
    case.env.cr.commit()
    for seed in seeds:
        started = time.process_time()
        try:
            life = case.live(seed)
            found = {"text": life.tell(), "steps": len(life.trace), "findings": life.findings}
        except Exception as error:  # of the instrument itself: told like the others
            text = traceback.format_exc()
            found = {"text": text, "steps": 0, "findings": {"instrument": (0, repr(error))}}
        case.env.cr.rollback()
        tell(json.dumps({"seed": seed, "seconds": time.process_time() - started, **found}))


# === ALL OF THEM ===#


def attack(config_file, source, first, last, processes):
    """Share the seeds among processes; print what falls.

    :return: how many lives had a finding; None where a process ended before its time
    """
    processes = min(processes, last - first + 1)
    databases = [f"{source}_{number}" for number in range(processes)]
    for database in databases:
        copy(source, database)
    workers = []
    try:
        for number, database in enumerate(databases):
            with open(Path(config_file).parent / "log" / f"{database}.log", "w") as log:
                workers.append(
                    subprocess.Popen(
                        [
                            sys.executable,
                            __file__,
                            "--work",
                            config_file,
                            database,
                            str(first + number),
                            str(last),
                            str(processes),
                        ],
                        stdout=subprocess.PIPE,
                        stderr=log,
                        text=True,
                    )
                )
        return read(workers, last - first + 1)
    finally:
        for worker in workers:
            worker.kill()
            worker.wait()
        for database in databases:
            drop(database)


def read(workers, count):
    """Print the lives with findings as they come, then all kinds with their seeds."""
    kinds, lived, fallen, seconds, steps = defaultdict(dict), 0, 0, 0.0, 0
    started = time.monotonic()
    with selectors.DefaultSelector() as selector:
        for worker in workers:
            selector.register(worker.stdout, selectors.EVENT_READ)
        while selector.get_map():
            for key, _events in selector.select():
                line = key.fileobj.readline()
                if not line:
                    selector.unregister(key.fileobj)
                    continue
                if not line.startswith("{"):
                    continue
                life = json.loads(line)
                lived, seconds = lived + 1, seconds + life["seconds"]
                steps += life["steps"]
                for kind, (_at, text) in life["findings"].items():
                    kinds[kind][life["seed"]] = text
                if life["findings"]:
                    fallen += 1
                if lived % PROGRESS == 0:
                    tell(f"{lived} of {count} lives, {fallen} with findings\n")
                if life["findings"] or count == 1:
                    tell(life["text"] + "\n")
    summarise(kinds, lived)
    tell(
        f"{lived} of {count} lives, {steps} steps, {fallen} lives with findings, "
        f"{time.monotonic() - started:.0f} s, {seconds / max(lived, 1):.1f} s of Python a life"
    )
    return fallen if lived == count else None


def summarise(kinds, lived):
    if lived:
        tell("Checks that fell, by kind:" if kinds else "Every check holds.")
    for kind, found in sorted(kinds.items(), key=lambda item: -len(item[1])):
        seeds = sorted(found)
        more = " …" if len(seeds) > 12 else ""
        tell(f"{len(seeds):>5}  {kind}: seeds {', '.join(map(str, seeds[:12]))}{more}")
        tell(f"       {seeds[0]}: {found[seeds[0]]}")


if __name__ == "__main__":
    if sys.argv[1] == "--work":
        start, end, step = map(int, sys.argv[4:7])
        work(*sys.argv[2:4], range(start, end + 1, step))
    else:
        fallen = attack(*sys.argv[1:3], *map(int, sys.argv[3:6]))
        sys.exit(2 if fallen is None else bool(fallen))
