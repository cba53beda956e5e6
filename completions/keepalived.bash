# Completion of keepalived for bash. Made by `keepalived completion bash`; to use it:
#   source <(keepalived completion bash)

_keepalived_words() {
    mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -W "$*" -- "$current")
}

_keepalived_files() {
    compopt -o filenames 2>/dev/null
    mapfile -t COMPREPLY < <(compgen -f -- "$current")
}

# Names that others made up are compared, never expanded.
_keepalived_names() {
    local name
    while IFS= read -r name; do
        [[ $name == "$current"* ]] && COMPREPLY+=("$(printf %q "$name")")
    done
}

_keepalived_namespaces() {
    _keepalived_names < <(ls /run/netns 2>/dev/null)
}

# The names that the running daemon knows. Another program of this name is not asked: the original
# Keepalived starts when it is given words it does not know.
_keepalived_instances() {
    local program=${COMP_WORDS[0]} at value which=()
    timeout 2 "$program" --version </dev/null 2>&1 | grep -q keepalived-ts || return
    for ((at = 1; at < COMP_CWORD - 1; at++)); do
        case "${COMP_WORDS[at]}" in
            -p | --pid | --socket)
                value=${COMP_WORDS[at + 1]}
                [[ $value == = ]] && value=${COMP_WORDS[at + 2]}
                which+=("${COMP_WORDS[at]}" "$value")
                ;;
        esac
    done
    _keepalived_names < <(timeout 2 "$program" completion instances "${which[@]}" </dev/null 2>/dev/null)
}

