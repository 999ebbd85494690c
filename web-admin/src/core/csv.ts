/**
 * A spreadsheet runs a cell that begins like this as a formula
 * (https://owasp.org/www-community/attacks/CSV_Injection).
 */
const FORMULA = /^[=+\-@\t\r]/;

const textOf = (value: unknown): string => {
  if (value === null || value === undefined) return '';
  if (typeof value === 'object') return JSON.stringify(value);
  return String(value as string | number | boolean | bigint);
};

/** One cell: what begins like a formula gets an apostrophe, which spreadsheets take for "this is text". */
export const csvCell = (value: unknown): string => {
  const text = textOf(value);
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};

/** Lines of RFC 4180, each with its end. */
export const csvLines = (
  columns: readonly string[],
  rows: readonly Readonly<Record<string, unknown>>[],
): string => rows.map((row) => `${columns.map((c) => csvCell(row[c])).join(',')}\r\n`).join('');

export const csvHead = (columns: readonly string[]): string =>
  `${columns.map(csvCell).join(',')}\r\n`;

/** Hands a file to the browser's downloads. */
export const download = (name: string, type: string, parts: readonly string[]): void => {
  const url = URL.createObjectURL(new Blob([...parts], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
};

export const CSV_TYPE = 'text/csv;charset=utf-8';
