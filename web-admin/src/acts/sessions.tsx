import { durationInWords } from '../core/format.ts';
import type { SessionRow } from '../core/rows.ts';
import type { ActSpec } from './act.ts';
import { invokeAct } from './call.ts';

interface Ended {
  session_id: string;
  status: string;
  billed_seconds: number;
}

export const endSession = (
  session: Pick<SessionRow, 'id' | 'status' | 'user_email' | 'agent_type_name'>,
): ActSpec<object, Ended> => ({
  button: 'End session',
  title: `End the session of ${session.user_email}`,
  initial: {},
  consequence: () =>
    session.status === 'pending' ? (
      <>
        Nobody has joined yet: the session of <strong>{session.user_email}</strong> is released, and
        nothing is billed.
      </>
    ) : (
      <>
        The call of <strong>{session.user_email}</strong> with {session.agent_type_name} ends now.
        What was talked is billed, the rest goes back to their cards.
      </>
    ),
  confirm: 'End the session',
  isDangerous: true,
  run: (_, reason) => invokeAct<Ended>('admin-end-session', { session_id: session.id, reason }),
  answer: ({ billed_seconds }) =>
    `The session is over; ${durationInWords(billed_seconds)} were billed.`,
  audit: {
    action: 'admin_request_session_end',
    table: 'voice_sessions',
    subject: ({ session_id }) => session_id,
  },
  blocked: !['pending', 'active'].includes(session.status) && 'This session is over.',
});
