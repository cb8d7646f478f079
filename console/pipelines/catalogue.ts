import type { Catalogue, PipelineStatistics } from '../../client';

/** The catalogue beside how its pipelines’ runs ended. Pure. */

export type PipelineFigures = PipelineStatistics['pipelines'][number];

export interface ListedPipeline {
  readonly pipeline: string;
  readonly description: string;
  /** null: it has had no run in that time. undefined: that is not known yet. */
  readonly figures: PipelineFigures | null | undefined;
}

/**
 * Each pipeline with its figures. Those that only have figures, because they are gone, come as well.
 * @param figures undefined: they are not known yet
 */
export function withFigures(
  catalogue: Catalogue['pipelines'],
  figures: readonly PipelineFigures[] | undefined,
): readonly ListedPipeline[] {
  const without = figures === undefined ? undefined : null;
  const left = new Map(figures?.map((each) => [each.pipeline, each]));
  const listed = catalogue.map(({ pipeline, description }) => {
    const found = left.get(pipeline);
    left.delete(pipeline);
    return { pipeline, description, figures: found ?? without };
  });
  const gone = [...left.values()].map((each) => ({
    pipeline: each.pipeline,
    description: 'It is not in the catalogue any more.',
    figures: each,
  }));
  return [...listed, ...gone];
}

/** All words have to be found, wherever. */
export function matching(pipelines: readonly ListedPipeline[], search: string): readonly ListedPipeline[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return pipelines.filter(({ pipeline, description }) => {
    const text = `${pipeline} ${description}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

const orders: Readonly<Record<string, (pipeline: ListedPipeline) => number | string | null>> = {
  name: ({ pipeline }) => pipeline,
  runs: ({ figures }) => figures?.runs ?? null,
  success: ({ figures }) => figures?.success_rate ?? null,
  p50: ({ figures }) => figures?.p50_ms ?? null,
  p95: ({ figures }) => figures?.p95_ms ?? null,
  last: ({ figures }) => figures?.last_run_at ?? null,
};

/** What has no value stands last, whichever way it goes. */
export function inOrderOf(
  pipelines: readonly ListedPipeline[],
  by: string,
  isDescending: boolean,
): readonly ListedPipeline[] {
  const ranked = orders[by] ?? orders.name;
  if (ranked === undefined) return pipelines;
  return pipelines
    .map((pipeline) => ({ pipeline, value: ranked(pipeline) }))
    .sort((a, b) => {
      if (a.value === null || b.value === null) return Number(a.value === null) - Number(b.value === null);
      const order = a.value < b.value ? -1 : a.value > b.value ? 1 : 0;
      return isDescending ? -order : order;
    })
    .map(({ pipeline }) => pipeline);
}
