/** The language of the file as a web page. */
import { LANGUAGE } from "./language-text.ts";
import type { Passage } from "./language-text.ts";

export function renderLanguagePage(): string {
  const sections = LANGUAGE.map(
    ({ title, passages }) => `## ${title}\n\n${passages.map(renderPassage).join("\n\n")}`,
  );
  const contents = LANGUAGE.map(
    ({ title }) => `[${title}](#${title.toLowerCase().replaceAll(" ", "-")})`,
  );
  return (
    "<!-- made by tools/docs-reference.ts -->\n\n# The language of the file\n\n[Reference](README.md)\n\n" +
    `${contents.join(" · ")}\n\n${sections.join("\n\n")}\n`
  );
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
