# Completion of keepalived for fish. Made by `keepalived completion fish`; to use it:
#   keepalived completion fish | source

# Whether the command line is that of this command.
function __keepalived_in
    set -l words (commandline -opc)
    set -e words[1]
    set -l count (count $argv)
    test (count $words) -ge $count; or return 1
    test "$words[1..$count]" = "$argv"
end

# Whether a command may stand here.
function __keepalived_is_first
    test (count (commandline -opc)) -eq 1
end

# Whether the daemon itself is meant, with its options.
function __keepalived_runs
    set -l words (commandline -opc)
    test (count $words) -eq 1; or string match -q -- '-*' $words[2]
end

# The names that the running daemon knows. Another program of this name is not asked: the original
# Keepalived starts when it is given words it does not know.
function __keepalived_instances
    set -l words (commandline -opc)
    timeout 2 $words[1] --version </dev/null 2>&1 | string match -q '*keepalived-ts*'; or return
    set -l which
    for at in (seq 2 (count $words))
        switch $words[$at]
            case -p --pid --socket
                set -l value (math $at + 1)
                set -a which $words[$at] $words[$value]
            case '--pid=*' '--socket=*'
                set -a which $words[$at]
        end
    end
    timeout 2 $words[1] completion instances $which </dev/null 2>/dev/null
end

