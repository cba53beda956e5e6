/** Words of use_vmac and use_ipvlan: interfaces of their own for virtual addresses. Parsed and checked. */
import { parseIpAddress } from "../../base/address.ts";
import type { AddressDraft } from "../drafts.ts";
import type { Word } from "../words.ts";
import { interfaceName, numberOrName, refuse } from "./arguments.ts";
import type { Context, KeywordDescription } from "./keyword.ts";
import { optionFlag, optionTable, optionValue, readOptions } from "./options.ts";
import type { Option } from "./options.ts";

const VMAC_LATER =
  "no macvlan is made, and addresses stand on the interface itself with its own MAC";

const VMAC_OPTIONS = optionTable<object>("use_vmac", [
  optionValue(interfaceName, {
    name: "name",
    since: "2.3.0",
    group: "vmac",
    default: "vrrp.VRID",
    help: "Interface name that may look like another option.",
  }),
  optionValue(numberOrName("N|NAME", 4294967295), {
    name: "group",
    since: "1.2.3",
    group: "vmac",
    default: "parent group",
    help: "Link group of the macvlan.",
  }),
  optionFlag({
    name: "netlink_notify_msg",
    since: "2.3.0",
    group: "vmac",
    default: "off",
    help: "Force a netlink message for the parent.",
  }),
]);

/** Five octets are allowed: the router id becomes the sixth. */
function isMac(text: string): boolean {
  return /^[0-9a-f]{1,2}(:[0-9a-f]{1,2}){4,5}$/i.test(text);
}

const IPVLAN_OPTIONS = optionTable<object>("use_ipvlan", [
  optionValue(interfaceName, {
    name: "name",
    since: "2.3.0",
    group: "vmac",
    default: "generated",
    help: "Interface name.",
  }),
  optionFlag({
    name: "bridge",
    since: "2.0.17",
    group: "vmac",
    default: "yes",
    help: "Mode flag of the ipvlan.",
  }),
  optionFlag({
    name: "private",
    since: "2.0.17",
    group: "vmac",
    default: "off",
    help: "Mode flag of the ipvlan.",
  }),
  optionFlag({
    name: "vepa",
    since: "2.0.17",
    group: "vmac",
    default: "off",
    help: "Mode flag of the ipvlan.",
  }),
  optionValue(numberOrName("N|NAME", 4294967295), {
    name: "group",
    since: "2.0.17",
    group: "vmac",
    default: "parent group",
    help: "Link group.",
  }),
]);

export const VMAC_WORDS: readonly KeywordDescription[] = VMAC_OPTIONS.rows;
export const IPVLAN_WORDS: readonly KeywordDescription[] = IPVLAN_OPTIONS.rows;

export function checkVmacWords(found: readonly Word[], context: Context): void {
  const names = { count: 0 };
  readOptions(VMAC_OPTIONS, {}, found, {
    ...context,
    onOther: (word) => isMac(word.text) || isFirst(word, names, context),
  });
}

export function checkIpvlanWords(found: readonly Word[], context: Context): void {
  const names = { count: 0 };
  readOptions(IPVLAN_OPTIONS, {}, found, {
    ...context,
    onOther: (word) => {
      const address = word.text.replace(/\/[0-9]+$/, "");
      return parseIpAddress(address) !== undefined || isFirst(word, names, context);
    },
  });
}

/** Whether the word is the one bare interface name a line may have. */
function isFirst(word: Word, names: { count: number }, context: Context): boolean {
  names.count += 1;
  if (names.count > 1) return false;
  interfaceName.parse(word, context.report);
  return true;
}

/** `use_vmac` on an address line: `[name IF | IF] [MAC]`. */
export const VMAC_OPTION: Option<AddressDraft> = {
  name: "use_vmac",
  since: "2.2.0",
  group: "vmac",
  default: "off",
  help: "Put this address on its own macvlan.",
  later: VMAC_LATER,
  arguments: [interfaceName],
  inside: VMAC_OPTIONS.rows.filter(({ name }) => name === "name"),
  take: (_draft, word, following, context) => {
    const named = following[0]?.text === "name" ? 1 : 0;
    const candidate = following[named];
    let used = named;
    if (candidate !== undefined && (named === 1 || !ADDRESS_WORDS.has(candidate.text))) {
      if (!isMac(candidate.text)) {
        interfaceName.parse(candidate, context.report);
        used += 1;
      }
    } else if (named === 1) refuse(context.report, "bad-value", word, "use_vmac name needs a name");
    return isMac(following[used]?.text ?? "") ? used + 1 : used;
  },
};

/** Words that go on with the address line, and so are no interface name. */
const ADDRESS_WORDS: ReadonlySet<string> = new Set([
  "dev",
  "scope",
  "broadcast",
  "brd",
  "label",
  "peer",
  "home",
  "-nodad",
  "mngtmpaddr",
  "noprefixroute",
  "autojoin",
  "preferred_lft",
  "no_track",
]);

export { VMAC_LATER };
