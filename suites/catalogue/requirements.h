// SPDX-License-Identifier: Apache-2.0
// The covered rows of the catalogue by name, grouped as rules: the rows that say the same thing in
// different revisions. A test holds them against catalogue.json. Compile-time constants.
#pragma once

#include <array>

#include "harness/judge/requirement.h"

namespace tailrace::req {

// After the response the server ends the stream that carried it.
inline constexpr std::array<Requirement, 3> kResponseEndsStream = {
    Requirement{"SH-CLOSE-02"}, Requirement{"SH-CLOSE-03"}, Requirement{"SH-CLOSE-04"}};
// A stream that ends completes its HTTP message (RFC 9112, section 8).
inline constexpr std::array<Requirement, 1> kStreamEndsAsHttp = {Requirement{"SH-CLOSE-07"}};
// A request gets one response, and only one (JSON-RPC 2.0, section 5).
inline constexpr std::array<Requirement, 1> kOneResponse = {Requirement{"RPC-RES-06"}};
inline constexpr std::array<Requirement, 1> kCancelIsExplicit = {Requirement{"SH-DISC-03"}};
inline constexpr std::array<Requirement, 1> kAnswerCarriesId = {Requirement{"RPC-RES-01"}};
inline constexpr std::array<Requirement, 1> kDeletedSessionIsGone = {Requirement{"SH-SESS-08"}};
inline constexpr std::array<Requirement, 1> kRequestIdsAreUnique = {Requirement{"RPC-REQ-03"}};
// Resuming is for streams that broke off.
inline constexpr std::array<Requirement, 1> kResumeAfterDisconnect = {Requirement{"SH-RES-04"}};

inline constexpr std::array<Requirement, 1> kJsonIsOneObject = {Requirement{"SH-RSP-02"}};
// Resuming, as a server does it.
inline constexpr std::array<Requirement, 1> kReplaysOneStream = {Requirement{"SH-RES-06"}};
inline constexpr std::array<Requirement, 1> kEventIdFindsStream = {Requirement{"SH-RES-03"}};
inline constexpr std::array<Requirement, 2> kOneStreamPerMessage = {Requirement{"SH-MULTI-02"},
                                                                    Requirement{"SH-MULTI-03"}};
inline constexpr std::array<Requirement, 1> kGetIsAnswered = {Requirement{"SH-GET-03"}};
inline constexpr std::array<Requirement, 1> kDisconnectIsNoCancel = {Requirement{"SH-DISC-02"}};
// Cancelling by notifications/cancelled.
inline constexpr std::array<Requirement, 2> kCancelFreesStream = {Requirement{"CAN-06"},
                                                                  Requirement{"CAN-07"}};
inline constexpr std::array<Requirement, 1> kNoAnswerAfterCancel = {Requirement{"CAN-08"}};
inline constexpr std::array<Requirement, 2> kLateCancelIsIgnored = {Requirement{"CAN-11"},
                                                                    Requirement{"CAN-12"}};
inline constexpr std::array<Requirement, 1> kOffersOtherRevision = {Requirement{"LC-10"}};
// Clients: a stream that broke off after an event id is polled, after the time of `retry`.
inline constexpr std::array<Requirement, 1> kBrokenStreamIsPolled = {Requirement{"SH-POLL-03"}};
inline constexpr std::array<Requirement, 1> kWaitsForRetry = {Requirement{"SH-POLL-05"}};
// Clients read JSON and event streams, as their standards define them.
inline constexpr std::array<Requirement, 1> kReadsBothForms = {Requirement{"SH-RSP-03"}};
inline constexpr std::array<Requirement, 1> kSkipsComments = {Requirement{"SH-SSE-02"}};
inline constexpr std::array<Requirement, 1> kPingIsAnswered = {Requirement{"PING-01"}};
// What every request of a client says.
inline constexpr std::array<Requirement, 1> kNamesItsSession = {Requirement{"SH-SESS-05"}};
inline constexpr std::array<Requirement, 1> kNamesItsRevision = {Requirement{"SH-VER-01"}};
inline constexpr std::array<Requirement, 1> kAcceptsBothForms = {Requirement{"SH-POST-03"}};
// How a client's session ends, and calls that run out of time.
inline constexpr std::array<Requirement, 1> kStartsAnewAfter404 = {Requirement{"SH-SESS-09"}};
inline constexpr std::array<Requirement, 1> kClientEndsSession = {Requirement{"SH-SESS-10"}};
inline constexpr std::array<Requirement, 1> kTimeOutCancels = {Requirement{"TO-02"}};
inline constexpr std::array<Requirement, 1> kCancelsItsOwn = {Requirement{"CAN-01"}};

// 2026-07-28: requests of many clients come mixed, and closing a stream cancels its request.
inline constexpr std::array<Requirement, 1> kServesManyAtOnce = {Requirement{"STATE-02"}};
inline constexpr std::array<Requirement, 1> kNothingForCancelled = {Requirement{"SH-DISC-07"}};
inline constexpr std::array<Requirement, 1> kUnknownMethodIs404 = {Requirement{"SH-REQ-04"}};
inline constexpr std::array<Requirement, 1> kNoGetNoDelete = {Requirement{"BC-07"}};
inline constexpr std::array<Requirement, 2> kSubscriptionIsAcknowledged = {Requirement{"SUB-02"},
                                                                           Requirement{"SUB-03"}};
inline constexpr std::array<Requirement, 1> kSubscriptionIdIsTold = {Requirement{"SUB-06"}};
inline constexpr std::array<Requirement, 1> kInputEndsStream = {Requirement{"SH-CLOSE-05"}};
inline constexpr std::array<Requirement, 1> kForgedStateIsRejected = {Requirement{"MRTR-12"}};
// Clients of 2026-07-28.
inline constexpr std::array<Requirement, 1> kBrokenStreamIsLost = {Requirement{"SH-DISC-09"}};
inline constexpr std::array<Requirement, 2> kTimeOutClosesStream = {Requirement{"TO-03"},
                                                                    Requirement{"CAN-15"}};
inline constexpr std::array<Requirement, 1> kInputIsGathered = {Requirement{"MRTR-16"}};
inline constexpr std::array<Requirement, 2> kStateIsKept = {Requirement{"MRTR-18"},
                                                            Requirement{"MRTR-19"}};
inline constexpr std::array<Requirement, 1> kRoundHasNewId = {Requirement{"MRTR-21"}};
inline constexpr std::array<Requirement, 1> kSubscriptionHasFilter = {Requirement{"SUB-14"}};
inline constexpr std::array<Requirement, 2> kVersionInEveryHeader = {Requirement{"SH-HDR-02"},
                                                                     Requirement{"SH-HDR-01"}};
inline constexpr std::array<Requirement, 1> kVersionsAgree = {Requirement{"SH-HDR-03"}};
inline constexpr std::array<Requirement, 1> kMethodInHeader = {Requirement{"SH-HDR-05"}};
inline constexpr std::array<Requirement, 1> kNameInHeader = {Requirement{"SH-HDR-06"}};
inline constexpr std::array<Requirement, 1> kMetaIsComplete = {Requirement{"SH-REQ-05"}};

}  // namespace tailrace::req
