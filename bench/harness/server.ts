import postgres, { type Sql } from 'postgres';
import { startDatabaseServer } from '../../tests/support/database-server.ts';
import { templateDatabase } from '../../tests/support/template-database.ts';
import { fillHistory } from './fill.ts';
import type { Bench, BenchDatabase } from './part.ts';

/** As a small hosted database is set: durable, with a quarter of a gigabyte of its own cache. */
const settings = {
  fsync: 'on',
  shared_buffers: '256MB',
  max_wal_size: '4GB',
  shared_preload_libraries: 'pg_stat_statements',
  timezone: 'UTC',
};

export interface BenchServer {
  bench: Bench;
  /** Ends the server and removes its data; repeatable. */
  stop(): Promise<void>;
}

/** A Postgres of the benchmark's own, on a free port, with the migrations. */
export async function startBenchServer(
  rounds: number,
  progress: (words: string) => void,
): Promise<BenchServer> {
  progress('starting Postgres and applying the migrations');
  const server = await startDatabaseServer(settings);
  const connections: Sql[] = [];
  const filled = new Map<number, Promise<BenchDatabase>>();
  const open = (database: string): Sql => {
    const sql = postgres(`${server.url}/${database}`, { max: 1, onnotice: () => undefined });
    connections.push(sql);
    return sql;
  };
  const maintenance = open('postgres');
  let made = 0;

  async function emptyDatabase(): Promise<BenchDatabase> {
    made += 1;
    const name = `bench_${made}`;
    await maintenance.unsafe(`create database ${name} template ${templateDatabase}`);
    return {
      url: `${server.url}/${name}`,
      owner: open(name),
      async connect(count) {
        const opened = Array.from({ length: count }, () => open(name));
        await Promise.all(opened.map((sql) => sql`select 1`));
        return opened;
      },
    };
  }

  async function filledDatabase(sessions: number): Promise<BenchDatabase> {
    const database = await emptyDatabase();
    await fillHistory(database.owner, sessions, progress);
    return database;
  }

  let stopping: Promise<void> | undefined;
  return {
    bench: {
      rounds,
      progress,
      emptyDatabase,
      filledDatabase(sessions) {
        const database = filled.get(sessions) ?? filledDatabase(sessions);
        filled.set(sessions, database);
        return database;
      },
    },
    stop() {
      stopping ??= (async () => {
        await Promise.all(connections.map((sql) => sql.end({ timeout: 1 })));
        await server.stop();
      })();
      return stopping;
    },
  };
}
