"""Clients of others that the tests let loose on a site: the extra `clients`, beside `dev`, since some of them are old.

A test whose client cannot be had on this Python is skipped, and says so.
"""

from __future__ import annotations

import importlib
import importlib.util
from typing import Any

import pytest


def need(name: str) -> None:
    """Skip the test that calls this where the client of this name is not installed."""
    if importlib.util.find_spec(name) is None:
        pytest.skip(f"the client {name} is not installed; pip install -e '.[clients]' brings it where it still runs")


def imported(name: str) -> Any:
    """The module of a client; where it is not installed, the test that calls this is skipped."""
    need(name)
    return importlib.import_module(name)
