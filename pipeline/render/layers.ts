/**
 * Places the nodes of a graph in layers from top to bottom, every arrow going
 * down, few of them crossing, none behind a box (Sugiyama, Tagawa and Toda 1981:
 * layers by the longest way, places for long arrows, order by means of the
 * neighbours; places along a layer by least squares).
 */

/** What is to be placed; producers come first in a list. */
export interface Shape {
  readonly id: string;
  readonly width: number;
  readonly height: number;
  readonly from: readonly string[];
}

/** A point; of a node its middle. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

/** An arrow, as the points that it runs through. */
export interface Route {
  readonly from: string;
  readonly to: string;
  readonly points: readonly Place[];
}

/** A placed graph; the smallest coordinates are 0. */
export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly places: ReadonlyMap<string, Place>;
  readonly routes: readonly Route[];
}

/** A node, or the place where a long arrow passes a layer. */
interface Slot {
  readonly width: number;
  readonly layer: number;
  readonly up: Slot[];
  readonly down: Slot[];
  x: number;
}

/** The width of an arrow that passes. */
const PASSING = 6;
const SWEEPS = 24;
/** A shift travels one layer a sweep, and back: enough for all to come to rest. */
const SETTLING = 240;

/** Places a graph. */
export function layers(
  shapes: readonly Shape[],
  { across, between }: { readonly across: number; readonly between: number },
): Layout {
  const layerOf = new Map<string, number>();
  for (const { id, from } of shapes) {
    const above = from.map((one) => layerOf.get(one) ?? -1);
    layerOf.set(id, Math.max(-1, ...above) + 1);
  }
  const rows: Slot[][] = [];
  const add = (layer: number, width: number): Slot => {
    const slot: Slot = { width, layer, up: [], down: [], x: 0 };
    (rows[layer] ??= []).push(slot);
    return slot;
  };
  const slots = new Map(
    shapes.map(({ id, width }) => [id, add(layerOf.get(id) ?? 0, width)]),
  );
  const chains: { from: string; to: string; slots: Slot[] }[] = [];
  for (const { id, from } of shapes) {
    const end = slots.get(id)!; // every shape has a slot
    for (const producer of from) {
      const start = slots.get(producer);
      if (!start) continue;
      const chain = [start];
      for (let layer = start.layer + 1; layer < end.layer; layer++) {
        chain.push(add(layer, PASSING));
      }
      chain.push(end);
      for (let at = 1; at < chain.length; at++) {
        const [a, b] = [chain[at - 1]!, chain[at]!];
        a.down.push(b);
        b.up.push(a);
      }
      chains.push({ from: producer, to: id, slots: chain });
    }
  }
  const ordered = order(rows);
  spread(ordered, across);

  const heights = ordered.map((_, layer) =>
    Math.max(
      0,
      ...shapes.filter(({ id }) => layerOf.get(id) === layer)
        .map(({ height }) => height),
    )
  );
  const middles: number[] = [];
  let y = 0;
  for (const height of heights) {
    middles.push(y + height / 2);
    y += height + between;
  }
  const all = ordered.flat();
  const left = Math.min(...all.map(({ x, width }) => x - width / 2));
  const right = Math.max(...all.map(({ x, width }) => x + width / 2));
  const place = ({ x, layer }: Slot): Place => ({
    x: x - left,
    y: middles[layer]!, // one for each layer
  });
  return {
    width: right - left,
    height: y - between,
    places: new Map([...slots].map(([id, slot]) => [id, place(slot)])),
    routes: chains.map(({ from, to, slots }) => ({
      from,
      to,
      points: slots.map(place),
    })),
  };
}

