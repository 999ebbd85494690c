/** The reference model: charging a session (DESIGN §5). */
import {
  expireCards,
  finish,
  hold,
  isOver,
  move,
  release,
  usableCards,
  usableSeconds,
} from './cards.ts';
import { giveUpPayments } from './money.ts';
import { answer, type Expected, refuse, type Session, type World } from './state.ts';

const isOpen = (session: Session) => session.status === 'pending' || session.status === 'active';

/** Card seconds that so much talk costs, and the talk that so many card seconds pay for. */
export const cost = (talk: number, rate: number) => Math.ceil((talk * rate) / 1000);
export const talk = (seconds: number, rate: number) => Math.floor((seconds * 1000) / rate);

/** Whole seconds since the start of a session by the server's clock. */
export function openSeconds(session: Session, now: number): number {
  return Math.floor((now - (session.startedAt ?? now)) / 1000);
}

/** Card seconds that a session may hold in all, when there is a longest session. */
function ceiling(world: World, rate: number): number {
  const longest = world.settings.max_session_seconds;
  return longest === null ? Number.MAX_SAFE_INTEGER : cost(longest, rate);
}

/** Up to which second of the session the agent may talk. */
export function grantedUntil(world: World, session: Session): number {
  const longest = world.settings.max_session_seconds ?? Number.MAX_SAFE_INTEGER;
  return Math.min(talk(session.granted, session.rate), longest);
}

export function authorize(world: World, user: string, agentId: string, made: string): Expected {
  const person = world.people.find(({ id }) => id === user);
  if (!person) return refuse('not_found');
  if (!person.isActive) return refuse('account_inactive');
  const agent = world.agents.find(({ id }) => id === agentId);
  if (!agent) return refuse('not_found');
  const open = world.sessions.filter(isOpen);
  const own = open.filter((session) => session.user === user);
  if (own.length >= world.settings.max_sessions_per_user) return refuse('too_many_sessions');
  if (open.length >= world.settings.max_sessions) return refuse('too_many_sessions');

  const usable = usableSeconds(world, user);
  const slice = Math.min(world.settings.hold_slice_seconds, ceiling(world, agent.rate));
  const least = Math.max(agent.minimum, cost(1, agent.rate));
  if (usable < least) return refuse('insufficient_balance');
  const session: Session = {
    id: made,
    user,
    status: 'pending',
    rate: agent.rate,
    minimum: agent.minimum,
    granted: 0,
    used: 0,
    billed: 0,
    uncollected: 0,
    seq: 0,
    lastBeatAt: null,
    createdAt: world.now,
    startedAt: null,
    endedAt: null,
    endRequested: false,
    endRequestedByAdmin: false,
    settledBy: null,
    proof: null,
    holds: [],
    userLeftAt: null,
    agentLeft: null,
  };
  world.sessions.push(session);
  hold(world, session, Math.max(slice, least));
  return answer({
    granted_seconds: session.granted,
    remaining_seconds: talk(usable, agent.rate),
    room_name: `session-${made}`,
  });
}

/** What the worker is told about an active session. */
function grantState(world: World, session: Session): Record<string, unknown> {
  const usable = usableSeconds(world, session.user);
  const cardSeconds = session.granted + usable - cost(session.used, session.rate);
  const remaining = Math.max(0, talk(cardSeconds, session.rate));
  const until = grantedUntil(world, session);
  const isMaximal = session.granted >= ceiling(world, session.rate);
  return {
    granted_until_seconds: until,
    remaining_seconds: remaining,
    low_balance: cardSeconds <= world.settings.low_balance_seconds,
    final: usable === 0 || isMaximal,
    action: mustEnd(session) || session.used >= until ? 'end' : 'continue',
  };
}

export function start(world: World, session: Session): Expected {
  if (!isOpen(session)) return refuse('illegal_transition');
  if (session.status === 'pending') {
    session.status = 'active';
    session.startedAt = world.now;
  }
  const { action: _, ...state } = grantState(world, session);
  return answer({
    ...state,
    status: 'active',
    used_seconds: session.used,
    heartbeat_seq: session.seq,
  });
}

