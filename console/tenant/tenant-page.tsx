import { Page } from '../ui/page';

export function TenantPage() {
  return (
    <Page title="Tenant">
      <p>…</p>
    </Page>
  );
}
