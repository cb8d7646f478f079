import { Page } from '../ui/page';

export function TenantsPage() {
  return (
    <Page title="Tenants">
      <p>…</p>
    </Page>
  );
}
