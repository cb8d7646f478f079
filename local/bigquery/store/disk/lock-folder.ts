import { linkSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { systemErrorOf } from './disk-errors';
import { makeFolders } from './make-folders';

const ownerSchema = z.object({ pid: z.number().int().positive(), started: z.string() });

/** Folders this very process holds: its own pid in a lock file says nothing about them. */
const held = new Set<string>();

/**
 * Makes this process the only user of a data folder until the returned function is called. A lock left by a
 * process that is gone (kill -9) is taken over; one of a process that was killed just now, when that is gone.
 * @throws Error, naming the folder and the process, if another one is using it.
 */
export function lockFolder(folder: string): () => void {
  const path = join(folder, 'lock');
  makeFolders(folder);
  if (held.has(path)) throw inUse(folder, process.pid);
  if (!tryCreate(path)) {
    takeOver(folder, path);
    if (!tryCreate(path)) throw inUse(folder, undefined);
  }
  held.add(path);
  return () => {
    if (held.delete(path)) rmSync(path, { force: true });
  };
}

function tryCreate(path: string): boolean {
  const temporary = `${path}.${process.pid}`;
  writeFileSync(temporary, JSON.stringify({ pid: process.pid, started: startOf(process.pid) }));
  try {
    // A link appears with its content or not at all: nobody can read a half-written lock.
    linkSync(temporary, path);
    return true;
  } catch (error) {
    if (systemErrorOf(error)?.code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** Moves a dead owner's lock away. If somebody was quicker and it is a living owner's, puts it back. */
function takeOver(folder: string, path: string): void {
  refuseIfAlive(folder, readText(path));
  const aside = `${path}.stale.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (systemErrorOf(error)?.code === 'ENOENT') return;
    throw error;
  }
  try {
    refuseIfAlive(folder, readText(aside));
  } catch (error) {
    linkSync(aside, path);
    throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

function refuseIfAlive(folder: string, text: string | undefined): void {
  const owner = ownerSchema.safeParse(parse(text)).data;
  if (owner === undefined || owner.pid === process.pid) return;
  const isOwner = () => isAlive(owner.pid) && startOf(owner.pid) === owner.started;
  for (
    let waited = 0;
    isOwner() && isDying(owner.pid) && waited < mostDyingMilliseconds;
    waited += pauseMilliseconds
  )
    pause();
  if (isOwner()) throw inUse(folder, owner.pid);
}

/** The system needs a moment to take away the memory of a process that was killed. */
const mostDyingMilliseconds = 30_000;
const pauseMilliseconds = 10;

/** Blocks the thread: nothing else is to be done before the folder is ours. */
function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pauseMilliseconds);
}

function inUse(folder: string, pid: number | undefined): Error {
  const owner = pid === undefined ? 'another process' : `process ${pid}`;
  return new Error(
    `The data folder ${folder} is in use by ${owner}. Stop it first, or choose another folder.`,
  );
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch (error) {
    return systemErrorOf(error)?.code === 'EPERM';
  }
}

/**
 * Whether nothing of a process is left but its number, which its parent has not asked for: it runs no more,
 * though signals still reach it. All its threads count, since the first may end before others. Linux only; else
 * false.
 */
function isZombie(pid: number): boolean {
  const threads = threadsOf(pid).flatMap((thread) => statOf(`${pid}/task/${thread}`)?.[0] ?? []);
  return threads.length > 0 && threads.every((state) => state === 'Z' || state === 'X');
}

function threadsOf(pid: number): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

const killSignal = 1n << 8n;

/** Whether SIGKILL has reached a process: it ends without doing anything more. Linux only; else false. */
function isDying(pid: number): boolean {
  const pending = [...(readText(`/proc/${pid}/status`) ?? '').matchAll(/^(?:Sig|Shd)Pnd:\s*([0-9a-f]+)$/gm)];
  return pending.some(([, signals]) => (BigInt(`0x${signals}`) & killSignal) !== 0n);
}

/** When a process began: tells it from a later one with the same number. Linux only; else ''. */
function startOf(pid: number): string {
  const boot = readText('/proc/sys/kernel/random/boot_id');
  const stat = statOf(String(pid));
  if (boot === undefined || stat === undefined) return '';
  return `${boot.trim()}:${stat[19] ?? ''}`;
}

/** What Linux says of a process or thread, from its state on: the fields behind its name. */
function statOf(path: string): readonly string[] | undefined {
  const stat = readText(`/proc/${path}/stat`);
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function parse(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
