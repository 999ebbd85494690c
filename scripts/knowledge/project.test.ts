import { expect, it } from 'vitest';
import { readKnowledgeEnv } from './project.ts';
import { refusalWords } from './refusal.ts';

it('means the local stack and its demo admin when nothing is said', () => {
  expect(readKnowledgeEnv({ SUPABASE_URL: '', PATH: '/bin' })).toEqual({
    project: undefined,
    email: undefined,
    password: undefined,
    openai: undefined,
  });
});

it('takes another project, its admin and a key for vectors from the environment', () => {
  expect(
    readKnowledgeEnv({
      SUPABASE_URL: 'https://x.supabase.co',
      SUPABASE_PUBLISHABLE_KEY: 'sb_publishable_1',
      MINDBOT_ADMIN_EMAIL: 'a@example.com',
      MINDBOT_ADMIN_PASSWORD: 'secret',
      OPENAI_API_KEY: 'sk-1',
    }),
  ).toEqual({
    project: { apiUrl: 'https://x.supabase.co', publishableKey: 'sb_publishable_1' },
    email: 'a@example.com',
    password: 'secret',
    openai: { apiKey: 'sk-1', baseUrl: undefined },
  });
});

it('names everything that is wrong at once', () => {
  expect(() => readKnowledgeEnv({ SUPABASE_URL: 'x', OPENAI_BASE_URL: 'y' })).toThrow(
    /SUPABASE_URL: must begin[^]*OPENAI_BASE_URL: must begin[^]*both or neither/,
  );
});

it('tells a refusal in the words of the database, and the fields when they are what is wrong', () => {
  const error = { code: 'PT403', message: 'not_allowed', hint: 'Only an admin may do this.' };
  expect(refusalWords({ ...error, details: '{"needs": "admin"}' })).toBe(error.hint);
  expect(
    refusalWords({ message: 'invalid_input', hint: 'Correct it.', details: '{"title": ["x"]}' }),
  ).toBe('Correct it. {"title": ["x"]}');
  expect(refusalWords({ message: 'fetch failed' })).toBe('fetch failed');
});
