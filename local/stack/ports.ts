import { execFileSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import { PORTS, type PortName } from './env.ts';
import { hasCode, Problem } from './problem.ts';
import { processCommand } from './processes.ts';

export const LOOPBACK = '127.0.0.1';

/** Whether a TCP listener on loopback could be opened now. */
export function isTcpPortFree(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error) => {
      if (hasCode(error, 'EADDRINUSE') || hasCode(error, 'EACCES')) resolve(false);
      else reject(error);
    });
    server.listen({ port, host: LOOPBACK, exclusive: true }, () => {
      server.close(() => resolve(true));
    });
  });
}

export function isUdpPortFree(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = createSocket('udp4');
    socket.once('error', (error) => {
      if (hasCode(error, 'EADDRINUSE') || hasCode(error, 'EACCES')) resolve(false);
      else reject(error);
    });
    socket.bind({ port, address: LOOPBACK, exclusive: true }, () => {
      socket.close(() => resolve(true));
    });
  });
}

/** The process id in what `ss -Hnp` or `lsof -t` print. */
export function pidIn(output: string): number | undefined {
  const found = /pid=(\d+)/.exec(output) ?? /^(\d+)\s*$/m.exec(output);
  return found?.[1] ? Number(found[1]) : undefined;
}

function run(command: string, args: string[]): string {
  try {
    return execFileSync(command, args, {
      encoding: 'utf8',
      timeout: 3_000,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } catch {
    return '';
  }
}

/** Who has the port, as far as the system tells: `node server.js (pid 123)`. */
function holderOf(port: number, protocol: 'tcp' | 'udp'): string | undefined {
  const pid =
    pidIn(run('ss', ['-Hnp', protocol === 'tcp' ? '-tl' : '-ua', `sport = :${port}`])) ??
    pidIn(run('lsof', ['-nP', '-t', protocol === 'tcp' ? `-iTCP:${port}` : `-iUDP:${port}`]));
  if (pid === undefined) return undefined;
  const command = processCommand(pid);
  return command ? `${command.slice(0, 80)} (pid ${pid})` : `pid ${pid}`;
}

/**
 * Makes sure that every port the stack is about to use is free.
 * @throws {Problem} naming each taken port, its variable and, if known, its holder
 */
export async function requireFreePorts(
  ports: Readonly<Record<PortName, number>>,
  needed: readonly PortName[],
): Promise<void> {
  const taken: string[] = [];
  for (const name of needed) {
    const port = ports[name];
    const protocol = name === 'livekitUdp' ? 'udp' : 'tcp';
    const free = await (protocol === 'tcp' ? isTcpPortFree(port) : isUdpPortFree(port));
    if (free) continue;
    const holder = holderOf(port, protocol);
    taken.push(
      `  port ${port}/${protocol} (${PORTS[name].variable}) is taken${holder ? ` by ${holder}` : ''}`,
    );
  }
  if (taken.length > 0) {
    throw new Problem(
      `Cannot start:\n${taken.join('\n')}\nEnd what holds it, or give another port in .env, e.g. ` +
        `${PORTS[needed.find((name) => taken[0]?.includes(`(${PORTS[name].variable})`)) ?? 'api'].variable}=…`,
    );
  }
}
