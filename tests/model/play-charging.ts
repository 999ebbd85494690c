/** Plays the steps of a call: authorise, start, beat, end, sweep, and what LiveKit tells. */
import { randomUUID } from 'node:crypto';
import {
  asUser,
  nowhere,
  type Of,
  personOf,
  picked,
  type Play,
  type Plays,
  service,
} from './calls.ts';
import {
  authorize,
  beat,
  end,
  endMine,
  left,
  openSeconds,
  settleEnded,
  start,
  sweep,
} from './charging.ts';
import { answer, refuse, type Session, type World } from './state.ts';

/** What a worker reports: the server's clock less what it falls short. */
function reported(world: World, session: Session | undefined, late: number): number {
  const used = session ? openSeconds(session, world.now) - late : 10;
  return late > 500 ? -1 : Math.max(0, used);
}

function sessionOf(world: World, pick: number): Session | undefined {
  return picked(world.sessions, pick);
}

export const chargingPlays: Plays<
  'authorize' | 'start' | 'beat' | 'batch' | 'end' | 'endMine' | 'settleEnded' | 'leave' | 'sweep'
> = {
  authorize(world, command) {
    const user = personOf(world, command.person);
    const agent = picked(world.agents, command.agent)?.id ?? 'nobody';
    return service('authorize_session', { user_id: user, agent_type: agent }, (rows) =>
      authorize(world, user, agent, String(rows[0]?.session_id)),
    );
  },

  start(world, command) {
    const session = sessionOf(world, command.session);
    const args = { session_id: session?.id ?? nowhere, worker_id: 'worker' };
    return service('start_session', args, () =>
      session ? start(world, session) : refuse('not_found'),
    );
  },

  beat(world, command) {
    const session = sessionOf(world, command.session);
    const seq = (session?.seq ?? 0) + command.seq;
    const used = reported(world, session, command.late);
    const args = { session_id: session?.id ?? nowhere, seq, used_seconds: used };
    return service('heartbeat_session', args, () => {
      if (used < 0 || seq < 1) return refuse('invalid_input');
      return session ? beat(world, session, seq, used) : refuse('not_found');
    });
  },

  batch: playBatch,

  end(world, command) {
    const session = sessionOf(world, command.session);
    const used = reported(world, session, command.late);
    const args = { session_id: session?.id ?? nowhere, used_seconds: used, reason: 'done' };
    return service('end_session', args, () => {
      if (used < 0) return refuse('invalid_input');
      return session ? end(world, session, used) : refuse('not_found');
    });
  },

  endMine(world, command) {
    const session = sessionOf(world, command.session);
    const user = personOf(world, command.person);
    return asUser(user, 'end_my_session', { session_id: session?.id ?? nowhere }, () =>
      endMine(world, user, session),
    );
  },

  settleEnded(world, command) {
    const session = sessionOf(world, command.session);
    return service('settle_ended_session', { session_id: session?.id ?? nowhere }, () =>
      session ? settleEnded(world, session) : refuse('not_found'),
    );
  },

  leave: playLeave,

  sweep: (world) => service('run_maintenance', {}, () => sweep(world)),
};

function playBatch(world: World, command: Of<'batch'>): Play {
  const resolved = command.beats.map((one) => {
    const session = sessionOf(world, one.session);
    return {
      session,
      seq: (session?.seq ?? 0) + one.seq,
      used: reported(world, session, one.late),
    };
  });
  const beats = resolved.map(({ session, seq, used }) => ({
    session_id: session?.id ?? nowhere,
    seq,
    used_seconds: used,
  }));
  return service('heartbeat_sessions', { beats }, () => {
    const wrong = resolved.flatMap(({ session, seq, used }) => [
      ...(used < 0 || seq < 1 ? ['invalid_input'] : []),
      ...(session ? [] : ['not_found']),
      ...(session?.status === 'pending' ? ['illegal_transition'] : []),
    ]);
    if (wrong.length > 0) return refuse(...wrong);
    const answers = resolved.map(({ session, seq, used }) =>
      session ? beat(world, session, seq, used) : refuse('not_found'),
    );
    return answer(...answers.flatMap((one) => ('rows' in one ? one.rows : [])));
  });
}

function playLeave(world: World, command: Of<'leave'>): Play {
  const session = sessionOf(world, command.session);
  const at = Math.floor(world.now / 1000) - command.ago;
  const identity =
    command.who === 'agent' ? 'agent' : command.who === 'user' ? session?.user : randomUUID();
  const event = {
    id: `EV_${randomUUID()}`,
    event: 'participant_left',
    createdAt: String(at),
    room: { name: session ? `session-${session.id}` : 'kitchen' },
    participant: {
      identity,
      ...(command.who === 'agent' ? { kind: 'AGENT' } : {}),
      disconnectReason: command.inOrder ? 'CLIENT_INITIATED' : 'CONNECTION_TIMEOUT',
    },
  };
  return service('record_livekit_event', { event }, () => {
    if (!session) return answer({ outcome: 'ignored' });
    return left(world, session, command.who, at * 1000, command.inOrder);
  });
}
