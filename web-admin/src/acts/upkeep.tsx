import { words } from '../core/format.ts';
import type { DocumentRow, StripeEventRow } from '../core/rows.ts';
import type { ActSpec } from './act.ts';
import { callAct } from './call.ts';

interface Replayed {
  event_id: string | null;
  outcome: string | null;
  detail: string | null;
}

export const replayEvent = (
  event: Pick<StripeEventRow, 'id' | 'type'>,
): ActSpec<object, Replayed> => ({
  button: 'Replay',
  title: `Replay ${event.id}`,
  initial: {},
  consequence: () => (
    <>
      The stored event <strong>{event.type}</strong> is applied again, as if Stripe had sent it now.
      What it has done already is not done twice.
    </>
  ),
  confirm: 'Replay the event',
  run: (_, reason) => callAct('admin_replay_stripe_event', { event_id: event.id, reason }),
  answer: ({ outcome, detail }) =>
    `Outcome: ${words(outcome ?? 'none')}.${detail === null ? '' : ` ${detail}`}`,
  audit: {
    action: 'admin_replay_stripe_event',
    table: 'stripe_events',
    subject: ({ event_id }) => event_id ?? '',
  },
});

interface Removed {
  document_id: string | null;
  outcome: string | null;
}

export const removeDocument = (
  document: Pick<DocumentRow, 'id' | 'title' | 'is_active' | 'chunk_count'>,
): ActSpec<object, Removed> => ({
  button: 'Remove',
  title: `Remove “${document.title}”`,
  initial: {},
  consequence: () => (
    <>
      The knowledge agent forgets <strong>{document.title}</strong> with all {document.chunk_count}{' '}
      pieces, from its next answer on. To bring it back, the file is added again.
    </>
  ),
  confirm: 'Remove the document',
  isDangerous: true,
  run: (_, reason) => callAct('admin_remove_document', { document_id: document.id, reason }),
  answer: ({ outcome }) => `The document is ${outcome ?? 'removed'}.`,
  audit: {
    action: 'admin_remove_document',
    table: 'knowledge_documents',
    subject: ({ document_id }) => document_id ?? '',
  },
  blocked: !document.is_active && 'It is removed already.',
});
