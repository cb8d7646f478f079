// biome-ignore-all lint/a11y/noRedundantRoles: Safari forgets what a table is where it is not shown as one
import type { ComponentChildren } from 'preact';
import type { PagedList } from '../data/use-pages';
import { ProblemNotice } from './notice';
import { ScrollFrame } from './scroll-frame';

export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => ComponentChildren;
  /** Numbers stand at the right. */
  readonly isNumber?: boolean;
  /** By which name the list is sorted when the column's head is pressed. */
  readonly sort?: string;
  /** The most is looked for first: the first press sorts from the largest down. */
  readonly isLargestFirst?: boolean;
}

export interface Sorting {
  readonly by: string;
  readonly isDescending: boolean;
}

interface TableProps<Row> {
  /** What the table has, for screen readers. */
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  /** What is said where there are no rows, with what to do about it. */
  readonly empty: ComponentChildren;
  readonly sorting?: Sorting | undefined;
  readonly onSort?: (sorting: Sorting) => void;
}

/** Rows of one kind. Where there is little width each row becomes a list of its cells under their titles. */
export function Table<Row>({ caption, columns, rows, keyOf, empty, sorting, onSort }: TableProps<Row>) {
  if (rows.length === 0) return <div class="empty">{empty}</div>;
  return (
    <ScrollFrame label={caption}>
      <table class="stacks" role="table">
        <caption class="unseen">{caption}</caption>
        <thead role="rowgroup">
          <tr role="row">
            {columns.map((column) => (
              <Head key={column.title} column={column} sorting={sorting} onSort={onSort} />
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {rows.map((row) => (
            <tr key={keyOf(row)} role="row">
              {columns.map(({ title, cell, isNumber }) => (
                <td key={title} role="cell" class={isNumber ? 'number' : undefined} data-title={title}>
                  {cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollFrame>
  );
}

interface HeadProps<Row> {
  readonly column: Column<Row>;
  readonly sorting: Sorting | undefined;
  readonly onSort: ((sorting: Sorting) => void) | undefined;
}

function Head<Row>({ column, sorting, onSort }: HeadProps<Row>) {
  const { title, sort, isNumber, isLargestFirst = false } = column;
  const isSorted = sort !== undefined && sorting?.by === sort;
  const direction = sorting?.isDescending ? 'descending' : 'ascending';
  return (
    <th
      role="columnheader"
      scope="col"
      class={isNumber ? 'number' : undefined}
      aria-sort={isSorted ? direction : undefined}
    >
      {sort === undefined || onSort === undefined ? (
        title
      ) : (
        <button
          type="button"
          class="sort"
          onClick={() =>
            onSort({ by: sort, isDescending: isSorted ? !sorting?.isDescending : isLargestFirst })
          }
        >
          {title} <span aria-hidden="true">{isSorted ? (sorting?.isDescending ? '↓' : '↑') : '↕'}</span>
        </button>
      )}
    </th>
  );
}

interface MoreProps<Row> {
  readonly of: PagedList<Row>;
  /** What there are more of, such as `tenants`. */
  readonly what: string;
}

/** Below a list: has its next page come, or says that this is all. */
export function More<Row>({ of: { loaded, hasMore, more }, what }: MoreProps<Row>) {
  if (loaded.answer === undefined || loaded.answer.length === 0) return null;
  return (
    <div class="more">
      {more.problem !== undefined && <ProblemNotice problem={more.problem} />}
      {hasMore ? (
        <button type="button" onClick={more.start} aria-disabled={more.isBusy} aria-busy={more.isBusy}>
          {more.isBusy ? `Loading more ${what} …` : `Show more ${what}`}
        </button>
      ) : (
        <span class="quiet small">
          {loaded.answer.length === 1 ? 'That is the only one.' : `These are all ${loaded.answer.length}.`}
        </span>
      )}
    </div>
  );
}
