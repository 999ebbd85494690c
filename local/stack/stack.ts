import { existsSync, rmSync } from 'node:fs';
import { startClock } from './clock.ts';
import { makeHomeFolder, openHome } from './home.ts';
import { loadOrCreateKeys, type Keys } from './keys.ts';
import type { LiveKitSource } from './livekit-find.ts';
import { searchLiveKit } from './livekit.ts';
import { takeLock } from './lock.ts';
import { Logs } from './logs.ts';
import { neededPorts, type StackOptions } from './needs.ts';
import { requireFreePorts } from './ports.ts';
import { clearStalePostmaster } from './postgres.ts';
import { endRecorded, readRecord } from './processes.ts';
import { readRunFile } from './run-file.ts';
import { startEverything } from './start-up.ts';
import { Supervisor } from './supervisor.ts';
import { apiUrl, type Values } from './values.ts';
import { startWatchdog } from './watchdog-guard.ts';

/** The whole local stack: brings itself up once and down once. */
export class Stack {
  readonly #options: StackOptions;
  /** What has to be given back when the parts have ended, last taken first. */
  readonly #giveBack: (() => Promise<void> | void)[] = [];
  #supervisor: Supervisor | undefined;
  #stopClock: (() => Promise<void>) | undefined;

  constructor(options: StackOptions) {
    this.#options = options;
  }

  /**
   * Brings everything up. Whether it answers or throws, `down` must follow.
   * @throws {Problem} that a person can act on
   */
  async up(): Promise<{ values: Values; notes: string[] }> {
    const { env, paths, screen, onFailure } = this.#options;
    makeHomeFolder(paths);
    this.#giveBack.push(
      takeLock(paths.lock, ({ pid }) => {
        const url = readRunFile(paths.run)?.values['API_URL'] ?? apiUrl(env);
        return `MindBot is already running at ${url} (pid ${pid}, data in ${paths.home}).`;
      }),
    );
    await this.#tidyUpAfterKilled();
    const stamp = openHome(paths);
    const logs = new Logs(paths.logs);
    const keys = loadOrCreateKeys(paths.keys, { mayCreate: !existsSync(paths.postgres) });
    const source: LiveKitSource = env.without.has('livekit')
      ? { kind: 'none', help: 'The voice part is left out (MINDBOT_WITHOUT).' }
      : await searchLiveKit(env);
    await requireFreePorts(env.ports, neededPorts(env, source));

    logs.watchSizes();
    this.#giveBack.push(() => logs.close());
    this.#giveBack.push(startWatchdog(paths, logs));
    this.#giveBack.push(() => rmSync(paths.run, { force: true }));
    const supervisor = new Supervisor({
      logs,
      recordPath: paths.processes,
      events: { warn: (text) => screen.warn(text), fail: onFailure },
    });
    this.#supervisor = supervisor;
    const up = await startEverything({ ...this.#options, stamp, logs, keys, source, supervisor });
    if (!env.without.has('clock')) this.#startClock(keys, logs);
    return up;
  }

  /** Whether there is, or was, anything to end. */
  get hasParts(): boolean {
    return this.#supervisor !== undefined;
  }

  /** Ends every part in order and gives everything back. Aborting `hurry` cuts the waiting short. */
  async down(hurry: AbortSignal): Promise<void> {
    await this.#stopClock?.();
    await this.#supervisor?.stopAll(hurry);
    for (const giveBack of this.#giveBack.toReversed()) await giveBack();
  }

  /** What a killed stack has left running in this data folder is ended first. */
  async #tidyUpAfterKilled(): Promise<void> {
    const { paths, screen } = this.#options;
    const record = readRecord(paths.processes);
    if (record) {
      const ended = await endRecorded(record);
      if (ended.length > 0) screen.warn(`Ended what a killed stack had left: ${ended.join(', ')}.`);
      rmSync(paths.processes, { force: true });
    }
    await clearStalePostmaster(paths);
  }

  #startClock(keys: Keys, logs: Logs): void {
    const { env } = this.#options;
    this.#stopClock = startClock({
      url: `${apiUrl(env)}/functions/v1/maintenance`,
      secretKey: keys.secretKey,
      everyMs: env.clockSeconds * 1000,
      log: (line) => logs.append('clock', line),
      fetch,
    });
  }
}
