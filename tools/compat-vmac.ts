/** What shows the keywords of virtual MAC addresses, for the table of docs/compat.md. */
const INTEROP = "test/interop/vmac.test.ts";

export const SHOWN_FOR_VMAC: Readonly<Record<string, string>> = {
  "vrrp_instance/use_vmac": INTEROP,
  "vrrp_instance/use_vmac/name": INTEROP,
  "vrrp_instance/vmac_xmit_base": INTEROP,
  "vrrp_instance/virtual_ipaddress/use_vmac": INTEROP,
  "global_defs/disable_local_igmp": INTEROP,
  "vrrp_instance/garp_extra_if": "scenario vmac-extra-announcements",
  "vrrp_instance/use_ipvlan": "test/unit/wire/link-request.test.ts",
};

/** Accepted without an effect. */
export const NO_EFFECT_FOR_VMAC: Readonly<Record<string, string>> = {
  "vrrp_instance/use_vmac/netlink_notify_msg":
    "none is needed: what the kernel says of links is read at once",
};
