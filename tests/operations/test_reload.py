"""A running site reads its options again, and the file of its log may be rotated."""

from __future__ import annotations

import contextlib
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import COMMAND, EXAMPLES, Site, free_port, shelfgraph
from tests.waiting import until, until_answered


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder with the examples."""
    assert shelfgraph("load", EXAMPLES, "--data", tmp_path / "data").returncode == 0
    return tmp_path / "data"


@contextlib.contextmanager
def logged(data: Path) -> Iterator[tuple[subprocess.Popen[bytes], str, Path]]:
    """A site, its home page, and the file to which its log goes."""
    log, port = data.with_name("log"), free_port()
    with log.open("ab") as file:
        words = [*COMMAND, "serve", "--data", str(data), "--port", str(port)]
        process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=file)
    try:
        page = f"http://127.0.0.1:{port}/"
        until_answered(lambda: title(page), OSError)
        yield process, page, log
    finally:
        process.terminate()
        process.wait(60)


def title(page: str) -> str:
    with urllib.request.urlopen(page, timeout=60) as answer:
        found = re.search(r"<title>([^<]*)", answer.read().decode())
    return found[1] if found else ""


def test_a_hangup_reads_the_options_again_and_breaks_no_request(data: Path) -> None:
    file = data.parent / "shelfgraph.toml"
    file.write_text('[serve]\ntitle = "Before"\n', encoding="utf-8")
    with logged(data) as (process, page, log):
        assert "Before" in title(page)
        file.write_text('[serve]\ntitle = "After"\nport = 1\n', encoding="utf-8")
        process.send_signal(signal.SIGHUP)
        # Each of these would raise where it is not answered with 200.
        until(lambda: "After" in title(page))
        assert "the options have been read again" in log.read_text()
        file.write_text("[serve]\ntitle = 5\n", encoding="utf-8")
        process.send_signal(signal.SIGHUP)
        until(lambda: f"the options stay as they were: {file}:2: title: 5 must be a text" in log.read_text())
        assert "After" in title(page)


def test_a_site_that_is_to_end_and_to_reload_at_once_ends(data: Path) -> None:
    site = Site("--data", data)
    for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGHUP):
        site.process.send_signal(number)
    site.stop()
    assert site.process.poll() is not None


def test_the_file_of_the_log_may_be_emptied_while_it_is_written(data: Path) -> None:
    with logged(data) as (_, page, log):
        until(lambda: b"200 GET / " in log.read_bytes())
        # What logrotate does with copytruncate.
        log.with_name("log.1").write_bytes(log.read_bytes())
        log.open("wb").close()
        title(f"{page}sparql")
        until(lambda: b"200 GET /sparql " in log.read_bytes())
        assert b"\0" not in log.read_bytes()


def test_a_log_that_nobody_reads_any_more_stops_nothing(data: Path) -> None:
    port = free_port()
    words = [sys.executable, "-m", "shelfgraph", "serve", "--data", str(data), "--port", str(port)]
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        page = f"http://127.0.0.1:{port}/-/health"
        until_answered(lambda: urllib.request.urlopen(page, timeout=60).close(), OSError)
        assert process.stderr
        process.stderr.close()
        for _ in range(3):
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/sparql", timeout=60) as answer:
                assert answer.status == 200
    finally:
        process.terminate()
        process.wait(60)


def test_no_fork_comes_in_the_middle_of_what_a_thread_imports(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The child would wait for ever for a module that a thread of its parent was about to import.
    (tmp_path / "sitecustomize.py").write_text(
        """
import os, sys, threading, time

importing = []

class Slow:
    def find_spec(self, name, *_):
        if threading.current_thread() is not threading.main_thread():
            importing.append(name)
            time.sleep(0.5)
            importing.remove(name)

sys.meta_path.insert(0, Slow())
os.register_at_fork(before=lambda: importing and print("forked within", importing, file=sys.stderr))
""",
        encoding="utf-8",
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with logged(data) as (process, page, log):
        process.send_signal(signal.SIGHUP)
        until(lambda: b"read again" in log.read_bytes())
        assert title(page)
    assert b"forked within" not in log.read_bytes()
