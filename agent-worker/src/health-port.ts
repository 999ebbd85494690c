import { createServer } from 'node:net';

/**
 * The port to ask for the worker's health: the one that was given, or for 0 any that is free. The
 * framework takes 0 for its own default.
 */
export async function healthPort(given: number): Promise<number> {
  if (given !== 0) return given;
  const server = createServer();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen(0, '127.0.0.1', resolve);
  await promise;
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  await new Promise((closed) => server.close(closed));
  return port;
}
