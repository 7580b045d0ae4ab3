// The editor of the query page: it stands where the text area was, and keeps the text area as the form's field.
// It lives in a shadow root, whose style sheets are made by script: the policy of the page allows no style elements.
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { bracketMatching, HighlightStyle, syntaxHighlighting, syntaxTree } from "@codemirror/language";
import { linter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { EditorState, StateEffect, StateField } from "@codemirror/state";
import { Decoration, drawSelection, EditorView, keymap, lineNumbers, MatchDecorator, ViewPlugin } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { sparql } from "codemirror-lang-sparql";

const area = document.querySelector("form.query textarea");
const root = import.meta.url.replace(/static\/dist\/.*$/, "");
const terms = fetch(`${root}terms.json`)
  .then((answer) => (answer.ok ? answer.json() : null))
  .catch(() => null)
  .then((found) => found || { prefixes: {}, terms: [] });

const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword], color: "var(--link)", fontWeight: "700" },
  { tag: tags.variableName, color: "var(--seen)" },
  { tag: [tags.comment, tags.lineComment], color: "var(--quiet)", fontStyle: "italic" },
  { tag: [tags.string, tags.number, tags.bool, tags.literal], color: "var(--good)" },
  { tag: [tags.namespace, tags.url, tags.typeName], color: "var(--quiet)" },
]);

