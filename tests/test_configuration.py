"""Options in a file and in the environment: every one can stand there, and what is wrong there has a place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import pytest
from click.core import ParameterSource
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from shelfgraph.cli import main
from shelfgraph.configuration import NAME, Configured, commands, problems, variable

ROOT_CONTEXT = click.Context(main)
KNOWN = commands(ROOT_CONTEXT)
OPTIONS = [(name, key) for name, command in KNOWN.items() for key in command.named_options()]
READ = {
    "harvest-every": "2h",
    "base": "https://data.example.org/",
    "licence": "https://example.org/licence",
    "max-bytes": "3M",
    "max-size": "5M",
    "memory": "7M",
    "memory-limit": "700M",
    "theme": ["EDUC", "TECH"],
}
"""Values of options that are texts of some form, or lists of them."""


def parsed(command: str, *arguments: str) -> click.Context:
    return KNOWN[command].make_context(command, [*arguments], parent=ROOT_CONTEXT)


def other(option: click.Option, key: str) -> Any:
    """A value that is not the default."""
    if option.multiple and key not in READ:
        return ["a.example.org", "b.example.org:81"]
    if option.is_flag:
        return True
    if isinstance(option.type, click.Choice):
        return option.type.choices[-1]
    if isinstance(option.type, click.types.IntParamType):
        return 9
    if isinstance(option.type, click.types.FloatParamType):
        return 7.5
    return READ.get(key, "other")


def toml(value: Any) -> str:
    return {True: "true"}.get(value) or repr(value).replace("'", '"') if not isinstance(value, list) else str(value)


def values(context: click.Context, command: str, key: str) -> tuple[Any, ParameterSource | None]:
    name = KNOWN[command].named_options()[key].name
    assert name
    value = context.params[name]
    return [*value] if isinstance(value, tuple) else value, context.get_parameter_source(name)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to stand in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def arguments(command: str) -> tuple[str, ...]:
    return ("https://repository.example.org/",) if command == "harvest" else ()


@pytest.mark.parametrize(("command", "key"), OPTIONS)
def test_every_option_can_stand_in_the_file(command: str, key: str, folder: Path) -> None:
    option = KNOWN[command].named_options()[key]
    value = other(option, key)
    (folder / NAME).write_text(f"[{command}]\n{key} = {toml(value)}\n", encoding="utf-8")
    wanted = folder / value if isinstance(option.type, click.Path) else value
    assert values(parsed(command, *arguments(command)), command, key) == (wanted, ParameterSource.DEFAULT_MAP)


@pytest.mark.parametrize(("command", "key"), OPTIONS)
def test_every_option_can_stand_in_the_environment(command: str, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    option = KNOWN[command].named_options()[key]
    value = other(option, key)
    monkeypatch.setenv(
        variable(KNOWN[command], key),
        (option.type.envvar_list_splitter or " ").join(value) if isinstance(value, list) else str(value),
    )
    wanted = Path(value) if isinstance(option.type, click.Path) else value
    assert values(parsed(command, *arguments(command)), command, key) == (wanted, ParameterSource.ENVIRONMENT)


def test_the_command_line_comes_before_the_environment_and_that_before_the_file(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / NAME).write_text('[serve]\ntitle = "file"\nport = 1\nworkers = 3\n', encoding="utf-8")
    monkeypatch.setenv("SHELFGRAPH_SERVE_TITLE", "environment")
    monkeypatch.setenv("SHELFGRAPH_SERVE_PORT", "2")
    params = parsed("serve", "--title", "command line").params
    assert (params["title"], params["port"], params["workers"]) == ("command line", 2, 3)


def test_the_file_is_found_beside_the_data_folder_or_by_its_name(folder: Path) -> None:
    for place in ("beside", "elsewhere"):
        (folder / place).mkdir()
        (folder / place / NAME).write_text(f'[serve]\ntitle = "{place}"\n', encoding="utf-8")
    named = str(folder / "elsewhere" / NAME)
    titles = [
        parsed("serve", *words).params["title"]
        for words in ((), ("--data", "beside/data"), ("--config", named), ("--data", "beside/data", "--config", named))
    ]
    assert titles == ["Shelfgraph", "beside", "elsewhere", "elsewhere"]


@pytest.mark.parametrize(
    ("text", "stated"),
    [
        ("[serve]\nport = 70000\n", f"{NAME}:2: port: 70000 is not in the range 1<=x<=65535."),
        ("[serve]\n\n# which\nport = '80'\n", f"{NAME}:4: port: '80' must be a whole number"),
        ("[serve]\nport = true\n", f"{NAME}:2: port: True must be a whole number"),
        ("[serve]\ntimeout = 'x'\n", f"{NAME}:2: timeout: 'x' must be a number"),
        ("[serve]\nlog = 'xml'\n", f"{NAME}:2: log: 'xml' is not one of 'text', 'json', 'none'."),
        ("[serve]\nmemory = '5X'\n", f"{NAME}:2: memory: '5X' is no size; write a number with K, M or G behind it"),
        ("[serve]\nharvest-every = 'daily'\n", f"{NAME}:2: harvest-every: 'daily' is no interval; write 30m, 1h or 1d"),
        ("[serve]\nbase = 'ftp://x/'\n", f"{NAME}:2: base: 'ftp://x/' must begin with http:// or https://"),
        ("[serve]\nbase = ''\n", f"{NAME}:2: base: it is empty; leave the line out"),
        ("[serve]\nallow-host = 'x'\n", f'{NAME}:2: allow-host: \'x\' must be a list: ["…", "…"]'),
        ("[serve]\nallow-host = [\n  'x', # a\n  5]\n", f"{NAME}:2: allow-host: ['x', 5] must be a list"),
        ("[harvest]\nfull = 'yes'\n", f"{NAME}:2: full: 'yes' must be true or false"),
        ("[serve]\ntitle = 'x'\ntitel = 'y'\n", f"{NAME}:3: serve has no option titel; did you mean title?"),
        ("[serve]\nport = 1\n[harvest]\nport = 1\n", f"{NAME}:4: harvest has no option port; did you mean"),
        ("[serve]\nzzzz = 1\n", f"{NAME}:2: serve has no option zzzz; “shelfgraph config” writes all that there are"),
        ("\n[server]\nport = 1\n", f"{NAME}:2: [server] is no table of this file; did you mean [serve]?"),
        ("port = 80\n", f"{NAME}:1: [port] is no table of this file; there are [serve], [harvest]"),
        ("[serve]\nport 80\n", "line 2"),
    ],
)
def test_what_is_wrong_is_named_with_its_line_and_a_remedy(text: str, stated: str, folder: Path) -> None:
    (folder / NAME).write_text(text, encoding="utf-8")
    checked = CliRunner().invoke(main, ["config", "--check"])
    assert checked.exit_code == 1
    assert stated in checked.output
    served = CliRunner().invoke(main, ["serve"])
    assert (served.exit_code, stated in served.output) == (2, True), served.output
    assert CliRunner().invoke(main, ["serve", "--help"]).exit_code == 0


def test_a_misspelled_variable_is_named() -> None:
    Path(NAME).touch()
    done = CliRunner(env={"SHELFGRAPH_SERVE_TITEL": "x"}).invoke(main, ["config", "--check"])
    assert done.exit_code == 1
    assert done.output.endswith("SHELFGRAPH_SERVE_TITEL names no option; did you mean SHELFGRAPH_SERVE_TITLE?\n")


def test_the_file_that_is_written_explains_every_option_and_is_one_that_is_taken() -> None:
    written = CliRunner().invoke(main, ["config"]).output
    lines = [line.removeprefix("# ") for line in written.splitlines() if " = " in line or line.startswith("[")]
    taken = "\n".join(line for line in lines if not line.endswith('= ""'))
    assert [problem.text for problem in problems(taken, KNOWN)] == []
    assert [line.partition(" = ")[0] for line in lines if not line.startswith("[")] == [key for _, key in OPTIONS]
    Path(NAME).write_text(written, encoding="utf-8")
    assert CliRunner().invoke(main, ["config", "--check"]).output == f"{Path(NAME).absolute()}: nothing is wrong\n"


def test_a_file_that_is_not_there_is_a_sentence() -> None:
    done = CliRunner().invoke(main, ["config", "--check"])
    assert (done.exit_code, "“shelfgraph config” writes one" in done.output) == (2, True)


PIECES = st.sampled_from(
    [
        "[serve]",
        "[harvest]",
        "port",
        "=",
        "[",
        "]",
        '"x"',
        "5",
        "\n",
        "#",
        ".",
        ",",
        "{",
        "}",
        '"""',
        "title",
        "1e400",
        "nan",
    ]
)


@given(st.one_of(st.text(), st.lists(PIECES).map("".join)))
def test_any_text_has_its_problems_named_within_its_lines(text: str) -> None:
    for problem in problems(text, KNOWN):
        assert 0 <= problem.line <= len(text.splitlines())
        assert problem.text


def test_every_configured_command_is_one_of_the_program() -> None:
    assert [*KNOWN] == ["serve", "harvest"]
    assert all(isinstance(command, Configured) for command in KNOWN.values())
