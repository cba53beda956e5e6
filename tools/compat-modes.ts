/** What shows the keywords about links, timers and modes of instances: docs/compat.md, "shown by". */

const MODES = "test/interop/modes.test.ts";
const LINKS = "test/unit/config/links.test.ts";

export const SHOWN_FOR_MODES: Readonly<Record<string, string>> = {
  linkbeat_use_polling: LINKS,
  linkbeat_interfaces: MODES,
  interface_up_down_delays: MODES,
  garp_group: "scenario announcements-garp-group",
  "garp_group/garp_interval": "test/unit/daemon/pacer.test.ts",
  "garp_group/gna_interval": "test/unit/daemon/pacer.test.ts",
  "garp_group/interface": LINKS,
  "garp_group/interfaces": LINKS,
  "global_defs/vrrp_delay_after_boot": "scenario delay-after-boot",
  "global_defs/dynamic_interfaces": "test/interop/dynamic-interfaces.test.ts",
  "global_defs/vrrp_strict": MODES,
  "vrrp_instance/mcast_dst_ip": MODES,
  "vrrp_instance/mcast_src_ip": "scenario source-tracked",
  "vrrp_instance/unicast_ttl": MODES,
  "vrrp_instance/unicast_peer/min_ttl": MODES,
  "vrrp_instance/unicast_peer/max_ttl": MODES,
  "vrrp_instance/check_unicast_src": MODES,
  "vrrp_instance/old_unicast_checksum": MODES,
  "vrrp_instance/lower_prio_no_advert": MODES,
  "vrrp_instance/higher_prio_send_advert": MODES,
  "vrrp_instance/owner_ignore_adverts": "scenario owners-one-deaf",
  "vrrp_instance/down_timer_adverts": MODES,
  "vrrp_instance/dont_track_primary": MODES,
  "vrrp_instance/track_interface": MODES,
  "vrrp_instance/track_interface/weight": MODES,
  "vrrp_instance/track_interface/reverse": MODES,
  "vrrp_instance/track_src_ip": MODES,
  "vrrp_instance/track_bfd": "scenario bfd-tracked",
  "vrrp_instance/linkbeat_use_polling": LINKS,
  "vrrp_instance/promote_secondaries": MODES,
  "vrrp_instance/timer_expired_backup": "scenario timer-expired-backup",
  "vrrp_instance/thread_timer_expired": LINKS,
};
