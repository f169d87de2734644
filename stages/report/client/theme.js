/** Light or dark: as the system has it, until the reader says otherwise. */

const THEMES = ["system", "light", "dark"];
const root = document.documentElement;
const redraw = [];

/** Calls back whenever the colours have changed. */
export function onTheme(callback) {
  redraw.push(callback);
}

/** The colour that a class of the style, or a mixture of its colours, has now. */
export function colour(name) {
  const probe = document.createElement("span");
  probe.className = "probe";
  if (name.startsWith("color-mix(")) probe.style.color = name;
  else probe.classList.add(name);
  document.body.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}

/** A place between the ends of the scale of many colours, from 0 to 1. */
export function ramp(share) {
  const [from, to] = share < 0.5 ? ["low", "middle"] : ["middle", "high"];
  const part = 100 * (share < 0.5 ? 2 * share : 2 * share - 1);
  return `color-mix(in srgb, var(--ramp-${to}) ${part}%, var(--ramp-${from}))`;
}

/** A colour of the style, as good as transparent. */
export function veil(name, opacity) {
  return colour(name).replace(/^rgb\((.*)\)$/, `rgba($1, ${opacity})`);
}

/** The button that goes through the themes. */
export function startTheme() {
  const button = document.getElementById("theme");
  let chosen = 0;
  button.addEventListener("click", () => {
    chosen = (chosen + 1) % THEMES.length;
    if (chosen === 0) delete root.dataset.theme;
    else root.dataset.theme = THEMES[chosen];
    button.textContent = `Theme: ${THEMES[chosen]}`;
    for (const callback of redraw) callback();
  });
  // Paper is light: what is drawn by hand must be drawn again for it.
  addEventListener("beforeprint", () => {
    root.dataset.theme = "light";
    for (const callback of redraw) callback();
  });
  addEventListener("afterprint", () => {
    if (chosen === 0) delete root.dataset.theme;
    else root.dataset.theme = THEMES[chosen];
    for (const callback of redraw) callback();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener(
    "change",
    () => redraw.forEach((callback) => callback()),
  );
}
