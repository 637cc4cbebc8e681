// The "why" line: what each reward term said for the machine's last note, in a musician's words.

const WORDS = {
  harmony: ["clashes", "passes by", "fits the chord"],
  smoothness: ["leaps", "moves", "flows on"],
  diversity: ["heard before", "familiar", "fresh"],
  rhythm: ["odd moment", "in time", "right on time"],
  guard: ["loops", "varied", "varied"],
};

const INSTEAD = { hold: "a hold", rest: "a rest" };

/** A term's verdict in [-1, 1] as a word. */
export function word(term, value) {
  const words = WORDS[term] ?? ["against", "neutral", "for"];
  return value < -0.25 ? words[0] : value > 0.25 ? words[2] : words[1];
}

export class WhyLine {
  constructor(element) {
    this.element = element;
    this.shown = "";
  }

  /** Show the decision in a state; holds and rests leave the last note's reasons standing. */
  show(why) {
    if (!why || why.chosen.name.toLowerCase() in INSTEAD) return;
    const key = JSON.stringify(why);
    if (key === this.shown) return;
    this.shown = key;
    const head = document.createElement("span");
    const note = document.createElement("b");
    note.textContent = why.chosen.name;
    head.append("It chose ", note);
    const [second] = why.alternatives;
    if (second) head.append(` over ${INSTEAD[second.name.toLowerCase()] ?? second.name}`);
    head.append(":");
    // The guard against loops always stands by; it is worth a word only when it objects.
    const verdicts = why.chosen.terms.filter(([term, value]) => term !== "guard" || value < -0.25)
      .map(([term, value]) => verdict(term, value));
    this.element.replaceChildren(head, ...verdicts);
  }
}

function verdict(term, value) {
  const item = document.createElement("span");
  item.className = "term";
  item.title = `${term}: ${signed(value)} of -1 to +1`;
  const bar = document.createElement("span");
  bar.className = "bar";
  const fill = document.createElement("span");
  const size = Math.min(1, Math.abs(value)) * 50;
  fill.style.width = `${size}%`;
  fill.style.left = `${value < 0 ? 50 - size : 50}%`;
  bar.append(fill);
  const number = document.createElement("small");
  number.textContent = signed(value);
  item.append(word(term, value), bar, number);
  return item;
}

const signed = (value) => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(2)}`;
