/**
 * What belongs to the language and to no block: includes, conditions, definitions, generators and
 * how words are written. The reader deals with it (`reader.ts`), so nothing here is read with these
 * rows; they are for the manual, `explain` and completion. keepalived.conf(5), CONFIGURATION FILE.
 */
import type { ArgumentDescription } from "./arguments.ts";
import type { KeywordDescription } from "./keyword.ts";

interface LanguageText {
  readonly name: string;
  readonly since: string;
  readonly default?: string;
  readonly help: string;
  readonly arguments?: readonly ArgumentDescription[];
}

const row = ({ default: standard = "none", ...text }: LanguageText): KeywordDescription => ({
  arguments: [],
  inside: [],
  group: "syntax",
  default: standard,
  ...text,
});

const GLOB: ArgumentDescription = { kind: "files", shape: "GLOB" };
const REST: ArgumentDescription = { kind: "line", shape: "REST OF LINE" };
const COMMENT: ArgumentDescription = { kind: "text", shape: "TEXT" };

const INCLUDES: readonly KeywordDescription[] = [
  row({
    name: "include",
    since: "1.1.14",
    help: "Read further files here, as in include conf.d/*.conf; include_check says what may be missing.",
    arguments: [GLOB],
  }),
  row({
    name: "includer",
    since: "1.1.14",
    help: "Include files; one that matches and cannot be read is an error.",
    arguments: [GLOB],
  }),
  row({
    name: "includem",
    since: "1.1.14",
    help: "Include files; it is an error when a name without wildcards is no file.",
    arguments: [GLOB],
  }),
  row({
    name: "includew",
    since: "1.1.14",
    help: "Include files; it is an error when wildcards match nothing.",
    arguments: [GLOB],
  }),
  row({
    name: "includeb",
    since: "1.1.14",
    help: "Include files; it is an error when an alternative in braces matches nothing.",
    arguments: [GLOB],
  }),
  row({
    name: "includea",
    since: "1.1.14",
    help: "Include files; whatever is missing or cannot be read is an error.",
    arguments: [GLOB],
  }),
];

const CONDITIONS: readonly KeywordDescription[] = [
  row({
    name: "@ID",
    since: "1.3.0",
    help: "The line counts on the node with this config id alone, as in @lb1 priority 150.",
    arguments: [REST],
  }),
  row({
    name: "@^ID",
    since: "1.3.7",
    help: "The line counts on every node but the one with this config id, as in @^lb1 priority 100.",
    arguments: [REST],
  }),
];

const DEFINITIONS: readonly KeywordDescription[] = [
  row({
    name: "$NAME=",
    since: "1.4.0",
    help: "Define a parameter, as in $VIP=192.0.2.10/24.",
    arguments: [{ kind: "text", shape: "VALUE" }],
  }),
  row({
    name: "$NAME",
    since: "1.4.0",
    help: "The value of a parameter, where a blank, a comma, a closing bracket or the line's end follows.",
  }),
  row({
    name: "${NAME}",
    since: "1.4.0",
    help: "The value of a parameter, anywhere in a line, as in eth${PORT}.10.",
  }),
  row({
    name: "\\ (line end)",
    since: "1.4.0",
    help: "The definition goes on in the next line, which makes it a block of lines.",
  }),
];

const BUILT_IN: readonly KeywordDescription[] = [
  row({
    name: "$_PWD",
    since: "1.4.3",
    help: "The directory of the file that is being read.",
  }),
  row({
    name: "$_INSTANCE",
    since: "2.0.1",
    default: "host name up to its first dot",
    help: "The config id, which the option -i gives.",
  }),
  row({
    name: "$_RANDOM",
    since: "2.0.15",
    default: "0 32767",
    help: "A random number, both bounds included, as in ${_RANDOM 1 10}.",
    arguments: [{ kind: "numbers", shape: "[MIN [MAX]]" }],
  }),
  row({
    name: "$_ENV",
    since: "2.4.0",
    help: "A variable of the environment, as in ${_ENV HOME}.",
    arguments: [{ kind: "text", shape: "NAME" }],
  }),
  row({
    name: "$_HASH",
    since: "2.1.4",
    default: "#",
    help: "The sign # where it would begin a comment.",
  }),
  row({
    name: "$_BANG",
    since: "2.1.4",
    default: "!",
    help: "The sign ! where it would begin a comment.",
  }),
];

const RANGE: ArgumentDescription = {
  kind: "generator",
  shape: "(VAR[, START[, STEP]], END) REST OF LINE",
};

const GENERATORS: readonly KeywordDescription[] = [
  row({
    name: "~SEQ",
    since: "2.0.9",
    default: "start 1",
    help: "Repeat the line for each number, as in ~SEQ(I, 10, 19) 192.0.2.$I.",
    arguments: [RANGE],
  }),
  row({
    name: "~SEQx",
    since: "2.1.0",
    default: "start 1",
    help: "Repeat the line for each number, written in hexadecimal.",
    arguments: [RANGE],
  }),
  row({
    name: "~LST",
    since: "2.1.0",
    help: "Repeat the line for each value, as in ~LST(IF, eth0, eth1) $IF.",
    arguments: [
      {
        kind: "generator",
        shape: "(VAR, VALUE, ...)|({VAR,VAR}, {VALUE,VALUE}, ...) REST OF LINE",
      },
    ],
  }),
];

const WRITING: readonly KeywordDescription[] = [
  row({
    name: "{",
    since: "1.2.20",
    help: "Open the block of the keyword before it, on the same line or the next.",
  }),
  row({ name: "}", since: "0.5.3", help: "Close the block." }),
  row({
    name: "#",
    since: "2.1.4",
    help: "A comment up to the end of the line, outside double quotes.",
    arguments: [COMMENT],
  }),
  row({
    name: "!",
    since: "2.1.4",
    help: "A comment up to the end of the line, outside double quotes.",
    arguments: [COMMENT],
  }),
  row({
    name: '" "',
    since: "1.0.3",
    help: "A word with blanks in it.",
    arguments: [{ kind: "text", shape: "TEXT" }],
  }),
  row({
    name: "BOOL",
    since: "1.2.20",
    default: "on where it is left out",
    help: "On or off, in one of six spellings.",
    arguments: [
      {
        kind: "boolean",
        shape: "on|off",
        choices: ["on", "true", "yes", "off", "false", "no"],
      },
    ],
  }),
];

export const LANGUAGE: readonly KeywordDescription[] = [
  ...INCLUDES,
  ...CONDITIONS,
  ...DEFINITIONS,
  ...BUILT_IN,
  ...GENERATORS,
  ...WRITING,
];
