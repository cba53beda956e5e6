/**
 * Named bounds of the configuration language. A file that exceeds one is refused with a sentence;
 * without them a short file could expand for ever.
 */

/** Characters in one line, also after substitution. */
export const MAX_LINE_LENGTH = 65_536;
/** Lines read in one run, those made by definitions and generators included. */
export const MAX_LINES = 2_000_000;
/** Characters handled by substitution in one run. */
export const MAX_SUBSTITUTED_CHARACTERS = 128 * 1024 * 1024;
/** Replacements made in one line. */
export const MAX_SUBSTITUTIONS_PER_LINE = 1_000;
/** Lines of one definition. */
export const MAX_DEFINITION_LINES = 10_000;
/** Files, definitions and generators open inside each other. */
export const MAX_INPUT_DEPTH = 64;
/** Files read in one run. */
export const MAX_FILES = 10_000;
/** Characters of all included files together. */
export const MAX_INCLUDED_CHARACTERS = 256 * 1024 * 1024;
/** Values of one ~SEQ or ~LST. */
export const MAX_GENERATED_VALUES = 100_000;
/** Blocks open inside each other. */
export const MAX_BLOCK_DEPTH = 32;
/** Diagnostics kept; the rest are counted. */
export const MAX_DIAGNOSTICS = 1_000;
/** Characters of one message. */
export const MAX_MESSAGE_LENGTH = 400;
/** Words that "did you mean" compares in one run. */
export const MAX_COMPARISONS = 100_000;
/** Longest word that "did you mean" looks at. */
export const MAX_SUGGESTION_LENGTH = 40;
