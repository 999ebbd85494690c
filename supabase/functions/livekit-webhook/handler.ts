import type { WebhookReceiver } from 'livekit-server-sdk';
import { z } from 'zod';
import { fail } from '../_shared/errors.ts';
import { invalidInput, readBytes, reply } from '../_shared/http.ts';
import type { Handler } from '../_shared/http.ts';
import { callRpc } from '../_shared/supabase.ts';
import type { Db } from '../_shared/supabase.ts';

export interface LiveKitWebhookDeps {
  /** With the secret key. */
  db: Db;
  /** Null where there is no voice server: then nobody can have signed anything. */
  receiver: WebhookReceiver | null;
}

const roomEvent = z.looseObject({ event: z.string() });

const recorded = z.object({ outcome: z.string(), session_id: z.guid().nullish() });

/** Verifies a room event and stores it as evidence. https://docs.livekit.io/home/server/webhooks/ */
export function createLiveKitWebhookHandler(deps: LiveKitWebhookDeps): Handler {
  return async (call) => {
    const body = await readBytes(call.request);
    if (body.error) return body;
    const text = new TextDecoder().decode(body.data);
    const isGenuine = await isSigned(
      deps.receiver,
      text,
      call.request.headers.get('authorization'),
    );
    if (!isGenuine) return fail('invalid_signature', 'The signature is missing, wrong or too old.');
    // As it was sent, not as the SDK read it: evidence keeps fields that the SDK does not know yet.
    const event = roomEvent.safeParse(JSON.parse(text));
    if (!event.success) return invalidInput({ body: ['is not a LiveKit event'] });
    call.note({ event_type: event.data.event });
    const result = await callRpc(deps.db, 'record_livekit_event', { event: event.data }, recorded);
    if (result.error) return result;
    call.note({ outcome: result.data.outcome, session_id: result.data.session_id ?? null });
    return reply(200, { received: true });
  };
}

async function isSigned(
  receiver: WebhookReceiver | null,
  body: string,
  authorization: string | null,
): Promise<boolean> {
  if (receiver === null || authorization === null) return false;
  try {
    await receiver.receive(body, authorization);
    return true;
  } catch {
    return false;
  }
}
