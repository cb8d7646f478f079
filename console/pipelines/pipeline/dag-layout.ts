/** Where the steps of a pipeline stand when it is drawn, from left to right. Pure; lengths in pixels. */

export interface StepToPlace {
  readonly id: string;
  readonly needs: readonly string[];
}

export interface PlacedStep {
  readonly id: string;
  readonly x: number;
  readonly y: number;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/** From the step that is needed to the one that needs it. */
export interface DrawnNeed {
  readonly from: string;
  readonly to: string;
  /** The first at the right of one, the last at the left of the other; between them pairs, where it passes a layer. */
  readonly points: readonly Point[];
}

export interface DagLayout {
  readonly width: number;
  readonly height: number;
  readonly steps: readonly PlacedStep[];
  readonly needs: readonly DrawnNeed[];
}

export const stepWidth = 184;
export const stepHeight = 48;
const gapAcross = 56;
const gapDown = 20;
/** Room that a line takes where it passes a layer without ending there. */
const lineHeight = 14;

/** A step, or where a line passes a layer. */
interface Place {
  readonly id: string;
  readonly isStep: boolean;
  readonly layer: number;
}

interface Line {
  readonly from: string;
  readonly to: string;
  /** Ids of the places that it goes through, its ends included. */
  readonly through: readonly string[];
}

export function layOut(steps: readonly StepToPlace[]): DagLayout {
  const layers = layersOf(steps);
  const lines = linesOf(steps, layers);
  const columns = inColumns(steps, layers, lines);
  const heights = columns.map((column) =>
    column.reduce((sum, place) => sum + heightOf(place) + gapDown, -gapDown),
  );
  const height = Math.max(stepHeight, ...heights);
  const middle = new Map<string, Point>();
  columns.forEach((column, layer) => {
    let y = (height - (heights[layer] ?? 0)) / 2;
    for (const place of column) {
      middle.set(place.id, { x: layer * (stepWidth + gapAcross), y: y + heightOf(place) / 2 });
      y += heightOf(place) + gapDown;
    }
  });
  const at = (id: string): Point => middle.get(id) ?? { x: 0, y: 0 };
  return {
    width: Math.max(1, columns.length) * (stepWidth + gapAcross) - gapAcross,
    height,
    steps: steps.map(({ id }) => ({ id, x: at(id).x, y: at(id).y - stepHeight / 2 })),
    needs: lines.map(({ from, to, through }) => ({ from, to, points: pointsOf(through, at) })),
  };
}

const heightOf = ({ isStep }: Place): number => (isStep ? stepHeight : lineHeight);

function pointsOf(through: readonly string[], at: (id: string) => Point): readonly Point[] {
  return through.flatMap((id, index) => {
    const { x, y } = at(id);
    const left = { x, y };
    const right = { x: x + stepWidth, y };
    if (index === 0) return [right];
    return index === through.length - 1 ? [left] : [left, right];
  });
}

/** A step stands one layer behind the last of those that it needs. What it needs and is not there is left out. */
export function layersOf(steps: readonly StepToPlace[]): ReadonlyMap<string, number> {
  const byId = new Map(steps.map((step) => [step.id, step]));
  const layers = new Map<string, number>();
  const layerOf = (id: string, above: ReadonlySet<string>): number => {
    const known = layers.get(id);
    if (known !== undefined) return known;
    const needs = (byId.get(id)?.needs ?? []).filter((need) => byId.has(need) && !above.has(need));
    const below = new Set(above).add(id);
    const layer = needs.length === 0 ? 0 : 1 + Math.max(...needs.map((need) => layerOf(need, below)));
    layers.set(id, layer);
    return layer;
  };
  for (const { id } of steps) layerOf(id, new Set([id]));
  return layers;
}

const passing = (from: string, to: string, layer: number): string => `${from}→${to}@${layer}`;

function linesOf(steps: readonly StepToPlace[], layers: ReadonlyMap<string, number>): readonly Line[] {
  return steps.flatMap(({ id: to, needs }) =>
    needs.flatMap((from) => {
      const first = layers.get(from);
      const last = layers.get(to);
      if (first === undefined || last === undefined || last <= first) return [];
      const between = Array.from({ length: last - first - 1 }, (_, at) => passing(from, to, first + 1 + at));
      return [{ from, to, through: [from, ...between, to] }];
    }),
  );
}

/** The places of each layer from top to bottom, so that few lines cross: each near the middle of what it is tied to. */
function inColumns(
  steps: readonly StepToPlace[],
  layers: ReadonlyMap<string, number>,
  lines: readonly Line[],
): readonly (readonly Place[])[] {
  const places: Place[] = steps.map(({ id }) => ({ id, isStep: true, layer: layers.get(id) ?? 0 }));
  for (const { from, through } of lines)
    through.slice(1, -1).forEach((id, at) => {
      places.push({ id, isStep: false, layer: (layers.get(from) ?? 0) + 1 + at });
    });
  const columns: Place[][] = [];
  for (const place of places) {
    const column = columns[place.layer] ?? [];
    columns[place.layer] = column;
    column.push(place);
  }
  const before = neighbours(lines, (through, at) => [through[at + 1], through[at]]);
  const behind = neighbours(lines, (through, at) => [through[at], through[at + 1]]);
  for (let sweep = 0; sweep < 4; sweep++) {
    for (let layer = 1; layer < columns.length; layer++) sortBy(columns[layer], before, columns[layer - 1]);
    for (let layer = columns.length - 2; layer >= 0; layer--)
      sortBy(columns[layer], behind, columns[layer + 1]);
  }
  return columns;
}

function neighbours(
  lines: readonly Line[],
  pairAt: (through: readonly string[], at: number) => readonly [string | undefined, string | undefined],
): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const { through } of lines)
    for (let at = 0; at < through.length - 1; at++) {
      const [of, neighbour] = pairAt(through, at);
      if (of === undefined || neighbour === undefined) continue;
      const others = found.get(of) ?? [];
      found.set(of, others);
      others.push(neighbour);
    }
  return found;
}

/** Sorts a layer by where its neighbours in another layer stand; what has none there stays about where it is. */
function sortBy(
  column: Place[] | undefined,
  neighboursOf: ReadonlyMap<string, readonly string[]>,
  beside: readonly Place[] | undefined,
): void {
  if (column === undefined || beside === undefined) return;
  const places = new Map(beside.map(({ id }, index) => [id, (index + 0.5) / beside.length]));
  const wanted = new Map(
    column.map(({ id }, index) => {
      const of = (neighboursOf.get(id) ?? []).flatMap((each) => places.get(each) ?? []);
      const own = (index + 0.5) / column.length;
      return [id, of.length === 0 ? own : of.reduce((sum, each) => sum + each, 0) / of.length];
    }),
  );
  column.sort((a, b) => (wanted.get(a.id) ?? 0) - (wanted.get(b.id) ?? 0));
}

/** An SVG path through the points: curves between layers, straight where it passes one. */
export function pathThrough(points: readonly Point[]): string {
  const [first, ...rest] = points;
  if (first === undefined) return '';
  let path = `M ${first.x} ${first.y}`;
  let last = first;
  rest.forEach((point, index) => {
    const middle = (last.x + point.x) / 2;
    path +=
      index % 2 === 0 && last.y !== point.y
        ? ` C ${middle} ${last.y}, ${middle} ${point.y}, ${point.x} ${point.y}`
        : ` L ${point.x} ${point.y}`;
    last = point;
  });
  return path;
}
