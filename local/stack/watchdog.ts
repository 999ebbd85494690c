import { rmSync } from 'node:fs';
import { readFileIfThere } from './files.ts';
import { homePaths } from './paths.ts';
import { endRecorded, readRecord } from './processes.ts';

/*
 * `node watchdog.ts <data folder> <supervisor's pid>`: its standard input is a pipe from the supervisor.
 * When that closes without a goodbye, the supervisor was killed: what it has left is ended, in order.
 * A program of its own, because a killed process cannot tidy up after itself.
 */
const [home, supervisor] = process.argv.slice(2);
if (!home || !supervisor) throw new Error('which data folder, whose parts?');
const paths = homePaths(home);

let goodbye = false;
process.stdin.on('data', () => {
  goodbye = true;
});
process.stdin.once('end', () => void tidyUp());
process.stdin.once('error', () => void tidyUp());

async function tidyUp(): Promise<void> {
  if (goodbye) process.exit(0);
  const record = readRecord(paths.processes);
  if (record && record.supervisor === Number(supervisor)) {
    console.log(`the supervisor (pid ${supervisor}) is gone; ending what it has left`);
    const ended = await endRecorded(record);
    console.log(`ended: ${ended.join(', ') || 'nothing'}`);
    // A next start may be under way already, with files of its own.
    if (readRecord(paths.processes)?.supervisor === record.supervisor) {
      rmSync(paths.processes, { force: true });
    }
  }
  for (const path of [paths.run, paths.lock]) {
    if (belongsTo(path, Number(supervisor))) rmSync(path, { force: true });
  }
  process.exit(0);
}

function belongsTo(path: string, pid: number): boolean {
  const content = readFileIfThere(path);
  return content !== undefined && new RegExp(`"pid":\\s*${pid}\\b`).test(content);
}
