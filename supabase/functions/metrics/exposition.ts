import { Gauge, Registry } from 'prom-client';
import { z } from 'zod';

/** What the database function `metrics` answers. */
export const state = z.object({
  open_sessions: z.array(
    z.object({ agent_type: z.string(), status: z.string(), sessions: z.int() }),
  ),
  granted_seconds: z.int(),
  heartbeat_age_seconds: z.int(),
  rooms_to_close: z.int(),
  pending_payments: z.int(),
  payments_to_review: z.int(),
  unprocessed_stripe_events: z.int(),
  stripe_event_age_seconds: z.int(),
  closed_day: z
    .object({
      starts_at: z.iso.datetime({ offset: true }),
      served_seconds: z.int(),
      completed_sessions: z.int(),
      failed_sessions: z.int(),
      succeeded_payments: z.int(),
      failed_payments: z.int(),
    })
    .nullable(),
});

export type State = z.infer<typeof state>;

interface Sample {
  labels?: Record<string, string>;
  value: number;
}

/**
 * Writes a state as Prometheus reads it; https://prometheus.io/docs/practices/naming/ says how metrics are named.
 * All are gauges: what happened is told by the day, so no counter is lost when a function starts anew.
 */
export async function exposition(now: State): Promise<{ text: string; contentType: string }> {
  // One for each answer: the default registry would keep labels that are gone.
  const registry = new Registry();
  const gauge = (name: string, help: string, ...samples: Sample[]) => {
    const labelNames = Object.keys(samples[0]?.labels ?? {});
    const made = new Gauge({ name: `mindbot_${name}`, help, labelNames, registers: [registry] });
    for (const { labels = {}, value } of samples) made.set(labels, value);
  };

  gauge(
    'sessions_open',
    'Sessions that are authorised (pending) or going on (active).',
    ...now.open_sessions.map(({ agent_type, status, sessions }) => ({
      labels: { agent_type, status },
      value: sessions,
    })),
  );
  gauge('sessions_open_granted_seconds', 'Card time that open sessions hold.', {
    value: now.granted_seconds,
  });
  gauge('oldest_heartbeat_age_seconds', 'How long the most silent active session has been so.', {
    value: now.heartbeat_age_seconds,
  });
  gauge('rooms_to_close', 'Rooms whose session is over or outstays its grant, 100 at most.', {
    value: now.rooms_to_close,
  });
  gauge('payments_pending', 'Purchases that are not decided.', { value: now.pending_payments });
  gauge('payments_to_review', 'Payments that an admin should look at.', {
    value: now.payments_to_review,
  });
  gauge('stripe_events_unprocessed', 'Stripe events that arrived and are not applied.', {
    value: now.unprocessed_stripe_events,
  });
  gauge('stripe_events_oldest_unprocessed_age_seconds', 'How long the oldest of them waits.', {
    value: now.stripe_event_age_seconds,
  });
  if (now.closed_day !== null) closedDay(now.closed_day, gauge);
  return { text: await registry.metrics(), contentType: registry.contentType };
}

function closedDay(
  day: NonNullable<State['closed_day']>,
  gauge: (name: string, help: string, ...samples: Sample[]) => void,
): void {
  gauge('closed_day_start_timestamp_seconds', 'When the day began that was closed last (UTC).', {
    value: Date.parse(day.starts_at) / 1000,
  });
  gauge('closed_day_served_seconds', 'Time that was talked on that day.', {
    value: day.served_seconds,
  });
  gauge(
    'closed_day_sessions',
    'Sessions that ended on that day, after somebody had joined.',
    { labels: { result: 'completed' }, value: day.completed_sessions },
    { labels: { result: 'failed' }, value: day.failed_sessions },
  );
  gauge(
    'closed_day_payments',
    'Payments that were decided on that day.',
    { labels: { result: 'succeeded' }, value: day.succeeded_payments },
    { labels: { result: 'failed' }, value: day.failed_payments },
  );
}
