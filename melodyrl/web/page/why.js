// The "why": what each reward term said for the machine's last note and for what it passed over, in
// a musician's words. One line always; the whole table when it is opened.

const GUARD = { // worth a word only when it objects
  title: "No loop", words: ["loops", "varied", "varied"], clear: [-0.25, 1], tip: "Stops it from going round in circles",
};

// A term is in [-1, 1]; `clear` is from where on its first word holds, and from where its last: about
// what a fifth of the notes that could be chosen fall below, and what a third of them reach; of harmony
// what strong beats bear, and what a chord tone off the beat comes to.
const TERMS = {
  harmony: {
    title: "Harmony", words: ["clashes", "passes by", "fits the chord"], clear: [-0.45, -0.15],
    tip: "Against the chord, the beat it falls on, and how it is reached and left",
  },
  smoothness: {
    title: "Line", words: ["leaps", "moves", "flows on"], clear: [-0.3, 0.1],
    tip: "The step from the note before, as people take it or do not",
  },
  diversity: {
    title: "Fresh", words: ["heard before", "familiar", "fresh"], clear: [-0.25, 0.15],
    tip: "Against what it has just played",
  },
  rhythm: {
    title: "Timing", words: ["odd moment", "in time", "right on time"], clear: [-0.05, 0.3],
    tip: "Whether people begin, hold or rest at this place in the bar",
  },
  form: {
    title: "Echo", words: ["breaks off", "goes on", "answers"], clear: [-0.1, 0.15],
    tip: "Whether it answers what was played one, two and four bars ago, as people do",
  },
  guard: GUARD,
  fit: {
    title: "Fits", words: ["against the tune", "passes", "fits the tune"], clear: [-0.01, 0.015], full: 0.1,
    tip: "Against the notes of the tune that it sounds under",
  },
  function: {
    title: "Step", words: ["rare step", "usual step", "common step"], clear: [-0.5, -0.2],
    tip: "How often people go to it from the chord before",
  },
  pace: {
    title: "Timing", words: ["early to change", "in time", "time to change"], clear: [-0.15, -0.05],
    tip: "Whether people change the chord at this place in the bar, and so soon",
  },
  colour: {
    title: "Colour", words: ["plain", "warm", "rich"], clear: [-0.05, 0.08], full: 0.3,
    tip: "Sevenths and more beside plain triads, as people mix them",
  },
  returns: {
    title: "Returns", words: ["new here", "goes on", "comes back"], clear: [-0.02, 0.02], full: 0.1,
    tip: "Whether it takes up chords that were played before",
  },
  loops: GUARD,
};
const WAYS = { notes: "the same notes", steps: "the same steps from another note", rhythm: "its rhythm" };
const CLEAR = [-0.1, 0.1]; // for what a term has no words for
const FULL = 0.6; // of 1: what fills a bar, where a term is no smaller; hardly a note is worth more
const ASIDE = { hold: "hold on", rest: "rest" };
const MOST_PASSED_OVER = 3;

/** A term's verdict in [-1, 1] as a word; on holding and resting there is less to say. */
export function word(term, value, isNote = true) {
  const { words, clear } = (isNote && TERMS[term]) || { words: ["speaks against", "is neutral", "speaks for"], clear: CLEAR };
  return words[value < clear[0] ? 0 : value < clear[1] ? 1 : 2];
}

export class Why {
  /** Fills a line and a table. */
  constructor(line, table) {
    Object.assign(this, { line, table, shown: "" });
  }

  /** Show the decision in a state; holds and rests leave the last note's reasons standing. */
  show(why) {
    if (!why || isAside(why.chosen)) return;
    const key = JSON.stringify(why);
    if (key === this.shown) return;
    this.shown = key;
    this.line.replaceChildren(...sentence(why));
    this.table.replaceChildren(caption(why), ...table([why.chosen, ...why.alternatives.slice(0, MOST_PASSED_OVER)]));
  }
}

