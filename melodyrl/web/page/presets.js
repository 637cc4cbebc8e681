// Presets: all knobs at once. A few that are built in, and one's own, kept in this browser.

const STORE = "melodyrl presets";
const LONGEST_NAME = 40;

/** Values as of events.KNOBS; "Bandmate" is the daemon's own default, filled in by the panel. */
export const BUILT_IN = {
  Bandmate: null,
  Lyrical: { harmony: 0.7, smoothness: 1, diversity: 0.3, rhythm: 0.8, density: 0.9, temperature: 0.08, swing: 0, humanize: 0, register: 0 },
  Faithful: { harmony: 1, smoothness: 0.5, diversity: 0.2, rhythm: 0.8, density: 1.2, temperature: 0.05, swing: 0, humanize: 0, register: 0 },
  Restless: { harmony: 0.5, smoothness: 0.4, diversity: 1, rhythm: 0.7, density: 2.6, temperature: 0.12, swing: 0, humanize: 0, register: 0 },
  Sparse: { harmony: 0.8, smoothness: 0.6, diversity: 0.5, rhythm: 1, density: 0.5, temperature: 0.08, swing: 0, humanize: 0, register: 0 },
  Outside: { harmony: 0.1, smoothness: 0.6, diversity: 0.9, rhythm: 0.6, density: 2, temperature: 0.2, swing: 0, humanize: 0, register: 0 },
};

/** One's own presets, name -> {knob: value}. Nothing that is stored is trusted to be well formed. */
export function own() {
  try {
    const stored = JSON.parse(localStorage.getItem(STORE) ?? "{}");
    return Object.fromEntries(Object.entries(stored).filter(([, values]) => isPreset(values)));
  } catch {
    return {}; // no storage, or not ours: as if there were none
  }
}

const isPreset = (values) => values !== null && typeof values === "object"
  && Object.values(values).every(Number.isFinite);

/** Keep a preset; whether that worked: the name must be its own, and the browser must keep it. */
export function save(name, values) {
  const kept = name.trim().slice(0, LONGEST_NAME);
  return kept !== "" && !(kept in BUILT_IN) && store({ ...own(), [kept]: values });
}

export function remove(name) {
  const { [name]: _, ...rest } = own();
  store(rest);
}

function store(presets) {
  try {
    localStorage.setItem(STORE, JSON.stringify(presets));
    return true;
  } catch {
    return false; // the browser keeps nothing for us
  }
}
