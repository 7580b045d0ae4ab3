"""`shelfgraph.toml`: the options of `serve` and `harvest` in a file and in the environment.

What the command line says comes first, then the environment (`SHELFGRAPH_SERVE_TITLE`), then the file, in which each
command has a table of its own:

    [serve]
    title = "Records of the north"
    harvest-every = "1d"
"""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import click

from converter.errors import UsageError
from shelfgraph import options

NAME = "shelfgraph.toml"
_VARIABLE = "SHELFGRAPH_CONFIG"
_WORDS = "shelfgraph.words"
_CONFIG = click.Option(
    ["--config"],
    type=click.Path(exists=True, dir_okay=False),
    envvar=_VARIABLE,
    expose_value=False,
    help=f"Options, as TOML.  [default: {NAME} beside the data folder, where there is one]",
)


def _interval(text: str) -> int:
    from shelfgraph.refreshing import seconds

    return seconds(text)


_READERS: Mapping[str, Callable[[Any], object]] = {
    "base": options.base_address,
    "harvest-every": _interval,
    "licence": partial(options.web_address, "--licence"),
    "max-bytes": partial(options.size, "--max-bytes"),
    "max-size": partial(options.size, "--max-size"),
    "memory": partial(options.size, "--memory"),
    "memory-limit": partial(options.size, "--memory-limit"),
    "publisher": options.publisher,
    "theme": options.themes,
}
"""What reads a text, or a list of them, whose form click does not know, and raises UsageError where it has another."""


class Problem(NamedTuple):
    """What is wrong, and where: a line of the file, or 0 for the whole of it."""

    line: int
    text: str


class Configured(click.Command):
    """A command whose options may stand in the table of its name, and in the environment."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        for key, option in self.named_options().items():
            option.envvar = variable(self, key)
        self.params.append(_CONFIG)

    def named_options(self) -> dict[str, click.Option]:
        """Its options by their names in the file."""
        found = (param for param in self.params if isinstance(param, click.Option) and param is not _CONFIG)
        return {max(option.opts, key=len).removeprefix("--"): option for option in found}

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the file first; the help is shown whatever stands there.

        Raises UsageError where something is wrong in the file.
        """
        ctx.meta[_WORDS] = [*args]
        given, _, _ = self.make_parser(ctx).parse_args([*args])
        if not {*args} & {*ctx.help_option_names} and (path := self._file(given)):
            ctx.default_map = self._defaults(path, commands(ctx))
        return super().parse_args(ctx, args)

    def _file(self, given: Mapping[str, str]) -> Path | None:
        if named := given.get("config") or os.environ.get(_VARIABLE):
            return Path(named) if Path(named).is_file() else None
        data = given.get("data") or os.environ.get(variable(self, "data")) or options.HOME
        found = beside(Path(data))
        return found if found.is_file() else None

    def _defaults(self, path: Path, known: Mapping[str, Configured]) -> dict[str, Any]:
        """The values of its table by the names of click; paths are those seen from the file."""
        text = _text(path)
        for problem in problems(text, known):
            raise UsageError(located(path, problem))
        keys, table = self.named_options(), tomllib.loads(text).get(self.name or "", {})
        return {keys[key].name or key: _seen_from(path, keys[key], value) for key, value in table.items()}


def again(ctx: click.Context) -> click.Context:
    """The same words of the command line, with the file as it is now.

    Raises UsageError where something is wrong in the file.
    """
    try:
        return ctx.command.make_context(ctx.info_name, [*ctx.meta[_WORDS]], ctx.parent)
    except click.ClickException as fault:
        raise UsageError(fault.format_message()) from None


def variable(command: click.Command, key: str) -> str:
    """The name in the environment of an option."""
    return f"SHELFGRAPH_{command.name}_{key}".upper().replace("-", "_")


def beside(data: Path) -> Path:
    """Where the file of a data folder is looked for."""
    return data.absolute().parent / NAME


def commands(ctx: click.Context) -> dict[str, Configured]:
    """The commands that have a table, by their names."""
    root = ctx.find_root().command
    listed = root.commands.values() if isinstance(root, click.Group) else (root,)
    return {command.name or "": command for command in listed if isinstance(command, Configured)}


