import { Page } from '../ui/page';
import { Shown } from '../ui/shown';
import { CatalogueTable } from './catalogue-table';
import { usePipelineFigures } from './use-catalogue';

/** How all tenants’ runs went by pipeline, for admins. */
export function AllPipelinesPage() {
  const figures = usePipelineFigures(undefined);
  return (
    <Page title="Pipelines of all tenants">
      <p class="quiet">
        All tenants’ runs of the last 30 days that are over. A pipeline’s definition is in each tenant’s own
        catalogue.
      </p>
      <Shown of={figures} what="the figures">
        {({ pipelines }) => (
          <CatalogueTable
            pipelines={pipelines.map((each) => ({ pipeline: each.pipeline, description: '', figures: each }))}
            placeOf={(pipeline) => `/runs?${new URLSearchParams({ pipeline })}`}
            none={<p>No run has ended in the last 30 days. Open a tenant to start one.</p>}
          />
        )}
      </Shown>
    </Page>
  );
}
