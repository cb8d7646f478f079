import { say, serveInThread } from '../../../../local/cloud/servers/start-local-servers';
import { createAudit, type Finding } from './audit';

/** The servers' thread of a simulation: every commit is judged where it is made. */
const tell = (finding: Finding) => say(JSON.stringify(finding));

const audit = createAudit();
const silent = () => undefined;
serveInThread(silent, (reference, change, state) => {
  tell({ violations: audit(reference, change, state) });
});