def problems(text: str, known: Mapping[str, Configured]) -> Iterator[Problem]:
    """Yield what is wrong in a file of the options of these commands, each with its remedy."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        yield Problem(0, f'{fault}; write a line as key = "text", key = 5 or key = true')
        return
    for name, table in tables.items():
        command = known.get(name)
        if command is None or not isinstance(table, dict):
            named, near = f"[{name}]", _nearest(f"[{name}]", [f"[{each}]" for each in known])
            yield Problem(_line(text, name), f"{named} is no table of this file; {near}")
            continue
        keys = command.named_options()
        for key, value in table.items():
            if key not in keys:
                yield Problem(_line(text, name, key), f"{name} has no option {key}; {_nearest(key, keys)}")
            elif wrong := _fault(keys[key], key, value):
                yield Problem(_line(text, name, key), f"{key}: {wrong}")


def misspelled(environment: Mapping[str, str], known: Mapping[str, Configured]) -> Iterator[Problem]:
    """Yield the variables that look like options of these commands, and are none."""
    names = [variable(command, key) for command in known.values() for key in command.named_options()]
    for name in sorted(environment):
        if name not in names and name.startswith(tuple(variable(command, "") for command in known.values())):
            yield Problem(0, f"the variable {name} names no option; {_nearest(name, names)}")


def located(path: Path, problem: Problem) -> str:
    """What is wrong, with the file and the line."""
    return f"{path}:{problem.line}: {problem.text}" if problem.line else f"{path}: {problem.text}"


@click.command()
@click.option("--check", is_flag=True, help="Name what is wrong in the file and the environment, with line and remedy.")
@click.option("--config", "named", type=click.Path(dir_okay=False, path_type=Path), envvar=_VARIABLE, help="The file.")
@options.FOLDER
@click.pass_context
def config(ctx: click.Context, check: bool, named: Path | None, data: Path) -> None:
    """Write a shelfgraph.toml in which each option of serve and harvest is explained, or check the one that is there.

    The file stands beside the data folder, or is named with --config.  An option of the command line comes before the
    environment (SHELFGRAPH_SERVE_TITLE), and that before the file.
    """
    known = commands(ctx)
    if not check:
        for name, command in known.items():
            click.echo(f"[{name}]")
            for key, option in command.named_options().items():
                click.echo(f"# {' '.join((option.help or '').split())}\n# {key} = {_example(ctx, option)}")
            click.echo()
        return
    path = named or beside(data)
    found = [located(path, problem) for problem in problems(_text(path), known)]
    found += [problem.text for problem in misspelled(os.environ, known)]
    for line in found:
        click.echo(line)
    if found:
        raise SystemExit(1)
    click.echo(f"{path}: nothing is wrong")


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise UsageError(f"there is no {path}; “shelfgraph config” writes one, --config names another") from None
    except UnicodeDecodeError as fault:
        raise UsageError(f"{path} is no UTF-8 (byte {fault.start}); save it as UTF-8") from None


def _seen_from(path: Path, option: click.Option, value: Any) -> Any:
    is_path = isinstance(option.type, click.Path) and value != "-"
    return str(path.absolute().parent / value) if is_path else value


def _fault(option: click.Option, key: str, value: Any) -> str:
    """What is wrong with a value, empty where nothing is."""
    if option.multiple:
        fits, wanted = isinstance(value, list) and all(isinstance(each, str) for each in value), 'a list: ["…", "…"]'
    elif option.is_flag:
        fits, wanted = isinstance(value, bool), "true or false"
    elif isinstance(option.type, click.types.IntParamType):
        fits, wanted = type(value) is int, "a whole number"
    elif isinstance(option.type, click.types.FloatParamType):
        fits, wanted = type(value) in {int, float}, "a number"
    else:
        fits, wanted = isinstance(value, str), 'a text: "…"'
    if not fits:
        return f"{value!r} must be {wanted}"
    if value == "" and option.default != "":
        return "it is empty; leave the line out"
    try:
        if not option.multiple and not isinstance(option.type, click.Path):
            option.type.convert(value, option, None)
        if key in _READERS and value:
            _READERS[key](value)
    except click.BadParameter as fault:
        return fault.message
    except UsageError as fault:
        return str(fault).removeprefix(f"--{key}: ")
    return ""


def _line(text: str, table: str, key: str = "") -> int:
    """The line in which a table, or a key of it, begins: the one behind the longest beginning that is TOML without."""
    lines = text.splitlines()
    behind = 0
    for number in range(len(lines)):
        try:
            held = tomllib.loads("\n".join(lines[:number]))
        except tomllib.TOMLDecodeError:
            continue
        if key in held.get(table, {}) if key else table in held:
            break
        behind = number
    return behind + 1


def _nearest(name: str, known: Mapping[str, object] | list[str]) -> str:
    near = difflib.get_close_matches(name, list(known), 1)
    return (
        f"did you mean {near[0]}?"
        if near
        else f"there are {', '.join(known)}"
        if len(known) < 5
        else ("“shelfgraph config” writes all that there are")
    )


def _example(ctx: click.Context, option: click.Option) -> str:
    if option.multiple:
        return "[]"
    default = option.get_default(ctx)
    if isinstance(default, (bool, int, float)):
        return str(default).lower()
    return f'"{default if isinstance(default, (str, Path)) else ""}"'


COMMANDS = (config,)
