import { useState } from 'preact/hooks';
import type { ResultList, ResultPage, Run } from '../../../client';
import { currentSession, may, seenAs } from '../../app/session';
import { useCall } from '../../data/use-call';
import { bytes, count } from '../../format/numbers';
import { Notice } from '../../ui/notice';
import { Section } from '../../ui/page';
import { ScrollFrame } from '../../ui/scroll-frame';
import { Shown } from '../../ui/shown';
import { Ago } from '../../ui/times';
import { cellText } from './result-cells';

type Result = ResultList['results'][number];

const firstRows = 20;

/** What a run has made, and the first rows of a table of it. */
export function RunResults({ run: { run_id, tenant_id } }: { readonly run: Run }) {
  if (!may('results'))
    return (
      <Section title="Results">
        <p class="quiet">
          Your key has not the scope results: a key with it shows the tables and files that the run has made.
        </p>
      </Section>
    );
  return <LoadedResults tenantId={tenant_id} runId={run_id} />;
}

interface OfRun {
  readonly tenantId: string;
  readonly runId: string;
}

function LoadedResults({ tenantId, runId }: OfRun) {
  const results = useCall(`results ${tenantId} ${runId}`, (signal) =>
    currentSession().api.call('listResults', {
      path: { run_id: runId },
      query: { ...seenAs(tenantId) },
      signal,
    }),
  );
  const [chosen, choose] = useState<number>();
  return (
    <Section title="Results">
      <Shown of={results} what="what the run has made">
        {({ results, unknown_steps }) => {
          const shown = results.find(({ n }) => n === chosen) ?? lastOf(results);
          return (
            <>
              {results.length === 0 && (
                <p class="quiet">Its completed steps have made no tables and no files.</p>
              )}
              {unknown_steps.length > 0 && (
                <p class="quiet">
                  The pipeline has these steps no longer, and what they made is not known:{' '}
                  {unknown_steps.join(', ')}.
                </p>
              )}
              {results.length > 0 && (
                <fieldset class="choices">
                  <legend class="unseen">Which result is shown</legend>
                  {results.map((result) => (
                    <label key={result.n}>
                      <input
                        type="radio"
                        name="result"
                        checked={result.n === shown?.n}
                        onChange={() => choose(result.n)}
                      />
                      <span>
                        {result.name}
                        {result.partition !== null && ` (${result.partition})`}{' '}
                        <span class="quiet small">{aboutResult(result)}</span>
                      </span>
                    </label>
                  ))}
                </fieldset>
              )}
              {shown !== undefined && (
                <ShownResult key={shown.n} result={shown} tenantId={tenantId} runId={runId} />
              )}
            </>
          );
        }}
      </Shown>
    </Section>
  );
}

/** What the run is about is mostly what it has made last: its last table that is there. */
const lastOf = (results: readonly Result[]): Result | undefined =>
  results.findLast(({ exists, kind }) => exists !== false && kind === 'table') ?? results.at(-1);

const aboutResult = ({ kind, step_id, rows, rows_written, files, bytes: size, exists }: Result): string =>
  [
    `${kind === 'table' ? 'table' : 'files'} of ${step_id}`,
    ...(exists === false ? ['is gone'] : []),
    ...(rows_written === null ? [] : [`${count(rows_written)} rows written`]),
    ...(rows === null ? [] : [`${count(rows)} rows now`]),
    ...(files === null ? [] : [`${count(files)} files`]),
    ...(size === null ? [] : [bytes(size)]),
  ].join(' · ');

function ShownResult({ result, tenantId, runId }: OfRun & { readonly result: Result }) {
  if (result.exists === false)
    return (
      <Notice kind="info">
        <p>{result.name} is not there any more. Rerun the run to make it again.</p>
      </Notice>
    );
  return <ResultRows result={result} tenantId={tenantId} runId={runId} />;
}

function ResultRows({
  result: { n, name, changed_since, last_modified_at },
  tenantId,
  runId,
}: OfRun & { readonly result: Result }) {
  const page = useCall(`result ${tenantId} ${runId} ${n}`, (signal) =>
    currentSession().api.call('showResult', {
      path: { run_id: runId, n: String(n) },
      query: { ...seenAs(tenantId), limit: firstRows },
      signal,
    }),
  );
  return (
    <>
      {changed_since === true && (
        <Notice kind="warning" title="Something else has written to it since">
          <p>
            What is shown is as it is now, changed <Ago at={last_modified_at} />, and not as the run has made
            it.
          </p>
        </Notice>
      )}
      <Shown of={page} what={`the first rows of ${name}`}>
        {(answer) => (answer.kind === 'files' ? <Files page={answer} /> : <Rows page={answer} />)}
      </Shown>
    </>
  );
}

function Rows({ page: { columns, rows, total_rows, name } }: { readonly page: ResultPage }) {
  if (columns === null || rows === null || rows.length === 0)
    return <p class="empty">The table has no rows.</p>;
  return (
    <>
      <ScrollFrame label={`First rows of ${name}`}>
        <table class="data">
          <caption class="unseen">First rows of {name}</caption>
          <thead>
            <tr>
              {columns.map(({ name, type }) => (
                <th key={name} scope="col" title={type} class={isNumeric(type) ? 'number' : undefined}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, at) => (
              // Rows have no names: they are shown once, as they came.
              <tr key={String(at)}>
                {columns.map(({ name, type }) => (
                  <td key={name} class={isNumeric(type) ? 'number' : undefined}>
                    {row[name] === null ? <span class="quiet">NULL</span> : cellText(row[name])}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollFrame>
      <p class="quiet small">
        {total_rows !== null && total_rows > rows.length
          ? `The first ${count(rows.length)} of ${count(total_rows)} rows.`
          : `All ${count(rows.length)} rows.`}
      </p>
    </>
  );
}

const isNumeric = (type: string): boolean => /^(INTEGER|INT64|FLOAT|FLOAT64|NUMERIC|BIGNUMERIC)$/.test(type);

function Files({ page: { files } }: { readonly page: ResultPage }) {
  if (files === null || files.length === 0) return <p class="empty">There are no files.</p>;
  return (
    <ul class="files">
      {files.map(({ uri, bytes: size, url }) => (
        <li key={uri}>
          {url === null ? <code>{uri}</code> : <a href={url}>{uri}</a>}{' '}
          <span class="quiet">{bytes(size)}</span>
        </li>
      ))}
    </ul>
  );
}
