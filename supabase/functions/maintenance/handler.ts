import type { RoomServiceClient } from 'livekit-server-sdk';
import { z } from 'zod';
import { requireSecretKey } from '../_shared/auth.ts';
import { fail } from '../_shared/errors.ts';
import { reply } from '../_shared/http.ts';
import type { Call, Handler } from '../_shared/http.ts';
import { safeErrorText } from '../_shared/log.ts';
import type { Log } from '../_shared/log.ts';
import type { Stripe } from '../_shared/stripe.ts';
import { callRpc } from '../_shared/supabase.ts';
import type { Db } from '../_shared/supabase.ts';
import { reconcilePayments } from './reconcile.ts';
import { recoverEvents } from './recover_events.ts';
import { closeRooms } from './rooms.ts';
import { NO_TOP_UPS, topUp } from './top_ups.ts';

export interface MaintenanceDeps {
  secretKeys: readonly string[];
  /** With the secret key. */
  db: Db;
  stripe: Stripe;
  /** Null where there is no voice server. */
  rooms: RoomServiceClient | null;
  log: Log;
  /** Milliseconds. */
  now: () => number;
}

export type Step = 'sweep' | 'recover_events' | 'reconcile_payments' | 'top_up' | 'close_rooms';

export interface Problem {
  step: Step;
  /** A stable error code (`not_found`: the vendor does not know it), or `flagged` for a payment that an admin should look at. */
  code: string;
  payment_id?: string;
  session_id?: string;
  event_id?: string;
}

export interface StepContext {
  log: Log;
  problem: (problem: Problem) => void;
  limits: { parallel: number; deadline: number; now: () => number };
}

/**
 * Nothing new is begun after this long; a hosted function may take 150 s in all. A top-up may have seven calls
 * before it, so it begins sooner.
 */
const BUDGET_MS = { reconcile: 25_000, recover: 35_000, topUp: 40_000, rooms: 60_000 };
const PARALLEL = 5;

const sweptRow = z.object({
  released_sessions: z.int(),
  settled_sessions: z.int(),
  expired_cards: z.int(),
  canceled_payments: z.int(),
});

const NOTHING_SWEPT = {
  released_sessions: 0,
  settled_sessions: 0,
  expired_cards: 0,
  canceled_payments: 0,
};

/**
 * Sweeps, catches up with Stripe, tops up, and closes rooms. The steps stand alone: a vendor that is down stops
 * neither the sweep nor the other vendor, and is named in `problems`. Safe to call at any time and twice at once.
 * Top-ups come after the catching up, which may find that somebody has paid for more time already.
 */
export function createMaintenanceHandler(deps: MaintenanceDeps): Handler {
  return async (call) => {
    const allowed = await requireSecretKey(call.request, deps.secretKeys);
    if (allowed.error) return allowed;
    const problems: Problem[] = [];
    const startedAt = deps.now();
    const within = (budgetMs: number): StepContext => ({
      log: deps.log,
      problem: (problem) => void problems.push(problem),
      limits: { parallel: PARALLEL, deadline: startedAt + budgetMs, now: deps.now },
    });
    const run = <T>(step: Step, budgetMs: number, otherwise: T, work: Work<T>) =>
      guarded(call, within(budgetMs), step, otherwise, work);
    const { reconcile, recover, topUp: topUpBudget, rooms } = BUDGET_MS;

    const swept = await run('sweep', rooms, NOTHING_SWEPT, () => sweep(deps.db));
    const closing = run('close_rooms', rooms, 0, (context) => closeRooms(deps, context));
    const reconciled_payments = await run('reconcile_payments', reconcile, 0, (context) =>
      reconcilePayments(deps, context),
    );
    const recovered_events = await run('recover_events', recover, 0, (context) =>
      recoverEvents(deps, context),
    );
    const toppedUp = await run('top_up', topUpBudget, NO_TOP_UPS, (context) =>
      topUp(deps, context),
    );
    const counts = {
      ...swept,
      reconciled_payments,
      recovered_events,
      ...toppedUp,
      closed_rooms: await closing,
    };
    call.note({ ...counts, problems: problems.length });
    // A scheduler looks at the status only, and without the sweep nothing that it exists for was done.
    return problems.some((problem) => problem.step === 'sweep')
      ? fail('internal_error', 'The sweep failed; see the log.', { details: { problems } })
      : reply(200, { ...counts, problems });
  };
}

type Work<T> = (context: StepContext) => Promise<T>;

async function sweep(db: Db): Promise<z.infer<typeof sweptRow>> {
  const done = await callRpc(db, 'run_maintenance', {}, sweptRow);
  if (done.error) throw new Error(`run_maintenance: ${done.error.code}`);
  return done.data;
}

async function guarded<T>(
  call: Call,
  context: StepContext,
  step: Step,
  otherwise: T,
  work: Work<T>,
): Promise<T> {
  try {
    return await work(context);
  } catch (error) {
    context.log.error('maintenance step failed', {
      request_id: call.requestId,
      step,
      error: safeErrorText(error),
    });
    context.problem({ step, code: 'internal_error' });
    return otherwise;
  }
}
