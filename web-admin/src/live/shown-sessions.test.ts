import { expect, test } from 'vitest';
import { nextRows } from './shown-sessions.ts';
import type { LiveSession, ShownSession } from './shown-sessions.ts';

const session = (id: string, rest: Partial<LiveSession> = {}): LiveSession => ({
  id,
  status: 'active',
  user_id: 'user',
  user_email: 'ada@example.com',
  user_name: null,
  agent_type_id: 'basic',
  agent_type_name: 'Basic',
  created_at: '2026-11-27T12:00:00Z',
  started_at: '2026-11-27T12:00:00Z',
  last_heartbeat_at: null,
  end_requested_at: null,
  talked_seconds: 0,
  remaining_seconds: 600,
  is_low: false,
  is_final: false,
  is_silent: false,
  ...rest,
});

/** What the page shows at a moment. */
const shown = ({ talkedFrom, runsOutAt }: ShownSession, now: number) => ({
  talked: Math.floor((now - talkedFrom) / 1000),
  left: Math.ceil((runsOutAt - now) / 1000),
});

test('whole seconds, asked at any moment, never make time go back or skip a second', () => {
  const began = 700;
  let rows: ShownSession[] = [];
  let last: ReturnType<typeof shown> | undefined;
  for (let answeredAt = began; answeredAt < 120_000; answeredAt += 5_137) {
    const talked_seconds = Math.floor((answeredAt - began) / 1000);
    rows = nextRows(
      rows,
      [session('a', { talked_seconds, remaining_seconds: 600 - talked_seconds })],
      answeredAt,
    );
    for (let now = answeredAt; now < answeredAt + 5_137; now += 100) {
      const next = shown(rows[0] as ShownSession, now);
      if (last !== undefined) {
        expect([0, 1]).toContain(next.talked - last.talked);
        expect([0, 1]).toContain(last.left - next.left);
      }
      last = next;
    }
  }
  expect(last?.left).toBeLessThan(490);
});

test('time that was bought meanwhile is there at once', () => {
  const before = nextRows([], [session('a', { remaining_seconds: 30 })], 1_000);
  const after = nextRows(before, [session('a', { remaining_seconds: 3_625 })], 6_000);
  expect(after.map((row) => shown(row, 6_000).left)).toEqual([3_625]);
});

test('what has ended stays, below what goes on', () => {
  const before = nextRows([], [session('a'), session('b')], 0);
  const after = nextRows(before, [session('b'), session('c')], 5_000);
  expect(after.map(({ id, isOver }) => ({ id, isOver }))).toEqual([
    { id: 'b', isOver: false },
    { id: 'c', isOver: false },
    { id: 'a', isOver: true },
  ]);
});
