import { describe, expect, it } from 'vitest';
import { readEnv } from './env.ts';

const complete = {
  SUPABASE_URL: 'http://127.0.0.1:54321',
  SUPABASE_SECRET_KEY: 'sb_secret_x',
  LIVEKIT_URL: 'ws://127.0.0.1:7880',
  LIVEKIT_API_KEY: 'devkey',
  LIVEKIT_API_SECRET: 'secret',
  OPENAI_API_KEY: 'sk-test',
  DEEPGRAM_API_KEY: 'dg-test',
};

describe('readEnv', () => {
  it('fills in the defaults', () => {
    expect(readEnv(complete)).toMatchObject({
      WORKER_HOST: '127.0.0.1',
      WORKER_PORT: 8081,
      WORKER_IDLE_PROCESSES: 1,
      LOG_LEVEL: 'info',
    });
  });

  it('names every missing and malformed variable in one error', () => {
    const source = {
      ...complete,
      SUPABASE_URL: undefined,
      LIVEKIT_URL: 'nonsense',
      WORKER_PORT: 'x',
    };
    expect(() => readEnv(source)).toThrow(/SUPABASE_URL: is missing[^]*LIVEKIT_URL[^]*WORKER_PORT/);
  });

  it('takes an empty string as unset', () => {
    expect(readEnv({ ...complete, OPENAI_BASE_URL: '' }).OPENAI_BASE_URL).toBeUndefined();
    expect(() => readEnv({ ...complete, OPENAI_API_KEY: '' })).toThrow(
      /OPENAI_API_KEY: is missing/,
    );
  });

  it('never shows a value', () => {
    const source = { ...complete, SUPABASE_SECRET_KEY: 'sb_secret_hidden', DEEPGRAM_API_KEY: '' };
    expect(() => readEnv(source)).toThrow(
      expect.objectContaining({
        message: expect.not.stringContaining('sb_secret_hidden'),
      }),
    );
  });

  it('refuses ports and process counts that cannot be', () => {
    const source = { ...complete, WORKER_PORT: '70000', WORKER_IDLE_PROCESSES: '0' };
    expect(() => readEnv(source)).toThrow(/WORKER_PORT[^]*WORKER_IDLE_PROCESSES/);
  });
});
