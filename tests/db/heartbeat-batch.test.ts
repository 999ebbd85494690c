import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { openDatabase, openShop, type Row, type TestDatabase } from '../support/database.ts';
import {
  authorize,
  beat,
  customer,
  end,
  randomFrom,
  sessionRow,
  setSettings,
  settleUp,
  shuffled,
  talk,
  times,
} from './scenario.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await openDatabase();
  await openShop(db);
});
afterEach(() => settleUp(db));
afterAll(() => db.close());

function beats(list: unknown): Promise<Row[]> {
  return db.rpc('service', 'heartbeat_sessions', { beats: list });
}

/** So many active sessions of people with an hour each. */
async function calls(count: number): Promise<string[]> {
  const people = await Promise.all(times(count, () => customer(db)));
  return Promise.all(people.map(({ user }) => talk(db, user)));
}

test('a batch answers every beat, in the order it came', async () => {
  const sessions = await calls(5);
  await db.advance(60);
  const answers = await beats(
    sessions.map((session_id, index) => ({ session_id, seq: 1, used_seconds: 10 + index })),
  );
  expect(answers.map((answer) => [answer.session_id, answer.remaining_seconds])).toEqual(
    sessions.map((session_id, index) => [session_id, 3590 - index]),
  );
});

test('a beat in a batch answers as a single one does', async () => {
  const [one, other] = await calls(2);
  await db.advance(60);
  const single = await beat(db, String(one), 1, 20, { turns: 1 });
  const [batched] = await beats([
    { session_id: other, seq: 1, used_seconds: 20, agent_state: { turns: 1 } },
  ]);
  expect({ ...batched, session_id: one }).toEqual(single);
  expect(await sessionRow(db, String(other))).toMatchObject({
    used_seconds: 20,
    heartbeat_seq: 1,
    agent_state: { turns: 1 },
  });
});

test('two beats of one session in one batch end in the later one', async () => {
  const [session] = await calls(1);
  await db.advance(60);
  await beats([
    { session_id: session, seq: 2, used_seconds: 30 },
    { session_id: session, seq: 1, used_seconds: 15 },
  ]);
  expect(await sessionRow(db, String(session))).toMatchObject({
    used_seconds: 30,
    heartbeat_seq: 2,
  });
});

test('a beat of a session that is over says end and does not disturb the others', async () => {
  const [over, open] = await calls(2);
  await db.advance(60);
  await end(db, String(over), 10);
  const answers = await beats([
    { session_id: over, seq: 1, used_seconds: 20 },
    { session_id: open, seq: 1, used_seconds: 20 },
  ]);
  expect(answers.map(({ action }) => action)).toEqual(['end', 'continue']);
});

test.each([
  ['an unknown session', { session_id: randomUUID(), seq: 1, used_seconds: 5 }, 'not_found'],
  ['a negative time', { seq: 1, used_seconds: -5 }, 'invalid_input'],
  ['no seq', { used_seconds: 5 }, 'invalid_input'],
  ['a time that is no number', { seq: 1, used_seconds: 'soon' }, 'invalid_input'],
  ['a time with a fraction', { seq: 1, used_seconds: 1.5 }, 'invalid_input'],
  ['a time that overflows', { seq: 1, used_seconds: 1e30 }, 'invalid_input'],
  ['a session that is no uuid', { session_id: 'x', seq: 1, used_seconds: 5 }, 'invalid_input'],
  ['no beat at all', 7, 'invalid_input'],
])('one beat with %s refuses the whole batch with its code', async (_, wrong, message) => {
  const [good, other] = await calls(2);
  await db.advance(60);
  const before = await sessionRow(db, String(good));
  const error = await db.refusal(
    beats([
      { session_id: good, seq: 1, used_seconds: 20 },
      typeof wrong === 'object' ? { session_id: other, ...wrong } : wrong,
    ]),
  );
  expect(error).toMatchObject({ message });
  expect(error.code).toMatch(/^PT4\d\d$/);
  expect(await sessionRow(db, String(good))).toEqual(before);
});

test('a session that has not started refuses the whole batch', async () => {
  const [good] = await calls(1);
  const { user } = await customer(db);
  const { session_id } = await authorize(db, user);
  const error = await db.refusal(
    beats([
      { session_id: good, seq: 1, used_seconds: 0 },
      { session_id, seq: 1, used_seconds: 0 },
    ]),
  );
  expect(error).toMatchObject({ code: 'PT409', message: 'illegal_transition' });
  expect(await sessionRow(db, String(good))).toMatchObject({ heartbeat_seq: 0 });
});

test.each([
  ['null', null],
  ['an object', { session_id: randomUUID() }],
  ['1001 beats', times(1001, () => ({ session_id: randomUUID(), seq: 1, used_seconds: 1 }))],
])('%s is no batch', async (_, list) => {
  expect(await db.refusal(beats(list))).toMatchObject({ code: 'PT400', message: 'invalid_input' });
});

test('an empty batch answers nothing', async () => {
  expect(await beats([])).toEqual([]);
});

test('batches and single beats of the same people in parallel do not deadlock', async () => {
  await setSettings(db, { max_sessions_per_user: 4, hold_slice_seconds: 30 });
  const people = await Promise.all(times(5, () => customer(db, 100_000)));
  const sessions = await Promise.all(people.flatMap(({ user }) => times(4, () => talk(db, user))));
  const random = randomFrom(7);
  for (const round of times(4, (index) => index + 1)) {
    // More than a slice each, so that every beat extends its hold and locks cards.
    await db.advance(40);
    const used_seconds = round * 35;
    await Promise.all([
      ...times(20, () =>
        beats(
          shuffled(sessions, random)
            .slice(0, 12)
            .map((session_id) => ({ session_id, seq: round, used_seconds })),
        ),
      ),
      ...sessions.map((session) => beat(db, session, round, used_seconds)),
    ]);
  }
  const rows = await Promise.all(sessions.map((session) => sessionRow(db, session)));
  expect(rows.map((row) => row.used_seconds)).toEqual(sessions.map(() => 140));
});
