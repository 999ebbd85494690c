import { connect } from 'node:net';
import { LOOPBACK } from './ports.ts';

/** Asks once whether a part is ready; a probe never takes longer than a few seconds. */
export type Probe = () => Promise<boolean>;

/** Ready when the address answers 2xx (or what `accept` allows). */
export function httpProbe(url: string, accept = (status: number) => status < 300): Probe {
  return async () => {
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(3_000), redirect: 'manual' });
      await response.body?.cancel();
      return accept(response.status);
    } catch {
      return false;
    }
  };
}

/** Ready when the port takes connections. */
export function tcpProbe(port: number): Probe {
  return () =>
    new Promise((resolve) => {
      const socket = connect({ port, host: LOOPBACK, timeout: 1_000 });
      const done = (ready: boolean) => {
        socket.destroy();
        resolve(ready);
      };
      socket.once('connect', () => done(true));
      socket.once('error', () => done(false));
      socket.once('timeout', () => done(false));
    });
}
