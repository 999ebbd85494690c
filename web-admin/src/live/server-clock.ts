/**
 * Tells when the database gave an answer, by this browser's monotonic clock (milliseconds). An answer that was long on
 * its way says what was true a while ago; a countdown that took it for new would go back up. The quickest way so far
 * tells how far the two clocks are apart, as clock filters do (RFC 5905, section 10); whatever the clocks say, the
 * answer was given between question and receipt.
 */
export type ServerClock = (serverAt: string, askedAt: number, receivedAt: number) => number;

export const createServerClock = (): ServerClock => {
  let apart = Infinity;
  return (serverAt, askedAt, receivedAt) => {
    const server = Date.parse(serverAt);
    apart = Math.min(apart, receivedAt - server);
    return Math.min(receivedAt, Math.max(askedAt, server + apart));
  };
};
