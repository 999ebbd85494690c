/** PostgREST behind Supabase's gateway takes a few megabytes; our largest body is a Stripe event. */
export const MAX_BODY_BYTES = 6 * 1024 * 1024;

export class BodyTooLarge extends Error {
  override readonly name = 'BodyTooLarge';
}

/** So much of a body that is refused is still read: most clients see the answer only after sending all. */
export const MAX_DRAINED_BYTES = 10 * MAX_BODY_BYTES;

/**
 * Reads a body into memory.
 * @throws {BodyTooLarge} when it is longer than the limit, after having read (and dropped) the rest of it
 */
export async function readBounded(
  body: AsyncIterable<Uint8Array>,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.byteLength;
    if (size > MAX_DRAINED_BYTES) break;
    if (size > maxBytes) chunks.length = 0;
    else chunks.push(chunk);
  }
  if (size > maxBytes) throw new BodyTooLarge();
  const whole = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return whole;
}
