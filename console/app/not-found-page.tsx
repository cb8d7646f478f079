import { Page } from '../ui/page';

export function NotFoundPage() {
  return (
    <Page title="There is no such page">
      <p>
        The address may be mistyped, or what it named is gone. <a href="/">Back to the start</a>
      </p>
    </Page>
  );
}
