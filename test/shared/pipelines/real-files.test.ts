import { describeCases } from './real-files/cases';
import { type FileWorld, startFileWorld } from './real-files/file-world';
import { describeFocus } from './real-files/focus';
import { describeHeaders } from './real-files/headers';

let world: FileWorld;
beforeAll(async () => {
  world = await startFileWorld();
});
afterAll(() => world?.tenant.close());

describeCases(() => world);
describeFocus(() => world);
describeHeaders(() => world);
