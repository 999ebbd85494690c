import { expect, it } from 'vitest';
import { AgentState } from './agent-state.ts';

const figures = { remainingSeconds: 100, usedSeconds: 20, unservedSeconds: 3 };

it('keeps the last ten turns, each of bounded length', () => {
  const state = new AgentState();
  state.keepsTranscripts = true;
  for (let n = 1; n <= 12; n += 1) state.addTurn({ role: 'user', text: `${n} ${'x'.repeat(600)}` });
  const turns = state.toJson(figures)['last_turns'] as { text: string }[];
  expect(turns).toHaveLength(10);
  expect(turns[0]?.text).toMatch(/^3 x{498}$/);
});

it('counts interruptions and averages the response times', () => {
  const state = new AgentState();
  state.addTurn({ role: 'assistant', text: 'One', isInterrupted: true, responseSeconds: 0.4 });
  state.addTurn({ role: 'assistant', text: 'Two', responseSeconds: 0.8 });
  expect(state.toJson(figures)).toMatchObject({
    interruptions: 1,
    responses: 2,
    response_ms_average: 600,
    low_balance_warned: false,
  });
});

it('has no average before the first response', () => {
  expect(new AgentState().toJson(figures)).toMatchObject({
    responses: 0,
    response_ms_average: null,
  });
});

it('keeps no word of what was said when it may not', () => {
  const state = new AgentState();
  state.addTurn({ role: 'user', text: 'My secret' });
  expect(JSON.stringify(state.toJson(figures))).not.toContain('My secret');
});

it('goes on from what an earlier worker saved', () => {
  const earlier = new AgentState();
  earlier.keepsTranscripts = true;
  earlier.isGreeted = true;
  earlier.mood = 'happy';
  earlier.rating = 4;
  earlier.addTurn({ role: 'user', text: 'Hello' });
  earlier.addTurn({ role: 'assistant', text: 'Hi', isInterrupted: true, responseSeconds: 0.5 });
  earlier.addToolCalls(2);
  const saved = earlier.toJson(figures);
  const state = new AgentState();
  state.keepsTranscripts = true;
  state.resume(structuredClone(saved));
  expect(state.toJson({ ...figures, unservedSeconds: 0 })).toEqual(saved);
  expect(state.turns).toHaveLength(2);
});

it.each([{}, null, { last_turns: 'x', responses: -1, rating: 9, mood: 7 }])(
  'starts afresh from %j',
  (saved) => {
    const state = new AgentState();
    state.resume(saved);
    expect(state.isGreeted).toBe(false);
    expect(state.toJson(figures)).toMatchObject({ responses: 0, rating: null, mood: null });
  },
);
