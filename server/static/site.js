// Small helps over pages that work without it: copy, citation styles in place, suggestions, Ctrl+Enter.
(() => {
  const root = document.currentScript.src.replace(/static\/site\.js.*$/, "");
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  // What is said stands on the page, in its language.
  const said = document.querySelector("#said"), words = said.dataset;
  const say = (text) => { said.textContent = text; };
  all("[data-js]").forEach((element) => { element.hidden = false; });
  all("[data-nojs]").forEach((element) => { element.hidden = true; });

  const copyable = (button) => {
    const label = button.textContent;
    button.addEventListener("click", async () => {
      const source = document.querySelector(button.dataset.copy);
      try {
        await navigator.clipboard.writeText(button.dataset.copyOf ? source[button.dataset.copyOf] : source.textContent.trim());
        button.textContent = words.copied;
        say(words.copied);
      } catch { say(words.refused); }
      setTimeout(() => { button.textContent = label; }, 2000);
    });
  };
  all("[data-copy]").filter((button) => !button.closest("#outcome")).forEach(copyable);
  document.addEventListener("copyable", (event) => copyable(event.detail));

  all("select[data-cite]").forEach((choice) => {
    const cited = document.querySelector("#cited"), own = [...cited.childNodes];
    choice.value = "";
    choice.addEventListener("change", async () => {
      const address = choice.value;
      if (!address) { cited.replaceChildren(...own); return; }
      try {
        const answer = await fetch(address), text = await answer.text();
        if (!answer.ok) throw new Error(answer.status);
        if (choice.value !== address) return;
        cited.textContent = text.trim();
        say(words.style.replace("{}", choice.selectedOptions[0].textContent));
      } catch { location.href = address; }
    });
  });

  // Suggestions stand in a list of the browser's own; choosing one goes to its page.
  all("form[role=search] input[type=search]").forEach((input) => {
    const list = document.createElement("datalist"), known = new Map();
    let timer = 0, asked = "";
    list.id = `${input.id}-suggested`;
    input.after(list);
    input.setAttribute("list", list.id);
    input.addEventListener("input", () => {
      if (known.has(input.value)) { location.href = known.get(input.value); return; }
      clearTimeout(timer);
      timer = setTimeout(async () => {
        asked = input.value.trim();
        if (asked.length < 2) return;
        const wanted = asked;
        try {
          const found = await (await fetch(`${root}suggest.json?q=${encodeURIComponent(wanted)}`)).json();
          if (wanted !== asked) return;
          known.clear();
          list.replaceChildren(...found.map((one) => {
            const option = document.createElement("option");
            option.value = one.name;
            option.label = one.said;
            known.set(one.name, one.address);
            return option;
          }));
        } catch { list.replaceChildren(); }
      }, 150);
    });
  });

  // A field for a thing takes its name: what the list proposes is sent as its address.
  all("input[data-pick]").forEach((input) => {
    const list = document.createElement("datalist"), known = new Map();
    let timer = 0, asked = "";
    list.id = `${input.id}-proposed`;
    input.after(list);
    input.setAttribute("list", list.id);
    input.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(async () => {
        const wanted = asked = input.value.trim();
        if (wanted.length < 2 || known.has(wanted)) return;
        const answers = await Promise.all(input.dataset.pick.split(" ").map(async (type) => {
          try { return (await (await fetch(`${root}reconcile/suggest/entity?${new URLSearchParams({ prefix: wanted, type })}`)).json()).result; } catch { return []; }
        }));
        if (wanted !== asked) return;
        const found = answers.flat().slice(0, 12), twice = (one) => found.filter((other) => other.name === one.name).length > 1;
        known.clear();
        list.replaceChildren(...found.map((one) => {
          const option = document.createElement("option");
          // Two of one name are told apart by the server, which asks.
          if (!twice(one)) known.set(one.name, one.id);
          option.value = one.name;
          option.label = one.description || one.notable[0].name;
          return option;
        }));
      }, 150);
    });
    input.form.addEventListener("submit", () => { if (known.has(input.value)) input.value = input.dataset.base + known.get(input.value); });
  });

  all("form.query textarea").forEach((area) => area.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); area.form.requestSubmit(); }
  }));
})();
