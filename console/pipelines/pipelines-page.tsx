import { pipelinePlace } from '../app/places';
import { TenantFrame } from '../app/tenant-frame';
import { useTenantId } from '../app/use-tenant-id';
import { ProblemNotice } from '../ui/notice';
import { Shown } from '../ui/shown';
import { withFigures } from './catalogue';
import { CatalogueTable } from './catalogue-table';
import { useCatalogue, usePipelineFigures } from './use-catalogue';

/** What a tenant can start, and how that went in the last 30 days. */
export function PipelinesPage() {
  const tenantId = useTenantId();
  const catalogue = useCatalogue(tenantId);
  const figures = usePipelineFigures(tenantId);
  return (
    <TenantFrame tenantId={tenantId} title="Pipelines">
      <p class="quiet">
        Figures are of the runs of the last 30 days that are over. Choose a pipeline to start it.
      </p>
      {figures.problem !== undefined && (
        <ProblemNotice problem={figures.problem} onRetry={figures.askAgain} isRetried />
      )}
      <Shown of={catalogue} what="the pipelines">
        {({ pipelines }) => (
          <CatalogueTable
            pipelines={withFigures(pipelines, figures.answer?.pipelines)}
            placeOf={(pipeline) => pipelinePlace(tenantId, pipeline)}
            none={
              <p>
                There are no pipelines: whoever deploys this puts their definitions into schemas/pipelines.
              </p>
            }
          />
        )}
      </Shown>
    </TenantFrame>
  );
}
