import { EventEmitter } from 'node:events';
import { expect, it, vi } from 'vitest';
import { onShutdownRequest } from './job-signals.ts';

it.each([
  ['when the worker asks the job to end', 'message', { case: 'shutdownRequest', value: {} }],
  ['when the worker is gone', 'disconnect', undefined],
])('tells %s', (_when, event, payload) => {
  const source = new EventEmitter();
  const fn = vi.fn<() => void>();
  onShutdownRequest(fn, source);
  source.emit(event, payload);
  expect(fn).toHaveBeenCalledOnce();
});

it('passes over the other messages of the framework, and all once it has been stopped', () => {
  const source = new EventEmitter();
  const fn = vi.fn<() => void>();
  const stop = onShutdownRequest(fn, source);
  source.emit('message', { case: 'pingRequest', value: { timestamp: 1 } });
  stop();
  source.emit('message', { case: 'shutdownRequest' });
  expect(fn).not.toHaveBeenCalled();
});
