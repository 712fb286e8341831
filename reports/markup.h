// SPDX-License-Identifier: Apache-2.0
// Text of others put into markup: the one place where it is escaped. Pure functions, any thread.
#pragma once

#include <string>
#include <string_view>

namespace tailrace {

// For XML 1.0, inside an element and inside a quoted attribute alike: reserved characters become
// references, so do tab, CR and LF (attributes would lose them), and what XML cannot hold at all
// (other control characters, U+FFFE, U+FFFF, bytes that are no UTF-8) becomes U+FFFD.
std::string xml_text(std::string_view text);
// The same where the line breaks are to be read: LF stays as it is.
std::string xml_lines(std::string_view text);

// For one line of GitHub's Markdown, table cells included: no emphasis, code, link, HTML, mention,
// issue number or address comes of it. Of more than `limit` bytes the rest is counted.
std::string markdown_text(std::string_view text, std::size_t limit);
// The same inside HTML that stands in Markdown, where no backslash takes a meaning away.
std::string markdown_html(std::string_view text, std::size_t limit);
// A fenced block; the fence is longer than any run of backquotes in `lines`, which end in LF.
std::string markdown_block(std::string_view lines);

}  // namespace tailrace
