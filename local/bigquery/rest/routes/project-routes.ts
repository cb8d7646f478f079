import type { Store } from '../../store/store';
import type { RestRoute } from '../router';
import { checkProject } from './resource-requests';

/** projects.list and projects.getServiceAccount of REST v2, for the one project that is served. */
export function projectRoutes(store: Store): RestRoute[] {
  const { projectId } = store;
  return [
    {
      method: 'GET',
      path: '/projects',
      handle: () => ({
        kind: 'bigquery#projectList',
        projects: [
          {
            kind: 'bigquery#project',
            id: projectId,
            numericId: '1',
            projectReference: { projectId },
            friendlyName: projectId,
          },
        ],
        totalItems: 1,
      }),
    },
    {
      method: 'GET',
      path: '/projects/:projectId/serviceAccount',
      handle(request) {
        checkProject(store, request);
        return {
          kind: 'bigquery#getServiceAccountResponse',
          email: `bq-1@bigquery-encryption.iam.gserviceaccount.com`,
        };
      },
    },
  ];
}
