/** Words of use_vmac and use_ipvlan: interfaces of their own for virtual addresses. */
import { parseIpAddress } from "../../base/address.ts";
import type { Span } from "../diagnostics.ts";
import type { AddressDraft } from "../drafts.ts";
import type { AddressVmacDraft, VmacDraft } from "../vmac-drafts.ts";
import { spanOf } from "../words.ts";
import type { Word } from "../words.ts";
import { interfaceName, numberOrName, prefix, refuse } from "./arguments.ts";
import type { Context, KeywordDescription } from "./keyword.ts";
import { optionFlag, optionTable, optionValue, readOptions } from "./options.ts";
import type { Option } from "./options.ts";

const VMAC_OPTIONS = optionTable<VmacDraft>("use_vmac", [
  optionValue(interfaceName, {
    name: "name",
    since: "2.3.0",
    group: "vmac",
    default: "vrrp.VRID",
    help: "Interface name that may look like another option.",
    set: (draft, name) => (draft.name = name),
  }),
  optionValue(numberOrName("N|NAME", 4294967295), {
    name: "group",
    since: "1.2.3",
    group: "vmac",
    default: "parent group",
    help: "Link group of the macvlan.",
    set: (draft, group) => (draft.group = group),
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

const IPVLAN_OPTIONS = optionTable<VmacDraft>("use_ipvlan", [
  optionValue(interfaceName, {
    name: "name",
    since: "2.3.0",
    group: "vmac",
    default: "generated",
    help: "Interface name.",
    set: (draft, name) => (draft.name = name),
  }),
  optionFlag({
    name: "bridge",
    since: "2.0.17",
    group: "vmac",
    default: "yes",
    help: "Mode flag of the ipvlan.",
    set: (draft) => (draft.flag = "bridge"),
  }),
  optionFlag({
    name: "private",
    since: "2.0.17",
    group: "vmac",
    default: "off",
    help: "Mode flag of the ipvlan.",
    set: (draft) => (draft.flag = "private"),
  }),
  optionFlag({
    name: "vepa",
    since: "2.0.17",
    group: "vmac",
    default: "off",
    help: "Mode flag of the ipvlan.",
    set: (draft) => (draft.flag = "vepa"),
  }),
  optionValue(numberOrName("N|NAME", 4294967295), {
    name: "group",
    since: "2.0.17",
    group: "vmac",
    default: "parent group",
    help: "Link group.",
    set: (draft, group) => (draft.group = group),
  }),
]);

export const VMAC_WORDS: readonly KeywordDescription[] = VMAC_OPTIONS.rows;
export const IPVLAN_WORDS: readonly KeywordDescription[] = IPVLAN_OPTIONS.rows;

/** What follows use_vmac: options, a bare name and a MAC address. */
export function readVmacWords(at: Span, found: readonly Word[], context: Context): VmacDraft {
  const draft: VmacDraft = { at, kind: "macvlan" };
  readOptions(VMAC_OPTIONS, draft, found, {
    ...context,
    onOther: (word) => {
      if (!isMac(word.text)) return takeName(draft, word, context);
      draft.mac = { value: word.text, at: spanOf(word) };
      return true;
    },
  });
  return draft;
}

/** What follows use_ipvlan: options, a bare name and an address. */
export function readIpvlanWords(at: Span, found: readonly Word[], context: Context): VmacDraft {
  const draft: VmacDraft = { at, kind: "ipvlan" };
  readOptions(IPVLAN_OPTIONS, draft, found, {
    ...context,
    onOther: (word) => {
      if (parseIpAddress(word.text.replace(/\/[0-9]+$/, "")) === undefined) {
        return takeName(draft, word, context);
      }
      const parsed = prefix.parse(word, context.report);
      if (parsed !== undefined) draft.address = { value: parsed, at: spanOf(word) };
      return true;
    },
  });
  return draft;
}

/** A line may have one bare name, the interface's. */
function takeName(draft: VmacDraft, word: Word, context: Context): boolean {
  if (draft.name !== undefined) return false;
  const value = interfaceName.parse(word, context.report);
  if (value !== undefined) draft.name = { value, at: spanOf(word) };
  return true;
}

/** `use_vmac` on an address line: `[name IF | IF] [MAC]`. */
export const VMAC_OPTION: Option<AddressDraft> = {
  name: "use_vmac",
  since: "2.2.0",
  group: "vmac",
  default: "off",
  help: "Put this address on its own macvlan.",
  arguments: [interfaceName],
  inside: VMAC_OPTIONS.rows.filter(({ name }) => name === "name"),
  take: (draft, word, following, context) => {
    const vmac: AddressVmacDraft = { at: spanOf(word) };
    draft.vmac = vmac;
    let used = 0;
    const isNamed = following[0]?.text === "name";
    if (isNamed) used += 1;
    const name = following[used];
    const isName = name !== undefined && (isNamed || !ADDRESS_WORDS.has(name.text));
    if (isName && !isMac(name.text)) {
      const value = interfaceName.parse(name, context.report);
      if (value !== undefined) vmac.name = { value, at: spanOf(name) };
      used += 1;
    } else if (isNamed) refuse(context.report, "bad-value", word, "use_vmac name needs a name");
    const mac = following[used];
    if (mac === undefined || !isMac(mac.text)) return used;
    vmac.mac = { value: mac.text, at: spanOf(mac) };
    return used + 1;
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
