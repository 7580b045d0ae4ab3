// The query page with a script: it runs the same form without leaving the page, and can stop it; tabs, sorting, history.
(() => {
  const form = document.querySelector("form.query"), area = form && form.querySelector("textarea");
  if (!area) return;
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const go = form.querySelector(".go"), stop = document.querySelector("#stop"), running = document.querySelector("#running");
  const busy = form.querySelector("progress"), KEPT = "shelfgraph-queries", LONGEST = 7000;
  const words = running.dataset;
  let controller = null;

  const set = (text) => { area.value = text; if (area.editor) area.editor.set(text); };
  const insert = (name) => {
    if (area.editor) { area.editor.insert(name); return; }
    area.setRangeText(name, area.selectionStart, area.selectionEnd, "end");
    area.focus();
  };

  async function run(push = true) {
    const query = area.value, began = performance.now();
    if (controller) controller.abort();
    const own = controller = new AbortController();
    const fields = new URLSearchParams({ query, format: "html" }), address = `${form.action}?${fields}`, short = address.length <= LONGEST;
    go.disabled = true; stop.disabled = false; busy.hidden = false;
    running.textContent = words.running;
    const clock = setInterval(() => { running.textContent = words.seconds.replace("{}", Math.round((performance.now() - began) / 1000)); }, 1000);
    try {
      const asked = { signal: own.signal, headers: { Accept: "text/html" } };
      const answer = await (short ? fetch(address, asked) : fetch(form.action, { ...asked, method: "POST", body: fields }));
      const page = new DOMParser().parseFromString(await answer.text(), "text/html"), outcome = page.querySelector("#outcome");
      if (!outcome) throw new Error(answer.status);
      if (push) window.history.pushState({ query }, "", short ? address : form.action);
      show(outcome);
      cached(/desc=hit/.test(answer.headers.get("Server-Timing")));
      keep(query);
      hold();
      running.textContent = outcome.querySelector("[role=alert]") ? "" : words.done;
    } catch (fault) {
      if (controller === own) running.textContent = fault.name === "AbortError" ? words.stopped : `${words.nothing} ${fault.message}`;
    } finally {
      clearInterval(clock);
      if (controller === own) { controller = null; go.disabled = false; stop.disabled = true; busy.hidden = true; }
    }
  }

  function cached(hit) {
    const place = document.querySelector("#cached");
    if (place && hit) place.textContent = `, ${words.cached}`;
  }

  function show(outcome) {
    const now = document.querySelector("#outcome");
    const fresh = document.adoptNode(outcome);
    now.replaceWith(fresh);
    dress(fresh);
  }

  // What a result or a refusal has more with a script.
  function dress(outcome) {
    all("[data-js]", outcome).forEach((one) => { one.hidden = false; });
    all("[data-copy]", outcome).forEach((one) => document.dispatchEvent(new CustomEvent("copyable", { detail: one })));
    all(".tabs[data-tabs]", outcome).forEach(tabs);
    all("table.sortable", outcome).forEach(sortable);
    all("form.again", outcome).forEach((one) => one.addEventListener("submit", (event) => {
      event.preventDefault();
      set(one.elements.query.value);
      run();
    }));
    mark(outcome);
  }

  function mark(outcome) {
    const line = Number(outcome.dataset.line || 0);
    if (area.editor) {
      area.editor.mark(line, Number(outcome.dataset.column || 0), outcome.dataset.words || "");
      // The editor marks the line itself.
      all(".editor", outcome).forEach((one) => { one.hidden = true; });
    }
    area.toggleAttribute("aria-invalid", line > 0);
  }

  function tabs(bar) {
    const links = all("a", bar);
    bar.setAttribute("role", "tablist");
    const choose = (tab, focus) => links.forEach((one) => {
      const panel = document.querySelector(one.hash), on = one === tab;
      one.setAttribute("role", "tab"); one.setAttribute("aria-selected", on); one.setAttribute("aria-controls", panel.id); one.tabIndex = on ? 0 : -1;
      panel.setAttribute("role", "tabpanel"); panel.setAttribute("aria-labelledby", one.id); panel.hidden = !on;
      if (on && focus) one.focus();
    });
    bar.addEventListener("click", (event) => { const tab = event.target.closest("a"); if (tab) { event.preventDefault(); choose(tab); } });
    bar.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (step) choose(links[(links.indexOf(document.activeElement) + step + links.length) % links.length], true);
    });
    choose(links.find((one) => one.hash === location.hash) || links[0]);
  }

  function sortable(table) {
    const body = table.tBodies[0], heads = all("thead th", table), order = new Intl.Collator(document.documentElement.lang, { numeric: true });
    heads.forEach((head, place) => {
      const button = document.createElement("button"), numeric = head.classList.contains("num"), name = head.textContent;
      button.type = "button";
      button.textContent = name;
      head.replaceChildren(button);
      button.addEventListener("click", () => {
        const up = head.getAttribute("aria-sort") === "ascending" || (numeric && !head.hasAttribute("aria-sort")), way = up ? -1 : 1;
        heads.forEach((one) => { one.removeAttribute("aria-sort"); one.querySelector("button").textContent = one.querySelector("button").textContent.replace(/ [↑↓]$/, ""); });
        head.setAttribute("aria-sort", up ? "descending" : "ascending");
        button.textContent = `${name} ${up ? "↓" : "↑"}`;
        const text = (row) => row.cells[place].textContent.trim();
        // What is empty stands last, whichever way.
        body.append(...[...body.rows].sort((one, other) => (!text(one) - !text(other)) || way * (numeric ? text(one) - text(other) : order.compare(text(one), text(other)))));
      });
    });
  }

  const kept = () => { try { return JSON.parse(localStorage.getItem(KEPT)) || []; } catch { return []; } };
  const store = (list) => { try { localStorage.setItem(KEPT, JSON.stringify(list)); } catch { /* the browser keeps nothing */ } };
  function keep(query) {
    if (!query.trim()) return;
    store([{ query, at: Date.now() }, ...kept().filter((one) => one.query !== query)].slice(0, 20));
    listed();
  }
  function listed() {
    const box = document.querySelector("#history"), list = kept();
    box.hidden = !list.length;
    box.querySelector("ul").replaceChildren(...list.map(({ query, at }) => {
      const item = document.createElement("li"), link = document.createElement("a"), when = document.createElement("span");
      const bare = query.replace(/^\s*(prefix|base)\b.*$/gim, "").replace(/\s+/g, " ").trim();
      link.href = `${form.action}?${new URLSearchParams({ query, format: "html" })}`;
      link.textContent = bare.length > 60 ? `${bare.slice(0, 59)}…` : bare || query.slice(0, 60);
      link.addEventListener("click", (event) => { event.preventDefault(); set(query); });
      when.className = "q";
      when.textContent = new Date(at).toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
      item.append(link, " ", when);
      return item;
    }));
  }

  // Several queries side by side, each with its result; the browser keeps their texts.
  const bar = document.querySelector("#queries"), OPEN = "shelfgraph-tabs", MOST = 8, BLANK = "SELECT *\nWHERE {\n  ?s ?p ?o .\n}\nLIMIT 20\n";
  const asked = new URLSearchParams(location.search).get("query");
  let open = [{ query: area.value }], at = 0;
  const hold = () => {
    open[at].query = area.value;
    try { localStorage.setItem(OPEN, JSON.stringify({ at, queries: open.map((one) => one.query) })); } catch { /* the browser keeps nothing */ }
  };
  function turn(next, focus) {
    if (controller) controller.abort();
    open[at].outcome = document.querySelector("#outcome");
    at = next;
    const fresh = open[at].outcome || Object.assign(document.createElement("div"), { id: "outcome" });
    document.querySelector("#outcome").replaceWith(fresh);
    set(open[at].query);
    mark(fresh);
    running.textContent = "";
    hold();
    drawn(focus);
  }
  function drawn(focus) {
    const list = bar.querySelector("ul"), named = (text, place) => text.replace("{}", place + 1);
    list.replaceChildren(...open.map((one, place) => {
      const item = document.createElement("li"), tab = document.createElement("button");
      tab.type = "button";
      tab.textContent = named(bar.dataset.name, place);
      if (place === at) tab.setAttribute("aria-current", "true");
      tab.addEventListener("click", () => { if (place !== at) { hold(); turn(place, true); } });
      item.append(tab);
      if (open.length > 1) {
        const close = document.createElement("button");
        close.type = "button";
        close.textContent = "×";
        close.setAttribute("aria-label", named(bar.dataset.close, place));
        close.addEventListener("click", () => {
          hold();
          if (place === at) turn(place ? place - 1 : 1, false);
          open.splice(place, 1);
          if (at > place) at -= 1;
          hold();
          drawn(true);
        });
        item.append(close);
      }
      return item;
    }));
    bar.querySelector("[data-new]").disabled = open.length >= MOST;
    if (focus) list.querySelector("[aria-current]").focus();
  }
  function reopened() {
    let known = null;
    try { known = JSON.parse(localStorage.getItem(OPEN)); } catch { /* nothing is kept */ }
    const queries = Array.isArray(known?.queries) ? known.queries.filter((one) => typeof one === "string").slice(0, MOST) : [];
    if (queries.length) {
      open = queries.map((query) => ({ query }));
      at = Math.min(Math.max(0, Math.trunc(known.at) || 0), open.length - 1);
      if (asked === null) set(open[at].query);
      else if (queries.includes(area.value)) at = queries.indexOf(area.value);
      else if (open.length < MOST) at = open.push({ query: area.value }) - 1;
      else open[at].query = area.value;
    }
    drawn(false);
  }
  bar.querySelector("[data-new]").addEventListener("click", () => { hold(); open.push({ query: BLANK }); turn(open.length - 1, true); });
  window.addEventListener("pagehide", hold);

  form.addEventListener("submit", (event) => { event.preventDefault(); run(); });
  stop.addEventListener("click", () => controller && controller.abort());
  area.addEventListener("editor", () => mark(document.querySelector("#outcome")));
  window.addEventListener("popstate", (event) => {
    const query = (event.state && event.state.query) || new URLSearchParams(location.search).get("query");
    if (query) { set(query); run(false); } else location.reload();
  });
  all(".examples a[href*='query=']").forEach((link) => link.addEventListener("click", (event) => {
    event.preventDefault();
    set(new URL(link.href).searchParams.get("query"));
  }));
  all(".terms code").forEach((code) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = code.textContent;
    button.addEventListener("click", () => insert(code.textContent));
    code.replaceWith(button);
  });
  document.querySelector("#history button").addEventListener("click", () => { store([]); listed(); });
  reopened();
  dress(document.querySelector("#outcome"));
  cached((performance.getEntriesByType("navigation")[0].serverTiming || []).some((one) => one.description === "hit"));
  listed();
})();
