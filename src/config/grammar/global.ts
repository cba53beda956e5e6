/** global_defs: its tables joined. */
import type { GlobalDraft } from "../drafts.ts";
import { GLOBAL_CORE } from "./global-core.ts";
import { GLOBAL_FIREWALL } from "./firewall.ts";
import { guardRows } from "./guard.ts";
import { GLOBAL_LATER, GLOBAL_MAIL } from "./global-later.ts";
import { GLOBAL_NOTIFY } from "./global-notify.ts";
import { GLOBAL_PROCESS } from "./global-process.ts";
import { blockGrammar } from "./keyword.ts";
import { GLOBAL_LVS } from "./lvs-globals.ts";

export const globalGrammar = blockGrammar<GlobalDraft>(
  "global_defs",
  GLOBAL_CORE,
  GLOBAL_PROCESS,
  GLOBAL_MAIL,
  GLOBAL_NOTIFY,
  GLOBAL_FIREWALL,
  GLOBAL_LATER,
  GLOBAL_LVS,
  guardRows(),
);
