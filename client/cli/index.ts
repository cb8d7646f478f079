export { runCommandLine } from './command-line';
export { CommandError, exitCodes, wrongUse } from './exit-codes';
export { textTable } from './output/table';
export type { Output, Terminal } from './output/terminal';
export { runProcess } from './process';
export type { Addition, ConnectionRequest, Surroundings } from './surroundings';