complete -c keepalived -f
complete -c keepalived -n '__keepalived_runs' -s f -l use-file -F -d 'configuration file (default /etc/keepalived/keepalived.conf)' -r
complete -c keepalived -n '__keepalived_runs' -s i -l config-id -d 'name for lines that begin with @ID (default: the host name)' -r
complete -c keepalived -n '__keepalived_runs' -s e -l all-config -d 'a missing include file is an error'
complete -c keepalived -n '__keepalived_runs' -s s -l namespace -a '(ls /run/netns 2>/dev/null)' -d 'run in this network namespace, whatever the file says' -r
complete -c keepalived -n '__keepalived_runs' -s n -l dont-fork -d 'stay in the foreground'
complete -c keepalived -n '__keepalived_runs' -s P -l vrrp -d 'run VRRP, no health checkers'
complete -c keepalived -n '__keepalived_runs' -s C -l check -d 'run health checkers, no VRRP'
complete -c keepalived -n '__keepalived_runs' -s B -l no_bfd -d 'do not run BFD'
complete -c keepalived -n '__keepalived_runs' -l all -d 'start every process even without configuration for it'
complete -c keepalived -n '__keepalived_runs' -s R -l dont-respawn -d 'end when a child process dies, instead of starting it again'
complete -c keepalived -n '__keepalived_runs' -l ignore-sigint -d 'ignore Ctrl-C (under a debugger)'
complete -c keepalived -n '__keepalived_runs' -s l -l log-console -d 'log to standard error as well'
complete -c keepalived -n '__keepalived_runs' -s D -l log-detail -d 'log in detail'
complete -c keepalived -n '__keepalived_runs' -s G -l no-syslog -d 'do not log to syslog'
complete -c keepalived -n '__keepalived_runs' -s S -l log-facility -a 'daemon user local0 local1 local2 local3 local4 local5 local6 local7' -d 'syslog facility: 0-7, local0-7, user or daemon (default)' -r
complete -c keepalived -n '__keepalived_runs' -s g -l log-file -F -d 'log to FILE as well (default /tmp/keepalived.log)'
complete -c keepalived -n '__keepalived_runs' -l flush-log-file -d 'write each line to the log file at once (it always is)'
complete -c keepalived -n '__keepalived_runs' -s d -l dump-conf -d 'log the configuration as it was understood'
complete -c keepalived -n '__keepalived_runs' -s a -l address-monitoring -d 'log every address added or removed'
complete -c keepalived -n '__keepalived_runs' -s X -l release-vips -d 'drop addresses on a stop by signal (it always does)'
complete -c keepalived -n '__keepalived_runs' -s V -l dont-release-vrrp -d 'leave virtual addresses in place when the daemon ends'
complete -c keepalived -n '__keepalived_runs' -s I -l dont-release-ipvs -d 'leave the load balancing table in place when the daemon ends'
complete -c keepalived -n '__keepalived_runs' -s p -l pid -F -d 'pid file of the daemon' -r
complete -c keepalived -n '__keepalived_runs' -s r -l vrrp_pid -F -d 'pid file of the VRRP process' -r
complete -c keepalived -n '__keepalived_runs' -s c -l checkers_pid -F -d 'pid file of the checker process' -r
complete -c keepalived -n '__keepalived_runs' -s b -l bfd_pid -F -d 'pid file of the BFD process' -r
complete -c keepalived -n '__keepalived_runs' -s u -l umask -d 'mask for files it creates, as a number' -r
complete -c keepalived -n '__keepalived_runs' -s m -l core-dump -d 'write a core file after a crash'
complete -c keepalived -n '__keepalived_runs' -s M -l core-dump-pattern -d 'name of core files'
complete -c keepalived -n '__keepalived_runs' -s x -l snmp -d 'answer SNMP'
complete -c keepalived -n '__keepalived_runs' -s A -l snmp-agent-socket -F -d 'socket of the SNMP master agent' -r
complete -c keepalived -n '__keepalived_runs' -s t -l config-test -F -d 'check the configuration; complaints to standard error or FILE'
complete -c keepalived -n '__keepalived_runs' -l signum -a 'STOP RELOAD DATA STATS STATS_CLEAR JSON' -d 'the number of a signal: STOP RELOAD DATA STATS STATS_CLEAR JSON' -r
complete -c keepalived -n '__keepalived_runs' -s v -l version -d 'print the version'
complete -c keepalived -n '__keepalived_runs' -s h -l help -d 'print this help'
complete -c keepalived -n '__keepalived_runs' -s T -l genhash -d 'become genhash(1), which reads all that follows; the first option'
complete -c keepalived -n '__keepalived_is_first' -a status -d 'who is master, since when, and why'
complete -c keepalived -n '__keepalived_is_first' -a why -d 'everything about one instance, with its history'
complete -c keepalived -n '__keepalived_is_first' -a maintenance -d 'take this node, or one instance, out while you work on it'
complete -c keepalived -n '__keepalived_is_first' -a switchover -d 'hand the addresses of a master to a peer, and leave them there'
complete -c keepalived -n '__keepalived_is_first' -a restart -d 'replace the running program, after an upgrade, without a failover'
complete -c keepalived -n '__keepalived_is_first' -a release -d 'take off what a daemon that was killed has left'
complete -c keepalived -n '__keepalived_is_first' -a check -d 'every mistake in a file, or between the files of a cluster'
complete -c keepalived -n '__keepalived_is_first' -a explain -d 'what a keyword means, its range, its default, an example'
complete -c keepalived -n '__keepalived_is_first' -a completion -d 'a script that completes commands, options and names in your shell'
complete -c keepalived -n '__keepalived_is_first' -a lsp -d 'a language server, for editors'
complete -c keepalived -n '__keepalived_is_first' -a config -d 'show, diff'
complete -c keepalived -n '__keepalived_is_first' -a help -d 'this help, or that of one command'
complete -c keepalived -n '__keepalived_in config; and test (count (commandline -opc)) -eq 2' -a show -d 'the file as it is read, each line with where it comes from'
complete -c keepalived -n '__keepalived_in config; and test (count (commandline -opc)) -eq 2' -a diff -d 'what a reload would change, and what it interrupts'
complete -c keepalived -n '__keepalived_in status' -l json -d 'for programs'
complete -c keepalived -n '__keepalived_in status' -s p -l pid -F -d 'the daemon with this pid file' -r
complete -c keepalived -n '__keepalived_in status' -l socket -F -d 'the daemon behind this control socket' -r
complete -c keepalived -n '__keepalived_in status' -s h -l help -d 'print help'
complete -c keepalived -n '__keepalived_in why' -s p -l pid -F -d 'the daemon with this pid file' -r
complete -c keepalived -n '__keepalived_in why' -l socket -F -d 'the daemon behind this control socket' -r
complete -c keepalived -n '__keepalived_in why' -s h -l help -d 'print help'
complete -c keepalived -n '__keepalived_in why' -a '(__keepalived_instances)'
complete -c keepalived -n '__keepalived_in maintenance' -l for -d 'ends by itself, after 45s, 30m, 2h, 1h30m or 1d' -r
complete -c keepalived -n '__keepalived_in maintenance' -l instance -a '(__keepalived_instances)' -d 'this vrrp_instance alone' -r
complete -c keepalived -n '__keepalived_in maintenance' -l reason -d 'shown to whoever asks why' -r
complete -c keepalived -n '__keepalived_in maintenance' -l json -d 'for programs'
complete -c keepalived -n '__keepalived_in maintenance' -s p -l pid -F -d 'the daemon with this pid file' -r
complete -c keepalived -n '__keepalived_in maintenance' -l socket -F -d 'the daemon behind this control socket' -r
complete -c keepalived -n '__keepalived_in maintenance' -s h -l help -d 'print help'
complete -c keepalived -n '__keepalived_in maintenance' -a 'on off'
complete -c keepalived -n '__keepalived_in switchover' -l force -d 'even if no peer is known to be there'
complete -c keepalived -n '__keepalived_in switchover' -l release -d 'end the holding back of an earlier switchover'
complete -c keepalived -n '__keepalived_in switchover' -l json -d 'for programs'
complete -c keepalived -n '__keepalived_in switchover' -s p -l pid -F -d 'the daemon with this pid file' -r
complete -c keepalived -n '__keepalived_in switchover' -l socket -F -d 'the daemon behind this control socket' -r
complete -c keepalived -n '__keepalived_in switchover' -s h -l help -d 'print help'
complete -c keepalived -n '__keepalived_in switchover' -a '(__keepalived_instances)'
complete -c keepalived -n '__keepalived_in restart' -l keep -d 'the addresses stay, and no peer notices'
complete -c keepalived -n '__keepalived_in restart' -l json -d 'for programs'
complete -c keepalived -n '__keepalived_in restart' -s p -l pid -F -d 'the daemon with this pid file' -r
complete -c keepalived -n '__keepalived_in restart' -l socket -F -d 'the daemon behind this control socket' -r
complete -c keepalived -n '__keepalived_in restart' -s h -l help -d 'print help'
complete -c keepalived -n '__keepalived_in release' -l stop-post -d 'for systemd\'s ExecStopPost: spares what a new start goes on with'
complete -c keepalived -n '__keepalived_in release' -s h -l help -d 'print help'
complete -c keepalived -n '__keepalived_in check' -s i -l config-id -d 'the id that @ID lines are for; one for each file, or several for one' -r
complete -c keepalived -n '__keepalived_in check' -l strict -d 'everything that is said counts for the exit code'
complete -c keepalived -n '__keepalived_in check' -l portable -d 'which Keepalived understands the file, and where it would not'
complete -c keepalived -n '__keepalived_in check' -l format -a 'text json sarif' -d 'how it is written' -r
complete -c keepalived -n '__keepalived_in check' -s h -l help -d 'print help'
complete -c keepalived -n '__keepalived_in check' -F
complete -c keepalived -n '__keepalived_in explain' -l json -d 'for programs'
complete -c keepalived -n '__keepalived_in explain' -s h -l help -d 'print help'
complete -c keepalived -n '__keepalived_in explain' -a 'BFD_CHECK DNS_CHECK FILE_CHECK HTTP_GET MISC_CHECK PING_CHECK SMTP_CHECK SSL SSL_GET TCP_CHECK UDP_CHECK accept active_key add advert_int advmss alpha anti_replay anycast append as auth_hmac auth_pass auth_type authentication autojoin bfd_cpu_affinity bfd_instance bfd_no_swap bfd_priority bfd_process_name bfd_rlimit_rtime bfd_rlimit_rttime bfd_rt_priority bind_if bind_port bindto blackhole brd bridge broadcast ca cert certificate check_unicast_src checker checker_cpu_affinity checker_log_all_failures checker_no_swap checker_priority checker_process_name checker_rlimit_rtime checker_rlimit_rttime checker_rt_priority child_wait_time config_save_dir congctl connect_ip connect_port connect_timeout csum cwnd data_use_instance dbus_no_interface_name dbus_service_name debug default default6 default_interface delay delay_before_retry delay_loop dev digest disable_local_igmp dont_track_primary down_timer_adverts dport dsfield dynamic_interfaces enable_dbus enable_script_security enable_sni enable_snmp_checker enable_snmp_keepalived enable_snmp_rfc enable_snmp_rfcv2 enable_snmp_rfcv3 enable_snmp_vrrp enable_traps encap etcd expires fall fast_recovery fastopen_no_cookie features fifo_write_vrrp_states_on_reload file flag-1 flag-2 flag-3 fork_delay from full_command fwmark garp_extra_if garp_group garp_interval garp_lower_prio_delay garp_lower_prio_repeat garp_master_delay garp_master_refresh garp_master_refresh_repeat garp_master_repeat gateway global_defs global_tracking gna_interval goto group gw ha_suspend hashed helo_name higher_prio_send_advert home hoplimit host http_protocol hysteresis id idle_tx iif include_check inet inet6 inhibit_on_failure init_fail init_file initcwnd initrwnd inst instance interface interface_up_down_delays interfaces interval ip_family ipproto iproute_etc_dir iproute_usr_dir isolation_check json_dump_file json_version kernel_rx_buf_size key l3mdev label lb_algo lb_kind linkbeat_interfaces linkbeat_use_polling local log_all_failures log_unknown_vrids lookup lower_prio_no_advert lthreshold lvs_flush lvs_flush_on_stop lvs_flush_onstop lvs_method lvs_netlink_cmd_rcv_bufs lvs_netlink_cmd_rcv_bufs_force lvs_netlink_monitor_rcv_bufs lvs_netlink_monitor_rcv_bufs_force lvs_notify_fifo lvs_notify_fifo_script lvs_process_name lvs_sched lvs_sync_daemon lvs_sync_daemon_interface lvs_timeouts max_auto_priority max_hops max_reply_length max_ttl maxlen mcast_dst_ip mcast_src_ip metric mh-fallback mh-port min_auto_priority_delay min_reply_length min_rx min_ttl min_tx misc_dynamic misc_path misc_timeout mngtmpaddr mode mtu multicast multihop multiplier name namespace_with_ipsets nat native_ipv6 nb_get_retry neighbor_ip neighbour_ip net_namespace net_namespace_ipvs netlink_notify_msg nexthop nftables nftables_counters nftables_ifindex nftables_ipvs nftables_ipvs_priority nftables_ipvs_start_fwmark nftables_priority no_accept no_checker_emails no_email_faults no_track no_virtual_ipaddress nocsum nop nopreempt noprefixroute noreverse not notification_email notification_email_from notify notify_backup notify_deleted notify_down notify_fault notify_fifo notify_fifo_script notify_master notify_master_rx_lower_pri notify_priority_changes notify_stop notify_up oif old_unicast_checksum omega onlink ops or order owner_ignore_adverts param_match passive password password_file path payload peer persistence_engine persistence_granularity persistence_timeout policy port preempt preempt_delay pref preference preferred_lft prefix prepend priority private process process_monitor_rcv_bufs process_monitor_rcv_bufs_force process_name process_names prohibit promote_secondaries protocol quickack quorum quorum_down quorum_max quorum_up random_seed real_server realms receive_proof regex regex_max_offset regex_min_offset regex_no_match regex_options regex_stack reload_check_config reload_file reload_repeat reload_time_file remcsum reordering require_reply retry reverse rise router_id rs_init_notifies rto_min rtt rttvar scope script script_user set_supplementary_groups sh-fallback sh-port shutdown_script shutdown_script_timeout skip_check_adv_addr smtp_alert smtp_alert_checker smtp_alert_vrrp smtp_auth smtp_connect_timeout smtp_helo_name smtp_server smtp_tls sni_name snmp_name snmp_rs_stats_update_interval snmp_socket snmp_vs_stats_update_interval sorry_server sorry_server_inhibit sorry_server_lvs_method source_ip sport src ssthresh startup_script startup_script_timeout state state_dump_file static_ipaddress static_routes static_rules stats_dump_file status_code strict_mode sup_group sup_pl suppress_ifgroup suppress_prefixlength sync_group_tracking_weight table tcp tcpfin terminate_delay thread_timer_expired throw time_window timeout timer_expired_backup tls_compliant tmp_config_directory to tos track_bfd track_file track_group track_interface track_process track_script track_src_ip ttl ttl-propagate tunnel-id type udp uidrange umask unicast unicast_fault_no_peer unicast_peer unicast_src_ip unicast_ttl unreachable url use_ipvlan use_pid_dir use_symlink_paths use_vmac use_vmac_addr user uthreshold v3_checksum_as_v2 vepa version via vip_lease vip_repair virtual_ipaddress virtual_ipaddress_excluded virtual_router_id virtual_routes virtual_rules virtual_server virtual_server_group virtualhost vmac_addr_prefix vmac_garp_intvl vmac_prefix vmac_xmit_base vrf vrrp vrrp_check_unicast_src vrrp_cpu_affinity vrrp_delay_after_boot vrrp_down_timer_adverts vrrp_garp_extra_if vrrp_garp_interval vrrp_garp_lower_prio_delay vrrp_garp_lower_prio_repeat vrrp_garp_master_delay vrrp_garp_master_refresh vrrp_garp_master_refresh_repeat vrrp_garp_master_repeat vrrp_gna_interval vrrp_higher_prio_send_advert vrrp_instance vrrp_ipsets vrrp_iptables vrrp_lower_prio_no_advert vrrp_mcast_group4 vrrp_mcast_group6 vrrp_min_garp vrrp_netlink_cmd_rcv_bufs vrrp_netlink_cmd_rcv_bufs_force vrrp_netlink_monitor_rcv_bufs vrrp_netlink_monitor_rcv_bufs_force vrrp_no_swap vrrp_notify_fifo vrrp_notify_fifo_script vrrp_notify_priority_changes vrrp_owner_ignore_adverts vrrp_priority vrrp_process_name vrrp_rlimit_rtime vrrp_rlimit_rttime vrrp_rt_priority vrrp_rx_bufs_multiplier vrrp_rx_bufs_policy vrrp_script vrrp_skip_check_adv_addr vrrp_startup_delay vrrp_strict vrrp_sync_group vrrp_track_file vrrp_track_process vrrp_version vrrp_vmac_garp_intvl warmup weight window witness xresolve'
complete -c keepalived -n '__keepalived_in completion' -s p -l pid -F -d 'the daemon with this pid file' -r
complete -c keepalived -n '__keepalived_in completion' -l socket -F -d 'the daemon behind this control socket' -r
complete -c keepalived -n '__keepalived_in completion' -s h -l help -d 'print help'
complete -c keepalived -n '__keepalived_in completion' -a 'bash zsh fish'
complete -c keepalived -n '__keepalived_in lsp' -l stdio -d 'speak on standard input and output, as it always does'
complete -c keepalived -n '__keepalived_in lsp' -l clientProcessId -d 'end when this process ends' -r
complete -c keepalived -n '__keepalived_in lsp' -s h -l help -d 'print help'
complete -c keepalived -n '__keepalived_in config show' -s i -l config-id -d 'the id that @ID lines are for' -r
complete -c keepalived -n '__keepalived_in config show' -l defaults -d 'also what the file does not mention'
complete -c keepalived -n '__keepalived_in config show' -l json -d 'for programs'
complete -c keepalived -n '__keepalived_in config show' -s h -l help -d 'print help'
complete -c keepalived -n '__keepalived_in config show' -F
complete -c keepalived -n '__keepalived_in config diff' -s i -l config-id -d 'the id that @ID lines are for' -r
complete -c keepalived -n '__keepalived_in config diff' -l json -d 'for programs'
complete -c keepalived -n '__keepalived_in config diff' -s h -l help -d 'print help'
complete -c keepalived -n '__keepalived_in config diff' -F
complete -c keepalived -n '__keepalived_in help' -s h -l help -d 'print help'
complete -c keepalived -n '__keepalived_in help' -a 'status why maintenance switchover restart release check explain completion lsp config help'
