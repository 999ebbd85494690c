import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase, openShop, type Row, type TestDatabase } from '../support/database.ts';
import {
  authorize,
  beat,
  cardState,
  customer,
  end,
  roomEvent,
  secondsInto,
  sessionRow,
  settleUp,
  someoneLeft,
  sweep,
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

/** A session that has been beaten up to second 50 and is silent since; the clock stands at second 200. */
async function silentCall(seconds = 3600) {
  const { user, card } = await customer(db, seconds);
  const session = await talk(db, user);
  await db.advance(60);
  await beat(db, session, 1, 50);
  await db.advance(140);
  return { user, card, session };
}

async function leave(
  session: string,
  second: number,
  who: { user: string } | 'agent',
  reason?: string,
): Promise<Row> {
  return roomEvent(db, someoneLeft(session, await secondsInto(db, session, second), who, reason));
}

describe('keeping room events', () => {
  test('an event is stored once, with who left and why', async () => {
    const { user, session } = await silentCall();
    const event = someoneLeft(
      session,
      await secondsInto(db, session, 80),
      { user },
      'CLIENT_INITIATED',
    );
    expect(await roomEvent(db, event)).toEqual({
      event_id: event.id,
      outcome: 'stored',
      session_id: session,
    });
    expect(await roomEvent(db, event)).toMatchObject({ outcome: 'duplicate', session_id: session });
    const stored = await db.owner`select * from livekit_events where id = ${String(event.id)}`;
    expect(stored).toHaveLength(1);
    expect(stored[0]).toMatchObject({
      type: 'participant_left',
      participant_identity: user,
      is_agent: false,
      disconnect_reason: 'CLIENT_INITIATED',
      payload: event,
    });
  });

  test('20 deliveries of one event at once store it once', async () => {
    const { session } = await silentCall();
    const event = someoneLeft(
      session,
      await secondsInto(db, session, 80),
      'agent',
      'CLIENT_INITIATED',
    );
    const answers = await Promise.all(times(20, () => roomEvent(db, event)));
    expect(answers.filter(({ outcome }) => outcome === 'stored')).toHaveLength(1);
  });

  test("an event of somebody else's room is ignored", async () => {
    expect(
      await roomEvent(db, { id: 'EV_x', event: 'room_started', room: { name: 'kitchen' } }),
    ).toEqual({ event_id: 'EV_x', outcome: 'ignored', session_id: null });
  });

  test('an event from the future is taken to be of now', async () => {
    const { user, session } = await silentCall();
    const event = someoneLeft(session, 9_999_999_999, { user });
    await roomEvent(db, event);
    const [stored] = await db.owner`
      select occurred_at <= private.now() as is_past from livekit_events where id = ${String(event.id)}`;
    expect(stored).toEqual({ is_past: true });
  });

  test.each([
    ['nothing', null],
    ['a text', 'hello'],
    ['a list', []],
    ['no id', { event: 'room_finished' }],
    ['an empty id', { id: '', event: 'room_finished' }],
    ['an id of 256 characters', { id: 'x'.repeat(256), event: 'room_finished' }],
    ['no name', { id: 'EV_1' }],
    ['a negative time', { id: 'EV_1', event: 'room_finished', createdAt: '-1' }],
    ['a time that is no number', { id: 'EV_1', event: 'room_finished', createdAt: 'today' }],
  ])('an event with %s is invalid_input', async (_, event) => {
    expect(await db.refusal(roomEvent(db, event))).toMatchObject({
      code: 'PT400',
      message: 'invalid_input',
    });
  });
});

describe('what the sweep bills a silent session by', () => {
  test('the user leaving, when it is later than the last beat', async () => {
    const { user, card, session } = await silentCall();
    await leave(session, 80, { user }, 'CLIENT_INITIATED');
    await sweep(db);
    expect(await sessionRow(db, session)).toMatchObject({
      billed_seconds: 80,
      end_proof: 'participant_left',
      settled_by: 'sweep',
    });
    expect(await cardState(db, card)).toEqual({ status: 'active', used: 80, remaining: 3520 });
  });

  test('the agent leaving in order, when it is later than the last beat', async () => {
    const { session } = await silentCall();
    await leave(session, 90, 'agent', 'CLIENT_INITIATED');
    await sweep(db);
    expect(await sessionRow(db, session)).toMatchObject({
      billed_seconds: 90,
      end_proof: 'agent_left',
    });
  });

  test.each(['SIGNAL_CLOSE', 'STATE_MISMATCH', 'CONNECTION_TIMEOUT', undefined])(
    'the last beat only, when the agent vanished (reason %s)',
    async (reason) => {
      const { user, session } = await silentCall();
      await leave(session, 90, 'agent', reason);
      await leave(session, 95, { user }, 'CLIENT_INITIATED');
      await sweep(db);
      expect(await sessionRow(db, session)).toMatchObject({
        billed_seconds: 50,
        end_proof: 'heartbeat',
      });
    },
  );

  test('the first of the two who left', async () => {
    const { user, session } = await silentCall();
    await leave(session, 90, 'agent', 'CLIENT_INITIATED');
    await leave(session, 70, { user }, 'CLIENT_INITIATED');
    await sweep(db);
    expect(await sessionRow(db, session)).toMatchObject({
      billed_seconds: 70,
      end_proof: 'participant_left',
    });
  });

  test('the last time the user left, when they came back in between', async () => {
    const { user, session } = await silentCall();
    await leave(session, 100, { user });
    await leave(session, 60, { user });
    await sweep(db);
    expect(await sessionRow(db, session)).toMatchObject({ billed_seconds: 100 });
  });

  test('the last beat, when somebody left before it', async () => {
    const { user, session } = await silentCall();
    await leave(session, 20, { user }, 'CLIENT_INITIATED');
    await sweep(db);
    expect(await sessionRow(db, session)).toMatchObject({
      billed_seconds: 50,
      end_proof: 'heartbeat',
    });
  });

  test('the last beat, when a stranger left', async () => {
    const { session } = await silentCall();
    await leave(session, 90, { user: randomUUID() }, 'CLIENT_INITIATED');
    await sweep(db);
    expect(await sessionRow(db, session)).toMatchObject({ billed_seconds: 50 });
  });

  test('nothing that came before the start', async () => {
    const { user, session } = await silentCall();
    await leave(session, -30, { user });
    await sweep(db);
    expect(await sessionRow(db, session)).toMatchObject({ billed_seconds: 50 });
  });

  test('at most the grant', async () => {
    const { user, card, session } = await silentCall(70);
    await leave(session, 100, { user }, 'CLIENT_INITIATED');
    await sweep(db);
    expect(await sessionRow(db, session)).toMatchObject({ used_seconds: 100, billed_seconds: 70 });
    expect(await cardState(db, card)).toEqual({ status: 'used', used: 70 });
  });
});

describe('a proof that comes after the sweep', () => {
  test('corrects the bill upward', async () => {
    const { user, card, session } = await silentCall();
    await sweep(db);
    await leave(session, 80, { user }, 'CLIENT_INITIATED');
    expect(await sessionRow(db, session)).toMatchObject({
      status: 'error',
      billed_seconds: 80,
      end_proof: 'participant_left',
    });
    expect(await cardState(db, card)).toEqual({ status: 'active', used: 80, remaining: 3520 });
  });

  test('delivered twice corrects once', async () => {
    const { user, card, session } = await silentCall();
    await sweep(db);
    const event = someoneLeft(session, await secondsInto(db, session, 80), { user });
    await Promise.all(times(10, () => roomEvent(db, event)));
    expect(await cardState(db, card)).toMatchObject({ used: 80 });
  });

  test('corrects nothing that the worker has settled itself', async () => {
    const { user, session } = await silentCall();
    await end(db, session, 60);
    await leave(session, 150, { user }, 'CLIENT_INITIATED');
    expect(await sessionRow(db, session)).toMatchObject({
      billed_seconds: 60,
      end_proof: 'agent_end',
    });
  });

  test('gives way to the report of the worker, which is the last word', async () => {
    const { user, session } = await silentCall();
    await sweep(db);
    await leave(session, 80, { user });
    await end(db, session, 90);
    await leave(session, 130, { user });
    expect(await sessionRow(db, session)).toMatchObject({
      billed_seconds: 90,
      end_proof: 'agent_end',
    });
  });

  test('starts no bill for a session that nobody joined', async () => {
    const { user, card } = await customer(db);
    const { session_id } = await authorize(db, user);
    await db.advance(130);
    await sweep(db);
    const [now] = await db.owner`select extract(epoch from private.now())::bigint as at`;
    await roomEvent(db, someoneLeft(session_id, Number(now?.at), { user }));
    expect(await cardState(db, card)).toEqual({ status: 'active', remaining: 3600 });
  });

  test('is not the closing of the room that the sweep itself brought about', async () => {
    const { user, session } = await silentCall();
    await sweep(db);
    await db.advance(20);
    await leave(session, 215, 'agent', 'ROOM_DELETED');
    await leave(session, 215, { user }, 'ROOM_DELETED');
    expect(await sessionRow(db, session)).toMatchObject({
      billed_seconds: 50,
      end_proof: 'heartbeat',
    });
  });
});

describe('rooms to close', () => {
  async function rooms(): Promise<unknown[]> {
    const rows = await db.rpc('service', 'list_rooms_to_close');
    return rows.map((row) => row.session_id);
  }
  const mark = (session_id: string) => db.rpc('service', 'mark_room_closed', { session_id });

  test('are those of sessions that are over, after a moment for the agent', async () => {
    const { user } = await customer(db);
    const session = await talk(db, user);
    await end(db, session, 0);
    expect(await rooms()).not.toContain(session);
    await db.advance(11);
    expect(await db.rpc('service', 'list_rooms_to_close')).toContainEqual({
      session_id: session,
      room_name: `session-${session}`,
    });
  });

  test('are those that a user waited in while no agent came', async () => {
    const { user } = await customer(db);
    const { session_id } = await authorize(db, user);
    await db.call({ user }, 'end_my_session', { session_id });
    await db.advance(11);
    expect(await rooms()).toContain(session_id);
    await mark(session_id);
    expect(await rooms()).not.toContain(session_id);
  });

  test('are those of sessions that outstay their grant', async () => {
    const { user } = await customer(db, 100);
    const session = await talk(db, user);
    await db.advance(120);
    await beat(db, session, 1, 100);
    expect(await rooms()).not.toContain(session);
    await db.advance(12);
    expect(await rooms()).toContain(session);
  });

  test('are not those of sessions within their grant', async () => {
    const { user } = await customer(db);
    const session = await talk(db, user);
    await db.advance(250);
    expect(await rooms()).not.toContain(session);
  });

  test('are not listed again once they are known to be gone', async () => {
    const { user } = await customer(db);
    const session = await talk(db, user);
    await end(db, session, 0);
    await db.advance(11);
    await mark(session);
    expect(await rooms()).not.toContain(session);
  });

  test('are not listed when LiveKit said that they are finished', async () => {
    const { user } = await customer(db);
    const session = await talk(db, user);
    await end(db, session, 0);
    await db.advance(11);
    await roomEvent(db, {
      id: `EV_${session}`,
      event: 'room_finished',
      room: { name: `session-${session}` },
    });
    expect(await rooms()).not.toContain(session);
  });

  test('stay listed while the session is open, whatever somebody marks', async () => {
    const { user } = await customer(db, 100);
    const session = await talk(db, user);
    await db.advance(140);
    await mark(session);
    expect(await rooms()).toContain(session);
  });
});
