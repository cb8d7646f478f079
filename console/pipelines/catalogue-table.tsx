import type { ComponentChildren } from 'preact';
import { useFilters } from '../data/use-filters';
import { count, duration } from '../format/numbers';
import { Field } from '../ui/field';
import { type Column, Table } from '../ui/table';
import { Ago } from '../ui/times';
import { inOrderOf, type ListedPipeline, matching, type PipelineFigures } from './catalogue';
import { SuccessRate } from './success-rate';

interface CatalogueTableProps {
  readonly pipelines: readonly ListedPipeline[];
  readonly placeOf: (pipeline: string) => string;
  /** What is said where there is none at all. */
  readonly none: ComponentChildren;
}

/** Pipelines with how their runs of the last 30 days ended. What is searched, and the order, stand in the address. */
export function CatalogueTable({ pipelines, placeOf, none }: CatalogueTableProps) {
  const { query, change } = useFilters();
  const { search = '', sort = 'name', order = 'asc' } = query;
  const shown = inOrderOf(matching(pipelines, search), sort, order === 'desc');
  const columns: readonly Column<ListedPipeline>[] = [
    {
      title: 'Pipeline',
      sort: 'name',
      cell: ({ pipeline, description }) => (
        <div class="named">
          <a href={placeOf(pipeline)}>{pipeline}</a>
          <span class="quiet small" title={description}>
            {description}
          </span>
        </div>
      ),
    },
    {
      title: 'Runs',
      sort: 'runs',
      isNumber: true,
      isLargestFirst: true,
      cell: ifKnown((figures) => count(figures?.runs ?? 0)),
    },
    {
      title: 'Success',
      sort: 'success',
      isNumber: true,
      cell: ifKnown((figures) => <SuccessRate figures={figures} />),
    },
    {
      title: 'Median',
      sort: 'p50',
      isNumber: true,
      isLargestFirst: true,
      cell: ifKnown((figures) => time(figures?.p50_ms)),
    },
    {
      title: '95 %',
      sort: 'p95',
      isNumber: true,
      isLargestFirst: true,
      cell: ifKnown((figures) => time(figures?.p95_ms)),
    },
    {
      title: 'Last run',
      sort: 'last',
      isLargestFirst: true,
      cell: ifKnown((figures) => <Ago at={figures?.last_run_at} none="none" />),
    },
    {
      title: 'Last failed',
      cell: ifKnown((figures) => <Ago at={figures?.last_failed_at} none="none" />),
    },
  ];
  return (
    <>
      <div class="filters">
        <Field
          label="Search"
          type="search"
          value={search}
          onChange={(search) => change({ search })}
          placeholder="Name or description"
        />
      </div>
      <Table
        caption="Pipelines"
        columns={columns}
        rows={shown}
        keyOf={({ pipeline }) => pipeline}
        sorting={{ by: sort, isDescending: order === 'desc' }}
        onSort={({ by, isDescending }) => change({ sort: by, order: isDescending ? 'desc' : undefined })}
        empty={
          pipelines.length === 0 ? (
            none
          ) : (
            <>
              <p>No pipeline matches “{search}”.</p>
              <button type="button" onClick={() => change({ search: undefined })}>
                Show all
              </button>
            </>
          )
        }
      />
    </>
  );
}

/** A cell about figures, which has nothing until they are known. */
const ifKnown =
  (cell: (figures: PipelineFigures | null) => ComponentChildren) =>
  ({ figures }: ListedPipeline): ComponentChildren =>
    figures === undefined ? <span class="quiet">…</span> : cell(figures);

const time = (ms: number | null | undefined) => (ms == null ? <span class="quiet">–</span> : duration(ms));
