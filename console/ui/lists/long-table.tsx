import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Column } from '../table';
import {
  indexNear,
  mostNewRows,
  type RowRange,
  rowsAndGaps,
  rowsInView,
  rowsNext,
  topRow,
} from './rows-in-view';

/** Widths are fixed, so that nothing moves when other rows come into view: in rem. */
export interface LongColumn<Row> extends Column<Row> {
  readonly rem: number;
}

interface LongTableProps<Row> {
  /** What the table has, for screen readers. */
  readonly caption: string;
  readonly columns: readonly LongColumn<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  readonly empty: ComponentChildren;
  /** Whether there are no further rows than these. */
  readonly isComplete: boolean;
  /** Told when the end of the rows comes near. */
  readonly onNearEnd: () => void;
  /** Under it the place is kept to which the table was scrolled. */
  readonly name: string;
}

/** A row's height in rem: all rows have it, and what does not fit is cut off. */
const rowRem = 2.25;
/** So many rows before the end more are asked for. */
const nearEnd = 60;

/** Of the tables that were shown last. */
const places = new Map<string, number>();
const mostPlaces = 50;

function keepPlace(name: string, scrollTop: number): void {
  places.delete(name);
  places.set(name, scrollTop);
  const [oldest] = places.keys();
  if (places.size > mostPlaces && oldest !== undefined) places.delete(oldest);
}

/**
 * A table of any length: only the rows in view are in the page. What comes above those in view moves none of them.
 * It scrolls by itself, by keys as well; a row that has the focus stays in the page.
 */
export function LongTable<Row>(props: LongTableProps<Row>) {
  const { caption, columns, rows, keyOf, empty, isComplete, onNearEnd, name } = props;
  const frame = useRef<HTMLElement>(null);
  const focused = useRef<string | undefined>(undefined);
  const height = useRef<number | undefined>(undefined);
  const top = useRef<{ readonly key: string; readonly index: number } | undefined>(undefined);
  const [range, setRange] = useState<RowRange>({ first: 0, end: mostNewRows });

  const look = () => {
    height.current ??= rowHeightPx();
    const rowHeight = height.current;
    const element = frame.current;
    if (element === null) return;
    const { scrollTop, clientHeight } = element;
    keepPlace(name, scrollTop);
    const view = { scrollTop, height: clientHeight, rowHeight, rowCount: rows.length };
    const found = rowsInView(view);
    const shown = rowsNext(range, found, topRow(view));
    if (shown.first !== range.first || shown.end !== range.end) setRange(shown);
    const index = Math.floor(scrollTop / rowHeight);
    const row = rows[index];
    top.current = row === undefined || scrollTop === 0 ? undefined : { key: keyOf(row), index };
    if (found.end >= rows.length - nearEnd && !isComplete) onNearEnd();
  };

  useLayoutEffect(() => {
    if (frame.current !== null) frame.current.scrollTop = places.get(name) ?? 0;
    look();
  }, [name, rows.length === 0]);

  useLayoutEffect(() => {
    const element = frame.current;
    const before = top.current;
    if (element !== null && before !== undefined) {
      const at = indexNear(rows, before.index, (row) => keyOf(row) === before.key);
      if (at >= 0 && at !== before.index)
        element.scrollTop += (at - before.index) * (height.current ?? rowHeightPx());
    }
    look();
  }, [rows]);

  // What is still to be made comes when this is on the screen.
  useEffect(() => {
    const frame = requestAnimationFrame(look);
    return () => cancelAnimationFrame(frame);
  }, [range]);

  useLayoutEffect(() => {
    const measure = () => {
      height.current = undefined;
      look();
    };
    addEventListener('resize', measure);
    return () => removeEventListener('resize', measure);
  });

  if (rows.length === 0) return <div class="empty">{empty}</div>;
  const key = focused.current;
  const kept = key === undefined ? undefined : rows.findIndex((row) => keyOf(row) === key);
  const clipped = { first: Math.min(range.first, rows.length), end: Math.min(range.end, rows.length) };
  return (
    <section
      ref={frame}
      class="long-table table-frame"
      aria-label={caption}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is to be scrolled by keys, too
      tabIndex={0}
      onScroll={look}
      onFocusIn={({ target }) => {
        focused.current =
          target instanceof Element ? target.closest<HTMLElement>('[data-key]')?.dataset.key : undefined;
      }}
      onFocusOut={() => {
        focused.current = undefined;
      }}
    >
      <table
        aria-rowcount={isComplete ? rows.length + 1 : -1}
        style={{ minInlineSize: `${columns.reduce((sum, { rem }) => sum + rem, 0)}rem` }}
      >
        <caption class="unseen">{caption}</caption>
        <colgroup>
          {columns.map(({ title, rem }) => (
            <col key={title} style={{ inlineSize: `${rem}rem` }} />
          ))}
        </colgroup>
        <thead>
          <tr aria-rowindex={1}>
            {columns.map(({ title, isNumber }) => (
              <th key={title} scope="col" class={isNumber ? 'number' : undefined}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rowsAndGaps(clipped, rows.length, kept).map((part, at) => {
            if (part.kind === 'gap') {
              const place = part.before === rows.length ? 'below' : at === 0 ? 'above' : 'between';
              return <Gap key={place} rows={part.rows} columns={columns.length} />;
            }
            const row = rows[part.index];
            if (row === undefined) return null;
            const key = keyOf(row);
            return <LongRow key={key} name={key} row={row} columns={columns} index={part.index} />;
          })}
        </tbody>
      </table>
    </section>
  );
}

interface GapProps {
  readonly rows: number;
  readonly columns: number;
}

/** Room for rows that are not in the page. */
const Gap = ({ rows, columns }: GapProps) => (
  // biome-ignore lint/a11y/noAriaHiddenOnFocusable: it has nothing that could be focused
  <tr class="gap" aria-hidden="true">
    <td colSpan={columns} style={{ blockSize: `${rows * rowRem}rem` }} />
  </tr>
);

interface LongRowProps<Row> {
  readonly name: string;
  readonly row: Row;
  readonly columns: readonly LongColumn<Row>[];
  readonly index: number;
}

/** A row is made again only where it has changed: not whenever others come into view. */
function LongRow<Row>({ name, row, columns, index }: LongRowProps<Row>) {
  return useMemo(
    () => (
      <tr data-key={name} aria-rowindex={index + 2}>
        {columns.map(({ title, cell, isNumber }) => (
          <td key={title} class={isNumber ? 'number' : undefined}>
            {cell(row)}
          </td>
        ))}
      </tr>
    ),
    [name, row, columns, index],
  );
}

const rowHeightPx = (): number =>
  rowRem * Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
