// SPDX-License-Identifier: Apache-2.0
// Every packet of a capture file through libpcap, and nothing done with it: what ci/bench measures
// the analysis against.   usage: bare_loop FILE
#include <pcap/pcap.h>

#include <cstdio>

int main(int argc, char** argv) {
  char why[PCAP_ERRBUF_SIZE] = "";
  pcap_t* file = argc == 2 ? pcap_open_offline(argv[1], why) : nullptr;
  if (file == nullptr) {
    std::fprintf(stderr, "bare_loop FILE: %s\n", why);
    return 2;
  }
  unsigned long long packets = 0, bytes = 0;
  pcap_pkthdr* header = nullptr;
  const u_char* data = nullptr;
  while (pcap_next_ex(file, &header, &data) == 1) {
    ++packets;
    bytes += header->caplen;
  }
  pcap_close(file);
  std::printf("%llu packets, %llu bytes\n", packets, bytes);
  return 0;
}
