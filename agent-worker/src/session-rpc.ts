import type { z } from 'zod';

/**
 * The functions of the database that act for one session. The session is part of the client, not of
 * the arguments: whatever a model asks for, it is asked for the person of this call.
 */
export interface SessionRpc {
  /**
   * @param args without `session_id`, which is added and cannot be replaced
   * @throws BillingError when it was refused or did not get through within 4 s
   */
  call<T>(name: string, args: Record<string, unknown>, answer: z.ZodType<T>): Promise<T>;
}
