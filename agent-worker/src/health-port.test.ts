import { expect, it } from 'vitest';
import { healthPort } from './health-port.ts';

it('takes the port that was given', async () => {
  expect(await healthPort(8081)).toBe(8081);
});

it('takes any that is free where none was given', async () => {
  const ports = await Promise.all([healthPort(0), healthPort(0)]);
  for (const port of ports) expect(port).toBeGreaterThan(1023);
});