// Prefixed names, which the grammar does not tell from other parts of a statement.
const name = Decoration.mark({ class: "cm-name" });
const names = new MatchDecorator({
  regexp: /<[^<>\s]*>|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|#.*|(?:[A-Za-z][\w.-]*)?:[\w.-]*/g,
  decorate: (add, from, to, match) => { if (!/^[<"'#]/.test(match[0])) add(from, to, name); },
});
const naming = ViewPlugin.define((view) => ({
  decorations: names.createDeco(view),
  update(change) { this.decorations = names.updateDeco(change, this.decorations); },
}), { decorations: (plugin) => plugin.decorations });

// The line in which the site found an error, until the query is changed.
const wrong = StateEffect.define(), line = Decoration.line({ class: "cm-wrong" });
const wrongLine = StateField.define({
  create: () => Decoration.none,
  update(lines, change) {
    const placed = change.effects.find((effect) => effect.is(wrong));
    if (placed) return placed.value === null ? Decoration.none : Decoration.set([line.range(placed.value)]);
    return change.docChanged ? Decoration.none : lines;
  },
  provide: (field) => EditorView.decorations.from(field),
});

const looks = EditorView.theme({
  "&": { border: "1px solid var(--edge)", borderRadius: "var(--r)", background: "var(--raise)", color: "var(--ink)", font: "var(--s1)/1.65 var(--mono)", maxHeight: "32rem", minHeight: "14rem" },
  ".cm-name": { color: "var(--warn)" },
  ".cm-wrong": { background: "var(--badbg)", boxShadow: "inset 3px 0 var(--bad)" },
  "&.cm-focused": { outline: "3px solid var(--link)", outlineOffset: "2px" },
  ".cm-scroller": { fontFamily: "inherit", lineHeight: "inherit", minHeight: "14rem" },
  ".cm-gutters": { background: "var(--raise)", color: "var(--quiet)", border: "0" },
  ".cm-content": { caretColor: "var(--ink)" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { background: "var(--mark)" },
  "&.cm-focused .cm-matchingBracket": { background: "var(--mark)" },
  ".cm-tooltip": { background: "var(--raise)", color: "var(--ink)", border: "1px solid var(--edge)", borderRadius: "var(--r)" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]": { background: "var(--link)", color: "var(--on)" },
  ".cm-completionDetail": { fontStyle: "normal", opacity: ".8" },
  ".cm-diagnostic": { fontFamily: "var(--sans)" },
  ".cm-diagnosticAction": { background: "var(--link)", color: "var(--on)", font: "inherit" },
  ".cm-lintRange-error": { backgroundImage: "none", textDecoration: "underline wavy var(--bad)", textUnderlineOffset: ".25em" },
});

// Prefixed names outside of addresses, texts and comments, and what is declared.
const SKIPPED = /<[^<>"{}|^`\\\s]*>|"""[^]*?"""|'''[^]*?'''|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|#.*/g;
const blanked = (text) => text.replace(SKIPPED, (found) => " ".repeat(found.length));
const declared = (text) => new Set([...blanked(text).matchAll(/\bprefix\s+([\w.-]*):/gi)].map((one) => one[1]));

function undeclared(text) {
  const known = declared(text), found = new Map();
  for (const one of blanked(text).matchAll(/(?<![\w.?$:@-])([A-Za-z][\w.-]*)?:[\w.-]*/g)) {
    const name = one[1] ?? "", before = blanked(text).slice(0, one.index);
    if (!known.has(name) && !/\bprefix\s+$/i.test(before) && !found.has(name)) found.set(name, one.index);
  }
  return found;
}

async function complete(context) {
  const word = context.matchBefore(/[?$]\w*|[\w.-]*:?[\w.-]*/);
  if (!word || (word.from === word.to && !context.explicit)) return null;
  const text = context.state.doc.toString();
  if (/^[?$]/.test(word.text)) {
    const names = new Set(text.match(/[?$]\w+/g));
    names.delete(word.text);
    return { from: word.from, options: [...names].map((label) => ({ label, type: "variable" })), validFor: /^[?$]\w*$/ };
  }
  const { prefixes, terms: known } = await terms;
  const insert = (view, completion, from, to) => view.dispatch(declaring(view.state, completion.label, { from, to, insert: completion.label }));
  const names = Object.entries(prefixes).map(([name, space]) => ({ label: `${name}:`, detail: space, type: "namespace", apply: insert }));
  const used = known.map((one) => ({
    label: one.name, detail: one.label, info: one.uses.toLocaleString(document.documentElement.lang),
    type: one.kind, boost: Math.min(50, 5 * Math.log10(one.uses + 1)), apply: insert,
  }));
  const words = "SELECT WHERE PREFIX OPTIONAL FILTER UNION MINUS BIND VALUES DISTINCT CONSTRUCT DESCRIBE ASK LIMIT OFFSET COUNT SUM MIN MAX AVG GROUP_CONCAT CONTAINS LCASE REGEX EXISTS SERVICE".split(" ")
    .filter((one) => one !== "SERVICE")
    .concat("ORDER BY", "GROUP BY", "FILTER NOT EXISTS")
    .map((label) => ({ label, type: "keyword", boost: -20 }));
  return { from: word.from, options: [...used, ...names, ...words], validFor: /^[\w.-]*:?[\w.-]*$/ };
}

// The change that puts a name into the query, with the PREFIX line that it needs.
let prefixes = {};
terms.then((found) => { prefixes = found.prefixes; });
function declaring(state, name, change) {
  const prefix = name.split(":")[0], line = `PREFIX ${prefix}: <${prefixes[prefix]}>\n`;
  const lacks = name.includes(":") && prefix in prefixes && !declared(state.doc.toString()).has(prefix);
  const end = change.from + change.insert.length + (lacks ? line.length : 0);
  return { changes: [...(lacks ? [{ from: 0, insert: line }] : []), change], selection: { anchor: end }, scrollIntoView: true };
}

function check(view) {
  const text = view.state.doc.toString(), found = [];
  if (!text.trim()) return found;
  for (const [name, from] of undeclared(text)) {
    const actions = name in prefixes
      ? [{ name: area.dataset.add.replace("{}", `${name}:`), apply: (own) => own.dispatch({ changes: { from: 0, insert: `PREFIX ${name}: <${prefixes[name]}>\n` } }) }]
      : [];
    found.push({ from, to: from + name.length + 1, severity: "error", message: area.dataset.undeclared.replace("{}", `${name}:`), actions });
  }
  let broken = null;
  syntaxTree(view.state).iterate({ enter: (node) => { if (node.type.isError && !broken) broken = node.node; return !broken; } });
  if (broken && !found.length) {
    const from = Math.min(broken.from, Math.max(0, text.length - 1));
    found.push({ from, to: Math.max(broken.to, from + 1), severity: "error", message: area.dataset.wrong });
  }
  return found;
}

// What is typed over a selection; left to itself, the browser would style it inline, which the policy of the page forbids.
const typedOver = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { main, ranges } = view.state.selection;
    if (event.inputType !== "insertText" || !event.data || main.empty || ranges.length > 1 || view.composing) return false;
    if (/^[([{"']$/.test(event.data)) return false;
    event.preventDefault();
    view.dispatch(view.state.replaceSelection(event.data), { userEvent: "input.type", scrollIntoView: true });
    return true;
  },
});

if (area) {
  const host = document.createElement("div");
  host.className = "codemirror";
  area.before(host);
  const shadow = host.attachShadow({ mode: "open" });
  const run = () => { area.form.requestSubmit(); return true; };
  const view = new EditorView({
    root: shadow,
    parent: shadow,
    state: EditorState.create({
      doc: area.value,
      extensions: [
        keymap.of([{ key: "Mod-Enter", run }, ...closeBracketsKeymap, ...completionKeymap, ...lintKeymap, ...historyKeymap, ...defaultKeymap]),
        lineNumbers(), history(), drawSelection(), bracketMatching(), closeBrackets(), EditorView.lineWrapping,
        sparql(), syntaxHighlighting(colours), naming, wrongLine, typedOver, looks,
        autocompletion({ override: [complete] }), linter(check, { delay: 600 }),
        EditorView.contentAttributes.of({ "aria-label": area.dataset.label, spellcheck: "false" }),
        EditorView.updateListener.of((update) => { if (update.docChanged) area.value = view.state.doc.toString(); }),
      ],
    }),
  });
  area.hidden = true;
  document.querySelector(`label[for="${area.id}"]`).hidden = true;
  // What workbench.js asks of the field, whichever it is.
  area.editor = {
    set: (text) => view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } }),
    insert: (name) => {
      const { from, to } = view.state.selection.main;
      view.dispatch(declaring(view.state, name, { from, to, insert: name }));
      view.focus();
    },
    mark: (number, column, message) => {
      if (!number || number > view.state.doc.lines) {
        view.dispatch(setDiagnostics(view.state, []), { effects: wrong.of(null) });
        return;
      }
      const { from, text } = view.state.doc.line(number), at = Math.min(Math.max(0, column - 1), text.length);
      const length = Math.max(1, /^\S*/.exec(text.slice(at))[0].length);
      const found = { from: from + at, to: Math.min(from + at + length, view.state.doc.length), severity: "error", message };
      view.dispatch(setDiagnostics(view.state, [found]), { effects: [wrong.of(from), EditorView.scrollIntoView(from + at)] });
    },
  };
  area.dispatchEvent(new Event("editor"));
}
