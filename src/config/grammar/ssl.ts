/** Rows of SSL: the client certificate and the trust of SSL_GET. */
import type { TlsClientDraft } from "../lvs-drafts.ts";
import { text } from "./arguments.ts";
import { blockGrammar } from "./keyword.ts";
import type { Keyword } from "./keyword.ts";
import { value } from "./rows.ts";

const setting = (
  name: string,
  shape: string,
  help: string,
  field: "password" | "authority" | "certificate" | "key",
): Keyword<TlsClientDraft> =>
  value(text(shape), {
    name,
    lenient: true,
    since: "1.0.3",
    group: "checker",
    default: "none",
    help,
    set: (draft, { value }) => (draft[field] = value),
  });

export const sslGrammar = blockGrammar<TlsClientDraft>("SSL", [
  setting("password", "TEXT", "Passphrase of the private key.", "password"),
  setting("ca", "FILE", "Certificates that are trusted.", "authority"),
  setting("certificate", "FILE", "Certificate that is shown to servers.", "certificate"),
  setting("key", "FILE", "Private key of the certificate.", "key"),
]);
