"""Shelfgraph beside other servers: the same data, the same machine, one run, their turns interleaved.

    python benchmarks/serve.py [--records 10000] [--rounds 5] [--without virtuoso ...]

Prints three tables in Markdown, with medians.  The other servers are `oxigraph` and `rdflib-endpoint` (PyPI) and
Virtuoso (Debian's virtuoso-opensource-7); one that is not installed is left out.
"""

from __future__ import annotations

import argparse
import contextlib
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple

import peers
import records
from peers import Got, Peer

PREFIXES = "PREFIX dcterms: <http://purl.org/dc/terms/> PREFIX pro: <http://purl.org/spar/pro/> "
DUMP = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"
TRIPLES = "application/n-triples"
RESULTS = "application/sparql-results+json"
_SECONDS = 3.0
"""How long clients ask at the same time."""
_BUDGET = 12.0
"""Seconds after which a server has had its share of a task, however many rounds are left."""


class Task(NamedTuple):
    """What is asked, so many times a round; a number makes every question a new one, unless it is to be repeated."""

    name: str
    query: Callable[[int], str]
    times: int = 1
    repeated: bool = False
    accept: str = RESULTS


def title(number: int) -> str:
    """The title of one record."""
    return f"SELECT ?title {{ <https://data.example.org/item/20.500.12345/{number + 1}> dcterms:title ?title }}"


def authors(number: int) -> str:
    """The authors of one record in their roles."""
    item = f"https://data.example.org/item/20.500.12345/{number + 1}"
    return f"SELECT ?person {{ <{item}> pro:isDocumentContextFor ?role . ?role pro:isHeldBy ?person }}"


def months(number: int) -> str:
    """How many persons wrote in each month, and on how many subjects."""
    return f"""SELECT ?issued (COUNT(DISTINCT ?person) AS ?persons) (COUNT(DISTINCT ?subject) AS ?subjects) {{
    ?work dcterms:creator ?person ; dcterms:issued ?issued ; dcterms:subject ?subject FILTER(STR(?issued) != "{number}")
    }} GROUP BY ?issued ORDER BY ?issued"""


def words(number: int) -> str:
    """Abstracts that hold some words, by their language."""
    return f"""SELECT ?language (COUNT(*) AS ?abstracts) {{
    ?work dcterms:abstract ?text FILTER(REGEX(?text, "willow (amber|cedar|river) (kelp|{number})", "i"))
    BIND(LANG(?text) AS ?language) }} GROUP BY ?language"""


def pairs(number: int) -> str:
    """The pairs of subjects that stand together most often."""
    return f"""SELECT ?one ?other (COUNT(*) AS ?works) {{
    ?work dcterms:subject ?one, ?other FILTER(STR(?one) < STR(?other)) }}
    GROUP BY ?one ?other ORDER BY DESC(?works) ?one ?other LIMIT {50 + number}"""


def table(number: int) -> str:
    """Titles and abstracts of most records: megabytes."""
    return f"SELECT * {{ ?work dcterms:title ?title ; dcterms:abstract ?text }} LIMIT {9_000 + number}"


def dump(number: int) -> str:
    """All triples."""
    return f"{DUMP} # {number}"


TASKS = (
    Task("tiny: title", title, 200),
    Task("tiny: authors", authors, 200),
    Task("heavy: months", months),
    Task("heavy: words", words),
    Task("heavy: pairs", pairs),
    Task("heavy: table", table),
    Task("repeated: title", title, 200, repeated=True),
    Task("repeated: months", months, 20, repeated=True),
    Task("repeated: pairs", pairs, 20, repeated=True),
    Task("dump", dump, accept=TRIPLES),
)

REPEATED = TASKS[6]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--without", nargs="*", default=[], choices=[peer.__name__ for peer in peers.PEERS])
    stated = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="serve-") as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        data = made(folder, stated.records)
        running = []
        for peer in peers.PEERS:
            if peer.__name__ not in stated.without:
                say(f"{peer.__name__} takes in {data.stat().st_size / 1e6:.0f} MB")
                try:
                    running.append(stack.enter_context(peer(data, folder)))
                except LookupError as fault:
                    say(f"left out: {fault}")
        got = measured(running, stated.rounds)
        print_times(running, got)
        print_throughput(running, stated.rounds)
        print_memory(running)


def made(folder: Path, number: int) -> Path:
    """The data: synthetic records, converted."""
    table, data = folder / "records.csv", folder / "data.nt"
    records.write(table, number)
    command = [sys.executable, "-m", "shelfgraph", "convert", str(table), "--to", "nt"]
    with data.open("wb") as out:
        subprocess.run(command, cwd=peers.ROOT, stdout=out, stderr=subprocess.DEVNULL, check=True)
    return data


def measured(running: list[Peer], rounds: int) -> dict[tuple[str, str], list[Got]]:
    """What each server answered to each task, the servers taking turns in a new order every round.

    The first round of a task warms up, and counts only where it took so long that there is no other.
    """
    got: defaultdict[tuple[str, str], list[Got]] = defaultdict(list)
    for task in TASKS:
        spent: defaultdict[str, float] = defaultdict(float)
        for turn in range(rounds + 1):
            for peer in [*running[turn % len(running) :], *running[: turn % len(running)]]:
                if spent[peer.name] < _BUDGET:
                    answers = asked(peer, task, turn * task.times)
                    spent[peer.name] += sum(answer.last for answer in answers)
                    got[task.name, peer.name] += answers if turn or spent[peer.name] >= _BUDGET else []
        say(task.name)
    return got


