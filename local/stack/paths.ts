import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root folder. */
export const REPOSITORY = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** Everything the stack keeps, inside `MINDBOT_HOME`. */
export interface HomePaths {
  readonly home: string;
  /** Says what the folder is, its format and the major version of Postgres in it. */
  readonly stamp: string;
  readonly keys: string;
  readonly postgres: string;
  /** `initdb` works here; the folder gets its real name once it is complete. */
  readonly postgresUnfinished: string;
  readonly stripe: string;
  readonly livekitConfig: string;
  readonly logs: string;
  /** Pid of the supervisor that owns the folder. */
  readonly lock: string;
  /** What `npm run status` prints; there only while the stack runs. */
  readonly run: string;
  /** Every process that the supervisor has started and not yet ended. */
  readonly processes: string;
  /** Hashes of the migrations as they were when they were applied. */
  readonly migrations: string;
}

export function homePaths(home: string): HomePaths {
  return {
    home,
    stamp: join(home, 'mindbot.json'),
    keys: join(home, 'keys.json'),
    postgres: join(home, 'postgres'),
    postgresUnfinished: join(home, 'postgres.unfinished'),
    stripe: join(home, 'stripe.json'),
    livekitConfig: join(home, 'livekit.yaml'),
    logs: join(home, 'logs'),
    lock: join(home, 'lock'),
    run: join(home, 'run.json'),
    processes: join(home, 'processes.json'),
    migrations: join(home, 'migrations.json'),
  };
}
