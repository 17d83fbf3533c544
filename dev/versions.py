"""Print the addon's landed versions, oldest first: ``VERSION COMMIT`` a line.

A version's commit is the last one on the first-parent line of HEAD whose manifest bears it: what
side branches held before they were merged was never anybody's.

usage: python dev/versions.py [--last N] [VERSION|COMMIT…]
"""

import argparse
import ast
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def git(*arguments):
    done = subprocess.run(
        ["git", "-C", str(ROOT), *arguments], check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def version_of(commit):
    """Return the version that a commit's manifest bears."""
    return ast.literal_eval(git("show", f"{commit}:__manifest__.py"))["version"]


def landed_versions():
    """Return ``{version: commit}``, oldest first."""
    if git("rev-parse", "--is-shallow-repository") == "true":
        sys.exit(
            "This clone is shallow: the older versions are not in it. git fetch --unshallow "
            "(in continuous integration: fetch the full history) brings them."
        )
    versions = {}
    # Each stretch of commits with one version ends where the manifest changes next: all of the line is
    # read, since the last commit of a version needn't touch the manifest.
    for commit in git("rev-list", "--first-parent", "--reverse", "HEAD").split():
        version = version_of(commit)
        versions.pop(version, None)
        versions[version] = commit
    return versions


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--last", type=int, default=0)
    parser.add_argument("names", nargs="*")
    arguments = parser.parse_args()
    try:
        versions = landed_versions()
        chosen = list(versions.items())[-arguments.last :]
        if arguments.names:
            chosen = []
            for name in arguments.names:
                if name in versions:
                    chosen.append((name, versions[name]))
                else:
                    commit = git("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")
                    chosen.append((version_of(commit), commit))
    except subprocess.CalledProcessError as error:
        sys.exit(f"git {' '.join(error.cmd[3:])}: {error.stderr.strip() or 'not found'}")
    for version, commit in chosen:
        print(version, commit)


if __name__ == "__main__":
    main()
