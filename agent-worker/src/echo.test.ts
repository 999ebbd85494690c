import { expect, it } from 'vitest';
import { Echo } from './echo.ts';
import { FakeClock } from './fake-clock.fixture.ts';

function someone() {
  const clock = new FakeClock();
  const questions: PromiseWithResolvers<boolean>[] = [];
  const echo = new Echo({
    clock,
    ask() {
      const question = Promise.withResolvers<boolean>();
      questions.push(question);
      return question.promise;
    },
  });
  /** What is told when nobody answers in time. */
  const unanswered = async () => {
    const age = echo.ageMs();
    await clock.advance(600);
    return age;
  };
  const answered = () => {
    const age = echo.ageMs();
    questions.at(-1)?.resolve(true);
    return age;
  };
  return { answered, clock, echo, questions, unanswered };
}

it('counts from the first question for somebody who never answered', async () => {
  const { unanswered } = someone();
  expect(await unanswered()).toBe(600);
  expect(await unanswered()).toBe(1_200);
});

it('tells how long ago the last answer came, and asks one question at a time', async () => {
  const { answered, clock, questions, unanswered } = someone();
  expect(await answered()).toBe(0);
  await clock.advance(1_000);
  expect(await unanswered()).toBe(1_600);
  expect(await unanswered()).toBe(2_200);
  expect(questions).toHaveLength(2);
});

it('asks again when a question was given up', async () => {
  const { answered, echo, questions, unanswered } = someone();
  await answered();
  await unanswered();
  questions.at(-1)?.resolve(false);
  await echo.ageMs();
  expect(await answered()).toBe(0);
});

it('begins anew after what it knew was forgotten', async () => {
  const { answered, clock, echo, unanswered } = someone();
  await answered();
  echo.forget();
  await clock.advance(60_000);
  expect(await unanswered()).toBe(600);
});
