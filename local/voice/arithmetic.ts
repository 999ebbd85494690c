const ONES =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen ' +
  'sixteen seventeen eighteen nineteen';
const TENS = 'twenty thirty forty fifty sixty seventy eighty ninety';

const WORDS = new Map<string, number>([
  ...ONES.split(' ').map((word, index): [string, number] => [word, index]),
  ...TENS.split(' ').map((word, index): [string, number] => [word, (index + 2) * 10]),
  ['hundred', 100],
]);

const NUMBER = String.raw`(-?\d+(?:\.\d+)?|(?:(?:${[...WORDS.keys()].join('|')})[ -]?)+)`;
const SUM = new RegExp(
  String.raw`${NUMBER}\s*(plus|\+|minus| - |−|times|multiplied by|[*x×]|divided by|over|[/÷])\s*${NUMBER}`,
  'iu',
);

function parseNumber(text: string): number {
  const trimmed = text.trim().toLowerCase();
  if (/^-?\d/u.test(trimmed)) return Number(trimmed);
  return trimmed.split(/[ -]+/u).reduce((total, word) => {
    const value = WORDS.get(word) ?? 0;
    return value === 100 ? Math.max(1, total) * 100 : total + value;
  }, 0);
}

function spell(value: number): string {
  return String(Math.round(value * 100) / 100).replace(/^-/u, 'minus ');
}

/** "What is twelve plus 30?" → "12 plus 30 is 42."; undefined when there is nothing to work out. */
export function calculate(said: string): string | undefined {
  const found = SUM.exec(said.slice(0, 300));
  if (found === null) return undefined;
  const a = parseNumber(found[1] ?? '');
  const b = parseNumber(found[3] ?? '');
  switch ((found[2] ?? '').trim().toLowerCase()) {
    case 'plus':
    case '+':
      return `${spell(a)} plus ${spell(b)} is ${spell(a + b)}.`;
    case 'minus':
    case '-':
    case '−':
      return `${spell(a)} minus ${spell(b)} is ${spell(a - b)}.`;
    case 'divided by':
    case 'over':
    case '/':
    case '÷':
      return b === 0
        ? 'Nothing can be divided by zero.'
        : `${spell(a)} divided by ${spell(b)} is ${spell(a / b)}.`;
    default:
      return `${spell(a)} times ${spell(b)} is ${spell(a * b)}.`;
  }
}
