import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase, openShop, signUp, type TestDatabase } from '../support/database.ts';
import { authorize, customer, end } from './scenario.ts';

let db: TestDatabase;
let admin: string;
beforeAll(async () => {
  db = await openDatabase();
  await openShop(db);
  admin = await signUp(db);
  await db.owner`insert into admins (user_id, role) values (${admin}, 'admin')`;
});
afterAll(() => db.close());

function save(agent_type: Record<string, unknown>, reason = 'new words') {
  return db.call({ user: admin }, 'admin_save_agent_type', { agent_type, reason });
}

async function nextCall(agentType: string) {
  const { user } = await customer(db);
  const { session_id } = await authorize(db, user, agentType);
  const started = await db.call('service', 'start_session', { session_id, worker_id: 'w' });
  await end(db, session_id, 0);
  return started;
}

test('what an admin writes is what the next call is told', async () => {
  const words = { instructions: 'You are Ruth.\nBe kind.', voice: 'coral', greeting: 'Hi {name}.' };
  await save({ id: 'basic', ...words });
  expect(await nextCall('basic')).toMatchObject({ kind: 'basic', ...words });
  await save({ id: 'basic', voice: null, greeting: null });
  expect(await nextCall('basic')).toMatchObject({
    instructions: words.instructions,
    voice: null,
    greeting: null,
  });
});

test('a new agent can be of any kind, with words of its own', async () => {
  const saved = await save({
    id: 'helper',
    name: 'Helper',
    kind: 'enhanced',
    instructions: 'Help.',
  });
  expect(saved).toMatchObject({ id: 'helper', kind: 'enhanced', rate_permille: 1000 });
  expect(saved).not.toHaveProperty('instructions');
  expect(await nextCall('helper')).toMatchObject({ kind: 'enhanced', instructions: 'Help.' });
});

test('every change of words is in the audit log', async () => {
  await save({ id: 'basic', instructions: 'First.' });
  await save({ id: 'basic', instructions: 'Second.' }, 'better so');
  const [entry] = await db.owner`
    select actor_id, before, after, reason from admin_audit_log
    where subject_table = 'agent_prompts' and subject_id = 'basic' order by id desc limit 1`;
  expect(entry).toEqual({
    actor_id: admin,
    before: { instructions: 'First.' },
    after: { instructions: 'Second.' },
    reason: 'better so',
  });
});

test.each([
  ['kind', 'wizard', 'must be basic, enhanced or rag'],
  ['kind', null, 'must not be null'],
  ['instructions', 'x'.repeat(20_001), 'must have 0 to 20000 characters'],
  ['instructions', null, 'must not be null'],
  ['voice', 'a b', 'must be the name of a voice'],
  ['greeting', 'Hi\nthere', 'must be one line'],
  ['greeting', '', 'must have 1 to 500 characters'],
])('refuses %s %j', async (field, value, sentence) => {
  const refused = await db.refusal(save({ id: 'basic', [field]: value }));
  expect(refused).toMatchObject({ code: 'PT400', message: 'invalid_input' });
  expect(JSON.parse(refused.detail ?? '')).toEqual({ [field]: [sentence] });
});

test('the errors of words and of the rest come together, and nothing is saved', async () => {
  const refused = await db.refusal(save({ id: 'basic', voice: '?', rate_permille: 0 }));
  expect(Object.keys(JSON.parse(refused.detail ?? '')).toSorted()).toEqual([
    'rate_permille',
    'voice',
  ]);
});

test('nobody but admins reads the words', async () => {
  await save({ id: 'basic', instructions: 'Secret.' });
  const user = await signUp(db);
  const read = (caller: Parameters<TestDatabase['as']>[0]) =>
    db.as(caller, (sql) => sql`select instructions from agent_prompts`);
  expect([...(await read({ user }))]).toEqual([]);
  expect((await read({ user: admin })).length).toBeGreaterThan(0);
  await expect(read('anon')).rejects.toMatchObject({ code: '42501' });
});
