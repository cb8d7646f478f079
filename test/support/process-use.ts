import { readFileSync } from 'node:fs';

/** What a process uses, by /proc: Linux only. */
export interface ProcessUse {
  /** Resident memory in MB: now, and at most since its start. */
  readonly megabytes: number;
  readonly peakMegabytes: number;
  /** Seconds of processor time since its start, in all of its threads. */
  readonly cpuSeconds: number;
}

/** Linux counts processor time in hundredths of a second wherever Node runs. */
const ticksPerSecond = 100;

/** @throws Error where there is no such process, or no /proc */
export function useOfProcess(pid: number): ProcessUse {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const kilobytes = (name: string) =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0);
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // Behind the name in brackets, which may hold anything: the fields from the third on.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[11]) + Number(fields[12]);
  return {
    megabytes: Math.round(kilobytes('VmRSS') / 1024),
    peakMegabytes: Math.round(kilobytes('VmHWM') / 1024),
    cpuSeconds: ticks / ticksPerSecond,
  };
}