const isGuard = ([term]) => TERMS[term] === GUARD;
const objects = ([, value]) => value < GUARD.clear[0];
const isAside = ({ name }) => name.toLowerCase() in ASIDE;
const nameOf = (choice) => ASIDE[choice.name.toLowerCase()] ?? choice.name;
const percent = (share) => (share > 0 && share < 0.01 ? "< 1 %" : `${Math.round(share * 100)} %`);
const signed = (value) => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(2)}`;

function make(tag, text = "", fields = {}) {
  return Object.assign(document.createElement(tag), { textContent: text, ...fields });
}

/** "E6 fits the chord, flows on, familiar, in time". */
function sentence({ chosen }) {
  const said = chosen.terms.filter((term) => !isGuard(term) || objects(term));
  const words = said.map(([term, value]) => {
    const item = make("span", "", { className: "term" });
    item.append(bar(term, value), word(term, value));
    return item;
  });
  return [make("b", nameOf(chosen)), ...words];
}

/** Whether it took the best, and if not, why not. */
function caption({ chosen, alternatives: [second], bar }) {
  if (!second) return make("caption", `Only ${nameOf(chosen)} could be played.`);
  const text = chosen.value >= second.value
    ? `It played ${nameOf(chosen)}: of all it could have played, worth the most with these knobs.`
    : `It played ${nameOf(chosen)}, though ${nameOf(second)} was worth a little more: the temperature leaves room for what people usually play.`;
  return make("caption", `${text} ${barOf(bar)}`.trim());
}

/** "This bar is a reel's, and answers the one 4 bars back: the same notes." */
function barOf(bar) {
  if (!bar) return "";
  const article = /^[aeiou]/.test(bar.feel) ? "an" : "a";
  if (!bar.answers) return `This bar is ${article} ${bar.feel}'s, and new.`;
  const back = bar.answers === 1 ? "the one before" : `the one ${bar.answers} bars back`;
  return `This bar is ${article} ${bar.feel}'s, and answers ${back}: ${WAYS[bar.way] ?? bar.way}.`;
}

/** One row a choice, the chosen one first; one column a term. */
function table(choices) {
  const isGuarded = choices.some(({ terms }) => terms.some((term) => isGuard(term) && objects(term)));
  const columns = choices[0].terms.filter((term) => !isGuard(term) || isGuarded).map(([term]) => term);
  const head = make("thead");
  const body = make("tbody");
  head.append(headings(columns));
  body.append(...choices.map((choice, index) => row(choice, columns, index === 0)));
  return [head, body];
}

function headings(columns) {
  const row = make("tr");
  row.append(make("th", "It could", { scope: "col" }));
  for (const term of columns) {
    const { title, tip } = TERMS[term] ?? { title: term, tip: term };
    row.append(make("th", title, { scope: "col", title: tip }));
  }
  row.append(make("th", "Worth", { scope: "col", className: "worth", title: "All terms, as the knobs weigh them, and what is expected to follow" }));
  row.append(make("th", "Chance", { scope: "col", title: "How likely it was: by its worth, and by what people usually play here" }));
  return row;
}

function row(choice, columns, isChosen) {
  const element = make("tr", "", { className: isChosen ? "chosen" : "" });
  const verb = isAside(choice) ? nameOf(choice) : `play ${nameOf(choice)}`;
  const said = new Map(choice.terms);
  element.append(make("th", verb, { scope: "row" }));
  for (const term of columns) element.append(cell(term, said.get(term) ?? 0, !isAside(choice)));
  element.append(make("td", choice.value.toFixed(2), { className: "worth" }));
  element.append(make("td", percent(choice.chance), { className: "chance" }));
  return element;
}

function cell(term, value, isNote) {
  const data = make("td", "", { title: `${signed(value)} of −1 to +1` });
  data.append(bar(term, value), make("span", word(term, value, isNote)));
  return data;
}

function bar(term, value) {
  const box = make("i", "", { className: "bar" });
  const fill = make("i");
  const size = Math.min(1, Math.abs(value) / (TERMS[term]?.full ?? FULL)) * 50;
  fill.style.width = `${size}%`;
  fill.style.left = `${value < 0 ? 50 - size : 50}%`;
  box.append(fill);
  return box;
}
