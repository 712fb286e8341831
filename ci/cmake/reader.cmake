# SPDX-License-Identifier: Apache-2.0
# TAILRACE_LEFT_OUT: a pattern of the sources of harness/ that are not built, without their ending.
# With TAILRACE_READER_ONLY that is all which starts processes, opens sockets or captures packets,
# and so all that is Linux's own (ci/check_reader).

set(TAILRACE_LEFT_OUT cli/reading_only)
if(TAILRACE_READER_ONLY)
  string(JOIN "|" TAILRACE_LEFT_OUT
    "net/[a-z_]+" "peer/[a-z_]+"
    "capture/(live_[a-z]+|followed_files)"
    "sut/(client_environment|collector|implementation|memory_search|own_network)"
    "sut/(process_[a-z]+|send_queue)"
    "sut/(socket_dump|supervisor|supervisor_[a-z]+|tcp_sockets)"
    "run/(pair|pair_account|runner|serving_client|setup|trial|worker)"
    "cli/(driving_words|run_command|run_words|init_command|progress_line)"
    "cli/(interrupt_note|project_guess)"
    "cli/(pair_[a-z]+|explain_live|rolling_display)")
  add_compile_definitions(TAILRACE_READER_ONLY)
endif()
# A filter is libpcap's.
if(PCAP_LIBRARY AND PCAP_INCLUDE_DIR)
  string(APPEND TAILRACE_LEFT_OUT "|capture/no_packet_filter")
else()
  string(APPEND TAILRACE_LEFT_OUT "|capture/packet_filter")
endif()
