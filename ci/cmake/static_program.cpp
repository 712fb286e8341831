// SPDX-License-Identifier: Apache-2.0
// What a static program lacks of its libraries. Part of static programs only; runs before main.
#include <nss.h>

#include <initializer_list>

namespace {

// The C library's sources "files" and "dns" of names are within the program. Others that the
// machine's nsswitch.conf may name are shared objects of another C library: loading one may crash.
[[gnu::constructor]] void keep_to_own_sources_of_names() {
  __nss_configure_lookup("hosts", "files dns");
  for (const char* table : {"services", "protocols", "networks", "ethers", "passwd", "group"}) {
    __nss_configure_lookup(table, "files");
  }
}

}  // namespace

// libpcap's module for the messages of D-Bus needs libraries that Debian has as shared ones alone.
// These are the two names by which libpcap calls it; it is told that no device is one of D-Bus.
extern "C" {

struct pcap;
struct pcap_if_list;

pcap* dbus_create(const char*, char*, int* is_ours) {
  *is_ours = 0;
  return nullptr;
}

int dbus_findalldevs(pcap_if_list*, char*) {
  return 0;
}

}
