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
import { closeRooms } from './rooms.ts';

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

export type Step = 'sweep' | 'reconcile_payments' | 'close_rooms';

export interface Problem {
  step: Step;
  /** A stable error code (`not_found`: the vendor does not know it), or `flagged` for a payment that an admin should look at. */
  code: string;
  payment_id?: string;
  session_id?: string;
}

export interface StepContext {
  log: Log;
  problem: (problem: Problem) => void;
  limits: { parallel: number; deadline: number; now: () => number };
}

/** Nothing new is begun after this long; a hosted function may take 150 s in all. */
const BUDGET_MS = 60_000;
const PARALLEL = 5;

const swept = z.object({
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
 * Sweeps, reconciles with Stripe, and closes rooms. The steps stand alone: a vendor that is down stops neither
 * the sweep nor the other vendor, and is named in `problems`. Safe to call at any time and twice at once.
 */
export function createMaintenanceHandler(deps: MaintenanceDeps): Handler {
  return async (call) => {
    const allowed = await requireSecretKey(call.request, deps.secretKeys);
    if (allowed.error) return allowed;
    const problems: Problem[] = [];
    const context: StepContext = {
      log: deps.log,
      problem: (problem) => void problems.push(problem),
      limits: { parallel: PARALLEL, deadline: deps.now() + BUDGET_MS, now: deps.now },
    };
    const counts = await guarded(call, context, 'sweep', NOTHING_SWEPT, () => sweep(deps.db));
    const [reconciled_payments, closed_rooms] = await Promise.all([
      guarded(call, context, 'reconcile_payments', 0, () => reconcilePayments(deps, context)),
      guarded(call, context, 'close_rooms', 0, () => closeRooms(deps, context)),
    ]);
    call.note({ ...counts, reconciled_payments, closed_rooms, problems: problems.length });
    // A scheduler looks at the status only, and without the sweep nothing that it exists for was done.
    return problems.some((problem) => problem.step === 'sweep')
      ? fail('internal_error', 'The sweep failed; see the log.', { details: { problems } })
      : reply(200, { ...counts, reconciled_payments, closed_rooms, problems });
  };
}

async function sweep(db: Db): Promise<z.infer<typeof swept>> {
  const done = await callRpc(db, 'run_maintenance', {}, swept);
  if (done.error) throw new Error(`run_maintenance: ${done.error.code}`);
  return done.data;
}

async function guarded<T>(
  call: Call,
  context: StepContext,
  step: Step,
  otherwise: T,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
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
