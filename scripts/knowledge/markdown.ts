/** A part of a document under one heading. */
export interface Section {
  /** The headings that it stands under, from the outermost. */
  headings: string[];
  text: string;
}

const frontMatter = /^---\r?\n([\s\S]*?)\r?\n(?:---|\.\.\.)[ \t]*(?:\r?\n|$)/;
const atxHeading = /^ {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$/;
const setextUnderline = /^ {0,3}(=+|-{2,})[ \t]*$/;
const fence = /^ {0,3}(`{3,}|~{3,})/;

/** The words of a heading without its marks: emphasis, code, links. */
function plain(heading: string): string {
  return heading
    .replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/[*_`]+/g, '')
    .trim();
}

interface Line {
  text: string;
  heading?: { level: number; words: string };
}

/** Finds the headings (CommonMark 0.31, 4.2 and 4.3), not those inside fenced code. */
function readLines(markdown: string): Line[] {
  const lines: Line[] = [];
  let openFence = '';
  for (const text of markdown.split(/\r?\n/)) {
    const mark = fence.exec(text)?.[1];
    if (openFence !== '') {
      if (mark?.startsWith(openFence)) openFence = '';
      lines.push({ text });
      continue;
    }
    if (mark) openFence = mark;
    const atx = atxHeading.exec(text);
    const underline = setextUnderline.exec(text)?.[1];
    const above = lines.at(-1);
    if (atx?.[1]) {
      lines.push({ text, heading: { level: atx[1].length, words: plain(atx[2] ?? '') } });
    } else if (underline && above && !above.heading && /^ {0,3}[^\s>#|-]/.test(above.text)) {
      above.heading = { level: underline.startsWith('=') ? 1 : 2, words: plain(above.text) };
    } else {
      lines.push({ text });
    }
  }
  return lines;
}

/**
 * Cuts Markdown at its headings. The title is that of the front matter, or the first heading if it is of the
 * first level, or null. Sections without text are left out.
 */
export function readMarkdown(source: string): { title: string | null; sections: Section[] } {
  const meta = frontMatter.exec(source);
  const lines = readLines(meta ? source.slice(meta[0].length) : source);
  const named = /^title:[ \t]*(["']?)(.+?)\1[ \t]*$/m.exec(meta?.[1] ?? '')?.[2];
  const first = lines.find(({ heading }) => heading)?.heading;
  const title = named ?? (first?.level === 1 ? first.words : null);

  const sections: Section[] = [];
  const path: { level: number; words: string }[] = [];
  let section: Section = { headings: [], text: '' };
  for (const { text, heading } of lines) {
    if (!heading) {
      section.text += `${text}\n`;
      continue;
    }
    while ((path.at(-1)?.level ?? 0) >= heading.level) path.pop();
    path.push(heading);
    sections.push(section);
    section = { headings: path.map(({ words }) => words).filter(Boolean), text: '' };
  }
  sections.push(section);
  return {
    title: title || null,
    sections: sections
      .map(({ headings, text }) => ({ headings, text: text.trim() }))
      .filter(({ text }) => text !== ''),
  };
}
