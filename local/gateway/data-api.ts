import { App, type EmailDriver } from '@supabase/lite';
import { createPostgresConnection } from '@supabase/lite/postgres';
import type { ApiOptions } from './config-toml.ts';

export interface DataApiOptions {
  readonly databaseUrl: string;
  readonly poolSize: number;
  /** Without keys only `ensureSystemSchema` is of use. */
  readonly keys?: { jwtSecret: string; publishableKey: string; secretKey: string };
  readonly config?: ApiOptions;
  readonly mails?: EmailDriver;
}

/** The Data API (`/rest/v1`) and Auth (`/auth/v1`) of Supabase on our Postgres. */
export interface DataApi {
  readonly fetch: (request: Request) => Promise<Response>;
  /** Makes the `auth` schema and its functions where they are missing. */
  readonly ensureSystemSchema: () => Promise<void>;
  /** Resolves when the database answers; rejects when it does not. */
  readonly ping: () => Promise<void>;
  /** Forgets the cached schema when a migration says `notify pgrst`, as PostgREST does. */
  readonly listenForSchemaChanges: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/**
 * `@supabase/lite` hands JSON objects and arrays on as encoded text, which postgres.js would encode once
 * more, so that an object would reach a function as a JSON string. Text that is JSON is passed as it is;
 * other text is a JSON string. (A string that happens to be JSON cannot be told from an encoded value.)
 */
export function encodeJsonOnce(value: unknown): string {
  if (typeof value !== 'string') return JSON.stringify(value);
  try {
    JSON.parse(value);
    return value;
  } catch {
    return JSON.stringify(value);
  }
}

/**
 * A moment as PostgREST writes it (ISO 8601, as Postgres puts it into JSON), instead of Postgres's own text
 * (`2026-01-31 12:00:00.5+00`), which not every browser can read. The session's time zone is UTC.
 */
export function isoMoment(text: string): string {
  return text
    .replace(/^(\d{4,}-\d{2}-\d{2}) (\d{2}:)/, '$1T$2')
    .replace(/(T[\d:.]+[+-]\d{2})( BC)?$/, '$1:00$2');
}

const asIs = (value: unknown): unknown => value;
const types = {
  timestamp: { to: 1114, from: [1114], serialize: asIs, parse: isoMoment },
  timestamptz: { to: 1184, from: [1184], serialize: asIs, parse: isoMoment },
  json: { to: 114, from: [114], serialize: encodeJsonOnce, parse: JSON.parse },
  jsonb: { to: 3802, from: [3802], serialize: encodeJsonOnce, parse: JSON.parse },
};

export function createDataApi(options: DataApiOptions): DataApi {
  const connection = createPostgresConnection({
    url: options.databaseUrl,
    postgresOptions: {
      max: options.poolSize,
      connect_timeout: 5,
      onnotice: () => undefined,
      types,
      connection: { application_name: 'mindbot gateway', statement_timeout: 30_000 },
    },
  });
  /*
   * On its first request the library would grant everything on every table to anon and authenticated,
   * and by default privileges on all later ones. Its private flag "row-level security is set up" is what
   * it checks before; with it the grants of the migrations stand.
   */
  Object.assign(connection, { rlsState: 'active' });

  const app = new App({
    connection,
    api: options.config?.api ?? { schemas: ['public'] },
    // The Supabase CLI keeps the table of migrations.
    db: { migrations: { enabled: false } },
    studio: { enabled: false },
    auth: {
      enabled: true,
      ...options.config?.auth,
      ...(options.keys && {
        jwt_secret: options.keys.jwtSecret,
        publishable_key: options.keys.publishableKey,
        secret_key: options.keys.secretKey,
      }),
    },
    options: {
      server: { disableStudio: true, admin: false },
      ...(options.mails && { drivers: { email: options.mails } }),
    },
  });

  return {
    fetch: (request) => app.fetch(request),
    ensureSystemSchema: () => app.ensureSystemSchema(),
    ping: async () => {
      await connection.driver`select 1`;
    },
    listenForSchemaChanges: async () => {
      await connection.driver.listen('pgrst', () => {
        void connection.clearSchemaCache();
      });
    },
    close: () => connection.driver.end({ timeout: 1 }),
  };
}