/** The best order of each layer that some sweeps up and down find. */
function order(rows: readonly Slot[][]): Slot[][] {
  let current = rows.map((row) => [...row]);
  let best = current;
  let least = crossings(current);
  for (let sweep = 0; sweep < SWEEPS && least > 0; sweep++) {
    const down = sweep % 2 === 0;
    const next = current.map((row) => [...row]);
    const layersInTurn = next.map((_, at) => down ? at : next.length - 1 - at);
    for (const layer of layersInTurn) {
      const beside = next[down ? layer - 1 : layer + 1];
      if (!beside) continue;
      const at = new Map(beside.map((slot, place) => [slot, place]));
      const row = next[layer]!; // a layer of the list
      const wish = new Map(row.map((slot, place) => {
        const neighbours = down ? slot.up : slot.down;
        return [
          slot,
          neighbours.length === 0
            ? place
            : mean(neighbours.map((one) => at.get(one) ?? 0)),
        ];
      }));
      row.sort((a, b) => (wish.get(a) ?? 0) - (wish.get(b) ?? 0));
    }
    current = next;
    const count = crossings(current);
    if (count < least) [best, least] = [current, count];
  }
  return best;
}

function crossings(rows: readonly (readonly Slot[])[]): number {
  let count = 0;
  for (let layer = 1; layer < rows.length; layer++) {
    const above = new Map(rows[layer - 1]!.map((slot, at) => [slot, at]));
    const ends = rows[layer]!.flatMap((slot, at) =>
      slot.up.map((one) => [above.get(one) ?? 0, at] as const)
    );
    for (const [a1, b1] of ends) {
      for (const [a2, b2] of ends) if (a1 < a2 && b1 > b2) count++;
    }
  }
  return count;
}

/** Moves every slot to where its neighbours are, without touching the next one. */
function spread(rows: readonly Slot[][], across: number): void {
  for (const row of rows) {
    let x = 0;
    for (const slot of row) {
      slot.x = x + slot.width / 2;
      x += slot.width + across;
    }
    const middle = (x - across) / 2;
    for (const slot of row) slot.x -= middle;
  }
  for (let sweep = 0; sweep < SETTLING; sweep++) {
    const both = sweep >= SWEEPS;
    const turn = sweep % 2 === 0 ? rows : rows.toReversed();
    for (const row of turn) {
      const wishes = row.map((slot): Wish => {
        const near = both
          ? [...slot.up, ...slot.down]
          : sweep % 2 === 0
          ? slot.up
          : slot.down;
        return near.length === 0
          ? { x: slot.x, weight: 1 }
          : { x: mean(near.map(({ x }) => x)), weight: near.length };
      });
      settle(row, wishes, across);
    }
  }
}

/**
 * Where a slot would like to be. It weighs as many arrows as want it there: with
 * equal weights no place would be at rest, and the picture would drift.
 */
interface Wish {
  readonly x: number;
  readonly weight: number;
}

/**
 * The places nearest to the wishes that keep order and distance: with the
 * distances taken off, a regression that only grows (pool adjacent violators).
 */
function settle(row: readonly Slot[], wishes: readonly Wish[], across: number) {
  const offsets: number[] = [];
  let offset = 0;
  row.forEach((slot, at) => {
    const before = row[at - 1];
    if (before) offset += (before.width + slot.width) / 2 + across;
    offsets.push(offset);
  });
  const pools: { x: number; weight: number; count: number }[] = [];
  wishes.forEach(({ x, weight }, at) => {
    pools.push({ x: x - offsets[at]!, weight, count: 1 }); // one for each slot
    for (;;) {
      const [a, b] = pools.slice(-2);
      if (!a || !b || a.x <= b.x) break;
      const sum = a.weight + b.weight;
      pools.splice(-2, 2, {
        x: (a.x * a.weight + b.x * b.weight) / sum,
        weight: sum,
        count: a.count + b.count,
      });
    }
  });
  let at = 0;
  for (const { x, count } of pools) {
    for (let i = 0; i < count; i++, at++) {
      row[at]!.x = x + offsets[at]!; // one place for each slot
    }
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, one) => sum + one, 0) / values.length;
}
