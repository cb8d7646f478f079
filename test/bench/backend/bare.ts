import { http } from '@google-cloud/functions-framework';

/** What functions-framework itself costs: answers what `run` answers, and does nothing else. */
http('bare', (_request, response) => {
  response.status(202).json({
    run_id: '3f1b7c52-0d0e-4c55-9f3c-0a3c7a6f6b11',
    tenant_id: 'bench',
    pipeline: 'gcp/example/dryrun',
    status: 'ADMITTED',
  });
});
