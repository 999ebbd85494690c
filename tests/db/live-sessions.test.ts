import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openDatabase, openShop, type Row, type TestDatabase } from '../support/database.ts';
import { hire, staff, type Staff } from './admin-scenario.ts';
import { authorize, beat, customer, end, offerAgent, setSettings, talk } from './scenario.ts';

let db: TestDatabase;
let people: Staff;

beforeAll(async () => {
  db = await openDatabase();
  await openShop(db);
  people = await staff(db);
});
afterAll(() => db.close());

interface Live extends Row {
  is_published: boolean;
  sessions: Row[];
}

async function live(user = people.support): Promise<Live> {
  const { admin_live_sessions } = await db.call({ user }, 'admin_live_sessions');
  return admin_live_sessions as Live;
}

async function only(): Promise<Row> {
  const { sessions } = await live();
  expect(sessions).toHaveLength(1);
  return sessions[0] ?? {};
}

describe('who may', () => {
  test('support and admins see the calls that go on', async () => {
    for (const user of [people.support, people.admin]) {
      expect((await live(user)).sessions).toEqual([]);
    }
  });

  test.each(['user', 'formerAdmin'] as const)('%s is not allowed', async (who) => {
    expect(await db.refusal(live(people[who]))).toMatchObject({
      code: 'PT403',
      message: 'not_allowed',
    });
  });

  test('visitors and the secret key may not call it', async () => {
    for (const caller of ['anon', 'service'] as const) {
      expect((await db.refusal(db.call(caller, 'admin_live_sessions'))).code).toBe('42501');
    }
  });
});

describe('a session', () => {
  let user: string;
  let session: string;

  beforeEach(async () => {
    for (const { id } of (await live()).sessions) {
      await db.owner`update voice_sessions set end_requested_at = now() where id = ${String(id)}`;
      await end(db, String(id), 0);
    }
    ({ user } = await customer(db, 1000));
  });

  test('that waits for somebody has all its time, and no clock yet', async () => {
    session = (await authorize(db, user)).session_id;
    expect(await only()).toMatchObject({
      id: session,
      status: 'pending',
      user_id: user,
      user_email: `${user}@example.com`,
      user_name: 'Ada Lovelace',
      agent_type_name: 'Basic',
      started_at: null,
      talked_seconds: 0,
      remaining_seconds: 1000,
      is_silent: false,
    });
    await db.rpc({ user }, 'end_my_session', { session_id: session });
  });

  test('counts on from its last beat, which it agrees with', async () => {
    session = await talk(db, user);
    await db.advance(10);
    const answer = await beat(db, session, 1, 10);
    expect(answer.remaining_seconds).toBe(990);
    expect(await only()).toMatchObject({
      used_seconds: 10,
      talked_seconds: 10,
      remaining_seconds: 990,
      is_low: true,
      is_final: false,
      is_silent: false,
    });
    await db.advance(12);
    expect(await only()).toMatchObject({
      used_seconds: 10,
      talked_seconds: 22,
      remaining_seconds: 978,
    });
  });

  test('of a worker that reports less than the clock is told by the report, then by the clock', async () => {
    session = await talk(db, user);
    await db.advance(60);
    await beat(db, session, 1, 20);
    await db.advance(5);
    expect(await only()).toMatchObject({ talked_seconds: 25, remaining_seconds: 975 });
  });

  test('has nothing left below zero, and is silent after two beats', async () => {
    session = await talk(db, user);
    const { heartbeat_interval_seconds } = (await db.owner`select * from settings`)[0] ?? {};
    await db.advance(2 * Number(heartbeat_interval_seconds));
    expect(await only()).toMatchObject({ is_silent: false });
    await db.advance(2000);
    expect(await only()).toMatchObject({ remaining_seconds: 0, is_silent: true });
  });

  test('with a dear agent has less talk than card time', async () => {
    const agent = await offerAgent(db, { rate_permille: 2000 });
    session = await talk(db, user, agent);
    await db.advance(10);
    expect(await only()).toMatchObject({ talked_seconds: 10, remaining_seconds: 490 });
  });

  test('that was asked to end says so', async () => {
    session = await talk(db, user);
    const admin = await hire(db, 'admin');
    await db.call({ user: admin }, 'admin_request_session_end', {
      session_id: session,
      reason: 'a test',
    });
    expect((await only()).end_requested_at).not.toBeNull();
  });

  test('that is over is not there, and the oldest comes first', async () => {
    await setSettings(db, { max_sessions_per_user: 1 });
    session = await talk(db, user);
    await db.advance(5);
    const other = await talk(db, (await customer(db)).user);
    expect((await live()).sessions.map(({ id }) => id)).toEqual([session, other]);
    await end(db, session, 3);
    expect((await only()).id).toBe(other);
  });
});

describe('Supabase Realtime', () => {
  test('is not spoken of where the project has none', async () => {
    expect(await db.owner`select private.publish_sessions() as on`).toEqual([{ on: false }]);
    expect((await live()).is_published).toBe(false);
  });

  test('tells of sessions where the project has it; asking again changes nothing', async () => {
    await db.owner`create publication supabase_realtime`;
    expect((await live()).is_published).toBe(false);
    for (let time = 0; time < 2; time += 1) {
      expect(await db.owner`select private.publish_sessions() as on`).toEqual([{ on: true }]);
    }
    expect((await live()).is_published).toBe(true);
  });
});
