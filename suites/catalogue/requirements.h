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
inline constexpr std::array<Requirement, 2> kOffersOtherRevision = {Requirement{"LC-10"},
                                                                    Requirement{"LC-17"}};
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
inline constexpr std::array<Requirement, 2> kTimeOutCancels = {Requirement{"TO-02"},
                                                               Requirement{"SH-DISC-03"}};
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
inline constexpr std::array<Requirement, 2> kInputIsGathered = {Requirement{"MRTR-16"},
                                                                 Requirement{"CAP-02"}};
inline constexpr std::array<Requirement, 2> kStateIsKept = {Requirement{"MRTR-18"},
                                                            Requirement{"MRTR-19"}};
inline constexpr std::array<Requirement, 1> kNoStateWithoutOne = {Requirement{"MRTR-20"}};
inline constexpr std::array<Requirement, 1> kStateIsOfOneCall = {Requirement{"MRTR-22"}};
inline constexpr std::array<Requirement, 1> kRoundHasNewId = {Requirement{"MRTR-21"}};
// A server that stops ends its subscriptions.
inline constexpr std::array<Requirement, 1> kStopEndsSubscription = {Requirement{"SUB-09"}};
inline constexpr std::array<Requirement, 1> kStopClosesStream = {Requirement{"SUB-13"}};
inline constexpr std::array<Requirement, 1> kStopNamesSubscription = {Requirement{"SUB-10"}};
inline constexpr std::array<Requirement, 1> kStopEndsStreams = {Requirement{"LC-18"}};
inline constexpr std::array<Requirement, 1> kCancelOfSubscription = {Requirement{"CAN-03"}};
inline constexpr std::array<Requirement, 1> kSubscriptionHasFilter = {Requirement{"SUB-14"}};
inline constexpr std::array<Requirement, 2> kVersionInEveryHeader = {Requirement{"SH-HDR-02"},
                                                                     Requirement{"SH-HDR-01"}};
inline constexpr std::array<Requirement, 1> kVersionsAgree = {Requirement{"SH-HDR-03"}};
inline constexpr std::array<Requirement, 1> kMethodInHeader = {Requirement{"SH-HDR-05"}};
inline constexpr std::array<Requirement, 1> kNameInHeader = {Requirement{"SH-HDR-06"}};
inline constexpr std::array<Requirement, 1> kMetaIsComplete = {Requirement{"SH-REQ-05"}};

// Messages, whoever sends them.
inline constexpr std::array<Requirement, 1> kIsJsonRpc = {Requirement{"RPC-MSG-01"}};
inline constexpr std::array<Requirement, 1> kNoticeHasNoId = {Requirement{"RPC-NOT-01"}};
inline constexpr std::array<Requirement, 3> kResultOrError = {
    Requirement{"RPC-RES-02"}, Requirement{"RPC-RES-03"}, Requirement{"RPC-RES-04"}};
inline constexpr std::array<Requirement, 1> kErrorHasParts = {Requirement{"RPC-ERR-01"}};
inline constexpr std::array<Requirement, 1> kCodeIsInteger = {Requirement{"RPC-ERR-02"}};
inline constexpr std::array<Requirement, 1> kErrorIsSentence = {Requirement{"RPC-ERR-04"}};
inline constexpr std::array<Requirement, 1> kMetaPrefix = {Requirement{"RPC-META-02"}};
inline constexpr std::array<Requirement, 1> kMetaLabel = {Requirement{"RPC-META-03"}};
inline constexpr std::array<Requirement, 1> kMetaName = {Requirement{"RPC-META-04"}};
inline constexpr std::array<Requirement, 2> kKeepsRevision = {
    Requirement{"LC-13"}, Requirement{"LC-15"}};