def asked(peer: Peer, task: Task, number: int) -> list[Got]:
    """The answers to the questions of one round; of one that is repeated, those after the first."""
    # A server may have closed a connection that was idle for seconds.
    peer.close()
    if task.repeated:
        peer.ask(PREFIXES + task.query(number), task.accept)
    answers: list[Got] = []
    for one in range(task.times):
        answers.append(peer.ask(PREFIXES + task.query(number if task.repeated else number + one), task.accept))
        if sum(answer.last for answer in answers) > _BUDGET:
            break
    return answers


def print_times(running: list[Peer], got: dict[tuple[str, str], list[Got]]) -> None:
    """Print the medians, and how many times as long as Oxigraph each server takes."""
    print(f"| milliseconds | {' | '.join(peer.name for peer in running)} |")
    print(f"|---|{'---:|' * len(running)}")
    for task in TASKS:
        parts = [("", "last")] if task.name != "dump" else [(", first byte", "first"), (", last byte", "last")]
        for words, part in parts:
            spent = {peer.name: _median(got[task.name, peer.name], part) for peer in running}
            base = spent.get("Oxigraph")
            cells = [_cell(spent[peer.name], base if peer.name != "Oxigraph" else None) for peer in running]
            print(f"| {task.name}{words} | {' | '.join(cells)} |")


def print_throughput(running: list[Peer], rounds: int) -> None:
    """Print how many tiny questions a second are answered to clients that ask at the same time."""
    print("\n| answers a second, clients at one time | " + " | ".join(peer.name for peer in running) + " |")
    print(f"|---|{'---:|' * len(running)}")
    for task, clients in ((TASKS[0], 8), (TASKS[0], 64), (REPEATED, 8)):
        stated: defaultdict[str, list[float]] = defaultdict(list)
        for turn in range(rounds):
            for peer in running:
                stated[peer.name].append(rate(peer, task, clients, turn))
        cells = [f"{statistics.median(stated[peer.name]):,.0f}" for peer in running]
        print(f"| {task.name}, {clients} | {' | '.join(cells)} |")
        say(f"{task.name}, {clients} clients")


def rate(peer: Peer, task: Task, clients: int, turn: int) -> float:
    """Answers a second to so many clients, in two processes of their own."""
    with ProcessPoolExecutor(2) as pool:
        half = clients // 2
        asked = [pool.submit(_answers, peer.another(), task.name, half, (2 * turn + part) * 1_000) for part in (0, 1)]
        return sum(one.result() for one in asked) / _SECONDS


def _answers(peer: Peer, name: str, clients: int, number: int) -> int:
    """How many good answers come within some seconds."""
    (task,) = [task for task in TASKS if task.name == name]
    until = time.monotonic() + _SECONDS
    counts: list[int] = []

    def ask(first: int) -> None:
        connection, count = peer.another(), 0
        while time.monotonic() < until:
            query = task.query((first + count) % 9_000 * (not task.repeated))
            new = "" if task.repeated else f" # {first} {count}"
            count += connection.ask(PREFIXES + query + new, task.accept).status == 200
        counts.append(count)
        connection.close()

    threads = [threading.Thread(target=ask, args=(number + 10 * one,)) for one in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts)


def print_memory(running: list[Peer]) -> None:
    """Print how much memory each server takes before and while it sends all of its triples."""
    print("\n| megabytes | before | most while it sends | megabytes sent |")
    print("|---|---:|---:|---:|")
    for peer in running:
        peer.close()
        web = _web(peer.process)
        before, most = sum(map(peers.megabytes, web)), [0.0]
        stop = threading.Event()

        def watch(web: list[int] = web, most: list[float] = most, stop: threading.Event = stop) -> None:
            while not stop.wait(0.02):
                most[0] = max(most[0], sum(map(peers.megabytes, web)))

        watching = threading.Thread(target=watch)
        watching.start()
        answer = peer.ask(f"{DUMP} # memory", TRIPLES, timeout=120)
        stop.set()
        watching.join()
        print(f"| {peer.name} | {before:.0f} | {most[0]:.0f} | {answer.length / 1e6:.0f} |")


def say(text: str) -> None:
    """Print how far it is."""
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr)


def _web(process: int) -> list[int]:
    """The processes that speak HTTP: all but Shelfgraph's query workers and their maker."""
    return [one for one in peers.family(process) if b"fork_server" not in Path(f"/proc/{one}/cmdline").read_bytes()]


def _median(answers: list[Got], part: str) -> float | None:
    """Milliseconds; None where there was no answer."""
    good = [getattr(answer, part) for answer in answers if answer.status == 200]
    return statistics.median(good) * 1_000 if good else None


def _cell(spent: float | None, base: float | None) -> str:
    if spent is None:
        return "–"
    stated = f"{spent:.2f}" if spent < 10 else f"{spent:,.0f}"
    return f"{stated} ({spent / base:.2f})" if base else stated


if __name__ == "__main__":
    main()
