/** The language of the file as a web page. */
import type { KeywordDescription } from "../../src/config/grammar/keyword.ts";
import { LANGUAGE, LANGUAGE_ROWS } from "./language-text.ts";
import type { Passage } from "./language-text.ts";
import { factsOf, sentence } from "./words.ts";

export function renderLanguagePage(): string {
  const sections = LANGUAGE.map(
    ({ title, passages }) => `## ${title}\n\n${passages.map(renderPassage).join("\n\n")}`,
  );
  const contents = LANGUAGE.map(
    ({ title }) => `[${title}](#${title.toLowerCase().replaceAll(" ", "-")})`,
  );
  return (
    "<!-- made by tools/docs-reference.ts -->\n\n# The language of the file\n\n[Reference](README.md)\n\n" +
    `${contents.join(" · ")} · [Its words](#its-words)\n\n${sections.join("\n\n")}\n\n` +
    `## Its words\n\n${LANGUAGE_ROWS.map(renderRow).join("\n")}\n`
  );
}

/** `language-include`; the second of the same letters has a number. */
export function languageAnchor(row: KeywordDescription): string {
  const wordOf = ({ name }: KeywordDescription): string => name.replaceAll(/[^A-Za-z_]+/g, "");
  const same = LANGUAGE_ROWS.filter((other) => wordOf(other) === wordOf(row));
  const at = same.indexOf(row);
  return `language-${wordOf(row)}${at > 0 ? String(at + 1) : ""}`;
}

function renderRow(row: KeywordDescription): string {
  const shapes = row.arguments.map(({ shape }) => shape).join(" ");
  const written = [row.name, shapes].filter((word) => word !== "").join(" ");
  return `- <a id="${languageAnchor(row)}"></a>\`${written}\`: ${sentence(row.help)} *${factsOf(row)}*`;
}

function renderPassage(passage: Passage): string {
  switch (passage.kind) {
    case "text":
      return passage.text;
    case "sample":
      return `\`\`\`conf\n${passage.text}\n\`\`\``;
    case "terms":
      return passage.terms.map(([term, meaning]) => `- \`${term}\`: ${meaning}`).join("\n");
  }
}
