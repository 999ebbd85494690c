import { expect, it } from 'vitest';
import { AgentState } from './agent-state.ts';

it('keeps the last ten turns, each of bounded length', () => {
  const state = new AgentState();
  for (let n = 1; n <= 12; n += 1) state.addTurn({ role: 'user', text: `${n} ${'x'.repeat(600)}` });
  const turns = state.toJson()['last_turns'] as { text: string }[];
  expect(turns).toHaveLength(10);
  expect(turns[0]?.text).toMatch(/^3 x{498}$/);
});

it('counts interruptions and averages the response times', () => {
  const state = new AgentState();
  state.addTurn({ role: 'assistant', text: 'One', isInterrupted: true, responseSeconds: 0.4 });
  state.addTurn({ role: 'assistant', text: 'Two', responseSeconds: 0.8 });
  expect(state.toJson()).toMatchObject({
    interruptions: 1,
    responses: 2,
    response_ms_average: 600,
    low_balance_warned: false,
  });
});

it('has no average before the first response', () => {
  expect(new AgentState().toJson()).toMatchObject({ responses: 0, response_ms_average: null });
});