export function beat(world: World, session: Session, seq: number, used: number): Expected {
  if (used < 0 || seq < 1) return refuse('invalid_input');
  if (session.status === 'pending') return refuse('illegal_transition');
  if (session.status !== 'active') return answer({ session_id: session.id, action: 'end' });
  if (seq > session.seq) {
    session.seq = seq;
    session.lastBeatAt = world.now;
    session.used = Math.max(session.used, Math.min(used, openSeconds(session, world.now)));
    extend(world, session);
  }
  return answer({ session_id: session.id, ...grantState(world, session) });
}

/** Extends the hold by one slice, a second of talk at least, when less than one slice is left. */
function extend(world: World, session: Session): void {
  const { hold_slice_seconds: slice } = world.settings;
  const spare = session.granted - cost(session.used, session.rate);
  if (mustEnd(session) || spare >= slice) return;
  hold(
    world,
    session,
    Math.max(
      0,
      Math.min(
        Math.max(slice, cost(1, session.rate)),
        ceiling(world, session.rate) - session.granted,
      ),
    ),
  );
}

/** Whether a session is to end whatever it still has. */
function mustEnd(session: Session): boolean {
  return (
    session.endRequested ||
    session.holds.some(({ card, held }) => held > 0 && ['frozen', 'revoked'].includes(card.status))
  );
}

/** Card seconds due for so much talk: at the rate, at least the minimum, at most what was granted. */
function bill(session: Session, used: number): number {
  if (used === 0) return 0;
  return Math.min(session.granted, Math.max(session.minimum, cost(used, session.rate)));
}

function settle(
  world: World,
  session: Session,
  used: number,
  how: { status: 'completed' | 'error'; by: string; proof: string },
): void {
  session.used = used;
  session.billed = bill(session, used);
  session.status = how.status;
  session.settledBy = how.by;
  session.proof = how.proof;
  session.endedAt = world.now;
  release(world, session, session.billed);
}

/**
 * A proof that comes after the settlement: bills what is due beyond it, from the cards that the time went back to or
 * expired on. What they no longer have is uncollected.
 */
function correct(session: Session, used: number, proof: string): void {
  session.proof = proof;
  session.used = used;
  let due = bill(session, used) - session.billed - session.uncollected;
  for (const one of session.holds) {
    if (one.card.status === 'revoked' || due === 0) continue;
    for (const bucket of ['remaining', 'expired'] as const) {
      const taken = Math.min(due, one.card[bucket]);
      move(one.card, bucket, 'used', taken);
      one.used += taken;
      session.billed += taken;
      due -= taken;
    }
    finish(one.card);
  }
  session.uncollected += due;
}

/** Whether a session was settled without the worker's own word, which may still come. */
function canBeCorrected(session: Session): boolean {
  const isWithoutWorker = session.settledBy === 'sweep' || session.settledBy === 'admin';
  return isWithoutWorker && session.startedAt !== null && session.proof !== 'agent_end';
}

export function end(world: World, session: Session, reported: number): Expected {
  if (reported < 0) return refuse('invalid_input');
  const used = Math.max(session.used, Math.min(reported, openSeconds(session, world.now)));
  if (session.status === 'pending') {
    settle(world, session, 0, { status: 'completed', by: 'worker', proof: 'agent_end' });
  } else if (session.status === 'active') {
    settle(world, session, used, { status: 'completed', by: 'worker', proof: 'agent_end' });
  } else if (canBeCorrected(session)) {
    correct(session, used, 'agent_end');
  }
  return answer({
    session_id: session.id,
    billed_seconds: session.billed,
    status: session.status,
  });
}

export function endMine(world: World, user: string, session: Session | undefined): Expected {
  if (!session || session.user !== user) return refuse('not_found');
  if (session.status === 'pending') {
    settle(world, session, 0, { status: 'completed', by: 'user', proof: 'none' });
  } else if (session.status === 'active') {
    session.endRequested = true;
  }
  return answer({ session_id: session.id, status: session.status });
}

/** An admin asks a session to end: one that nobody joined is released. */
export function adminEnd(world: World, session: Session): Expected {
  if (session.status === 'pending') {
    settle(world, session, 0, { status: 'completed', by: 'admin', proof: 'none' });
  } else if (session.status === 'active') {
    session.endRequested = true;
    session.endRequestedByAdmin = true;
  }
  return answer({ session_id: session.id, status: session.status });
}

