/** Light or dark: as the system has it, until the reader says otherwise. */

const THEMES = ["system", "light", "dark"];
const root = document.documentElement;
const redraw = [];

/** Calls back whenever the colours have changed. */
export function onTheme(callback) {
  redraw.push(callback);
}

/** The colour that a variable of the style has now. */
export function colour(name) {
  const probe = document.createElement("span");
  probe.className = `probe ${name}`;
  document.body.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
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
