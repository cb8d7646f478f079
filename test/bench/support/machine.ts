import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';

/** What the figures were measured on, and how busy it was: figures of a busy machine are worth less. */
export function describeMachine(): string {
  const [processor] = cpus();
  const load = loadavg().map((value) => value.toFixed(2));
  return `Node ${process.version}, ${cpus().length} × ${processor?.model.trim() ?? 'unknown'}; load average ${load.join(' ')}`;
}

/** Resident memory of all processes below this one, in MB. Pages that they share are counted for each. */
export function memoryOfDescendants(): number {
  const processes = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,rss=,comm='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/));
  const children = (parent: string): number =>
    processes
      .filter(([, ppid, , command]) => ppid === parent && command !== 'ps')
      .reduce((sum, [pid = '', , kilobytes]) => sum + Number(kilobytes) + children(pid), 0);
  return children(String(process.pid)) / 1024;
}

/** The processor's time of each thread of a process since it started, in milliseconds, by its id. Linux only. */
export function threadsOf(pid: number): ReadonlyMap<number, number> {
  const directory = `/proc/${pid}/task`;
  const used = new Map<number, number>();
  for (const thread of readdirSync(directory)) {
    const [nanoseconds] = readFileSync(`${directory}/${thread}/schedstat`, 'utf8').split(' ');
    used.set(Number(thread), Number(nanoseconds) / 1e6);
  }
  return used;
}