/** Settles what an admin asked to end and whose agent does not answer. */
export function settleEnded(world: World, session: Session): Expected {
  if (session.status === 'pending') return refuse('illegal_transition');
  if (session.status === 'active') {
    if (!session.endRequestedByAdmin) return refuse('illegal_transition');
    const { used, proof } = proven(session);
    settle(world, session, used, { status: 'completed', by: 'admin', proof });
  }
  return answer({ session_id: session.id, billed_seconds: session.billed, status: session.status });
}

/** How long a silent session went on (decision 4): the last beat, or the first of the two who left in order. */
function proven(session: Session): { used: number; proof: string } {
  const startedAt = session.startedAt ?? 0;
  const byBeat = { used: session.used, proof: session.lastBeatAt === null ? 'none' : 'heartbeat' };
  if (session.agentLeft && !session.agentLeft.inOrder) return byBeat;
  const ends = [
    { at: session.userLeftAt, proof: 'participant_left' },
    { at: session.agentLeft?.at ?? null, proof: 'agent_left' },
  ].flatMap(({ at, proof }) =>
    at === null || at < startedAt ? [] : [{ used: Math.floor((at - startedAt) / 1000), proof }],
  );
  const first = ends.toSorted((a, b) => a.used - b.used)[0];
  return first && first.used > session.used ? first : byBeat;
}

/** LiveKit says that somebody left the room: evidence, which corrects what the sweep settled without it. */
export function left(
  world: World,
  session: Session,
  who: 'user' | 'agent' | 'stranger',
  at: number,
  inOrder: boolean,
): Expected {
  const seen = Math.min(at, world.now);
  if (who === 'user') session.userLeftAt = Math.max(session.userLeftAt ?? 0, seen);
  if (who === 'agent' && seen >= (session.agentLeft?.at ?? 0))
    session.agentLeft = { at: seen, inOrder };
  if (canBeCorrected(session) && seen <= (session.endedAt ?? 0)) {
    const { used, proof } = proven(session);
    if (used > session.used) correct(session, used, proof);
  }
  return answer({ outcome: 'stored', session_id: session.id });
}

export function sweep(world: World): Expected {
  const { join_timeout_seconds: join, heartbeat_timeout_seconds: silence } = world.settings;
  const since = (at: number) => (world.now - at) / 1000;
  const unjoined = world.sessions.filter(
    (session) => session.status === 'pending' && since(session.createdAt) > join,
  );
  for (const session of unjoined) {
    settle(world, session, 0, { status: 'completed', by: 'sweep', proof: 'none' });
  }
  const silent = world.sessions.filter(
    (session) =>
      session.status === 'active' &&
      (since(session.lastBeatAt ?? session.startedAt ?? 0) > silence ||
        openSeconds(session, world.now) > grantedUntil(world, session) + silence),
  );
  for (const session of silent) {
    const { used, proof } = proven(session);
    settle(world, session, used, { status: 'error', by: 'sweep', proof });
  }
  return answer({
    released_sessions: unjoined.length,
    settled_sessions: silent.length,
    expired_cards: expireCards(world),
    canceled_payments: giveUpPayments(world),
    failed_sessions: 0,
  });
}

/** Somebody who is deactivated may not talk on. */
export function setActive(world: World, user: string, isActive: boolean): Expected {
  const person = world.people.find(({ id }) => id === user);
  if (!person) return refuse('not_found');
  person.isActive = isActive;
  for (const session of world.sessions) {
    if (!isActive && session.user === user && isOpen(session)) session.endRequested = true;
  }
  return answer({ is_active: isActive });
}

/** What get_balance answers. */
export function balance(world: World, user: string): Record<string, unknown> {
  const cards = usableCards(world, user);
  const remaining = cards.reduce((sum, card) => sum + card.remaining, 0);
  const held = world.cards
    .filter((card) => card.owner === user && card.status !== 'revoked')
    .reduce((sum, card) => sum + card.held, 0);
  return {
    remaining_seconds: remaining,
    remaining_minutes: Math.floor(remaining / 60),
    held_seconds: held,
    usable_cards: cards.filter((card) => !isOver(card, world.now)).length,
    is_low: remaining + held <= world.settings.low_balance_seconds,
  };
}
