import { markup, type Markup } from "./markup.js";

/** One axis: where it begins and ends, and what stands beside its ticks. */
export interface Axis {
  readonly label: string;
  readonly min: number;
  readonly max: number;
  readonly ticks: readonly { readonly at: number; readonly says: string }[];
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** `low` and `high` draw a whisker. */
export interface Estimate extends Point {
  readonly low: number;
  readonly high: number;
}

/** What is drawn, in the order it is drawn. `style` is a class of the page's sheet; a `name` puts the mark into the legend. */
export type Mark =
  | { readonly kind: "line"; readonly style: Style; readonly points: readonly Point[]; readonly name?: string }
  | { readonly kind: "estimates"; readonly style: Style; readonly points: readonly Estimate[]; readonly name?: string }
  | { readonly kind: "bars"; readonly style: Style; readonly width: number; readonly points: readonly Estimate[]; readonly name?: string };

export type Style = "joint" | "alone" | "guide";

export interface Chart {
  readonly title: string;
  /** One sentence for those who do not see the picture. */
  readonly says: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly marks: readonly Mark[];
}

const [WIDTH, HEIGHT] = [420, 300];
const FRAME = { left: 58, right: 22, top: 14, bottom: 44 } as const;

/** A picture as SVG, without scripts, fonts or files of its own. */
export function chartSvg({ title, says, x, y, marks }: Chart): Markup {
  const place = placing(x, y);
  return markup`<figure><figcaption>${title}</figcaption>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${`${title}. ${says}`}">
${xAxis(x, place)}
${yAxis(y, place)}
${marks.map((mark) => drawn(mark, place))}
${legend(marks)}
</svg></figure>`;
}

/** Ticks at equal distances, both ends included. */
export function ticks(min: number, max: number, steps: number, says: (at: number) => string): Axis["ticks"] {
  return Array.from({ length: steps + 1 }, (_, i) => min + ((max - min) * i) / steps).map((at) => ({ at, says: says(at) }));
}

/** From numbers to places on the sheet, cut to a hundredth of a unit. */
interface Placing {
  x(value: number): number;
  y(value: number): number;
}

function placing(x: Axis, y: Axis): Placing {
  const along = (value: number, { min, max }: Axis) => Math.min(1, Math.max(0, (value - min) / (max - min)));
  const cut = (value: number) => Math.round(value * 100) / 100;
  return {
    x: (value) => cut(FRAME.left + along(value, x) * (WIDTH - FRAME.left - FRAME.right)),
    y: (value) => cut(HEIGHT - FRAME.bottom - along(value, y) * (HEIGHT - FRAME.top - FRAME.bottom)),
  };
}

function xAxis({ label, ticks: marks, min, max }: Axis, place: Placing): Markup {
  const bottom = HEIGHT - FRAME.bottom;
  return markup`<line class="axis" x1="${place.x(min)}" x2="${place.x(max)}" y1="${bottom}" y2="${bottom}"/>
${marks.map(({ at, says }) => markup`<text class="tick" text-anchor="middle" x="${place.x(at)}" y="${bottom + 16}">${says}</text>`)}
<text class="label" text-anchor="middle" x="${(FRAME.left + WIDTH - FRAME.right) / 2}" y="${HEIGHT - 8}">${label}</text>`;
}

function yAxis({ label, ticks: marks }: Axis, place: Placing): Markup {
  const middle = (FRAME.top + HEIGHT - FRAME.bottom) / 2;
  return markup`${marks.map(({ at, says }) => markup`<line class="grid" x1="${FRAME.left}" x2="${WIDTH - FRAME.right}" y1="${place.y(at)}" y2="${place.y(at)}"/>
<text class="tick" text-anchor="end" x="${FRAME.left - 6}" y="${place.y(at) + 4}">${says}</text>`)}
<text class="label" text-anchor="middle" transform="rotate(-90 14 ${middle})" x="14" y="${middle}">${label}</text>`;
}

function drawn(mark: Mark, place: Placing): Markup {
  switch (mark.kind) {
    case "line": return markup`<polyline class="${`line ${mark.style}`}" points="${mark.points.map(({ x, y }) => `${place.x(x)},${place.y(y)}`).join(" ")}"/>`;
    case "estimates": return markup`${mark.points.map((point) => markup`${whisker(point, mark.style, place)}<circle class="${`dot ${mark.style}`}" r="3" cx="${place.x(point.x)}" cy="${place.y(point.y)}"/>`)}`;
    case "bars": return markup`${mark.points.map((point) => markup`${bar(point, mark, place)}${whisker(point, mark.style, place)}`)}`;
  }
}

function bar({ x, y }: Point, { style, width }: Extract<Mark, { readonly kind: "bars" }>, place: Placing): Markup {
  const [left, right, top, bottom] = [place.x(x - width / 2), place.x(x + width / 2), place.y(Math.max(0, y)), place.y(Math.min(0, y))];
  return markup`<rect class="${`bar ${style}`}" x="${left}" y="${top}" width="${Math.round((right - left) * 100) / 100}" height="${Math.round((bottom - top) * 100) / 100}"/>`;
}

function whisker({ x, low, high }: Estimate, style: Style, place: Placing): Markup {
  return markup`<line class="${`whisker ${style}`}" x1="${place.x(x)}" x2="${place.x(x)}" y1="${place.y(low)}" y2="${place.y(high)}"/>`;
}

function legend(marks: readonly Mark[]): Markup {
  const named = marks.flatMap(({ name, style }) => (name === undefined ? [] : [{ name, style }]));
  // Curves rise to the upper right and leave the lower right free; bars fall and leave the upper right.
  const last = marks.some(({ kind }) => kind === "bars") ? FRAME.top + 16 * named.length : HEIGHT - FRAME.bottom - 10;
  return markup`${named.map(({ name, style }, i) => {
    const y = last - (named.length - 1 - i) * 16;
    return markup`<line class="${`line ${style}`}" x1="${WIDTH - 150}" x2="${WIDTH - 130}" y1="${y - 4}" y2="${y - 4}"/><text class="tick" x="${WIDTH - 124}" y="${y}">${name}</text>`;
  })}`;
}