inline constexpr std::array<Requirement, 1> kUtf8 = {Requirement{"SH-EP-03"}};
inline constexpr std::array<Requirement, 1> kNoInventedId = {Requirement{"RPC-ERR-05"}};
inline constexpr std::array<Requirement, 1> kStandardCodes = {Requirement{"RPC-ERR-06"}};
inline constexpr std::array<Requirement, 1> kRefusesUnknown = {Requirement{"RPC-MSG-02"}};
inline constexpr std::array<Requirement, 1> kProgressHasToken = {Requirement{"PROG-07"}};
inline constexpr std::array<Requirement, 1> kElicitationError = {Requirement{"FERR-10"}};
// Progress.
inline constexpr std::array<Requirement, 2> kProgressAtHome = {Requirement{"SH-SSE-07"},
                                                               Requirement{"SH-SSE-09"}};
inline constexpr std::array<Requirement, 1> kProgressGrows = {Requirement{"PROG-04"}};
inline constexpr std::array<Requirement, 1> kProgressStops = {Requirement{"PROG-08"}};
inline constexpr std::array<Requirement, 1> kGetBringsNoProgress = {Requirement{"SH-GET-05"}};
// Replies of a server.
inline constexpr std::array<Requirement, 1> kJsonOrEvents = {Requirement{"SH-RSP-01"}};
inline constexpr std::array<Requirement, 1> kNoticeGets202 = {Requirement{"SH-ACK-01"}};
inline constexpr std::array<Requirement, 1> kRefusedNotice = {Requirement{"SH-ACK-02"}};
inline constexpr std::array<Requirement, 1> kNoticeUnanswered = {Requirement{"RPC-NOT-02"}};
inline constexpr std::array<Requirement, 1> kGetAtEndpoint = {Requirement{"SH-EP-01"}};
inline constexpr std::array<Requirement, 1> kGetBringsNoResponse = {Requirement{"SH-GET-06"}};
inline constexpr std::array<Requirement, 1> k405NamesAllowed = {Requirement{"SH-GET-09"}};
inline constexpr std::array<Requirement, 1> kPriming = {Requirement{"SH-POLL-01"}};
inline constexpr std::array<Requirement, 1> kRetryBeforeCut = {Requirement{"SH-POLL-04"}};
inline constexpr std::array<Requirement, 1> kUniqueEventIds = {Requirement{"SH-RES-02"}};
inline constexpr std::array<Requirement, 2> kStreamBringsResponse = {
    Requirement{"SH-CLOSE-01"}, Requirement{"SH-SSE-05"}};
inline constexpr std::array<Requirement, 1> kSessionIdIsVisible = {Requirement{"SH-SESS-03"}};
inline constexpr std::array<Requirement, 2> kSessionIdIsSecret = {
    Requirement{"SH-SESS-02"}, Requirement{"SH-SESS-14"}};
inline constexpr std::array<Requirement, 1> kInitializeInFull = {Requirement{"LC-03"}};
inline constexpr std::array<Requirement, 1> kWaitsForInitialized = {Requirement{"LC-06"}};
inline constexpr std::array<Requirement, 2> kClientDeclared = {
    Requirement{"LC-14"}, Requirement{"LC-16"}};
inline constexpr std::array<Requirement, 2> kServerDeclared = kClientDeclared;
inline constexpr std::array<Requirement, 1> kLoggingDeclared = {Requirement{"LOG-01"}};
inline constexpr std::array<Requirement, 2> kDeclaredLists = {
    Requirement{"CAP-01"}, Requirement{"CAP-05"}};
inline constexpr std::array<Requirement, 1> kLogLevelExists = {Requirement{"LOG-06"}};

// Replies of a server at 2026-07-28.
inline constexpr std::array<Requirement, 1> kResultHasType = {Requirement{"RPC-RES-07"}};
inline constexpr std::array<Requirement, 1> kResultTypeIsKnown = {Requirement{"RPC-RES-08"}};
inline constexpr std::array<Requirement, 2> kServerNamed = {
    Requirement{"SH-REQ-13"}, Requirement{"DSCV-03"}};
