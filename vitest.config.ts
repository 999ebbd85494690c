import { defineConfig } from 'vitest/config';

const common = { testTimeout: 30_000, hookTimeout: 120_000, exclude: ['**/node_modules/**'] };

/**
 * Four kinds of tests: `unit` needs nothing running and stands beside what it tests; `db` needs a Postgres with
 * the migrations; `model` plays random commands against one and a reference model; `stack` needs the whole local
 * stack, which its set-up starts on free ports and stops again.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...common,
          name: 'unit',
          include: [
            '{agent-worker,examples,local,seed,supabase,scripts,web-admin}/**/*.test.{ts,tsx}',
          ],
        },
      },
      {
        test: {
          ...common,
          name: 'db',
          include: ['tests/db/**/*.test.ts'],
          globalSetup: ['tests/support/database-server.ts'],
        },
      },
      {
        test: {
          ...common,
          name: 'model',
          include: ['tests/model/**/*.test.ts'],
          globalSetup: ['tests/support/database-server.ts'],
        },
      },
      {
        test: {
          ...common,
          name: 'stack',
          include: ['tests/stack/**/*.test.ts'],
          globalSetup: ['tests/support/stack-server.ts'],
          testTimeout: 60_000,
          // The files share one stack, its settings and its doubles' fault switches.
          fileParallelism: false,
        },
      },
    ],
  },
});
