import { createMaintenanceHandler } from '../../maintenance/handler.ts';
import type { MaintenanceDeps } from '../../maintenance/handler.ts';
import { createRooms } from '../livekit.ts';
import { callerOf, memoryLog } from './calls.ts';
import type { Answered } from './calls.ts';
import { startServer } from './server.ts';
import type { Answer } from './server.ts';
import { startFakeStripe } from './stripe.ts';
import type { FakeStripe } from './stripe.ts';
import { startFakeSupabase } from './supabase.ts';
import type { FakeSupabase } from './supabase.ts';

export const SWEPT = {
  released_sessions: 1,
  settled_sessions: 2,
  expired_cards: 3,
  canceled_payments: 4,
};

/** A project in which maintenance finds nothing to do but what the sweep counts, until a test says otherwise. */
export interface MaintenanceRig {
  supabase: FakeSupabase;
  fake: FakeStripe;
  /** Answers of the LiveKit API, in order; after them it finds everything all right. */
  roomAnswers: Answer[];
  /** Stripe objects that were applied. */
  applied: unknown[];
  /** Sessions whose rooms are known to be gone. */
  marked: unknown[];
  run(deps?: Partial<MaintenanceDeps>, apikey?: string): Promise<Answered>;
  close(): Promise<void>;
}

export function roomsAt(url: string) {
  return createRooms({
    url,
    apiUrl: url,
    apiKey: 'devkey',
    apiSecret: 'secret-that-is-long-enough-for-hs256',
  });
}

export async function startMaintenanceRig(): Promise<MaintenanceRig> {
  const roomAnswers: Answer[] = [];
  const [supabase, fake, livekit] = await Promise.all([
    startFakeSupabase(),
    startFakeStripe(),
    startServer(() => roomAnswers.shift() ?? { body: {} }),
  ]);
  const applied: unknown[] = [];
  const marked: unknown[] = [];
  Object.assign(supabase.rpcs, {
    run_maintenance: () => ({ body: SWEPT }),
    list_payments_to_reconcile: () => ({ body: [] }),
    list_rooms_to_close: () => ({ body: [] }),
    list_due_auto_top_ups: () => ({ body: [] }),
    read_stripe_cursor: () => ({ body: { read_until_at: null } }),
    apply_stripe_object: ({ object }: { object?: unknown }) => {
      applied.push(object);
      return { body: { outcome: 'credited' } };
    },
    mark_room_closed: ({ session_id }: { session_id?: unknown }) => {
      marked.push(session_id);
      return { status: 204 };
    },
  });
  fake.routes['GET /v1/events'] = () => ({ body: { data: [], has_more: false } });
  return {
    supabase,
    fake,
    roomAnswers,
    applied,
    marked,
    run(deps = {}, apikey = 'sb_secret_a') {
      const { call } = callerOf(
        createMaintenanceHandler({
          secretKeys: ['sb_secret_a'],
          db: supabase.db,
          stripe: fake.stripe,
          rooms: roomsAt(livekit.url),
          log: memoryLog().log,
          now: Date.now,
          ...deps,
        }),
      );
      return call({ body: {}, headers: { apikey } });
    },
    close: async () => {
      await Promise.all([supabase.close(), fake.close(), livekit.close()]);
    },
  };
}