inline constexpr std::array<Requirement, 1> kDiscoverInFull = {Requirement{"DSCV-01"}};
inline constexpr std::array<Requirement, 1> kCacheHints = {Requirement{"PAGE-05"}};
inline constexpr std::array<Requirement, 1> kTtlNotNegative = {Requirement{"PAGE-06"}};
inline constexpr std::array<Requirement, 1> kOnePath = {Requirement{"SH-EP-02"}};
inline constexpr std::array<Requirement, 1> kUnbuffered = {Requirement{"SH-SSE-11"}};
inline constexpr std::array<Requirement, 2> kNoServerRequests = {
    Requirement{"SH-EP-04"}, Requirement{"RPC-REQ-05"}};
inline constexpr std::array<Requirement, 1> kLogsAskedFor = {Requirement{"LOG-03"}};
inline constexpr std::array<Requirement, 1> kProgressStaysHome = {Requirement{"SUB-12"}};
inline constexpr std::array<Requirement, 2> kLogsStayHome = {Requirement{"LOG-05"},
                                                              Requirement{"SUB-12"}};
inline constexpr std::array<Requirement, 1> kServerCancels = {Requirement{"CAN-17"}};
inline constexpr std::array<Requirement, 2> kOldHeadersIgnored = {
    Requirement{"BC-08"}, Requirement{"BC-09"}};
inline constexpr std::array<Requirement, 1> kSameLists = {Requirement{"STATE-05"}};
inline constexpr std::array<Requirement, 2> kStateAnywhere = {
    Requirement{"STATE-03"}, Requirement{"STATE-04"}};
inline constexpr std::array<Requirement, 1> kCodeDefined = {Requirement{"RPC-ERR-07"}};
inline constexpr std::array<Requirement, 1> kCodeMeant = {Requirement{"RPC-ERR-08"}};
inline constexpr std::array<Requirement, 2> kCodeNotOld = {
    Requirement{"RPC-ERR-09"}, Requirement{"RPC-ERR-10"}};
inline constexpr std::array<Requirement, 1> kCodeNotWithdrawn = {Requirement{"RPC-ERR-12"}};
inline constexpr std::array<Requirement, 1> kCodeOutside = {Requirement{"RPC-ERR-14"}};
inline constexpr std::array<Requirement, 1> kInputWhereItMay = {Requirement{"MRTR-04"}};
inline constexpr std::array<Requirement, 1> kInputForSomething = {Requirement{"MRTR-05"}};
inline constexpr std::array<Requirement, 1> kInputIsKnown = {Requirement{"MRTR-06"}};
inline constexpr std::array<Requirement, 1> kInputKeys = {Requirement{"MRTR-07"}};
inline constexpr std::array<Requirement, 1> kInputAsDeclared = {Requirement{"CAP-03"}};
inline constexpr std::array<Requirement, 1> kRoundsMayBeLeft = {Requirement{"MRTR-09"}};
// Requests of a client.
inline constexpr std::array<Requirement, 1> kIdIsTextOrInteger = {Requirement{"RPC-REQ-01"}};
inline constexpr std::array<Requirement, 1> kIdIsNotNull = {Requirement{"RPC-REQ-02"}};
inline constexpr std::array<Requirement, 4> kOneMessageAPost = {
    Requirement{"SH-POST-01"},
    Requirement{"SH-POST-04"},
    Requirement{"SH-POST-05"},
    Requirement{"SH-POST-06"}};
inline constexpr std::array<Requirement, 1> kMessagesInPosts = {Requirement{"SH-POST-02"}};
inline constexpr std::array<Requirement, 2> kNoClientResponses = {
    Requirement{"SH-EP-04"}, Requirement{"SH-POST-07"}};
inline constexpr std::array<Requirement, 1> kGetAcceptsEvents = {Requirement{"SH-GET-02"}};
inline constexpr std::array<Requirement, 1> kRevisionAsAgreed = {Requirement{"SH-VER-02"}};
inline constexpr std::array<Requirement, 1> kBatchesAreRead = {Requirement{"RPC-BAT-02"}};
inline constexpr std::array<Requirement, 2> kBatchIsAnswered = {Requirement{"SH-SSE-03"},
                                                                Requirement{"RPC-BAT-05"}};
