// Small helps over pages that work without it: copy, citation styles in place, suggestions, Ctrl+Enter.
(() => {
  const root = document.currentScript.src.replace(/static\/site\.js.*$/, "");
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const say = (text) => { document.querySelector("#said").textContent = text; };
  all("[data-js]").forEach((element) => { element.hidden = false; });
  all("[data-nojs]").forEach((element) => { element.hidden = true; });

  const copyable = (button) => {
    const label = button.textContent;
    button.addEventListener("click", async () => {
      const source = document.querySelector(button.dataset.copy);
      try {
        await navigator.clipboard.writeText(button.dataset.copyOf ? source[button.dataset.copyOf] : source.textContent.trim());
        button.textContent = "Copied";
        say("Copied");
      } catch { say("Copying is not allowed here"); }
      setTimeout(() => { button.textContent = label; }, 2000);
    });
  };
  all("[data-copy]").filter((button) => !button.closest("#outcome")).forEach(copyable);
  document.addEventListener("copyable", (event) => copyable(event.detail));

  all("[data-cite]").forEach((link) => link.addEventListener("click", async (event) => {
    event.preventDefault();
    try {
      const answer = await fetch(link.href);
      if (!answer.ok) throw new Error(answer.status);
      document.querySelector("#cited").textContent = (await answer.text()).trim();
      say(`Citation in the style of ${link.textContent}`);
    } catch { location.href = link.href; }
  }));

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
            option.label = `${one.kind}, ${one.works} works`;
            known.set(one.name, one.address);
            return option;
          }));
        } catch { list.replaceChildren(); }
      }, 150);
    });
  });

  all("form.query textarea").forEach((area) => area.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); area.form.requestSubmit(); }
  }));
})();
