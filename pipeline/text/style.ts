/** The few colours of the terminal. Never the only sign of anything. */

/** Wraps a text in one style. */
type Paint = (text: string) => string;

/** What can be done to a text. */
export interface Style {
  readonly bold: Paint;
  readonly dim: Paint;
  readonly red: Paint;
  readonly green: Paint;
  readonly yellow: Paint;
  readonly cyan: Paint;
}

/** Colours for a terminal, none for a pipe or with NO_COLOR. */
export function style(colour: boolean): Style {
  const paint = (on: number, off: number): Paint => (text) =>
    colour && text !== "" ? `\x1b[${on}m${text}\x1b[${off}m` : text;
  return {
    bold: paint(1, 22),
    dim: paint(2, 22),
    red: paint(31, 39),
    green: paint(32, 39),
    yellow: paint(33, 39),
    cyan: paint(36, 39),
  };
}
