import { expect, it } from 'vitest';
import { goodbye, greeting, spokenDuration } from './lines.ts';

it.each([
  [4, 'a few seconds'],
  [44, 'about 40 seconds'],
  [59, 'about one minute'],
  [117, 'about one minute'],
  [177, 'about 2 minutes'],
  [1798, 'about 30 minutes'],
  [3 * 3600, 'about 3 hours'],
])('says %i seconds as "%s"', (seconds, spoken) => {
  expect(spokenDuration(seconds)).toBe(spoken);
});

it('greets the customer by the first name', () => {
  const line = greeting({ fullName: 'Ada Lovelace', isLowBalance: false, remainingSeconds: 3600 });
  expect(line).toContain('Hello Ada,');
  expect(line).not.toContain('left');
});

it('says in the greeting how little is left when the call starts low', () => {
  const line = greeting({ fullName: null, isLowBalance: true, remainingSeconds: 300 });
  expect(line).toContain('you have about 5 minutes left');
});

it('shortens the goodbye when there is hardly any time for it', () => {
  expect(goodbye('out_of_time', 2).length).toBeLessThan(goodbye('out_of_time', 6).length);
});
