# SPDX-License-Identifier: Apache-2.0
"""What a classic capture of loopback holds, for the checks that compare `tailrace pcap` with the
writes of its two sides: read here by other means than its own. Pure functions."""
import struct


def segments(path):
    """frame -> (source, destination, offset, end, time) of each segment that carries data."""
    data = path.read_bytes()
    magic, link = struct.unpack_from("<I", data)[0], struct.unpack_from("<I", data, 20)[0]
    unit = {0xa1b2c3d4: 1000, 0xa1b23c4d: 1}[magic]
    head = {1: 14, 101: 0, 113: 16, 276: 20}[link]
    at, frame, begins, found = 24, 0, {}, {}
    while at + 16 <= len(data):
        seconds, part, kept, length = struct.unpack_from("<IIII", data, at)
        frame += 1
        packet = at + 16 + head
        at += 16 + kept
        ip = (data[packet] & 15) * 4
        total = struct.unpack_from("!H", data, packet + 2)[0]
        tcp = packet + ip
        source, target, seq = struct.unpack_from("!HHI", data, tcp)
        flags, size = data[tcp + 13], total - ip - (data[tcp + 12] >> 4) * 4
        if flags & 2:  # SYN
            begins[source, target] = seq + 1
        if size > 0:
            offset = (seq - begins[source, target]) & 0xffffffff
            found[frame] = (source, target, offset, offset + size,
                            seconds * 1_000_000_000 + part * unit)
    return found