_keepalived() {
    local current=${COMP_WORDS[COMP_CWORD]} option='' command=''
    COMPREPLY=()
    # --option=value comes as three words.
    if [[ $current == = ]]; then
        option=${COMP_WORDS[COMP_CWORD - 1]}=
        current=''
    elif ((COMP_CWORD > 1)) && [[ ${COMP_WORDS[COMP_CWORD - 1]} == = ]]; then
        option=${COMP_WORDS[COMP_CWORD - 2]}=
    elif ((COMP_CWORD > 1)) && [[ ${COMP_WORDS[COMP_CWORD - 1]} == -* ]]; then
        option=${COMP_WORDS[COMP_CWORD - 1]}
    fi
    # The command, of one word or of two.
    case "$COMP_CWORD ${COMP_WORDS[1]} ${COMP_WORDS[2]}" in
        [3-9]*\ config\ show) command='config show' ;;
        [3-9]*\ config\ diff) command='config diff' ;;
        1\ *)  ;;
        *\ status\ *) command=status ;;
        *\ why\ *) command=why ;;
        *\ maintenance\ *) command=maintenance ;;
        *\ switchover\ *) command=switchover ;;
        *\ restart\ *) command=restart ;;
        *\ release\ *) command=release ;;
        *\ check\ *) command=check ;;
        *\ explain\ *) command=explain ;;
        *\ completion\ *) command=completion ;;
        *\ lsp\ *) command=lsp ;;
        *\ help\ *) command=help ;;
    esac
    # The value of an option.
    case "$command $option" in
        ' --use-file=' | ' --use-file' | ' -f') _keepalived_files; return ;;
        ' --config-id=' | ' --config-id' | ' -i') :; return ;;
        ' --namespace=' | ' --namespace' | ' -s') _keepalived_namespaces; return ;;
        ' --log-facility=' | ' --log-facility' | ' -S') _keepalived_words daemon user local0 local1 local2 local3 local4 local5 local6 local7; return ;;
        ' --log-file=') _keepalived_files; return ;;
        ' --pid=' | ' --pid' | ' -p') _keepalived_files; return ;;
        ' --vrrp_pid=' | ' --vrrp_pid' | ' -r') _keepalived_files; return ;;
        ' --checkers_pid=' | ' --checkers_pid' | ' -c') _keepalived_files; return ;;
        ' --bfd_pid=' | ' --bfd_pid' | ' -b') _keepalived_files; return ;;
        ' --umask=' | ' --umask' | ' -u') :; return ;;
        ' --core-dump-pattern=') :; return ;;
        ' --snmp-agent-socket=' | ' --snmp-agent-socket' | ' -A') _keepalived_files; return ;;
        ' --config-test=') _keepalived_files; return ;;
        ' --signum=' | ' --signum') _keepalived_words STOP RELOAD DATA STATS STATS_CLEAR JSON; return ;;
        'status --pid=' | 'status --pid' | 'status -p') _keepalived_files; return ;;
        'status --socket=' | 'status --socket') _keepalived_files; return ;;
        'why --pid=' | 'why --pid' | 'why -p') _keepalived_files; return ;;
        'why --socket=' | 'why --socket') _keepalived_files; return ;;
        'maintenance --for=' | 'maintenance --for') :; return ;;
        'maintenance --instance=' | 'maintenance --instance') _keepalived_instances; return ;;
        'maintenance --reason=' | 'maintenance --reason') :; return ;;
        'maintenance --pid=' | 'maintenance --pid' | 'maintenance -p') _keepalived_files; return ;;
        'maintenance --socket=' | 'maintenance --socket') _keepalived_files; return ;;
        'switchover --pid=' | 'switchover --pid' | 'switchover -p') _keepalived_files; return ;;
        'switchover --socket=' | 'switchover --socket') _keepalived_files; return ;;
        'restart --pid=' | 'restart --pid' | 'restart -p') _keepalived_files; return ;;
        'restart --socket=' | 'restart --socket') _keepalived_files; return ;;
        'check --config-id=' | 'check --config-id' | 'check -i') :; return ;;
        'check --format=' | 'check --format') _keepalived_words text json sarif; return ;;
        'completion --pid=' | 'completion --pid' | 'completion -p') _keepalived_files; return ;;
        'completion --socket=' | 'completion --socket') _keepalived_files; return ;;
        'lsp --clientProcessId=' | 'lsp --clientProcessId') :; return ;;
        'config show --config-id=' | 'config show --config-id' | 'config show -i') :; return ;;
        'config diff --config-id=' | 'config diff --config-id' | 'config diff -i') :; return ;;
    esac
    # An option.
    if [[ $current == -* ]]; then
        case "$command" in
            '') _keepalived_words --use-file -f --config-id -i --all-config -e --namespace -s --dont-fork -n --vrrp -P --check -C --no_bfd -B --all --dont-respawn -R --ignore-sigint --log-console -l --log-detail -D --no-syslog -G --log-facility -S --log-file -g --flush-log-file --dump-conf -d --address-monitoring -a --release-vips -X --dont-release-vrrp -V --dont-release-ipvs -I --pid -p --vrrp_pid -r --checkers_pid -c --bfd_pid -b --umask -u --core-dump -m --core-dump-pattern -M --snmp -x --snmp-agent-socket -A --config-test -t --signum --version -v --help -h --genhash -T ;;
            'status') _keepalived_words --json --pid -p --socket --help -h ;;
            'why') _keepalived_words --pid -p --socket --help -h ;;
            'maintenance') _keepalived_words --for --instance --reason --json --pid -p --socket --help -h ;;
            'switchover') _keepalived_words --force --release --json --pid -p --socket --help -h ;;
            'restart') _keepalived_words --keep --json --pid -p --socket --help -h ;;
            'release') _keepalived_words --stop-post --help -h ;;
            'check') _keepalived_words --config-id -i --strict --portable --format --help -h ;;
            'explain') _keepalived_words --json --help -h ;;
            'completion') _keepalived_words --pid -p --socket --help -h ;;
            'lsp') _keepalived_words --stdio --clientProcessId --help -h ;;
            'config show') _keepalived_words --config-id -i --defaults --json --help -h ;;
            'config diff') _keepalived_words --config-id -i --json --help -h ;;
            'help') _keepalived_words --help -h ;;
        esac
        return
    fi
    # A command, the second word of one, or what it is about.
    case "$COMP_CWORD ${COMP_WORDS[1]}" in
        1\ *) _keepalived_words status why maintenance switchover restart release check explain completion lsp config help; return ;;
        '2 config') _keepalived_words show diff; return ;;
    esac
    case "$command" in
        'why') _keepalived_instances ;;
        'maintenance') _keepalived_words on off ;;
        'switchover') _keepalived_instances ;;
        'check') _keepalived_files ;;
        'explain') _keepalived_words BFD_CHECK DNS_CHECK FILE_CHECK HTTP_GET MISC_CHECK PING_CHECK SMTP_CHECK SSL SSL_GET TCP_CHECK UDP_CHECK accept active_key add advert_int advmss alpha anti_replay anycast append as auth_hmac auth_pass auth_type authentication autojoin bfd_cpu_affinity bfd_instance bfd_no_swap bfd_priority bfd_process_name bfd_rlimit_rtime bfd_rlimit_rttime bfd_rt_priority bind_if bind_port bindto blackhole brd bridge broadcast ca cert certificate check_unicast_src checker checker_cpu_affinity checker_log_all_failures checker_no_swap checker_priority checker_process_name checker_rlimit_rtime checker_rlimit_rttime checker_rt_priority child_wait_time config_save_dir congctl connect_ip connect_port connect_timeout csum cwnd data_use_instance dbus_no_interface_name dbus_service_name debug default default6 default_interface delay delay_before_retry delay_loop dev digest disable_local_igmp dont_track_primary down_timer_adverts dport dsfield dynamic_interfaces enable_dbus enable_script_security enable_sni enable_snmp_checker enable_snmp_keepalived enable_snmp_rfc enable_snmp_rfcv2 enable_snmp_rfcv3 enable_snmp_vrrp enable_traps encap etcd expires fall fast_recovery fastopen_no_cookie features fifo_write_vrrp_states_on_reload file flag-1 flag-2 flag-3 fork_delay from full_command fwmark garp_extra_if garp_group garp_interval garp_lower_prio_delay garp_lower_prio_repeat garp_master_delay garp_master_refresh garp_master_refresh_repeat garp_master_repeat gateway global_defs global_tracking gna_interval goto group gw ha_suspend hashed helo_name higher_prio_send_advert home hoplimit host http_protocol hysteresis id idle_tx iif include_check inet inet6 inhibit_on_failure init_fail init_file initcwnd initrwnd inst instance interface interface_up_down_delays interfaces interval ip_family ipproto iproute_etc_dir iproute_usr_dir isolation_check json_dump_file json_version kernel_rx_buf_size key l3mdev label lb_algo lb_kind linkbeat_interfaces linkbeat_use_polling local log_all_failures log_unknown_vrids lookup lower_prio_no_advert lthreshold lvs_flush lvs_flush_on_stop lvs_flush_onstop lvs_method lvs_netlink_cmd_rcv_bufs lvs_netlink_cmd_rcv_bufs_force lvs_netlink_monitor_rcv_bufs lvs_netlink_monitor_rcv_bufs_force lvs_notify_fifo lvs_notify_fifo_script lvs_process_name lvs_sched lvs_sync_daemon lvs_sync_daemon_interface lvs_timeouts max_auto_priority max_hops max_reply_length max_ttl maxlen mcast_dst_ip mcast_src_ip metric mh-fallback mh-port min_auto_priority_delay min_reply_length min_rx min_ttl min_tx misc_dynamic misc_path misc_timeout mngtmpaddr mode mtu multicast multihop multiplier name namespace_with_ipsets nat native_ipv6 nb_get_retry neighbor_ip neighbour_ip net_namespace net_namespace_ipvs netlink_notify_msg nexthop nftables nftables_counters nftables_ifindex nftables_ipvs nftables_ipvs_priority nftables_ipvs_start_fwmark nftables_priority no_accept no_checker_emails no_email_faults no_track no_virtual_ipaddress nocsum nop nopreempt noprefixroute noreverse not notification_email notification_email_from notify notify_backup notify_deleted notify_down notify_fault notify_fifo notify_fifo_script notify_master notify_master_rx_lower_pri notify_priority_changes notify_stop notify_up oif old_unicast_checksum omega onlink ops or order owner_ignore_adverts param_match passive password password_file path payload peer persistence_engine persistence_granularity persistence_timeout policy port preempt preempt_delay pref preference preferred_lft prefix prepend priority private process process_monitor_rcv_bufs process_monitor_rcv_bufs_force process_name process_names prohibit promote_secondaries protocol quickack quorum quorum_down quorum_max quorum_up random_seed real_server realms receive_proof regex regex_max_offset regex_min_offset regex_no_match regex_options regex_stack reload_check_config reload_file reload_repeat reload_time_file remcsum reordering require_reply retry reverse rise router_id rs_init_notifies rto_min rtt rttvar scope script script_user set_supplementary_groups sh-fallback sh-port shutdown_script shutdown_script_timeout skip_check_adv_addr smtp_alert smtp_alert_checker smtp_alert_vrrp smtp_auth smtp_connect_timeout smtp_helo_name smtp_server smtp_tls sni_name snmp_name snmp_rs_stats_update_interval snmp_socket snmp_vs_stats_update_interval sorry_server sorry_server_inhibit sorry_server_lvs_method source_ip sport src ssthresh startup_script startup_script_timeout state state_dump_file static_ipaddress static_routes static_rules stats_dump_file status_code strict_mode sup_group sup_pl suppress_ifgroup suppress_prefixlength sync_group_tracking_weight table tcp tcpfin terminate_delay thread_timer_expired throw time_window timeout timer_expired_backup tls_compliant tmp_config_directory to tos track_bfd track_file track_group track_interface track_process track_script track_src_ip ttl ttl-propagate tunnel-id type udp uidrange umask unicast unicast_fault_no_peer unicast_peer unicast_src_ip unicast_ttl unreachable url use_ipvlan use_pid_dir use_symlink_paths use_vmac use_vmac_addr user uthreshold v3_checksum_as_v2 vepa version via vip_lease vip_repair virtual_ipaddress virtual_ipaddress_excluded virtual_router_id virtual_routes virtual_rules virtual_server virtual_server_group virtualhost vmac_addr_prefix vmac_garp_intvl vmac_prefix vmac_xmit_base vrf vrrp vrrp_check_unicast_src vrrp_cpu_affinity vrrp_delay_after_boot vrrp_down_timer_adverts vrrp_garp_extra_if vrrp_garp_interval vrrp_garp_lower_prio_delay vrrp_garp_lower_prio_repeat vrrp_garp_master_delay vrrp_garp_master_refresh vrrp_garp_master_refresh_repeat vrrp_garp_master_repeat vrrp_gna_interval vrrp_higher_prio_send_advert vrrp_instance vrrp_ipsets vrrp_iptables vrrp_lower_prio_no_advert vrrp_mcast_group4 vrrp_mcast_group6 vrrp_min_garp vrrp_netlink_cmd_rcv_bufs vrrp_netlink_cmd_rcv_bufs_force vrrp_netlink_monitor_rcv_bufs vrrp_netlink_monitor_rcv_bufs_force vrrp_no_swap vrrp_notify_fifo vrrp_notify_fifo_script vrrp_notify_priority_changes vrrp_owner_ignore_adverts vrrp_priority vrrp_process_name vrrp_rlimit_rtime vrrp_rlimit_rttime vrrp_rt_priority vrrp_rx_bufs_multiplier vrrp_rx_bufs_policy vrrp_script vrrp_skip_check_adv_addr vrrp_startup_delay vrrp_strict vrrp_sync_group vrrp_track_file vrrp_track_process vrrp_version vrrp_vmac_garp_intvl warmup weight window witness xresolve ;;
        'completion') _keepalived_words bash zsh fish ;;
        'config show') _keepalived_files ;;
        'config diff') _keepalived_files ;;
        'help') _keepalived_words status why maintenance switchover restart release check explain completion lsp config help ;;
    esac
}

complete -F _keepalived keepalived
