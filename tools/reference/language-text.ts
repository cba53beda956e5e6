/**
 * The language of the file in prose, for the manual and the web page alike. Words in backticks are
 * code. Every sample of a configuration is loaded by a test.
 */

import type { KeywordDescription } from "../../src/config/grammar/keyword.ts";
import { LANGUAGE as ROWS } from "../../src/config/grammar/language.ts";

export type Passage =
  | { readonly kind: "text"; readonly text: string }
  /** A complete file. */
  | { readonly kind: "sample"; readonly text: string }
  /** A term and what it means. */
  | { readonly kind: "terms"; readonly terms: readonly (readonly [string, string])[] };

export interface LanguageSection {
  readonly title: string;
  readonly passages: readonly Passage[];
}

const text = (words: string): Passage => ({ kind: "text", text: words });
const sample = (...lines: readonly string[]): Passage => ({
  kind: "sample",
  text: lines.join("\n"),
});
const terms = (...list: readonly (readonly [string, string])[]): Passage => ({
  kind: "terms",
  terms: list,
});

/** The words of the language as the grammar has them; signs and quotes are in the prose. */
export const LANGUAGE_ROWS: readonly KeywordDescription[] = ROWS.filter(({ name }) =>
  /^(include|[@$~])/.test(name),
);

function rowsNamed(names: RegExp): readonly (readonly [string, string])[] {
  return ROWS.filter(({ name }) => names.test(name)).map(({ name, help }) => [name, help]);
}

