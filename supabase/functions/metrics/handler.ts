import { requireToken } from '../_shared/auth.ts';
import { fail } from '../_shared/errors.ts';
import { replyText } from '../_shared/http.ts';
import type { Handler } from '../_shared/http.ts';
import { callRpc } from '../_shared/supabase.ts';
import type { Db } from '../_shared/supabase.ts';
import { exposition, state } from './exposition.ts';

export interface MetricsDeps {
  /** With the secret key. */
  db: Db;
  /** What the bearer has to be. Null where none is set: then there is nothing to be had. */
  token: string | null;
}

/** The state of the business in the text format of Prometheus. */
export function createMetricsHandler(deps: MetricsDeps): Handler {
  return async ({ request }) => {
    if (deps.token === null) return fail('not_found', 'There are no metrics: set METRICS_TOKEN.');
    const allowed = await requireToken(request, deps.token);
    if (allowed.error) return allowed;
    const read = await callRpc(deps.db, 'metrics', {}, state);
    if (read.error) return read;
    const { text, contentType } = await exposition(read.data);
    return replyText(text, contentType);
  };
}
