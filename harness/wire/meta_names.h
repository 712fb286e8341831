// SPDX-License-Identifier: Apache-2.0
// Names of 2026-07-28: of members of _meta, and of the method that subscribes. Constants, any
// thread.
#pragma once

#include <string_view>

namespace tailrace {

inline constexpr std::string_view kMetaVersion = "io.modelcontextprotocol/protocolVersion";
inline constexpr std::string_view kMetaCapabilities = "io.modelcontextprotocol/clientCapabilities";
inline constexpr std::string_view kMetaAsker = "io.modelcontextprotocol/clientInfo";
inline constexpr std::string_view kMetaAnswerer = "io.modelcontextprotocol/serverInfo";
inline constexpr std::string_view kMetaLogLevel = "io.modelcontextprotocol/logLevel";
inline constexpr std::string_view kMetaSubscription = "io.modelcontextprotocol/subscriptionId";
inline constexpr std::string_view kListenMethod = "subscriptions/listen";

}  // namespace tailrace