export const LANGUAGE: readonly LanguageSection[] = [
  {
    title: "Lines and blocks",
    passages: [
      text(
        "One setting stands on one line: a keyword, then its values, with blanks between them. " +
          "A block begins with a brace at the end of the line of its keyword, or on the next line, and ends with the closing brace. " +
          "Indentation is for the reader. " +
          "Upper and lower case are told apart: `MASTER` is a value of state, `Master` is a mistake.",
      ),
      sample(
        "vrrp_instance VI_1 {",
        "    interface eth0",
        "    virtual_router_id 51",
        "    virtual_ipaddress {",
        "        192.0.2.10/24",
        "    }",
        "}",
      ),
      text(
        "A second setting on the same line is not read, as in Keepalived, and here a warning says so. " +
          "Braces may share a line with other words.",
      ),
      text(
        "Blocks that refer to others by name come after them: a vrrp_script stands above the instance whose track_script names it.",
      ),
    ],
  },
  {
    title: "Comments",
    passages: [
      text(
        "`#` or `!` begins a comment that ends with the line, except inside double quotes. " +
          "`\\#` and `\\!` are the characters themselves. " +
          "There are no comments of several lines, and `//` begins none.",
      ),
    ],
  },
  {
    title: "Words and quotes",
    passages: [
      text(
        "A word that contains blanks stands in double quotes. " +
          "Nothing is special between them, and a quote that is not closed is an error.",
      ),
      text(
        "Keywords that name a program read their line as a shell would, without being one: " +
          "single and double quotes both work, pieces that touch are one word, and a backslash takes away the meaning of the next character or makes one of `\\n`, `\\t`, `\\xHH` and the like. " +
          "The first word is the command with its arguments, the second the user, the third the group. " +
          "There is no `$VARIABLE` of the environment, no `|` and no `>`; a script file has them.",
      ),
      sample(
        "global_defs {",
        "    enable_script_security",
        "}",
        "vrrp_script check_web {",
        "    script \"/usr/local/bin/check-web --text 'all is well'\" nobody nogroup",
        "}",
        "vrrp_instance VI_1 {",
        "    interface eth0",
        "    virtual_router_id 51",
        "    track_script {",
        "        check_web",
        "    }",
        "    virtual_ipaddress {",
        "        192.0.2.10/24",
        "    }",
        "}",
      ),
    ],
  },
  {
    title: "Values",
    passages: [
      terms(
        [
          "on|off",
          "`on`, `true` or `yes`, and `off`, `false` or `no`. Most keywords of this kind mean on when nothing follows.",
        ],
        ["N, 1-255", "A whole number in decimal, in the range that is shown."],
        [
          "SECS",
          "Seconds. Where decimals are allowed they count to the microsecond: `0.25`. Units are not written.",
        ],
        ["ADDR", "An IPv4 or IPv6 address. `ADDR/LEN` has the length of its prefix."],
        ["IF", "The name of an interface, at most 15 characters."],
        [
          "SCRIPT",
          "A command, in quotes when it has arguments, and after it perhaps a user and a group.",
        ],
        ["NAME, PATH, STRING", "A word, or several in double quotes."],
      ),
      text(
        "In the descriptions `[ ]` is around what may be left out, `|` between alternatives, and `...` after what may be repeated.",
      ),
    ],
  },
  {
    title: "Other files",
    passages: [
      text(
        "`include FILE` reads another file in its place. " +
          "The name may hold wildcards (`*`, `?`, `[a-z]`) and alternatives in braces (`{a,b}`); files are read in the order of their names. " +
          "A relative name starts at the directory of the file it stands in. " +
          "What is read must be an ordinary file that nobody may execute.",
      ),
      text("A file that is missing is passed over with a message. The variants make it an error:"),
      terms(...rowsNamed(/^include[rmwba]$/)),
      text(
        "`include_check` in global_defs makes the same demands of every plain `include` after it, and the option `-e` of all.",
      ),
    ],
  },
  {
    title: "Definitions",
    passages: [
      text(
        "`$NAME=value` at the beginning of a line gives a text a name; `${NAME}`, or `$NAME` before a blank, a comma, a bracket or the end of the line, puts it in. " +
          "A value may contain other names; a later definition replaces an earlier one; a name that is not defined stays as it is written. " +
          "A value that ends in a backslash goes on in the next line, and such a definition of several lines is put in at the end of a line.",
      ),
      sample(
        "$IF=eth0",
        "$PREFIX=192.0.2",
        "$ADDRESSES=\\",
        "    ${PREFIX}.10/24 \\",
        "    ${PREFIX}.11/24",
        "",
        "vrrp_instance VI_1 {",
        "    interface $IF",
        "    virtual_router_id 51",
        "    virtual_ipaddress {",
        "        $ADDRESSES",
        "    }",
        "}",
      ),
      text("Some are there from the beginning:"),
      terms(
        ["$_PWD", "The directory of the file being read."],
        ["$_INSTANCE", "The configuration id: that of `-i`, or the host name up to its first dot."],
        [
          "${_RANDOM MIN MAX}",
          "A random number between both, 0 and 32767 when they are left out. random_seed makes it the same every time.",
        ],
        ["${_ENV NAME}", "A variable of the daemon's environment."],
        ["$_HASH, $_BANG", "`#` and `!`, which would begin a comment."],
      ),
    ],
  },
  {
    title: "Conditions",
    passages: [
      text(
        "`@ID` in front of a line keeps it only where the configuration id is ID, and `@^ID` everywhere else. " +
          "The id is the host name up to its first dot unless the option `-i` says otherwise. " +
          "So one file serves all routers:",
      ),
      sample(
        "vrrp_instance VI_1 {",
        "    interface eth0",
        "    virtual_router_id 51",
        "    @lb01  priority 150",
        "    @^lb01 priority 100",
        "    virtual_ipaddress {",
        "        192.0.2.10/24",
        "    }",
        "}",
      ),
      text("A condition applies to its line alone, not to a block that begins there."),
    ],
  },
  {
    title: "Repetition",
    passages: [
      text(
        "`~SEQ(NAME, FIRST, LAST) text` writes the text once for each number, with `${NAME}` standing for it. " +
          "FIRST may be left out and is then 1; a step may stand between the two. " +
          "`~SEQx` counts in hexadecimal. " +
          "`~LST(NAME, VALUE, VALUE...) text` goes through a list; with names and values in braces it takes several at a time.",
      ),
      sample(
        "vrrp_instance VI_1 {",
        "    interface eth0",
        "    virtual_router_id 51",
        "    virtual_ipaddress {",
        "        ~SEQ(N, 10, 19) 192.0.2.${N}/24",
        "        ~LST({A, IF}, {1, eth1}, {2, eth2}) 198.51.100.${A}/24 dev $IF",
        "    }",
        "}",
      ),
      text("The text may begin with another of them; the last one changes fastest."),
    ],
  },
  {
    title: "The order of things",
    passages: [
      text(
        "Each line goes through the same steps: its comment is taken off; an include is followed; a condition is decided; " +
          "a definition is stored; a repetition is unrolled; names are replaced, and what they brought in is looked at again; " +
          "what is left is a keyword, a brace or an item. " +
          "So an include is followed before names are replaced, and its file name cannot contain one.",
      ),
    ],
  },
  {
    title: "Mistakes",
    passages: [
      text(
        "The whole file is read whatever is wrong with it, and every mistake is told with its line and what to write instead. " +
          "At a start, what cannot be used is left out, and the daemon refuses to run what would be another configuration than the one meant: " +
          "a keyword without its value, an interface that does not exist. " +
          "At a reload a file with errors is refused and what ran before keeps running. " +
          "`keepalived check` tells all of it without changing anything.",
      ),
    ],
  },
];
