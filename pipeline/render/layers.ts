/**
 * Places the nodes of a graph in layers from top to bottom, every arrow going
 * down, none behind a box. The layout is dagre's; here are our words for it.
 */
import { Graph, layout } from "@dagrejs/dagre";

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
interface Layout {
  readonly width: number;
  readonly height: number;
  readonly places: ReadonlyMap<string, Place>;
  readonly routes: readonly Route[];
}

/** Places a graph: so far apart beside each other, and between the layers. */
export function layers(
  shapes: readonly Shape[],
  { across, between }: { readonly across: number; readonly between: number },
): Layout {
  const graph = new Graph();
  graph.setGraph({ nodesep: across, edgesep: across / 2, ranksep: between });
  for (const { id, width, height } of shapes) {
    graph.setNode(id, { width, height });
  }
  const edges = shapes.flatMap(({ id, from }) =>
    from.filter((one) => graph.hasNode(one)).map((one) => ({
      from: one,
      to: id,
    }))
  );
  for (const { from, to } of edges) graph.setEdge(from, to, {});
  layout(graph);
  const place = (id: string): Place => {
    const { x, y } = graph.node(id);
    return { x, y };
  };
  const { width = 0, height = 0 } = graph.graph();
  const middles = new Set(shapes.map(({ id }) => place(id).y));
  return {
    width,
    height,
    places: new Map(shapes.map(({ id }) => [id, place(id)])),
    routes: edges.map(({ from, to }) => ({
      from,
      to,
      // Dagre begins and ends at the boxes' borders, we at their middles. Its
      // points between two layers would only put kinks into a smooth arrow.
      points: [
        place(from),
        ...graph.edge(from, to).points.slice(1, -1)
          .filter(({ y }: Place) => middles.has(y)),
        place(to),
      ],
    })),
  };
}