inline constexpr std::array<Requirement, 1> kBatchOfNoticesGetsNothing = {
    Requirement{"RPC-BAT-04"}};
inline constexpr std::array<Requirement, 1> kResumesByGet = {Requirement{"SH-RES-07"}};
inline constexpr std::array<Requirement, 1> kInitializeFirst = {Requirement{"LC-01"}};
inline constexpr std::array<Requirement, 1> kInitializeSaysWho = {Requirement{"LC-02"}};
inline constexpr std::array<Requirement, 1> kInitializeAwaited = {Requirement{"LC-05"}};
inline constexpr std::array<Requirement, 1> kInitializedSaid = {Requirement{"LC-04"}};
inline constexpr std::array<Requirement, 1> kOffersOwnRevision = {Requirement{"LC-07"}};
inline constexpr std::array<Requirement, 1> kLeavesUnknownRevision = {Requirement{"LC-12"}};
inline constexpr std::array<Requirement, 1> kClientNamed = {Requirement{"SH-REQ-08"}};
inline constexpr std::array<Requirement, 1> kTokenKind = {Requirement{"PROG-01"}};
inline constexpr std::array<Requirement, 1> kOpenTokensDiffer = {Requirement{"PROG-02"}};
inline constexpr std::array<Requirement, 1> kOpenIdsDiffer = {Requirement{"RPC-REQ-04"}};
inline constexpr std::array<Requirement, 1> kInitializeIsNotCancelled = {Requirement{"CAN-04"}};
inline constexpr std::array<Requirement, 1> kUnknownTypeIsInvalid = {Requirement{"RPC-RES-09"}};
inline constexpr std::array<Requirement, 1> kCancelsOwnRequests = {Requirement{"CAN-02"}};
inline constexpr std::array<Requirement, 1> kFewPings = {Requirement{"PING-06"}};
inline constexpr std::array<Requirement, 1> kLateAnswerIgnored = {Requirement{"CAN-10"}};
inline constexpr std::array<Requirement, 1> kCallHasLimit = {Requirement{"TO-01"}};

// Requests that a server refuses.
inline constexpr std::array<Requirement, 1> kNoSessionIs400 = {Requirement{"SH-SESS-06"}};
inline constexpr std::array<Requirement, 1> kUnknownRevisionIs400 = {Requirement{"SH-VER-04"}};
inline constexpr std::array<Requirement, 1> kVersionsMustAgree = {Requirement{"SH-HDR-04"}};
inline constexpr std::array<Requirement, 1> kHeadersMustAgree = {Requirement{"SH-HDR-10"}};
inline constexpr std::array<Requirement, 1> kValuesHaveCase = {Requirement{"SH-HDR-09"}};
inline constexpr std::array<Requirement, 1> kHeadersMustBe = {Requirement{"SH-HDR-13"}};
inline constexpr std::array<Requirement, 1> kMismatchIs400 = {Requirement{"SH-HDR-11"}};
inline constexpr std::array<Requirement, 1> kMismatchHasCode = {Requirement{"SH-HDR-12"}};
inline constexpr std::array<Requirement, 1> kUnsupportedHasCode = {Requirement{"SH-REQ-01"}};
inline constexpr std::array<Requirement, 1> kUnsupportedIs400 = {Requirement{"SH-REQ-02"}};
inline constexpr std::array<Requirement, 1> kNoMetaHasCode = {Requirement{"SH-REQ-06"}};
inline constexpr std::array<Requirement, 1> kNoMetaIs400 = {Requirement{"SH-REQ-07"}};
inline constexpr std::array<Requirement, 1> kNamesHaveNoCase = {Requirement{"SH-HDR-08"}};

}  // namespace tailrace::req
