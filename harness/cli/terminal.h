// SPDX-License-Identifier: Apache-2.0
// Terminal: what the program's own streams are, on each system. Any thread, but prepare_streams()
// before the first word is read or written.
#pragma once

#include <cstddef>
#include <cstdio>

namespace tailrace {

// Bytes as they are, also where the system would translate them.
void prepare_streams();
// One that takes colours and lines written over: not what TERM calls dumb, as editors do.
bool is_terminal(std::FILE* stream);
// Columns of the terminal on this stream; 0 where it is none or does not tell.
std::size_t columns_of(std::FILE* stream);
// Of a line that is written over and over on standard error: the last column stays free.
std::size_t status_line_width();

}  // namespace tailrace
