"""How a site that just started, or just shows other data, fares beside one that rests.

    python benchmarks/first_minute.py [--records 3000] [--seconds 20]

The same clients ask in each part: look-ups, quick queries that are none, and answers of about a megabyte.
Prints, for each part, how many were asked and refused, the median and what 99 of 100 stay below, in milliseconds, and
its ratio to the part at rest.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import peers
import records
import serve
from peers import Got, Peer

QUICK = "SELECT (COUNT(?r) AS ?n) {{ <https://data.example.org/item/{}> ?p ?o . OPTIONAL {{ ?o ?q ?r }} }} LIMIT {}"
LONG = f"SELECT * {{{{ {' UNION '.join(['{{ ?s ?p ?o }}'] * 8)} }}}} LIMIT 5000 # {{}}"
CLIENTS: tuple[tuple[str, int, Callable[[int], str]], ...] = (
    ("look-up", 6, lambda number: f"{serve.title(number % 3_000)} # {number}"),
    ("quick", 4, lambda number: QUICK.format(number % 3_000, number + 1)),
    ("long", 4, LONG.format),
)
PAUSE = 0.1


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=3_000)
    parser.add_argument("--seconds", type=float, default=20)
    stated = parser.parse_args()
    command = [sys.executable, "-m", "shelfgraph"]
    with tempfile.TemporaryDirectory(prefix="first-") as name:
        folder = Path(name)
        data = serve.made(folder, stated.records)
        held = ["--data", str(folder / "data")]
        run([*command, "load", str(data), *held])
        port = peers.free_port()
        process = subprocess.Popen(
            [*command, "serve", *held, "--port", str(port)], cwd=peers.ROOT, stderr=subprocess.DEVNULL
        )
        try:
            peer = Peer("Shelfgraph", port, "/sparql", process.pid)
            while peer.ask("ASK {}").status != 200:
                time.sleep(0.05)
            started = asked(peer, stated.seconds)
            peers.wait_resident(port, 600)
            resting = asked(peer, stated.seconds)
            more = folder / "more.csv"
            records.write(more, 1)
            more.write_text(more.read_text().replace("Example Press", "Another Press"))
            run([*command, "load", str(more), *held])
            changed = asked(peer, stated.seconds)
        finally:
            process.terminate()
            process.wait()
    print("| | asked | refused | median | 99 of 100 | ratio |\n|---|---:|---:|---:|---:|---:|")
    for part, got in (("just started", started), ("at rest", resting), ("just changed", changed)):
        for kind, answers in got.items():
            ratio = below(answers, 0.99) / below(resting[kind], 0.99)
            refused = sum(answer.status != 200 for answer in answers)
            figures = f"{below(answers, 0.5):.1f} | {below(answers, 0.99):.1f} | {ratio:.2f}"
            print(f"| {part}: {kind} | {len(answers)} | {refused} | {figures} |")


def run(command: list[str]) -> None:
    """Run a command of ours to its end."""
    subprocess.run(command, cwd=peers.ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)


def asked(peer: Peer, seconds: float) -> dict[str, list[Got]]:
    """What all clients were answered for so many seconds."""
    got: dict[str, list[Got]] = {kind: [] for kind, _, _ in CLIENTS}
    until = time.monotonic() + seconds

    def ask(kind: str, query: Callable[[int], str], first: int) -> None:
        connection, number = peer.another(), first
        while time.monotonic() < until:
            got[kind].append(connection.ask(serve.PREFIXES + query(number)))
            number += 1
            time.sleep(PAUSE)
        connection.close()

    base = time.monotonic_ns() // 1_000 % 100_000_000
    threads = [
        threading.Thread(target=ask, args=(kind, query, base + 10_000 * place))
        for kind, clients, query in CLIENTS
        for place in range(clients)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return got


def below(answers: list[Got], share: float) -> float:
    """The milliseconds that this share of the answers took at the most."""
    spent = sorted(answer.last for answer in answers)
    return spent[min(len(spent) - 1, int(len(spent) * share))] * 1_000


if __name__ == "__main__":
    main()
