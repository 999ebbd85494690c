import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { parseStackEnv } from './env.ts';
import { isTcpPortFree, pidIn, requireFreePorts } from './ports.ts';

const open: Server[] = [];
async function listen(): Promise<number> {
  const server = createServer();
  open.push(server);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return (server.address() as AddressInfo).port;
}
afterEach(async () => {
  await Promise.all(open.splice(0).map((s) => new Promise((resolve) => s.close(resolve))));
});

describe('the check of the ports', () => {
  it('sees whether a port is taken', async () => {
    const port = await listen();
    expect(await isTcpPortFree(port)).toBe(false);
  });

  it('names the port, its variable and its holder', async () => {
    const { ports } = parseStackEnv({ MINDBOT_PORT_STRIPE: String(await listen()) }, '/repo');
    const check = requireFreePorts(ports, ['stripe']);
    await expect(check).rejects.toThrow(`port ${ports.stripe}/tcp (MINDBOT_PORT_STRIPE) is taken`);
    await expect(check).rejects.toThrow('MINDBOT_PORT_STRIPE=…');
  });

  it('does not look at ports that are not needed', async () => {
    const { ports } = parseStackEnv({ MINDBOT_PORT_STRIPE: String(await listen()) }, '/repo');
    await expect(requireFreePorts(ports, [])).resolves.toBeUndefined();
  });

  it.each([
    ['LISTEN 0 511 127.0.0.1:80 0.0.0.0:* users:(("node",pid=4711,fd=3))', 4711],
    ['4711\n', 4711],
    ['', undefined],
  ])('finds the process id in %j', (output, pid) => {
    expect(pidIn(output)).toBe(pid);
  });
});
