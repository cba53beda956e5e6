/** genhash(1), in mdoc(7), from the table of its options. */
import { DEFAULT_TIMEOUT_SECONDS, GENHASH_OPTIONS } from "../../src/cli/genhash-arguments.ts";
import { PRODUCT, PRODUCT_VERSION } from "../../src/report/version.ts";
import { renderOptionList } from "./option-list.ts";
import { display, prose } from "./mdoc.ts";

/** When what is written by hand here was last changed. */
const DATE = "November 23, 2026";

export function renderGenhashManual(): string {
  return [
    '.\\" Made by tools/docs-reference.ts from src/cli/genhash-arguments.ts: change it there.',
    `.Dd ${DATE}`,
    ".Dt GENHASH 1",
    `.Os "${PRODUCT} ${PRODUCT_VERSION}"`,
    ".Sh NAME",
    ".Nm genhash",
    ".Nd print the digest of a web page, for health checks",
    ".Sh SYNOPSIS",
    ".Nm",
    ".Fl s Ar ADDRESS",
    ".Fl p Ar PORT",
    ".Fl u Ar PATH",
    ".Op Ar OPTION ...",
    ".Nm keepalived",
    ".Fl \\-genhash",
    ".Ar OPTION ...",
    ".Sh DESCRIPTION",
    ...DESCRIPTION.map((text, i) => `${i === 0 ? "" : ".Pp\n"}${prose(text)}`),
    ".Sh OPTIONS",
    prose("Long options may be shortened as long as they stay unambiguous."),
    renderOptionList(GENHASH_OPTIONS),
    ".Sh EXIT STATUS",
    ".Bl -tag -width Ds",
    ".It 0",
    prose(
      "The server was asked. " +
        "Whether there is a digest shows on standard output; where there is none, standard error says why.",
    ),
    ".It 1",
    prose("The command line cannot be used, or help was asked for."),
    ".El",
    ".Sh EXAMPLES",
    prose("The digest of a page:"),
    display("$ genhash -s 192.0.2.20 -p 80 -u /health"),
    ".Pp",
    prose("Over TLS, from a server with several sites:"),
    display("$ genhash -S -I -V www.example.org -s 192.0.2.20 -p 443 -u /health"),
    ".Pp",
    prose("What it is for, in a real_server of keepalived.conf:"),
    display(EXAMPLE),
    ".Sh SEE ALSO",
    ".Xr keepalived.conf 5 ,",
    ".Xr keepalived 8",
    "",
  ].join("\n");
}

const DESCRIPTION = [
  "Asks a web server for a page and prints the MD5 digest of its body: " +
    "what `digest` in an HTTP_GET or SSL_GET block compares a page with.",
  "The body is hashed as it comes, whatever the status of the answer. " +
    "It ends where Content-Length says, or where the server closes the connection. " +
    "With HTTP/1.1 a server may send it in chunks, and then their sizes are hashed too; HTTP/1.0 has no chunks. " +
    "Whatever may surprise about a digest, such as an answer with status 404, is said on standard error.",
  `A step that takes longer than ${DEFAULT_TIMEOUT_SECONDS} s, or than -t says, is given up, ` +
    "and so is a page that takes ten times as long.",
];

const EXAMPLE = `HTTP_GET {
    url {
        path /health
        digest 6f5902ac237024bdd0c176cb93063dc4
    }
}`;
