/**
 * What one sentence of help cannot hold, for the keywords people ask about: what it does in
 * practice, where it surprises, what to write. The manual and the reference show it below the help;
 * keyed by the path of the keyword, `vrrp_instance/advert_int`.
 */

const NOTES: Readonly<Record<string, string>> = {
  instance:
    "Two daemons on one machine need different names, or four different pid files on the command line. " +
    "The name cannot change in a reload.",
  net_namespace:
    "The namespace must exist when the daemon starts; `ip netns add` makes one. " +
    "Interfaces, addresses and routes are those of the namespace, while files are the host's.",

  "global_defs/router_id":
    "It is not the VRRP router id, which is virtual_router_id, and it decides nothing in an election.",
  "global_defs/dynamic_interfaces":
    "Without it an interface that is missing at start ends the daemon with exit code 2. " +
    "With it the instance waits in FAULT until the interface appears. " +
    "Use it where tunnels, bonds or VLANs are made after the daemon is started.",
  "global_defs/vrrp_version":
    "Set it to the same number on every router of a network: a router drops adverts of the other version, and both become master. " +
    "Version 3 allows intervals below a second and has no passwords. " +
    "IPv6 is always version 3, whatever is written here.",
  "global_defs/vrrp_strict":
    "Many sample files carry it, and it is rarely wanted. " +
    "It drops authentication and preempt_delay, and by the RFC a router that does not own an address must not answer on it, so that the address can be neither pinged nor connected to. " +
    "Leave it out, or use version 3 with `accept`.",
  "global_defs/vrrp_skip_check_adv_addr":
    "It saves work with very long address lists. A master compares the list of every advert all the same. " +
    "A list that differs is said and counted, and the sender is still a master.",
  "global_defs/vrrp_garp_master_delay":
    "The second set is for switches that were not ready for the first one. " +
    "0 leaves the second set out.",
  "global_defs/vrrp_garp_master_refresh":
    "Set it where some device forgets or mislearns the address while nothing fails. " +
    "60 seconds is gentle; each address costs one packet a period.",
  "global_defs/vrrp_garp_interval":
    "Give a gap such as 0.001 when hundreds of addresses move at once and switches or hypervisors drop bursts. " +
    "The gap counts for each interface, so a long list then takes its time.",
  "global_defs/vrrp_min_garp":
    "It lowers the packets of a takeover to one for each address. " +
    "If that one is lost, neighbours keep the old entry until it expires; use it only where the network is known to deliver.",
  "global_defs/vrrp_startup_delay":
    "A port that has just come up often forwards nothing for many seconds (spanning tree, bonds, virtual switches). " +
    "A router that starts then hears no master and becomes one itself, nopreempt or not. " +
    "Set it longer than the network needs; 20 to 30 seconds suits most.",
  "global_defs/vrrp_rt_priority":
    "A busy machine that sends its adverts late loses its addresses to a backup that was never needed. " +
    "Realtime scheduling keeps the VRRP process on time, and does not concern scripts.",
  "global_defs/vrrp_no_swap":
    "A process that must be read back from disk before it can send is a late process. " +
    "Use it together with vrrp_rt_priority on machines that swap.",
  "global_defs/script_user":
    "It counts for every script that names no user of its own. " +
    "Without it a system user called keepalived_script is used if there is one. " +
    "Give scripts an ordinary user, and root only to those that need it.",
  "global_defs/enable_script_security":
    "With it, a script that would run as root is disabled when anybody else could replace it or a directory on its path, and a script without a user needs the user keepalived_script. " +
    "A check that is disabled is taken out of its instances, which go on without it, so read the log after switching this on. " +
    "Without it, any script makes `keepalived -t` end with code 6.",
  "global_defs/log_unknown_vrids":
    "It shows other VRRP routers on the segment, which helps in choosing a free virtual_router_id.",

  "vrrp_instance/state":
    "It decides almost nothing: the election goes by priority, and a router that starts with `state MASTER` waits as long as one with BACKUP. " +
    "MASTER has two side effects: it clears nopreempt and preempt_delay, and without a priority it means priority 255. " +
    "Write BACKUP on every router, or leave it out, and let the priorities decide.",
  "vrrp_instance/interface":
    "Adverts travel on it, and while it is down the instance is in FAULT. " +
    "Addresses may stand on other interfaces with `dev`. " +
    "If it may be missing when the daemon starts, set dynamic_interfaces.",
  "vrrp_instance/virtual_router_id":
    "It must be the same on every router that shares the addresses, and used by nobody else on the segment: two groups with one number reject each other's adverts. " +
    "The same number may be used again on another interface or for the other address family.",
  "vrrp_instance/priority":
    "The highest one is master; at a tie the higher sending address wins. " +
    "255 is for the router that has the address as its own: it starts as master and trackers do not change it. " +
    "Leave a gap between routers that is smaller than the weight of a check, say 150 and 100 with a weight of -60.",
  "vrrp_instance/advert_int":
    "A backup takes over after three intervals and up to one more, so 1 second means 3 to 4 seconds of silence. " +
    "Version 2 has whole seconds, and drops adverts whose interval differs from its own. " +
    "For faster failover use version 3 on every router; below 0.1 s a busy machine or a virtual one that pauses can lose its addresses for nothing.",
  "vrrp_instance/version":
    "Routers of different versions drop each other's adverts, and each becomes master. " +
    "To change it on a running pair, stop the backup, change and reload the master, then change and start the backup.",
  "vrrp_instance/nopreempt":
    "It belongs on the router with the higher priority, and is best put on all of them, each with `state BACKUP`. " +
    "A check with a weight then moves nothing while the master lives; use checks without a weight, whose failure is a FAULT. " +
    "If a rebooted router still takes the address back, it did not hear the master: see vrrp_startup_delay.",
  "vrrp_instance/preempt_delay":
    "It counts from the first advert of a master with a lower priority, and the usual wait comes on top. " +
    "It gives a returned machine time to warm up; it does not delay a start where no master is heard, for which there is vrrp_startup_delay. " +
    "It needs `state BACKUP` and is dropped in strict mode.",
  "vrrp_instance/mcast_src_ip":
    "The address must be on this machine, and neighbours see it as the sender. " +
    "It breaks the tie between equal priorities.",
  "vrrp_instance/unicast_src_ip":
    "Write it when the interface has several addresses, so that the peers see the one they have listed. " +
    "It must be on this machine and of the family of the peers.",
  "vrrp_instance/unicast_peer":
    "For networks without multicast, as in most clouds. " +
    "List every other router and never this one; each router's list is different. " +
    "Protocol 112 must be allowed between them, and a cloud must be told itself that an address has moved.",
  "vrrp_instance/check_unicast_src":
    "Without it an advert from any address with the right router id counts. " +
    "Peers must then send from exactly the address listed: give them unicast_src_ip.",
  "vrrp_instance/authentication":
    "Version 2 only, and it protects from mistakes rather than from people: the password travels readable in every advert. " +
    "All routers must agree, or each becomes master. " +
    "It is dropped in version 3 and in strict mode.",
  "vrrp_instance/authentication/auth_pass":
    "Only the first eight characters count. " + "Do not use a password that opens anything else.",
  "vrrp_instance/down_timer_adverts":
    "More adverts make a lossy network quieter and failover slower. " +
    "2 makes failover faster at the cost of a takeover whenever two packets are lost.",
  "vrrp_instance/virtual_ipaddress":
    "One address a line, the same list on every router. " +
    "Write the prefix length of the network; without one it is /32, from which no connected route follows. " +
    "All addresses are of one family; those of the other one belong in virtual_ipaddress_excluded or in an instance of their own.",
  "vrrp_instance/virtual_ipaddress_excluded":
    "They come and go with the others and are not listed in the adverts. " +
    "It is the place for addresses of the other family and for more than an advert can hold.",
  "vrrp_instance/virtual_ipaddress/dev":
    "Without it the address stands on the interface of the instance. " +
    "The instance watches this interface too, and goes to FAULT while it is down.",
  "vrrp_instance/virtual_ipaddress/label":
    "Old tools such as ifconfig list the address only when it has one. " +
    "Write the interface name, a colon and a word, as in eth0:1; at most 15 characters.",
  "vrrp_instance/virtual_ipaddress/no_track":
    "When another program removes a virtual address, the master steps down and takes it again. " +
    "With this word the removal goes unnoticed and the address stays missing.",
  "vrrp_instance/garp_master_delay":
    "If clients do not follow a takeover until their ARP entry expires, look at the switch first: it may filter gratuitous ARP. " +
    "The second set helps when the port was not yet forwarding.",
  "vrrp_instance/garp_master_refresh":
    "A steady repeat heals a neighbour that learned the wrong machine, after a split for example. " +
    "It costs one packet for each address and period.",
  "vrrp_instance/garp_lower_prio_repeat":
    "A master that hears a lower priority has probably been through a split, and neighbours may believe the other router. " +
    "These announcements bring them back, at most once a second.",
  "vrrp_instance/dont_track_primary":
    "Use it when two machines are joined by one cable: pulling it takes the link away on both, and neither would be master. " +
    "Everywhere else leave it out.",
  "vrrp_instance/track_interface":
    "Without a weight a link that goes down is a FAULT and the address moves. " +
    "The interface of the instance is tracked anyway and is not listed here.",
  "vrrp_instance/track_script":
    "Names vrrp_script blocks, which must stand above this block in the file. " +
    "Without a weight a failing check is a FAULT: the address moves at once, whatever the priorities. " +
    "With a weight it moves only if the priority that is left falls below that of another router.",
  "vrrp_instance/track_interface/weight":
    "It counts for this instance alone, in place of the weight that the object itself has. " +
    "0 makes a failure a FAULT. " +
    "Check that the difference between the routers is smaller than the weight.",
  "vrrp_instance/notify_master":
    "Told once, after the addresses are in place; it is not repeated when it fails. " +
    "Write scripts that may run twice. " +
    "Scripts of one instance run one after the other, and one that takes longer than 30 seconds is overtaken by the next.",
  "vrrp_instance/notify_backup":
    "It runs at the start too, as soon as the instance is ready to take part. " +
    "Services that must run on one machine only are stopped here and in notify_fault.",
  "vrrp_instance/notify_fault":
    "A machine in FAULT has no addresses and takes part in no election. " +
    "What notify_backup stops should be stopped here too.",
  "vrrp_instance/notify_stop":
    "When the daemon stops, the script is given one second. " + "A killed daemon runs nothing.",
  "vrrp_instance/notify":
    "The words added are INSTANCE, the name, the state (MASTER, BACKUP, FAULT, STOP or DELETED) and the priority in force. " +
    "When a script for the single state is set as well, that one runs first. " +
    "One script for all states is easier to keep right than four.",
  "vrrp_instance/use_vmac":
    "With it clients keep their ARP entries in a takeover, as the MAC address moves along. " +
    "Most networks do well without it, since gratuitous ARP does the same job; many virtual switches and clouds drop frames with a MAC address they did not assign.",

  vrrp_script:
    "It does nothing by itself: name it in the track_script of an instance, further down in the file. " +
    "Scripts run as the user of `user`, of script_user or keepalived_script.",
  "vrrp_script/script":
    "Exit status 0 is good and everything else is bad. " +
    "Write the full path, and quotes around a command with arguments. " +
    "Print a line before a failing exit: `keepalived status` shows the last one.",
  "vrrp_script/interval":
    "It is counted from start to start. " +
    "A run that is still going when the next is due is not started a second time. " +
    "Add it to the time of a failover: a check every 2 seconds with `fall 2` notices after up to 4.",
  "vrrp_script/timeout":
    "A run that takes longer is ended with all its children and counts as a failure. " +
    "Without it the limit is the interval, which ends slow checks that only wanted to wait. " +
    "Set it longer than the check may ever take.",
  "vrrp_script/weight":
    "A positive weight is added while the check is good, a negative one while it is bad; both move the priority by the same amount. " +
    "With 0, which is usual, a failure is a FAULT and the address moves. " +
    "A weight smaller than the difference between the routers never moves anything, and with nopreempt no weight does.",
  "vrrp_script/rise":
    "It damps a service that comes and goes. " + "The first result after a start counts at once.",
  "vrrp_script/fall":
    "2 or 3 keeps one slow answer from moving the address, and makes a failover that many intervals slower.",
  "vrrp_script/init_fail":
    "A service that needs minutes to start should not be taken for healthy before it has answered. " +
    "Without it an instance waits for the first result.",

  vrrp_sync_group:
    "For a router with an inside and an outside, where both addresses must be on the same machine. " +
    "Put trackers on the group, not on its members, so that they count for all.",
  track_file:
    "The file holds one number, and is read whenever it is written. " +
    "With `weight 0` any number but 0 is a failure, which makes it the easiest way to drain a router by hand: `echo 1 > FILE`.",
  vrrp_track_process:
    "Cheaper than a script that asks for a process again and again, and it notices the end at once. " +
    "It knows that the process lives, not that it answers.",

  "virtual_server/protocol":
    "Always write it: without it the service is UDP, and `keepalived -t` complains. " +
    "A service by firewall mark has none.",
  "virtual_server/lvs_method":
    "NAT needs the servers to answer through this machine, DR needs the virtual address on a silent interface of each server, and TUN a tunnel to each. " +
    "With DR and TUN the server's port is that of the service.",
  "virtual_server/alpha":
    "Without it every server gets traffic from the first moment and loses it when its first check fails. " +
    "With it a start takes one round of checks longer and sends nobody to a dead server.",
  "virtual_server/quorum":
    "It is a sum of weights, not a number of servers. " +
    "Below it the sorry server takes over if there is one, and quorum_down runs.",
  "virtual_server/inhibit_on_failure":
    "A server that fails stays in the table with weight 0: connections it has are not cut, and new ones go elsewhere. " +
    "Use it for long connections; leave it out where clients should be cut off and come back.",
  "virtual_server/persistence_timeout":
    "It binds a client's address, so that everybody behind one gateway lands on one server. " +
    "Written without a number it is 360 seconds.",
  "virtual_server/delay_loop":
    "60 seconds is long for most services; 5 to 10 is usual. " +
    "A failing server is found after this time and its retries.",
  "virtual_server/real_server":
    "Without a check in it a server always counts as up. " + "Several checks must all succeed.",
  "virtual_server/real_server/MISC_CHECK/misc_dynamic":
    "Status 0 leaves the weight as it is, 1 is a failure, and 2 to 255 set the weight to the status less 2. " +
    "So a server can ask for less traffic before it is in trouble.",
};

/** What to know about a keyword beyond its help, by the path `vrrp_instance/advert_int`. */
export function noteOf(path: string): string | undefined {
  return Object.hasOwn(NOTES, path) ? NOTES[path] : undefined;
}

/** The keywords that have a note. */
export const NOTED_PATHS: readonly string[] = Object.keys(NOTES);
